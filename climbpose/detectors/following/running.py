"""The two networks, run by our runtime from their graphs."""

import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.detectors.following.networks import RawLandmarks
from climbpose.networks.graph import Graph
from climbpose.networks.runtime import Precision, Runtime

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
        return found["boxes"], found["scores"]


class RunningLandmarkNetwork:
    """A landmark network, ready to be asked.

    Args:
        graph: The network.
        precision: Of the numbers it computes with; None for bytes where its weights are rounded
            to bytes, else float32.
        threads: At most so many.
    """

    def __init__(self, graph: Graph, precision: Precision | None = None, threads: int = 2) -> None:
        precision = precision or ("int8" if graph.scales else "float32")
        pruned = graph.pruned(_LANDMARK_OUTPUTS)
        self._run = Runtime(pruned, threads=threads, precision=precision)

    def __call__(self, crops: UInt8[np.ndarray, "n 256 256 3"]) -> RawLandmarks:
        """The landmarks, 33 of the body first."""
        found = self._run(crops)
        return RawLandmarks(*(found[meaning] for meaning in _LANDMARK_OUTPUTS))
