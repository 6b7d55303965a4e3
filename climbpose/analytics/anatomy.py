"""Points and lengths of the body that several measures need."""

import numpy as np
from jaxtyping import Float, Float64

from climbpose.analytics.centre_of_mass import Sex
from climbpose.analytics.values import BodyScale
from climbpose.poses import LOW_CONFIDENCE, PoseTrack
from climbpose.skeleton import CLIMBING_25

SHOULDERS = CLIMBING_25.indices("left_shoulder", "right_shoulder")
HIPS = CLIMBING_25.indices("left_hip", "right_hip")

LEAST_CONFIDENCE = 0.1
"""Of a keypoint that takes part in a mean or tells that a limb stands still. Unsure toes and hands
are better than none there: without those below 0.3 a quarter of the feet's contacts were lost, and
the centre of mass was off by a fifth more."""

_FULL_LENGTH_PERCENT = 80
"""A segment looks shorter the more it leans to or from the camera, so of all its lengths over time
one of the longer stands for it."""

TRUNK_OF_STATURE = {"female": 0.287, "male": 0.296, "mean": 0.2915}
"""From the middle of the shoulders to that of the hips, over the stature; de Leva 1996."""


def tracked(
    poses: PoseTrack, xy: Float[np.ndarray, "frames keypoints 2"], least_confidence: float
) -> Float64[np.ndarray, "frames keypoints 2"]:
    """The keypoints of at least some confidence; the others are missing."""
    is_fit = poses.confidence >= least_confidence
    return np.where(is_fit[..., None], xy.astype(np.float64), np.nan)


def middle(
    xy: Float[np.ndarray, "frames keypoints 2"], keypoints: list[int]
) -> Float64[np.ndarray, "frames 2"]:
    """The mean of keypoints; NaN where one of them is missing."""
    mean: np.ndarray = xy[:, keypoints].astype(np.float64).mean(axis=1)
    return mean


def full_length(lengths: Float64[np.ndarray, " frames"]) -> float:
    """How long a segment looks where it is seen from its side; NaN where it never has a length."""
    known = lengths[lengths > 0]
    return float(np.percentile(known, _FULL_LENGTH_PERCENT)) if len(known) else float("nan")


def body_scale(
    poses: PoseTrack,
    on_wall: Float64[np.ndarray, "frames keypoints 2"],
    height_m: float | None,
    sex: Sex,
) -> BodyScale:
    """How large the climber is, from the trunk where it is surely seen.

    Args:
        poses: The climber.
        on_wall: All keypoints in the wall frame.
        height_m: The climber's stature, None where it is not known.
        sex: Whose proportions.
    """
    sure = tracked(poses, on_wall, LOW_CONFIDENCE)
    trunk = np.linalg.norm(middle(sure, SHOULDERS) - middle(sure, HIPS), axis=1)
    metres = float("nan") if height_m is None else height_m * TRUNK_OF_STATURE[sex]
    return BodyScale(length_px=full_length(trunk), metres=metres)
