"""Bidirectional ConvLSTMs, Model S and Model C, over windows of heatmaps (thesis A, 4.2, 4.3)."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from climbpose.smoothers.base import HeatmapSmoother, register
from climbpose.smoothers.reading import PEAK, reader_of
from climbpose.smoothers.torch_networks import open_network
from climbpose.windows import Window, slide, stitch

_WINDOWS = 8
"""Frames between the smoother's windows: enough to make their context cheap."""

_STRIDE = 2
"""Frames between the network's windows: a compromise, as each frame of each takes long."""


class _ConvLstmSmoother(HeatmapSmoother):
    """The network's windows overlap by more than half and are blended.

    Args:
        strength: See `HeatmapSmoother`.
        weights: A checkpoint's name or file.

    Raises:
        ModelError: It is no such network, absent or damaged.
        UsageError: torch is not installed.
    """

    shipped: ClassVar[str]

    def __init__(self, strength: float = 1.0, weights: str | Path | None = None) -> None:
        super().__init__(strength)
        self._network = open_network(weights or self.shipped, self.shipped)
        self.stored = self._network.stored
        self._read = reader_of(self.stored)
        self.fps = self._network.fps
        self.context = self._network.length // 2
        self.length = _WINDOWS + 2 * self.context
        self.stride = _WINDOWS

    def smooth(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints rows cols"]:
        """The smoothed heatmaps; see `HeatmapSmoother`."""
        windows = (
            Window(window.start, list(self._network(np.stack(window.items)[None])[0]), window.count)
            for window in slide(PEAK * maps, self._network.length, _STRIDE)
        )
        return np.stack(list(stitch(windows)))

    def read(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints 2"]:
        """The keypoints, as in training; see `HeatmapSmoother`."""
        return self._read(maps)


@register("convlstm_s")
class ConvLstmSSmoother(_ConvLstmSmoother):
    """Model S; see `_ConvLstmSmoother`."""

    description: ClassVar[str] = "bi-ConvLSTM S, learned: two branches, summed; slow, needs torch"
    shipped: ClassVar[str] = "convlstm_s"


@register("convlstm_c")
class ConvLstmCSmoother(_ConvLstmSmoother):
    """Model C; see `_ConvLstmSmoother`."""

    description: ClassVar[str] = "bi-ConvLSTM C, learned: two branches, joined; slow, needs torch"
    shipped: ClassVar[str] = "convlstm_c"
