"""How much each sample of a keypoint counts: by its confidence, and by whether it leaps away."""

import numpy as np
from jaxtyping import Float64

_MIN_WEIGHT = 0.05**2
"""Even a worthless sample counts a little, so that there is always an answer."""

_LEAP_S = 0.1
"""Leaps as long as this or shorter are recognised, seconds; those of three frames always are."""

_PACE_S = 0.5
"""Stretch of time over which the usual step is measured, seconds."""

_TOLERANCE = 3.0
"""Usual steps by which a sample may stand off before it counts little."""


def confidence_weights(
    confidence: Float64[np.ndarray, "time keypoints"],
) -> Float64[np.ndarray, "time keypoints"]:
    """Weights that fall with the square of the confidence."""
    return (confidence**2).clip(min=_MIN_WEIGHT)


def without_leaps(
    xy: Float64[np.ndarray, "time keypoints 2"],
    weights: Float64[np.ndarray, "time keypoints"],
    time: Float64[np.ndarray, " time"],
) -> Float64[np.ndarray, "time keypoints"]:
    """The weights, those of samples that leap away and return brought down towards 0.

    A sample leaps if it is far from the median of its neighbourhood, measured by the steps that are
    usual around it. Of a movement in one direction, however fast, every sample is the median of its
    neighbourhood, so that a dyno is no leap.

    Args:
        xy: Pixels.
        weights: To be reduced.
        time: Seconds.
    """
    if len(time) < 3 or time[-1] <= time[0]:
        return weights
    interval = float(np.median(np.diff(time)))
    if interval <= 0:
        return weights
    reach = int(np.clip(round(_LEAP_S / interval), 3, 30))
    # Loaded here because it is slow to load.
    from scipy import ndimage

    median = ndimage.median_filter(xy, size=(2 * reach + 1, 1, 1), mode="nearest")
    distance = np.linalg.norm(xy - median, axis=2)
    steps = np.linalg.norm(np.diff(xy, axis=0), axis=2)
    around = int(np.clip(round(_PACE_S / interval), 2 * reach, 60)) | 1
    usual = ndimage.median_filter(steps, size=(around, 1), mode="reflect")
    usual = np.concatenate([usual[:1], np.maximum(usual[1:], usual[:-1]), usual[-1:]])
    ratio = np.divide(distance, _TOLERANCE * usual, out=np.zeros_like(distance), where=usual > 0)
    ratio[(usual <= 0) & (distance > 0)] = np.inf
    reduced: Float64[np.ndarray, "time keypoints"] = weights / (1 + ratio**6)
    return reduced.clip(min=1e-6 * weights)
