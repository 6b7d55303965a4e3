"""People on the floor, dressed and in their places."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from climbpose.synth.body import Body
from climbpose.synth.climb import Wall
from climbpose.synth.figure.extras import Person, bystander
from climbpose.synth.figure.figure import Figure
from climbpose.synth.figure.pose import Pose
from climbpose.synth.light import Light

_APART_M = 0.9
_HIGH_M = 2.3
"""Whose hips are higher passes over anybody's head."""

_HALF_WIDTH_M, _HEAD_M = 0.35, 1.0
"""Of somebody standing: what it hides, and how far the head is above the hips."""

_MOST_HIDDEN = 0.25
"""Share of a clip for which the climber may be behind somebody."""


@dataclass(frozen=True, eq=False)
class Bystander:
    """Somebody on the floor, ready to be drawn.

    Attributes:
        figure: The dressed body.
        rotations: As `Body.skin` takes them, for each frame.
        joints: As `Body.skin` takes them, for each frame.
    """

    figure: Figure
    rotations: Float32[np.ndarray, "frames bones 3 3"]
    joints: Float32[np.ndarray, "frames bones 3"]

    @classmethod
    def of(
        cls,
        person: Person,
        wall: Wall,
        light: Light,
        frames: int,
        fps: float,
        rng: np.random.Generator,
    ) -> "Bystander":
        """Dresses somebody.

        Args:
            person: Who it is, and where.
            wall: To stand before.
            light: To stand in.
            frames: How many.
            fps: Frames a second.
            rng: For folds, sway and gait.
        """
        body = Body.of(person.shape)
        rotations, joints = bystander(
            body, person.stance, frames, fps, person.place(wall), person.heading_deg, rng
        )
        return cls(Figure(body, person.outfit, light, wall, rng), rotations, joints)

    def pose(self, frame: int) -> Pose:
        """The clothed surface in a frame."""
        return self.figure.pose(self.rotations[frame], self.joints[frame])

    def is_clear_of(self, points: Float[np.ndarray, "#frames 3"]) -> bool:
        """Whether a way, such as that of the climber's hips, never leads into the person."""
        apart = np.linalg.norm(self.joints[:, 0, :2] - points[:, :2], axis=1)
        return bool(np.all((apart > _APART_M) | (points[:, 2] > _HIGH_M)))

    def hides(self, hips: Float[np.ndarray, "frames 3"], phone: Float[np.ndarray, "3"]) -> bool:
        """Whether the climber's hips are behind the person for much of the clip."""
        person = self.joints[:, 0]
        sight = (hips - phone)[:, :2]
        along = ((person - phone)[:, :2] * sight).sum(axis=1) / (sight**2).sum(axis=1)
        crossing = phone + along[:, None] * (hips - phone)
        beside = np.linalg.norm(crossing[:, :2] - person[:, :2], axis=1)
        is_behind = (along > 0) & (along < 1) & (beside < _HALF_WIDTH_M)
        return bool(np.mean(is_behind & (crossing[:, 2] < person[:, 2] + _HEAD_M)) > _MOST_HIDDEN)
