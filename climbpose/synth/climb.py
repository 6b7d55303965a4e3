"""The values that describe a climb: the wall, its holds, what each limb does, the body's motion.

World coordinates are metres: x to the right for who faces the wall, y away from the viewer (into
an upright wall), z up; the floor is at z = 0. The wall's own coordinates are (u, v, w): u to the
right, v up along the wall, w out of it towards the climber; the middle of the wall's foot is the
origin of both.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

from climbpose.skeleton import Limb as Limb


class Touch(StrEnum):
    """How a limb touches what it holds."""

    GRIP = "grip"
    TOE = "toe"
    HEEL = "heel"
    FLAT = "flat"
    """A foot's whole sole on the floor."""


class Move(StrEnum):
    """What the climber is doing, for the labels."""

    WALK = "walk"
    REST = "rest"
    SHAKE = "shake"
    CHALK = "chalk"
    REACH = "reach"
    STEP = "step"
    HIGH_STEP = "high_step"
    FLAG = "flag"
    DROP_KNEE = "drop_knee"
    HEEL_HOOK = "heel_hook"
    MATCH = "match"
    CUT_LOOSE = "cut_loose"
    DYNO = "dyno"
    DOWN_CLIMB = "down_climb"
    FALL = "fall"
    LAND = "land"


@dataclass(frozen=True)
class Wall:
    """A plane that rises from the floor.

    Attributes:
        angle_deg: Lean towards the climber: 0 upright, above 0 overhanging, below 0 a slab.
        width_m: From edge to edge, the middle at u = 0.
        height_m: Along the wall.
    """

    angle_deg: float = 0.0
    width_m: float = 5.0
    height_m: float = 4.5

    @cached_property
    def axes(self) -> Float[np.ndarray, "3 3"]:
        """The directions of u, v and w in the world, as rows."""
        lean = np.radians(self.angle_deg)
        sin, cos = np.sin(lean), np.cos(lean)
        return np.array([[1.0, 0, 0], [0, -sin, cos], [0, -cos, -sin]])

    def to_world(self, uvw: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
        """World coordinates of points given in the wall's."""
        world: np.ndarray = uvw @ self.axes
        return world

    def to_wall(self, xyz: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
        """The wall's coordinates of points given in the world's."""
        uvw: np.ndarray = xyz @ self.axes.T
        return uvw


@dataclass(frozen=True)
class Hold:
    """Something to hold or stand on, or a volume that is only there.

    Attributes:
        u: Of its middle, metres.
        v: Of its middle, metres.
        size_m: Its greatest half-width.
        depth_m: How far it stands out of the wall.
        kind: ``jug``, ``crimp``, ``sloper``, ``pinch``, ``foothold`` or ``volume``.
        turn_deg: In the wall's plane, counter-clockwise seen from the viewer.
        is_used: Whether the climb needs it; the others only decorate the wall.
    """

    u: float
    v: float
    size_m: float
    depth_m: float
    kind: str
    turn_deg: float = 0.0
    is_used: bool = True

    def contact(self, limb: Limb) -> tuple[float, float, float]:
        """Where a hand's fingers or a foot's tip touch it, in the wall's coordinates."""
        if limb.is_hand:
            return self.u, self.v + 0.4 * self.size_m, 0.7 * self.depth_m
        return self.u, self.v + 0.5 * self.size_m, min(0.6 * self.depth_m, 0.05)


@dataclass(frozen=True)
class Contact:
    """A limb on a hold (or on the floor), from when to when.

    Attributes:
        limb: Which.
        hold: Row in the list of holds; -1 is the floor.
        touch: How.
        start: First frame of the contact.
        end: Frame after the last one.
    """

    limb: Limb
    hold: int
    touch: Touch
    start: int
    end: int


@dataclass(frozen=True)
class Phase:
    """A stretch of the climb with a name.

    Attributes:
        move: What happens.
        start: First frame.
        end: Frame after the last one.
        limbs: Which limbs move, none in a rest.
    """

    move: Move
    start: int
    end: int
    limbs: tuple[Limb, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """What the climber means to do, frame by frame; `motion.solve` finds a body that does it.

    Everything in the world's coordinates, metres. Where a limb is free, its target is a wish that
    gives way to the body; where it is in contact, its target must be met.

    Attributes:
        wall: The wall.
        fps: Frames a second.
        holds: All holds, decoration too.
        contacts: Who holds what.
        phases: In order, without gaps.
        in_contact: Whether the limb touches its target.
        target: Of the hand: where the fingers touch; of the foot: where its tip, heel or, flat on
            the floor, the ball of the foot touches.
        touch: Row into ``list(Touch)`` for each limb and frame.
        is_loose: The limb hangs or swings (shaking, flagging, cut loose, walking arms); its target
            then is only a direction to go for.
        pelvis: Wished middle between the hips; a first guess, good to a hand's breadth.
        trunk: Wished directions of the body's left, back and up at the pelvis, as columns: the
            rotation of the root bone.
        trunk_weight: How much these directions matter, 0 to 1.
        extension: Wished distance from shoulder to wrist, or hip to ankle, as a share of the
            straight limb's length.
        pole: Wished direction in which the elbow or knee points, from the limb's middle; unit.
        airborne: No contact, the centre of mass flies freely.
        gaze: Point that the climber looks at.
    """

    wall: Wall
    fps: float
    holds: tuple[Hold, ...]
    contacts: tuple[Contact, ...]
    phases: tuple[Phase, ...]
    in_contact: Bool[np.ndarray, "frames 4"]
    target: Float[np.ndarray, "frames 4 3"]
    touch: Int64[np.ndarray, "frames 4"]
    is_loose: Bool[np.ndarray, "frames 4"]
    pelvis: Float[np.ndarray, "frames 3"]
    trunk: Float[np.ndarray, "frames 3 3"]
    trunk_weight: Float[np.ndarray, " frames"]
    extension: Float[np.ndarray, "frames 4"]
    pole: Float[np.ndarray, "frames 4 3"]
    airborne: Bool[np.ndarray, " frames"]
    gaze: Float[np.ndarray, "frames 3"]

    def __len__(self) -> int:
        return len(self.pelvis)


@dataclass(frozen=True, eq=False)
class Climb:
    """A plan made true: the body's posture in each frame.

    Attributes:
        plan: What was meant.
        rotations: Of each bone of the body, from rest directions to the world's.
        joints: Where each bone begins, metres.
        contact_point: Where the fingers, toe tip or heel really are, metres; to be compared with
            the plan's targets.
    """

    plan: Plan
    rotations: Float32[np.ndarray, "frames bones 3 3"]
    joints: Float32[np.ndarray, "frames bones 3"]
    contact_point: Float32[np.ndarray, "frames 4 3"]

    def contact_error(self) -> Float[np.ndarray, "frames 4"]:
        """Metres between each limb and its target, NaN where it touches nothing."""
        error = np.linalg.norm(self.contact_point - self.plan.target, axis=-1)
        return np.where(self.plan.in_contact, error, np.nan)
