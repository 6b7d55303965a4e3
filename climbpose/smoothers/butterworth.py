"""The low-pass filter of biomechanics, forwards and backwards."""

import numpy as np
from jaxtyping import Float64

from climbpose.smoothers.base import PoseSmoother, register
from climbpose.smoothers.regression import bell, local_polynomial
from climbpose.smoothers.weights import confidence_weights, without_leaps


def _resampled(
    values: Float64[np.ndarray, "time channels"],
    time: Float64[np.ndarray, " time"],
    wanted: Float64[np.ndarray, " wanted"],
) -> Float64[np.ndarray, "wanted channels"]:
    """The values on straight lines between the times."""
    right = np.clip(np.searchsorted(time, wanted), 1, len(time) - 1)
    span = np.maximum(time[right] - time[right - 1], 1e-9)
    share = np.clip((wanted - time[right - 1]) / span, 0.0, 1.0)[:, None]
    between: Float64[np.ndarray, "wanted channels"] = (
        values[right - 1] * (1 - share) + values[right] * share
    )
    return between


@register("butterworth")
class Butterworth(PoseSmoother):
    """Order 4 in all, without delay, on equal steps of the median length.

    A sample of little confidence is first drawn to the line through its neighbours, since the
    filter itself knows no weights.
    """

    description = "low-pass at 5 Hz, order 4, without delay"
    cutoff_hz = 5.0
    neighbourhood_s = 0.15

    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates; see `PoseSmoother`."""
        span = float(time[-1] - time[0])
        if len(time) < 4 or span <= 0:
            return xy
        # The median step, but never so fine that the grid outgrows the samples.
        interval = max(float(np.median(np.diff(time))), span / (4 * len(time)))
        grid = np.linspace(time[0], time[-1], round(span / interval) + 1)
        cutoff = self.cutoff_hz / self.strength * 2 * span / (len(grid) - 1)
        if cutoff >= 0.95:
            return xy
        believed = self._believed(xy, confidence, time).reshape(len(time), -1)
        # Loaded here because it takes longer than all other imports of a run together.
        from scipy import signal

        # Without the line from end to end the filter cannot bend a constant velocity.
        share = ((grid - time[0]) / span)[:, None]
        line = believed[0] + share * (believed[-1] - believed[0])
        sections = signal.butter(2, cutoff, output="sos")
        padding = min(len(grid) - 1, round(3 / cutoff) + 6)
        rest = signal.sosfiltfilt(
            sections, _resampled(believed, time, grid) - line, axis=0, padlen=padding
        )
        smooth = _resampled(rest + line, grid, time)
        return smooth.reshape(xy.shape)

    def _believed(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        weights = without_leaps(xy, confidence_weights(confidence), time)
        around = local_polynomial(xy, weights, time, self.neighbourhood_s, 1, bell)
        # Fully its own at a confidence of 0.5 and more.
        belief = np.minimum(weights / 0.25, 1.0)[:, :, None]
        believed: Float64[np.ndarray, "time keypoints 2"] = belief * xy + (1 - belief) * around
        return believed
