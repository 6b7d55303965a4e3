"""A climb as the measures see it: one climber on one wall, with what happened there."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float64

from climbpose.analytics.anatomy import (
    HIPS,
    LEAST_CONFIDENCE,
    SHOULDERS,
    body_scale,
    full_length,
    middle,
    tracked,
)
from climbpose.analytics.centre_of_mass import Sex, centre_of_mass
from climbpose.analytics.contacts import find_contacts, hanging_arms
from climbpose.analytics.filtering import bridged, low_passed, rates
from climbpose.analytics.limbs import LimbTracks, limb_tracks
from climbpose.analytics.moves import find_moves, find_rests
from climbpose.analytics.values import (
    GROUND,
    BodyScale,
    Contact,
    Hold,
    Limb,
    Move,
    Rest,
    while_climbing,
)
from climbpose.poses import LOW_CONFIDENCE, PoseTrack
from climbpose.skeleton import CLIMBING_25
from climbpose.wall.motion import CameraMotion

_SLOW_HZ = 2.0
"""Whether a whole body moves is told below this: above it a detector trembles."""

_FORESHORTENED = 0.6
"""A segment that looks shorter than this share of its full length leans to or from the camera."""


@dataclass(frozen=True, eq=False)
class Climb:
    """A climber's track before a wall, and what follows from it.

    Lengths are pixels of the wall frame unless their names say otherwise; x goes right, y down.

    Attributes:
        poses: The climber.
        camera: The camera's motion.
        height_m: The climber's stature, None where nobody gave it.
        sex: Whose proportions.
    """

    poses: PoseTrack
    camera: CameraMotion
    height_m: float | None = None
    sex: Sex = "mean"

    @property
    def time(self) -> Float64[np.ndarray, " frames"]:
        """Of each row, seconds."""
        return self.poses.time

    @cached_property
    def _unfiltered(self) -> Float64[np.ndarray, "frames keypoints 2"]:
        on_wall: np.ndarray = self.camera.on_wall(self.poses.xy)
        on_wall[~self.camera.is_known] = np.nan
        return on_wall

    @cached_property
    def scale(self) -> BodyScale:
        """The climber's size."""
        return body_scale(self.poses, self._unfiltered, self.height_m, self.sex)

    @property
    def body_px(self) -> float:
        """A body length, pixels."""
        return self.scale.length_px

    @cached_property
    def on_wall(self) -> Float64[np.ndarray, "frames keypoints 2"]:
        """The keypoints, low-passed, without the least sure."""
        known = tracked(self.poses, self._unfiltered, LEAST_CONFIDENCE)
        flat: np.ndarray = low_passed(known.reshape(len(known), 2 * known.shape[1]), self.time)
        on_wall: np.ndarray = flat.reshape(known.shape)
        return on_wall

    @cached_property
    def is_sure(self) -> Bool[np.ndarray, "frames keypoints"]:
        """Whether a keypoint may be read by itself, not only as a part of a mean."""
        sure = tracked(self.poses, self._unfiltered, LOW_CONFIDENCE)[..., 0]
        is_sure: np.ndarray = np.isfinite(bridged(sure, self.time))
        return is_sure

    @cached_property
    def limbs(self) -> LimbTracks:
        """Hands and feet."""
        return limb_tracks(self.poses, self._unfiltered)

    @cached_property
    def _mass(self) -> tuple[Float64[np.ndarray, "frames 2"], Float64[np.ndarray, " frames"]]:
        return centre_of_mass(self.on_wall, self.sex)

    @property
    def centre(self) -> Float64[np.ndarray, "frames 2"]:
        """The centre of mass, NaN where missing."""
        return self._mass[0]

    @property
    def coverage(self) -> Float64[np.ndarray, " frames"]:
        """Share of the body's mass that the centre of mass was computed from."""
        return self._mass[1]

    @cached_property
    def velocity(self) -> Float64[np.ndarray, "frames 2"]:
        """Of the centre of mass, body lengths a second."""
        return rates(self.centre, self.time) / self.body_px

    @cached_property
    def speed(self) -> Float64[np.ndarray, " frames"]:
        """Of the centre of mass, body lengths a second."""
        speed: np.ndarray = np.linalg.norm(self.velocity, axis=1)
        return speed

    @cached_property
    def slow_speed(self) -> Float64[np.ndarray, " frames"]:
        """The same of the calmer part of the movement: whether the body goes anywhere."""
        slow = low_passed(self.centre, self.time, _SLOW_HZ)
        speed: np.ndarray = np.linalg.norm(rates(slow, self.time), axis=1) / self.body_px
        return speed

    @cached_property
    def _holding(self) -> tuple[list[Hold], list[Contact]]:
        return find_contacts(self.poses, self.on_wall, self.limbs, self.body_px)

    @property
    def holds(self) -> list[Hold]:
        """In order of first use."""
        return self._holding[0]

    @property
    def contacts(self) -> list[Contact]:
        """In order of time."""
        return self._holding[1]

    @cached_property
    def moves(self) -> list[Move]:
        """Of the hands, in order of time."""
        is_hanging = hanging_arms(self.on_wall)
        return find_moves(self.contacts, is_hanging, self.centre, self.time, self.body_px)

    @cached_property
    def rests(self) -> list[Rest]:
        """On the wall, in order of time."""
        return find_rests(np.where(self.is_climbing, self.slow_speed, np.nan), self.time)

    @cached_property
    def is_climbing(self) -> Bool[np.ndarray, " frames"]:
        """See `while_climbing`."""
        return while_climbing(self.contacts, len(self.poses))

    @cached_property
    def in_contact(self) -> Bool[np.ndarray, "frames 4"]:
        """Whether each limb holds something; the ground counts."""
        rows = np.zeros((len(self.poses), len(Limb)), bool)
        for one in self.contacts:
            rows[one.start : one.end, one.limb] = True
        return rows

    @cached_property
    def seconds(self) -> Float64[np.ndarray, " frames"]:
        """How long each row lasts; the last one as long as the one before."""
        if len(self.time) < 2:
            return np.zeros(len(self.time))
        steps = np.diff(self.time)
        return np.append(steps, steps[-1])

    @cached_property
    def climbing_s(self) -> float:
        """How long the climber was on the wall."""
        return float(self.seconds[self.is_climbing].sum())

    def contacts_of(self, *limbs: Limb) -> list[Contact]:
        """On the wall, of some of the limbs, in order of time."""
        return [one for one in self.contacts if one.limb in limbs and one.hold != GROUND]

    def share_of_time(self, rows: Bool[np.ndarray, " frames"]) -> float:
        """Percent of the time on the wall; NaN where there is none."""
        if self.climbing_s <= 0:
            return float("nan")
        return 100 * float(self.seconds[rows & self.is_climbing].sum()) / self.climbing_s

    def angle_deg(
        self, first: str, vertex: str, last: str
    ) -> tuple[Float64[np.ndarray, " frames"], Bool[np.ndarray, " frames"]]:
        """The angle at a keypoint between two others, as the picture shows it.

        Returns:
            Degrees from 0 to 180, NaN where a keypoint is missing; and whether it may be read:
            its keypoints are sure, and neither side is foreshortened.
        """
        points = CLIMBING_25.indices(first, vertex, last)
        a, b, c = (self.on_wall[:, point] for point in points)
        sides, is_long = [], np.ones(len(a), bool)
        for end in (a, c):
            side = end - b
            length = np.linalg.norm(side, axis=1)
            with np.errstate(invalid="ignore"):
                is_long &= length >= _FORESHORTENED * full_length(length)
            sides.append(side)
        cross = sides[0][:, 0] * sides[1][:, 1] - sides[0][:, 1] * sides[1][:, 0]
        angle = np.degrees(np.arctan2(np.abs(cross), (sides[0] * sides[1]).sum(axis=1)))
        return angle, is_long & self.is_sure[:, points].all(axis=1)

    def tilt_deg(
        self, lower: Iterable[str], upper: Iterable[str]
    ) -> Float64[np.ndarray, " frames"]:
        """How far the line between two middles leans from plumb; above 0 to the right."""
        low = middle(self.on_wall, CLIMBING_25.indices(*lower))
        high = middle(self.on_wall, CLIMBING_25.indices(*upper))
        line = high - low
        tilt: np.ndarray = np.degrees(np.arctan2(line[:, 0], -line[:, 1]))
        return tilt

    @cached_property
    def hips(self) -> Float64[np.ndarray, "frames 2"]:
        """The middle of the hips."""
        return middle(self.on_wall, HIPS)

    @cached_property
    def shoulders(self) -> Float64[np.ndarray, "frames 2"]:
        """The middle of the shoulders."""
        return middle(self.on_wall, SHOULDERS)
