"""3DConv, the default: one learned convolution over space and time (thesis A, section 4.1)."""

from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from climbpose import checkpoint
from climbpose.errors import ModelError
from climbpose.networks.convolution import RunningConv3d
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.base import HeatmapSmoother, register
from climbpose.smoothers.reading import PEAK, reader_of

NETWORK = "conv3d"

_CORE = 24
"""Frames that are smoothed at once: enough to make their context cheap, few enough for one box."""

_OVERLAP = 4
"""Frames over which one box goes over into the next."""


@register("conv3d")
class Conv3dSmoother(HeatmapSmoother):
    """The frames of a window are convolved at once, which is what a window for each would give.

    It runs without torch.

    Args:
        strength: See `HeatmapSmoother`.
        weights: A checkpoint's name or file.

    Raises:
        ModelError: It is no 3DConv, absent or damaged.
    """

    description: ClassVar[str] = "3DConv, learned: one convolution over heatmaps and time"
    shipped: ClassVar[str] = NETWORK

    def __init__(self, strength: float = 1.0, weights: str | Path = NETWORK) -> None:
        super().__init__(strength)
        stored = checkpoint.read(weights, family="smoother", skeleton=CLIMBING_25.keypoints)
        self.stored = stored
        if stored.header.get("network") != NETWORK:
            raise ModelError(
                f"{stored.file_name} holds {stored.header.get('network')}, expected {NETWORK}; "
                "choose another checkpoint"
            )
        try:
            weight, bias = (
                np.asarray(stored.arrays[f"conv.{name}"], np.float32) for name in ("weight", "bias")
            )
            is_fit = weight.shape[:2] == (len(bias), len(bias)) == (len(CLIMBING_25),) * 2
            if not (is_fit and weight.ndim == 5 and all(size % 2 for size in weight.shape[2:])):
                raise ValueError(f"weights of shape {weight.shape}")
            self.fps = float(stored.header["fps"])
        except (KeyError, ValueError, TypeError) as error:
            raise ModelError(
                f"{stored.file_name} holds no {NETWORK} ({error}); choose another checkpoint"
            ) from error
        self._read = reader_of(stored)
        self.context = weight.shape[2] // 2
        self.length = _CORE + 2 * self.context
        self.stride = _CORE - _OVERLAP
        self._weights = weight, bias

    @cached_property
    def _network(self) -> RunningConv3d:
        """Made ready when it is needed: smoothers are created also to see that they can be."""
        return RunningConv3d(*self._weights)

    def smooth(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints rows cols"]:
        """The smoothed heatmaps; see `HeatmapSmoother`."""
        return self._network(PEAK * maps)

    def read(
        self, maps: Float32[np.ndarray, "time keypoints rows cols"]
    ) -> Float32[np.ndarray, "time keypoints 2"]:
        """The keypoints, as in training; see `HeatmapSmoother`."""
        return self._read(maps)
