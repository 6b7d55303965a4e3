"""The two networks, run by our runtime from their graphs."""

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.detectors.following.networks import PendingLandmarks, RawLandmarks
from climbpose.errors import ModelError
from climbpose.networks.graph import Graph
from climbpose.networks.runtime import Outputs, Pending, Precision, Runtime

_PERSON_OUTPUTS = ("boxes", "scores")
_LANDMARK_OUTPUTS = ("points", "heatmaps", "world", "person")


class RunningPersonNetwork:
    """A person network, ready to be asked."""

    def __init__(self, graph: Graph) -> None:
        self._run = Runtime(graph.pruned(_PERSON_OUTPUTS))

    def __call__(
        self, images: UInt8[np.ndarray, "n 224 224 3"]
    ) -> tuple[Float32[np.ndarray, "n anchors 12"], Float32[np.ndarray, "n anchors"]]:
        """Raw boxes with their four keypoints in input pixels, and logits."""
        found = self._run(images)
        _check(found["scores"])
        return found["boxes"], found["scores"]


class RunningLandmarkNetwork:
    """A landmark network, ready to be asked.

    Args:
        graph: The network.
        precision: Of the numbers it computes with; None for bytes where its weights are rounded
            to bytes, else float32.
        threads: Crops at the same time; by default one for each thread of the process.
    """

    def __init__(
        self, graph: Graph, precision: Precision | None = None, threads: int | None = None
    ) -> None:
        precision = precision or ("int8" if graph.scales else "float32")
        pruned = graph.pruned(_LANDMARK_OUTPUTS)
        self._run = Runtime(pruned, threads=threads, precision=precision)

    def __call__(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> RawLandmarks:
        """The landmarks, 33 of the body first."""
        return _landmarks(self._run(crops))

    def begin(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> PendingLandmarks:
        """Begins with some crops while the caller does something else."""
        return _Pending(self._run.begin(crops))


class _Pending:
    """Landmarks that the network is at work on."""

    def __init__(self, pending: Pending) -> None:
        self._pending = pending
        self.drop = pending.drop

    def landmarks(self) -> RawLandmarks:
        """Waits for them."""
        return _landmarks(self._pending.outputs())


def _landmarks(found: Outputs) -> RawLandmarks:
    _check(found["points"])
    return RawLandmarks(*(found[meaning] for meaning in _LANDMARK_OUTPUTS))


def _check(numbers: Float32[np.ndarray, "..."]) -> None:
    if numbers.size and not np.isfinite(numbers).any():
        raise ModelError(
            "a network gives nothing but NaN for a picture; its file is damaged: choose another "
            "--detector or --weights"
        )
