"""What DeepLabCut's two files share: the table of a video's predictions.

Three header rows, ``scorer``, ``bodyparts`` and ``coords``; of each keypoint ``x``, ``y`` and
``likelihood``; the index is the frame. DeepLabCut counts from the first pixel's centre: coordinates
are ours less half a pixel. What is missing has no coordinates and a likelihood of 0.
"""

import numpy as np
from jaxtyping import Float

from climbpose.exporters.base import FIRST_PIXEL_CENTRE
from climbpose.poses import PoseTrack

SCORER = "climbpose"
LEVELS = ("scorer", "bodyparts", "coords")
COORDS = ("x", "y", "likelihood")


def columns(poses: PoseTrack) -> list[tuple[str, str, str]]:
    """Scorer, keypoint and coordinate of each column."""
    return [(SCORER, name, coord) for name in poses.skeleton.keypoints for coord in COORDS]


def values(poses: PoseTrack) -> Float[np.ndarray, "frames columns"]:
    """One row for each frame; NaN for the coordinates of what is missing."""
    xy = poses.xy.astype(float) - FIRST_PIXEL_CENTRE
    numbers = np.concatenate([xy, poses.confidence[:, :, None]], axis=2)
    return numbers.reshape(len(poses), -1)
