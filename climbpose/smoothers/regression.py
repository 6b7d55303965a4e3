"""Local regression on true times: Savitzky-Golay's quadratics and the Gaussian's straight lines."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float64

from climbpose.smoothers.base import PoseSmoother, register
from climbpose.smoothers.weights import confidence_weights, without_leaps

Kernel = Callable[[Float64[np.ndarray, " time"]], Float64[np.ndarray, " time"]]


def local_polynomial(
    xy: Float64[np.ndarray, "time keypoints 2"],
    weights: Float64[np.ndarray, "time keypoints"],
    time: Float64[np.ndarray, " time"],
    radius: float,
    degree: int,
    kernel: Kernel,
) -> Float64[np.ndarray, "time keypoints 2"]:
    """At each time the value of the polynomial that fits the neighbourhood best.

    Args:
        xy: Pixels.
        weights: Of the samples, above 0.
        time: Seconds, ascending.
        radius: How far the neighbourhood reaches to both sides, seconds.
        degree: Of the polynomial; it falls where there are too few neighbours.
        kernel: Weight of a neighbour by its distance over the radius, which is in [0, 1].
    """
    frames = np.arange(len(time))
    before = frames - np.searchsorted(time, time - radius, side="left")
    after = np.searchsorted(time, time + radius, side="right") - 1 - frames
    moments = np.zeros((2 * degree + 1, *weights.shape))
    targets = np.zeros((degree + 1, *xy.shape))
    for offset in range(-int(before.max()), int(after.max()) + 1):
        here = slice(max(0, -offset), len(time) - max(0, offset))
        there = slice(max(0, offset), len(time) - max(0, -offset))
        distance = (time[there] - time[here]) / radius
        is_near = np.abs(distance) <= 1
        weight = weights[there] * (kernel(np.abs(distance)) * is_near)[:, None]
        deviation = xy[there] - xy[here]
        for power in range(2 * degree + 1):
            moments[power, here] += weight
            if power <= degree:
                targets[power, here] += weight[:, :, None] * deviation
            weight = weight * distance[:, None]
    smooth: Float64[np.ndarray, "time keypoints 2"] = xy + _constant_term(moments, targets)
    return smooth


def _constant_term(
    moments: Float64[np.ndarray, "powers time keypoints"],
    targets: Float64[np.ndarray, "terms time keypoints 2"],
) -> Float64[np.ndarray, "time keypoints 2"]:
    """The solution of the normal equations at the centre of each neighbourhood."""
    terms = len(targets)
    order = np.arange(terms)
    total = moments[0]
    normal = np.moveaxis((moments / total)[order[:, None] + order], (0, 1), (-2, -1)).copy()
    # Just enough to have a solution where there are fewer neighbours than terms.
    normal += np.diag([0.0, 1e-10, 1e-8][:terms])
    right = np.moveaxis(targets / total[:, :, None], 0, -2)
    solution: Float64[np.ndarray, "time keypoints terms 2"] = np.linalg.solve(normal, right)
    return solution[..., 0, :]


def tricube(distance: Float64[np.ndarray, " time"]) -> Float64[np.ndarray, " time"]:
    """The usual weights of local regression; they end without a step."""
    weight: Float64[np.ndarray, " time"] = (1 - distance**3).clip(min=0.0) ** 3 + 1e-12
    return weight


def bell(distance: Float64[np.ndarray, " time"]) -> Float64[np.ndarray, " time"]:
    """A Gaussian that is cut off at three standard deviations."""
    weight: Float64[np.ndarray, " time"] = np.exp(-0.5 * (3 * distance) ** 2)
    return weight


@register("savgol")
class SavitzkyGolay(PoseSmoother):
    """Local quadratics: Savitzky and Golay's filter, for any times and weights."""

    description = "local quadratics (Savitzky-Golay on true times)"
    radius_s = 0.2

    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates; see `PoseSmoother`."""
        weights = without_leaps(xy, confidence_weights(confidence), time)
        return local_polynomial(xy, weights, time, self.radius_s * self.strength, 2, tricube)


@register("gaussian")
class Gaussian(PoseSmoother):
    """Local straight lines under a Gaussian: its weighted mean, without the drag at the ends."""

    description = "weighted mean over a Gaussian of time"
    sigma_s = 0.033

    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates; see `PoseSmoother`."""
        weights = without_leaps(xy, confidence_weights(confidence), time)
        return local_polynomial(xy, weights, time, 3 * self.sigma_s * self.strength, 1, bell)
