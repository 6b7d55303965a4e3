"""From a region to a person's keypoints: crop, network, refinement, back to the picture."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64, UInt8
from scipy.special import expit

from climbpose.detectors.blazepose.networks import (
    LANDMARK_HEATMAP,
    LANDMARK_INPUT,
    LandmarkNetwork,
    RawLandmarks,
)
from climbpose.detectors.blazepose.regions import Region

BLAZEPOSE_OF_CLIMBING: Int64[np.ndarray, "25"] = np.array([0, 7, 8, *range(11, 33)])
"""Of each of the 25 keypoints, its index among BlazePose's 33."""

_AXIS = (33, 34)
"""The landmarks that steer the next region: hips' centre and a point on the body's circle."""

_CELL = LANDMARK_INPUT // LANDMARK_HEATMAP
_REACH = 4
"""Refinement looks at 9 x 9 cells around the regressed point."""

_MIN_PEAK = 0.5
"""A heatmap with a lower peak around the point does not refine it."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A person's landmarks.

    Attributes:
        region: Where they were looked for.
        xy: Pixels.
        visibility: In [0, 1].
        spread: Standard deviation of the heatmap's peak, pixels.
        world: Metres from the hips' centre, x right and y down along the picture's sides.
        score: Probability that a person is there.
        next_region: Where the person would be looked for in the next frame.
    """

    region: Region
    xy: Float32[np.ndarray, "25 2"]
    visibility: Float32[np.ndarray, "25"]
    spread: Float32[np.ndarray, "25"]
    world: Float32[np.ndarray, "25 3"]
    score: float
    next_region: Region


def find_body(network: LandmarkNetwork, image: UInt8[np.ndarray, "h w 3"], region: Region) -> Body:
    """The landmarks of the person that ``region`` is centred on."""
    raw = network(region.crop(image, LANDMARK_INPUT))
    kept = np.concatenate([BLAZEPOSE_OF_CLIMBING, _AXIS])
    crop_xy, spread = _refine(raw, kept)
    matrix = region.to_image(LANDMARK_INPUT)
    xy = crop_xy @ matrix[:, :2].T + matrix[:, 2]
    cos, sin = np.cos(region.rotation), np.sin(region.rotation)
    upright = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float32)
    return Body(
        region=region,
        xy=xy[:-2].astype(np.float32),
        visibility=expit(raw.points[BLAZEPOSE_OF_CLIMBING, 3]),
        spread=(spread[:-2] * (region.size / LANDMARK_INPUT)).astype(np.float32),
        world=raw.world[BLAZEPOSE_OF_CLIMBING] @ upright.T,
        score=raw.person,
        next_region=Region.from_axis(xy[-2], xy[-1]),
    )


def _refine(
    raw: RawLandmarks, kept: Int64[np.ndarray, " n"]
) -> tuple[Float32[np.ndarray, "n 2"], Float32[np.ndarray, " n"]]:
    """Regressed points drawn to their heatmaps' centre of mass, and the peaks' spread, crop pixels.

    The spread is taken around the same 9 x 9 cells, where the peak is high enough to refine; a
    landmark without such a peak gets the spread of a flat window.
    """
    points = raw.points[kept, :2]
    offsets = np.arange(-_REACH, _REACH + 1)
    centre = (points / _CELL).astype(np.int64)
    x = centre[:, 0, None] + offsets
    y = centre[:, 1, None] + offsets
    is_inside = ((y >= 0) & (y < LANDMARK_HEATMAP))[:, :, None] & (
        (x >= 0) & (x < LANDMARK_HEATMAP)
    )[:, None, :]
    last = LANDMARK_HEATMAP - 1
    logits = raw.heatmaps[
        np.clip(y, 0, last)[:, :, None], np.clip(x, 0, last)[:, None, :], kept[:, None, None]
    ]
    weights = np.where(is_inside, expit(logits), np.float32(0))
    total = np.maximum(weights.sum(axis=(1, 2)), 1e-6)
    mean_x = (weights * x[:, None, :]).sum(axis=(1, 2)) / total
    mean_y = (weights * y[:, :, None]).sum(axis=(1, 2)) / total
    variance = (
        weights
        * (
            (x[:, None, :] - mean_x[:, None, None]) ** 2
            + (y[:, :, None] - mean_y[:, None, None]) ** 2
        )
    ).sum(axis=(1, 2)) / (2 * total)
    is_refined = weights.max(axis=(1, 2)) >= _MIN_PEAK
    refined = np.where(is_refined[:, None], np.stack([mean_x, mean_y], axis=1) * _CELL, points)
    flat = (2 * _REACH + 1) ** 2 / 12
    spread = np.sqrt(np.where(is_refined, variance, flat)) * _CELL
    return refined.astype(np.float32), spread.astype(np.float32)
