"""The smoothing spline: what a Kalman smoother of unknown acceleration gives, in one solution.

Reinsch, "Smoothing by spline functions", 1967; that it is the optimal smoother of a position whose
acceleration is white noise: Wahba, "Improper priors, spline smoothing", 1978.
"""

import numpy as np
from jaxtyping import Float64

from climbpose.smoothers.base import PoseSmoother, register
from climbpose.smoothers.weights import confidence_weights, without_leaps


def smoothing_spline(
    xy: Float64[np.ndarray, "time 2"],
    weights: Float64[np.ndarray, " time"],
    time: Float64[np.ndarray, " time"],
    stiffness: Float64[np.ndarray, " steps"],
) -> Float64[np.ndarray, "time 2"]:
    """The curve with the least sum of weighted squared distances and bending times stiffness.

    Args:
        xy: Pixels.
        weights: Of the samples, above 0, in seconds: each also stands for a stretch of time.
        time: Seconds, ascending.
        stiffness: Price of the squared acceleration between two samples, seconds to the fourth.
    """
    if len(time) < 3:
        return xy
    steps = np.maximum(np.diff(time), 1e-4)
    inverse = 1 / steps
    first, last = inverse[:-1], inverse[1:]
    middle = -(first + last)
    slack = 1 / weights
    limber = steps / stiffness
    bands = np.zeros((3, len(time) - 2))
    bands[2] = (limber[:-1] + limber[1:]) / 3
    bands[2] += first**2 * slack[:-2] + middle**2 * slack[1:-1] + last**2 * slack[2:]
    bands[1, 1:] = limber[1:-1] / 6
    bands[1, 1:] += middle[:-1] * slack[1:-2] * first[1:] + last[:-1] * slack[2:-1] * middle[1:]
    bands[0, 2:] = last[:-2] * slack[2:-2] * first[2:]
    bend = np.diff(np.diff(xy, axis=0) * inverse[:, None], axis=0)
    # Loaded here because it is slow to load, as below.
    from scipy.linalg import solveh_banded

    force = solveh_banded(bands, bend)
    pull = np.zeros_like(xy)
    pull[:-2] += first[:, None] * force
    pull[1:-1] += middle[:, None] * force
    pull[2:] += last[:, None] * force
    smooth: Float64[np.ndarray, "time 2"] = xy - slack[:, None] * pull
    return smooth


@register("spline")
class Spline(PoseSmoother):
    """A smoothing spline that is stiff at rest and gives way to movement, on true times.

    Two splines are laid first, a stiff and a limber one. Where they part by more than noise makes
    them part, there is movement that the stiff one would cut, and the final one is limber.
    """

    description = "smoothing spline, stiff at rest and limber in movement"
    rest_hz = 2.0
    """Frequency that is halved at rest."""
    movement_hz = 6.0
    """Frequency that is halved in fast movement."""
    tolerance = 3.0
    """Usual distances of the two splines that are noise."""
    max_step_s = 0.1
    """A sample stands for no more time than this."""

    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates; see `PoseSmoother`."""
        if len(time) < 3:
            return xy
        weights = without_leaps(xy, confidence_weights(confidence), time)
        steps = np.clip(np.diff(time), 1e-4, self.max_step_s)
        share = (np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]])) / 2
        curves = [
            self._adapted(xy[:, keypoint], weights[:, keypoint] * share, time)
            for keypoint in range(xy.shape[1])
        ]
        return np.stack(curves, axis=1)

    def _adapted(
        self,
        xy: Float64[np.ndarray, "time 2"],
        weights: Float64[np.ndarray, " time"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time 2"]:
        extremes = np.full(len(time) - 1, self.rest_hz), np.full(len(time) - 1, self.movement_hz)
        rest, movement = (
            smoothing_spline(xy, weights, time, self._stiffness(hz)) for hz in extremes
        )
        apart = np.linalg.norm(rest - movement, axis=1)
        usual = self.tolerance * float(np.median(apart))
        ratio = apart / usual if usual > 0 else np.where(apart > 0, 1e3, 0.0)
        interval = max(float(np.median(np.diff(time))), 1e-3)
        size = 2 * round(0.06 / interval) + 1
        from scipy import ndimage

        ratio = ndimage.maximum_filter1d(ratio, size, mode="nearest")
        openness = 1 - 1 / (1 + ratio**4)
        openness = ndimage.gaussian_filter1d(openness, 0.03 / interval, mode="nearest")
        between = (openness[1:] + openness[:-1]) / 2
        cutoff = self.rest_hz * (self.movement_hz / self.rest_hz) ** between
        return smoothing_spline(xy, weights, time, self._stiffness(cutoff))

    def _stiffness(self, cutoff_hz: Float64[np.ndarray, " steps"]) -> Float64[np.ndarray, " steps"]:
        """The stiffness that halves a frequency."""
        stiffness: Float64[np.ndarray, " steps"] = (self.strength / (2 * np.pi * cutoff_hz)) ** 4
        return stiffness
