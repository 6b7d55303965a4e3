"""What pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.values import Measures
from climbpose.comparing.alignment import Alignment
from climbpose.comparing.registration import Registration
from climbpose.poses import VideoInfo
from climbpose.wall.picture import WallPicture

EMBED_BYTES = 12_000_000
"""Videos up to this size are put into the page."""


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """What a page shows of one climb.

    Attributes:
        title: Of the climb, such as the video's name.
        video: The source.
        measures: What was measured of it.
        annotated: The annotated video, None where there is none.
        wall: The wall's picture, None where there is none.
        offset_s: Time of the tracks at which the annotated video's own clock is zero.
        notes: What to know beside the measures' own warnings, one line each.
    """

    title: str
    video: VideoInfo
    measures: Measures
    annotated: Path | None = None
    wall: WallPicture | None = None
    offset_s: float = 0.0
    notes: Sequence[str] = ()

    @property
    def times(self) -> Float64[np.ndarray, " frames"]:
        """The frames' times on the annotated video's clock, seconds."""
        times: np.ndarray = self.measures.poses.time - self.offset_s
        return times

    @property
    def seconds(self) -> float:
        """When the last frame ends, on the annotated video's clock."""
        times = self.times
        if not len(times):
            return 0.0
        step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        return float(times[-1]) + step


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two climbs on one wall, laid beside each other: A and B.

    Attributes:
        first: A, whose wall frame and clock are everybody's.
        second: B.
        registration: How B's wall lies on A's.
        alignment: Which moments and moves belong together.
        films: Videos of both, by title, such as a ghost overlay.
        notes: What else is to be known, one line each.
    """

    first: Climb
    second: Climb
    registration: Registration
    alignment: Alignment
    films: Mapping[str, Path] = field(default_factory=dict)
    notes: Sequence[str] = ()
