"""What every smoother has to beat: the raw keypoints less a constant offset, and plain means."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64

BIAS, REPAIRED = "bias", "repaired"

MEANS: Mapping[str, int] = {"mean_5": 5, "mean_9": 9}
"""Frames of each sliding mean."""

BASELINES = (BIAS, *MEANS, REPAIRED)
"""What may be named beside smoothers: the raw keypoints moved by a constant offset, their means
over 5 and 9 frames, and they themselves with left and right put right."""

_NEAR = 0.5
"""An offset of more torso lengths than this is a gross error, of which nothing is learned."""


class Offsets(NamedTuple):
    """How far labels lie from what was seen in a clip.

    Attributes:
        total: Sum over its frames, torso lengths.
        frames: Of how many frames.
    """

    total: Float64[np.ndarray, "keypoints 2"]
    frames: Int64[np.ndarray, " keypoints"]

    @classmethod
    def of(
        cls,
        apart: Float[np.ndarray, "frames keypoints 2"],
        is_judged: Bool[np.ndarray, "frames keypoints"],
    ) -> "Offsets":
        """Those of a clip.

        Args:
            apart: Labels less what was seen, torso lengths.
            is_judged: Which of them count; gross errors and NaN do not in any case.
        """
        counts = is_judged & (np.linalg.norm(apart, axis=2) <= _NEAR)
        exact = np.where(counts[:, :, None], apart, 0.0).astype(np.float64)
        return cls(exact.sum(axis=0), counts.sum(axis=0).astype(np.int64))


def biases(clips: Sequence[Offsets]) -> list[Float64[np.ndarray, "keypoints 2"]]:
    """For each clip the mean offset of all others, torso lengths; 0 where they tell nothing.

    A clip never has its own labels taken into account.
    """
    totals = np.stack([clip.total for clip in clips])
    counts = np.stack([clip.frames for clip in clips])
    others = totals.sum(axis=0) - totals
    known = counts.sum(axis=0) - counts
    return list(others / np.maximum(known, 1)[:, :, None] * (known > 0)[:, :, None])


def sliding_mean(
    xy: Float32[np.ndarray, "frames keypoints 2"], length: int
) -> Float32[np.ndarray, "frames keypoints 2"]:
    """Means over frames, centred; shorter to both sides where a keypoint begins, ends or is gone.

    Args:
        xy: Of successive frames; NaN where missing, which it stays.
        length: Frames, an odd number.
    """
    is_there = np.isfinite(xy).all(axis=2)
    reach = np.minimum(_run_lengths(is_there), _run_lengths(is_there[::-1])[::-1])
    half = np.clip(reach - 1, 0, length // 2)
    sums = np.zeros((len(xy) + 1, *xy.shape[1:]))
    np.cumsum(np.where(is_there[:, :, None], xy, 0.0), axis=0, out=sums[1:])
    rows, columns = np.arange(len(xy))[:, None], np.arange(xy.shape[1])
    inside = sums[np.minimum(rows + half + 1, len(xy)), columns] - sums[rows - half, columns]
    mean = inside / (2 * half + 1)[:, :, None]
    smooth: np.ndarray = np.where(is_there[:, :, None], mean, np.nan).astype(np.float32)
    return smooth


def _run_lengths(
    is_there: Bool[np.ndarray, "frames keypoints"],
) -> Int64[np.ndarray, "frames keypoints"]:
    """For how many frames, up to and with each, a keypoint has been there."""
    rows = np.arange(1, len(is_there) + 1)[:, None]
    last_gone = np.maximum.accumulate(np.where(is_there, 0, rows), axis=0)
    lengths: np.ndarray = rows - last_gone
    return lengths
