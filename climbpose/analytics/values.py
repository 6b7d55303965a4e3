"""What is measured of a climb: events on the wall, series over time, and figures.

Rows are those of the climber's track; times are seconds on the video's own clock; wall coordinates
are pixels of the wall frame (see `climbpose.wall.motion`). A **body length** (BL) is the length of
the trunk, from the middle of the shoulders to the middle of the hips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from climbpose.poses import PoseTrack
from climbpose.skeleton import Limb as Limb
from climbpose.wall.motion import CameraMotion

GROUND = 0
"""Number of the ground in place of a hold's."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A place on the wall that a hand or foot held; numbers follow the order of first use.

    Attributes:
        number: From 1.
        xy: Wall coordinates.
        limbs: Who held it, in order of first use.
    """

    number: int
    xy: tuple[float, float]
    limbs: tuple[Limb, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A hand or foot that rests on a place of the wall (or, a foot, on the ground).

    Attributes:
        limb: Which.
        hold: Number of the hold, or `GROUND`.
        start: First row.
        end: Row after the last one.
        start_s: When it began.
        end_s: When it ended.
        xy: Where, wall coordinates.
        adjustments: How often the limb left the place a little and came back: regrips of a hand,
            re-placements of a foot.
        confidence: Mean confidence of the keypoints, 0 to 1.
    """

    limb: Limb
    hold: int
    start: int
    end: int
    start_s: float
    end_s: float
    xy: tuple[float, float]
    adjustments: int
    confidence: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


def while_climbing(contacts: Sequence[Contact], frames: int) -> Bool[np.ndarray, " frames"]:
    """Rows from the first to the last hold of a hand: on the wall, as far as can be seen."""
    held = [one for one in contacts if one.limb.is_hand and one.hold != GROUND]
    rows = np.zeros(frames, bool)
    if held:
        rows[min(one.start for one in held) : max(one.end for one in held)] = True
    return rows


@dataclass(frozen=True, slots=True)
class Move:
    """A hand goes from one hold to another.

    Attributes:
        number: From 1, in the order in which the hands arrive.
        limb: Which.
        start: First row: the hand leaves the hold, or sets out after it was shaken out or chalked.
        end: Row after the last one: the hand has arrived.
        start_s: When it leaves or sets out.
        end_s: When it arrives.
        from_hold: Number of the hold left; 0 the ground, None where it is not known.
        to_hold: Number of the hold reached, None where it is not known.
        reach_bl: Distance between the two places, body lengths; NaN where it is not known.
        rest_before_s: Seconds since the hand move before ended.
        ldlj: Log dimensionless jerk of the centre of mass, NaN where it cannot be known.
        peak_speed_bl_s: Highest speed of the centre of mass meanwhile, NaN where not known.
    """

    number: int
    limb: Limb
    start: int
    end: int
    start_s: float
    end_s: float
    from_hold: int | None
    to_hold: int | None
    reach_bl: float
    rest_before_s: float
    ldlj: float
    peak_speed_bl_s: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rest:
    """A stretch in which the climber hardly moved.

    Attributes:
        start: First row.
        end: Row after the last one.
        start_s: When it began.
        end_s: When it ended.
    """

    start: int
    end: int
    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A value over time.

    Attributes:
        name: In files, such as ``left_elbow_angle_deg``: its unit ends it.
        label: For people, such as ``left elbow``.
        group: What is plotted together: ``angle``, ``speed``, ``height``, ``coverage``, ...
        unit: Such as ``deg``.
        values: One for each row; NaN where it cannot be known.
        is_sure: Whether the value may be read as it is; False where a segment is foreshortened or a
            keypoint unsure.
    """

    name: str
    label: str
    group: str
    unit: str
    values: Float64[np.ndarray, " frames"]
    is_sure: Bool[np.ndarray, " frames"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a climb, and what is to be known to read it.

    Attributes:
        name: In files, such as ``moves_per_minute``.
        label: For people.
        group: One of `climbpose.analytics.figures.GROUPS`.
        value: NaN where it cannot be known.
        unit: Such as ``s``, ``%``, ``BL``, ``1/min``; empty for a bare number.
        meaning: What it says, one sentence.
        caveat: Where it misleads, one sentence.
        source: Where the formula comes from.
        missing: Why there is no value, empty where there is one.
    """

    name: str
    label: str
    group: str
    value: float
    unit: str
    meaning: str
    caveat: str
    source: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class BodyScale:
    """How large the climber is.

    Attributes:
        length_px: A body length in the wall frame, pixels; NaN where the trunk is never seen.
        metres: A body length in metres, NaN where nobody gave the climber's height.
    """

    length_px: float
    metres: float


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """All that is measured of one climb.

    Attributes:
        poses: The climber as tracked, pixels.
        camera: The camera's motion.
        scale: The climber's size.
        on_wall: The keypoints in the wall frame, filtered.
        limbs: Where hands (knuckles) and feet (toes) are, wall frame, filtered.
        centre_of_mass: Wall frame; NaN where too little of the body is known.
        coverage: Share of the body's mass that the centre of mass was computed from.
        holds: In order of first use.
        contacts: In order of time.
        moves: In the order in which the hands arrive.
        rests: In order of time.
        series: Over time.
        figures: In order of importance within their groups.
        warnings: What to know before reading any of it, one line each.
    """

    poses: PoseTrack
    camera: CameraMotion
    scale: BodyScale
    on_wall: Float64[np.ndarray, "frames keypoints 2"]
    limbs: Float64[np.ndarray, "frames 4 2"]
    centre_of_mass: Float64[np.ndarray, "frames 2"]
    coverage: Float64[np.ndarray, " frames"]
    holds: Sequence[Hold]
    contacts: Sequence[Contact]
    moves: Sequence[Move]
    rests: Sequence[Rest]
    series: Sequence[Series]
    figures: Sequence[Figure]
    warnings: Sequence[str]
