"""Learned smoothers that run in torch, which is loaded when one of them is made."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from climbpose.checkpoint import Stored
from climbpose.errors import ModelError, UsageError

if TYPE_CHECKING:
    from climbpose.smoothers.learned import SmoothingNetwork


@dataclass(frozen=True, eq=False)
class TorchNetwork:
    """A network that takes and gives arrays.

    Attributes:
        network: In evaluation mode.
        stored: What its file says.
        fps: Frames a second of what it was trained on.
    """

    network: "SmoothingNetwork"
    stored: Stored
    fps: float

    @property
    def length(self) -> int:
        """Frames of a window."""
        return self.network.length

    def __call__(
        self, windows: Float32[np.ndarray, "batch time ..."]
    ) -> Float32[np.ndarray, "batch time ..."]:
        """What the network makes of some windows."""
        import torch

        with torch.inference_mode():
            made: np.ndarray = self.network(torch.from_numpy(windows)).numpy()
        return made


def open_network(name_or_path: str | Path, family: str) -> TorchNetwork:
    """A trained network.

    Args:
        name_or_path: A checkpoint's name or file.
        family: One of `climbpose.smoothers.learned.NETWORKS`.

    Raises:
        UsageError: torch is not installed.
        ModelError: There is no such file, or it holds another network.
    """
    if importlib.util.find_spec("torch") is None:
        raise UsageError(
            f"smoother {family} needs torch: pip install 'climbpose[train]'; conv3d does without"
        )
    from climbpose.smoothers.learned.stored import read_network

    network, stored = read_network(name_or_path)
    if stored.header["network"] != family:
        raise ModelError(
            f"{stored.file_name} holds {stored.header['network']}, expected {family}; choose "
            "another checkpoint"
        )
    return TorchNetwork(network, stored, float(stored.header["fps"]))
