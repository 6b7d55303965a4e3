"""Tracks as OpenSim's TRC, with the marker names of Pose2Sim's BLAZEPOSE models.

The format knows no gaps and one frame rate: so the rows run evenly from the first to the last frame
with the climber, at the video's usual rate, and what is missing in between is bridged in a straight
line, at the ends by the nearest place. What was bridged is listed behind the file's name in the
first line, which readers do not interpret, and the longest is told to the user; a keypoint that was
never seen is left out. Units are pixels, since a video does not tell metres: x to the right, y up,
from the picture's top left corner, so that y is negative; z is 0.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Float64

from climbpose.exporters.base import check_rows, register
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack

MARKERS = {
    f"{letter}{marker}": f"{side}_{part}"
    for letter, side in (("R", "right"), ("L", "left"))
    for marker, part in (
        *(("Hip", "hip"), ("Knee", "knee"), ("Ankle", "ankle"), ("Heel", "heel")),
        *(("BigToe", "toes"), ("Ear", "ear"), ("Shoulder", "shoulder"), ("Elbow", "elbow")),
        *(("Wrist", "wrist"), ("Pinky", "pinky"), ("Index", "index"), ("Thumb", "thumb")),
    )
} | {"Nose": "nose"}
"""Our keypoint of each marker."""

UNITS = "px"

_FALLBACK_FPS = 30.0
_SAME_RATE = 0.01
_HEADER = (
    *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
    *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
)


@dataclass(frozen=True)
class _Gap:
    """Where a marker was put in by us, seconds."""

    marker: str
    start: float
    end: float

    def __str__(self) -> str:
        return f"{self.marker} {self.start:.3f}-{self.end:.3f} s"


@dataclass(frozen=True, eq=False)
class _Markers:
    """Evenly timed markers without gaps.

    Attributes:
        names: Of those that were ever seen.
        fps: Rows a second.
        time: Seconds.
        xy: Pixels, y down.
        gaps: What was bridged.
        absent: Markers that were never seen.
    """

    names: list[str]
    fps: float
    time: Float64[np.ndarray, " rows"]
    xy: Float64[np.ndarray, "rows markers 2"]
    gaps: list[_Gap]
    absent: list[str]

    @property
    def note(self) -> str:
        """What is not as it was seen; empty if nothing is."""
        absent = f"never seen: {', '.join(self.absent)}" if self.absent else ""
        bridged = f"bridged: {', '.join(map(str, self.gaps))}" if self.gaps else ""
        return "; ".join(filter(None, (absent, bridged)))


@register("trc")
@dataclass(eq=False)
class Trc:
    """Writes the markers.

    Attributes:
        warnings: What was bridged, filled while writing.
    """

    suffix: ClassVar[str] = "_markers.trc"

    warnings: list[str] = field(default_factory=list)

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file.

        Raises:
            TracksError: The times are those of no video.
        """
        poses, fps = analysis.poses, _rate(analysis)
        check_rows(round((poses.time[-1] - poses.time[0]) * fps) + 1, path)
        markers = _even(poses, fps)
        name = " ".join(path.name.encode("utf-8", "replace").decode().split())
        with part_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join(_head(markers, name)) + "\n\n")
            for row, (time, places) in enumerate(zip(markers.time, markers.xy, strict=True)):
                cells = (f"{x:.3f}\t{-y:.3f}\t0.000" for x, y in places)
                file.write("\t".join((str(row + 1), f"{time:.6f}", *cells)) + "\n")
        if markers.gaps:
            longest = max(markers.gaps, key=lambda gap: gap.end - gap.start)
            self.warnings.append(
                f"{name}: gaps that were bridged: {len(markers.gaps)}, the longest {longest}; its "
                "first line lists them"
            )


def _head(markers: _Markers, name: str) -> list[str]:
    fps, count = f"{markers.fps:.6f}".rstrip("0").rstrip("."), str(len(markers.time))
    values = (fps, fps, count, str(len(markers.names)), UNITS, fps, "1", count)
    columns = [cell for marker in markers.names for cell in (marker, "", "")]
    axes = [f"{axis}{number + 1}" for number in range(len(markers.names)) for axis in "XYZ"]
    note = f" ({markers.note})" if markers.note else ""
    return [
        "\t".join(("PathFileType", "4", "(X/Y/Z)", name + note)),
        "\t".join(_HEADER),
        "\t".join(values),
        "\t".join(("Frame#", "Time", *columns)).rstrip("\t"),
        "\t".join(("", "", *axes)),
    ]


def _rate(analysis: Analysis) -> float:
    """Rows a second: the video's stated rate, unless most frames are at another."""
    steps = np.diff(analysis.poses.time)
    stated = float(analysis.video.fps or _FALLBACK_FPS)
    usual = 1 / float(np.median(steps)) if len(steps) else stated
    return stated if abs(stated / usual - 1) < _SAME_RATE else usual


def _even(poses: PoseTrack, fps: float) -> _Markers:
    """The markers, evenly timed and without gaps."""
    rows = np.flatnonzero(poses.has_climber)
    first, last = (rows[0], rows[-1] + 1) if len(rows) else (0, 0)
    time, xy = poses.time[first:last], poses.xy[first:last].astype(float)
    count = round((time[-1] - time[0]) * fps) + 1 if len(time) else 0
    even = time[0] + np.arange(count) / fps if count else np.zeros(0)
    names, places, gaps, absent = [], [], [], []
    for marker, name in MARKERS.items():
        here = xy[:, poses.skeleton.index(name)]
        is_seen = np.isfinite(here).all(axis=1)
        if not is_seen.any():
            absent.append(marker)
            continue
        names.append(marker)
        places.append(_interpolated(even, time[is_seen], here[is_seen]))
        gaps += [_Gap(marker, *span) for span in _spans(time, ~is_seen)]
    stacked = np.stack(places, axis=1) if places else np.zeros((count, 0, 2))
    return _Markers(names, fps, even, stacked, gaps, absent)


def _interpolated(
    even: Float64[np.ndarray, " rows"],
    time: Float64[np.ndarray, " seen"],
    xy: Float[np.ndarray, "seen 2"],
) -> Float64[np.ndarray, "rows 2"]:
    return np.stack([np.interp(even, time, xy[:, axis]) for axis in range(2)], axis=1)


def _spans(
    time: Float64[np.ndarray, " frames"], is_gap: Bool[np.ndarray, " frames"]
) -> list[tuple[float, float]]:
    """First and last time of each run of gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_gap, [False]]).astype(np.int8)))
    return [
        (float(time[start]), float(time[end - 1]))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
