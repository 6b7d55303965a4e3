"""The values that pass between the stages.

All coordinates are pixels of the upright picture, continuous, from its top left corner (the first
pixel's centre is at 0.5, 0.5). All times are presentation times, seconds on the video's own clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64, UInt8

from climbpose.pixels import Pixels
from climbpose.skeleton import CLIMBING_25, Skeleton

HEATMAP_SIZE = 56
"""Rows and columns of a heatmap."""

BOX_MARGIN = 0.1
"""A person's box goes beyond the keypoints by this share of their extent on each side."""

LOW_CONFIDENCE = 0.3
"""Below this confidence a keypoint is a guess: its status says so and it is drawn faint."""


class Status(IntEnum):
    """How a keypoint's coordinates came about.

    A keypoint of several is what comes first of missing, filled, low, recovered (put in between
    frames that were looked at), swapped (the detector took left for right; smoothed, where the
    others are) and smoothed or detected.

    Arrays are compared with a status's ``value``: given the member itself, NumPy asks it for
    attributes that it lacks and can swallow a Ctrl-C meanwhile.
    """

    DETECTED = 0
    SMOOTHED = 1
    FILLED = 2
    LOW = 3
    MISSING = 4
    SWAPPED = 5
    RECOVERED = 6

    @property
    def word(self) -> str:
        """The status as written in files."""
        return self.name.lower()


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture.

    Attributes:
        index: Position in decoding order, from 0 at the file's first picture.
        time: Presentation time in seconds, exact.
        pixels: What it shows, upright.
    """

    index: int
    time: Fraction
    pixels: Pixels

    @cached_property
    def image(self) -> UInt8[np.ndarray, "height width 3"]:
        """The whole picture as RGB, made when it is asked for."""
        return self.pixels.rgb()


@runtime_checkable
class HeatmapSource(Protocol):
    """Heatmaps that are made when they are asked for: a frame's dense maps take 314 kB."""

    def render(self) -> Float32[np.ndarray, "keypoints rows cols"]:
        """The dense heatmaps, scores in [0, 1]."""
        ...

    def peaks(
        self,
    ) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
        """Sub-cell positions (x, y; the first cell's centre is 0.5) and confidences.

        A keypoint whose map is empty has NaN and 0.
        """
        ...


def widened_box(xy: Float32[np.ndarray, "keypoints 2"]) -> Float32[np.ndarray, "4"]:
    """The keypoints' extent, each side widened by a tenth of it, at least one pixel wide.

    Args:
        xy: Pixels; rows with NaN are left out.
    """
    low, high = np.nanmin(xy, axis=0), np.nanmax(xy, axis=0)
    margin = np.maximum((high - low) * np.float32(BOX_MARGIN), np.float32(0.5))
    return np.concatenate([low - margin, high + margin]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One person in one frame, before smoothing.

    Attributes:
        frame_index: The frame's index.
        time: The frame's presentation time, seconds.
        box: ``x1 y1 x2 y2`` in pixels, the area that the heatmaps cover: the keypoints' extent with
            each side widened by 10 %.
        maps: The heatmaps over the box.
        score: The detector's belief in [0, 1] that a person is there.
        is_filled: The detector did not see the person here; a short gap was bridged.
        world: Metres from the hips' centre, along the picture's sides and into it; None where the
            detector does not say.
    """

    frame_index: int
    time: float
    box: Float32[np.ndarray, "4"]
    maps: HeatmapSource
    score: float
    is_filled: bool = False
    world: Float[np.ndarray, "keypoints 3"] | None = None

    def keypoints(
        self,
    ) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
        """The peaks of the heatmaps in pixels, and their confidences."""
        cells, confidence = self.maps.peaks()
        scale = (self.box[2:] - self.box[:2]) / np.float32(HEATMAP_SIZE)
        return self.box[:2] + cells * scale, confidence


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One person in one frame, after smoothing.

    Attributes:
        frame_index: The frame's index.
        time: The frame's presentation time, seconds.
        xy: Pixels; NaN where missing.
        confidence: In [0, 1]; 0 where missing.
        status: A `Status` for each keypoint.
    """

    frame_index: int
    time: float
    xy: Float32[np.ndarray, "keypoints 2"]
    confidence: Float32[np.ndarray, " keypoints"]
    status: UInt8[np.ndarray, " keypoints"]


@dataclass(frozen=True, slots=True, eq=False)
class PoseTrack:
    """All poses of one climber: one row for every decoded frame, with or without the climber.

    Attributes:
        frame_index: Frame indices, ascending.
        time: Presentation times, seconds, ascending.
        xy: Pixels; NaN where missing.
        confidence: In [0, 1]; 0 where missing.
        status: A `Status` for each keypoint.
        skeleton: Names the keypoints.
    """

    frame_index: Int64[np.ndarray, " frames"]
    time: Float64[np.ndarray, " frames"]
    xy: Float32[np.ndarray, "frames keypoints 2"]
    confidence: Float32[np.ndarray, "frames keypoints"]
    status: UInt8[np.ndarray, "frames keypoints"]
    skeleton: Skeleton = CLIMBING_25

    def __post_init__(self) -> None:
        if self.xy.shape[1] != len(self.skeleton):
            raise ValueError(
                f"{self.skeleton.name} has {len(self.skeleton)} keypoints, got {self.xy.shape[1]}"
            )

    def __len__(self) -> int:
        return len(self.frame_index)

    def __getitem__(self, row: int) -> Pose:
        return Pose(
            frame_index=int(self.frame_index[row]),
            time=float(self.time[row]),
            xy=self.xy[row],
            confidence=self.confidence[row],
            status=self.status[row],
        )

    def __iter__(self) -> Iterator[Pose]:
        return (self[row] for row in range(len(self)))

    @property
    def has_climber(self) -> np.ndarray:
        """For each row, whether any keypoint is there."""
        present: np.ndarray = (self.status != Status.MISSING.value).any(axis=1)
        return present


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video file says of itself; frame counts come from decoding, never from here.

    Attributes:
        path: The file.
        width: Width of the upright picture, pixels.
        height: Height of the upright picture, pixels.
        rotation: Degrees clockwise by which the stored picture was turned to stand upright.
        fps: Average frames a second as stated, None where the file does not say.
        duration: Seconds as stated, None where the file does not say.
        codec: Name of the video codec.
        pixel_format: Of the stored pictures, such as ``yuv420p10le``.
        audio_codec: Name of the first audio stream's codec, None without sound.
    """

    path: Path
    width: int
    height: int
    rotation: int
    fps: Fraction | None
    duration: float | None
    codec: str
    pixel_format: str
    audio_codec: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is known of one video, for the exporters.

    Attributes:
        video: The source.
        poses: The climber, smoothed.
        raw: The climber as detected, None unless somebody asked for it.
        detections: The climber's detections by frame index; empty unless somebody asked for them.
    """

    video: VideoInfo
    poses: PoseTrack
    raw: PoseTrack | None = None
    detections: Mapping[int, Detection] = field(default_factory=dict)
