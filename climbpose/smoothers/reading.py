"""How heatmaps are given to learned networks, and keypoints read off: as in training."""

from collections.abc import Callable, Mapping
from math import pi

import numpy as np
from jaxtyping import Float32

from climbpose.checkpoint import Stored
from climbpose.errors import ModelError
from climbpose.heatmaps import centres, decode

PEAK = 255 / (2 * pi)
"""The peak of a certain keypoint's heatmap as learned networks are given it.

It is that of an impulse of 255 under a Gaussian of one cell (thesis A, 3.3), so that a network's
biases mean the same in training and in use.
"""

PEAKS, CENTRES = "peaks", "centres"

Reader = Callable[
    [Float32[np.ndarray, "time keypoints rows cols"]], Float32[np.ndarray, "time keypoints 2"]
]


def peaks(
    maps: Float32[np.ndarray, "time keypoints rows cols"],
) -> Float32[np.ndarray, "time keypoints 2"]:
    """The highest peaks of each frame, in cells."""
    return np.stack([decode(each)[0] for each in maps])


READERS: Mapping[str, Reader] = {PEAKS: peaks, CENTRES: centres}


def reader_of(stored: Stored) -> Reader:
    """How a learned smoother's heatmaps are read; `PEAKS` where its file does not tell.

    Raises:
        ModelError: It tells of a way that is not known.
    """
    name = stored.header.get("read", PEAKS)
    if name not in READERS:
        raise ModelError(
            f"{stored.file_name} is read by {name!r}, expected one of: {', '.join(READERS)}; "
            "update climbpose"
        )
    return READERS[name]
