"""The part of a frame that a sample keeps: a square around one person, upright as the frame is."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.detectors.following.regions import Region
from climbpose.pixels import RgbPixels
from climbpose.skeleton import CLIMBING_25
from climbpose.training.samples import REACH, SIDE

MIN_REGION_PX = 90.0
"""People whose region is smaller show too little to learn from."""

_RADIUS = 0.95
"""Of a body's circle over its farthest keypoint from the hips; BlazePose's is a little smaller."""

_LARGEST_PX = 1600
"""Larger squares are first shrunk to this side, so that no pixels are skipped."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A square of a frame, and where the person is in it.

    Attributes:
        image: `SIDE` pixels square.
        region: Where a tracker would look, pixels of the square.
        centre: Of the square, pixels of the frame.
        zoom: Pixels of the square for one of the frame.
    """

    image: UInt8[np.ndarray, "side side 3"]
    region: Region
    centre: Float32[np.ndarray, "2"]
    zoom: float

    @classmethod
    def around(cls, image: UInt8[np.ndarray, "h w 3"], region: Region) -> "Cut":
        """The square around a region of a frame, with room to turn and shift the region."""
        square = Region(region.x, region.y, region.size * REACH, 0.0)
        side = SIDE if square.size <= SIDE * 2 else min(int(square.size), _LARGEST_PX)
        pixels = square.crop(RgbPixels(image), side)
        if side != SIDE:
            pixels = np.asarray(
                cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8
            )
        zoom = SIDE / square.size
        return cls(
            image=pixels,
            region=Region(SIDE / 2, SIDE / 2, region.size * zoom, region.rotation),
            centre=np.array([region.x, region.y], np.float32),
            zoom=zoom,
        )

    def place(self, xy: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
        """Points of the frame in pixels of the square."""
        placed: Float32[np.ndarray, "n 2"] = (xy - self.centre) * np.float32(self.zoom)
        return placed + np.float32(SIDE / 2)


def region_of(xy: Float32[np.ndarray, "25 2"]) -> Region | None:
    """Where a tracker would look for a body; None where its trunk is not known.

    Args:
        xy: Keypoints, pixels; NaN where unknown.
    """
    hips = xy[CLIMBING_25.indices("left_hip", "right_hip")].mean(axis=0)
    shoulders = xy[CLIMBING_25.indices("left_shoulder", "right_shoulder")].mean(axis=0)
    if not np.isfinite(shoulders - hips).all():
        return None
    farthest = float(np.nanmax(np.hypot(*(xy - hips).T)))
    return Region.around(hips, shoulders, farthest * _RADIUS)
