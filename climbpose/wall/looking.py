"""A video's pictures as the wall is looked for in them: small, grey, and without the climber."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, UInt8

from climbpose.pixels import Pixels
from climbpose.poses import PoseTrack
from climbpose.video import VideoReader

LONGER_SIDE = 640
"""Pixels of the longer side of a small picture."""

WINDOW = (15, 15)
"""Pixels around a point that are looked for in another picture."""

LEVELS = 3
"""How many times a small picture is halved, so that what moved far is found."""

_CELL = 4
"""The mask has one value for so many pixels each way."""

_EVENING = 31
"""Light that changes over so many pixels is taken off: phones change their exposure at will."""

_CLIMBER_MARGIN = 0.12
"""Of the keypoints' extent: hands, feet and clothes reach beyond the keypoints."""


@dataclass(frozen=True, eq=False)
class Look:
    """A small picture.

    Its points are continuous pixels from its top left corner, as everywhere.

    Attributes:
        row: Of the climber's track.
        grey: Its details, without slow changes of light; 128 is none.
        to_full: Pixels of the whole picture for each of its pixels, across and down.
        climber: The climber's keypoints in it; without those that are missing.
    """

    row: int
    grey: UInt8[np.ndarray, "height width"]
    to_full: Float64[np.ndarray, "2"]
    climber: Float32[np.ndarray, "keypoints 2"]

    @classmethod
    def of(cls, pixels: Pixels, row: int, xy: Float[np.ndarray, "keypoints 2"]) -> "Look":
        """The small picture of a whole one.

        Args:
            pixels: The whole picture.
            row: Of the climber's track.
            xy: The climber's keypoints in the whole picture; NaN where missing.
        """
        share = min(LONGER_SIDE / max(pixels.width, pixels.height), 1.0)
        small = pixels.reduced(
            max(round(pixels.width * share), 2), max(round(pixels.height * share), 2)
        ).rgb()
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        slow = cv2.blur(grey, (_EVENING, _EVENING))
        details = np.asarray(cv2.addWeighted(grey, 1.0, slow, -1.0, 128.0), np.uint8)
        to_full = np.array([pixels.width, pixels.height]) / (grey.shape[1], grey.shape[0])
        seen = xy[np.isfinite(xy).all(axis=1)].astype(np.float64)
        return cls(row, details, to_full, (seen / to_full).astype(np.float32))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        height, width = self.grey.shape
        return width, height

    @cached_property
    def sharpness(self) -> float:
        """How much detail there is; a picture taken in a quick turn has less than others."""
        _, deviation = cv2.meanStdDev(self.grey[::2, ::2])
        return float(deviation[0, 0])

    @cached_property
    def hidden(self) -> Bool[np.ndarray, "rows columns"]:
        """Where the climber is, one value for `_CELL` pixels each way."""
        width, height = self.size
        mask = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.uint8)
        if len(self.climber):
            hull = cv2.convexHull(self.climber / _CELL)
            extent = float(np.ptp(self.climber, axis=0).max()) / _CELL
            corners = [np.clip(hull, -4096, 4096).round().astype(np.int32)]
            cv2.fillPoly(mask, corners, 1)
            thickness = max(round(2 * _CLIMBER_MARGIN * extent), 2)
            cv2.polylines(mask, corners, isClosed=True, color=1, thickness=min(thickness, 255))
        return mask.astype(bool)

    def shows(self, points: Float[np.ndarray, "points 2"]) -> Bool[np.ndarray, " points"]:
        """Whether each point lies in the picture, and not where the climber is."""
        width, height = self.size
        margin = WINDOW[0] / 4
        x, y = points.T
        is_inside = (margin <= x) & (x <= width - margin) & (margin <= y) & (y <= height - margin)
        cells = (np.where(is_inside[:, None], points, margin) / _CELL).astype(np.int64)
        shown: np.ndarray = is_inside & ~self.hidden[cells[:, 1], cells[:, 0]]
        return shown


def looks(video: Path, poses: PoseTrack, rotate: int | None) -> Iterator[Look]:
    """A small picture for each row of the climber's track that the video has a picture for.

    Raises:
        UsageError: There is no such video.
        VideoError: It cannot be read.
    """
    rows = {int(index): row for row, index in enumerate(poses.frame_index)}
    last = int(poses.frame_index[-1]) if len(poses) else -1
    with VideoReader(video, rotate=rotate) as reader:
        for frame in reader:
            if frame.index > last:
                return
            if frame.index in rows:
                row = rows[frame.index]
                yield Look.of(frame.pixels, row, poses.xy[row])
