"""DeciWatch: transformers over windows of coordinates (Zeng et al., 2022; thesis A, 4.4)."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from climbpose.poses import BOX_MARGIN
from climbpose.smoothers.base import PoseSmoother, register
from climbpose.smoothers.pace import pace_of
from climbpose.smoothers.torch_networks import open_network

NETWORK = "deciwatch"

Coordinates = Float64[np.ndarray, "time keypoints 2"]


@register(NETWORK)
class DeciWatchSmoother(PoseSmoother):
    """The network's windows overlap by three quarters and are blended.

    Args:
        strength: Below 1 it takes the poses part of the way; above 1 it changes nothing.
        weights: A checkpoint's name or file.

    Raises:
        ModelError: It is no DeciWatch, absent or damaged.
        UsageError: torch is not installed.
    """

    description: ClassVar[str] = "DeciWatch, learned: transformers over coordinates; needs torch"
    shipped: ClassVar[str] = NETWORK
    length: ClassVar[int | None] = 1024
    stride: ClassVar[int] = 768
    keypoints_are_independent: ClassVar[bool] = False

    def __init__(self, strength: float = 1.0, weights: str | Path = NETWORK) -> None:
        super().__init__(strength)
        self._network = open_network(weights, NETWORK)
        self.stored = self._network.stored

    def smooth(
        self,
        xy: Coordinates,
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Coordinates:
        """The smoothed coordinates; see `PoseSmoother`."""
        pace = pace_of(time, self._network.fps)
        between = 1 + pace.inserted
        steps = np.arange((len(xy) - 1) * between + 1) / between
        fine = _at(xy, steps)
        smoothed = np.empty_like(fine)
        for phase in range(pace.every):
            smoothed[phase :: pace.every] = self._at_pace(fine[phase :: pace.every])
        partly: Coordinates = xy + min(self.strength, 1.0) * (smoothed[::between] - xy)
        return partly

    def _at_pace(self, xy: Coordinates) -> Coordinates:
        """Windows over the frames and as many before and after as half a window has."""
        length = self._network.length
        if not len(xy):
            return xy
        ahead = length // 2
        inwards = np.arange(1, ahead + 1).clip(max=len(xy) - 1)
        whole = np.concatenate(
            [(2 * xy[0] - xy[inwards])[::-1], xy, 2 * xy[-1] - xy[len(xy) - 1 - inwards]]
        )
        last = len(whole) - length
        starts = np.unique([*range(0, last, max(1, length // 4)), last])
        frames = starts[:, None] + np.arange(length)
        windows = whole[frames]
        low, high = _box(windows)
        middle, half = (low + high) / 2, (high - low) / 2
        unit = ((windows - middle) / half).astype(np.float32)
        made = middle + half * self._network(unit).astype(np.float64)
        weight = (ahead + 1 - np.abs(np.arange(length) - (length - 1) / 2))[:, None, None]
        total, weights = np.zeros_like(whole), np.zeros((len(whole), 1, 1))
        for start, window in zip(starts, made, strict=True):
            total[start : start + length] += weight * window
            weights[start : start + length] += weight
        blended: Coordinates = (total / np.maximum(weights, 1e-9))[ahead : ahead + len(xy)]
        return blended


def _at(xy: Coordinates, steps: Float64[np.ndarray, " steps"]) -> Coordinates:
    """Coordinates at any place between frames, on straight lines."""
    before = np.floor(steps).astype(int)
    after = np.minimum(before + 1, len(xy) - 1)
    share = (steps - before)[:, None, None]
    line: Coordinates = xy[before] + share * (xy[after] - xy[before])
    return line


def _box(
    windows: Float64[np.ndarray, "windows time keypoints 2"],
) -> tuple[Float64[np.ndarray, "windows 1 1 2"], Float64[np.ndarray, "windows 1 1 2"]]:
    """The corners of each window's box, which is that of its frames' boxes together."""
    low, high = windows.min(axis=2), windows.max(axis=2)
    margin = np.maximum((high - low) * BOX_MARGIN, 0.5)
    low, high = (low - margin).min(axis=1), (high + margin).max(axis=1)
    return low[:, None, None], high[:, None, None]
