"""The 1 euro filter: heavy smoothing at rest, little in motion.

Casiez, Roussel and Vogel, "1 euro filter", CHI 2012.
"""

import numpy as np
from jaxtyping import Float64

from climbpose.smoothers.base import PoseSmoother, register
from climbpose.smoothers.weights import confidence_weights, without_leaps


@register("one-euro")
class OneEuro(PoseSmoother):
    """The mean of the filter's runs forwards and backwards, so that it does not lag.

    Speed opens the filter as in the paper, but counts in multiples of the keypoint's own noise: the
    result does not depend on the size of the picture.
    """

    description = "1 euro filter, forwards and backwards"
    rest_cutoff_hz = 1.0
    opening = 0.04
    """Cut-off gained, Hz, for each noise deviation a second."""
    speed_cutoff_hz = 2.0

    def smooth(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        """The smoothed coordinates; see `PoseSmoother`."""
        weights = without_leaps(xy, confidence_weights(confidence), time)
        trust = np.minimum(weights / 0.25, 1.0)
        noise = self._noise(xy)
        forwards = self._filter(xy, trust, np.diff(time), noise)
        backwards = self._filter(xy[::-1], trust[::-1], np.diff(time)[::-1], noise)[::-1]
        mean: Float64[np.ndarray, "time keypoints 2"] = (forwards + backwards) / 2
        return mean

    def _noise(
        self, xy: Float64[np.ndarray, "time keypoints 2"]
    ) -> Float64[np.ndarray, " keypoints"]:
        """A robust standard deviation from the second differences."""
        if len(xy) < 3:
            return np.zeros(xy.shape[1])
        bends = np.abs(np.diff(xy, n=2, axis=0)).mean(axis=2)
        deviation: Float64[np.ndarray, " keypoints"] = np.median(bends, axis=0) / np.sqrt(6) / 0.8
        return deviation

    def _filter(
        self,
        xy: Float64[np.ndarray, "time keypoints 2"],
        trust: Float64[np.ndarray, "time keypoints"],
        steps: Float64[np.ndarray, " steps"],
        noise: Float64[np.ndarray, " keypoints"],
    ) -> Float64[np.ndarray, "time keypoints 2"]:
        smooth = xy.copy()
        velocity = np.zeros_like(xy[0])
        for frame, step in enumerate(np.maximum(steps, 1e-4), start=1):
            share = trust[frame] * self._share(self.speed_cutoff_hz, step)
            velocity += share[:, None] * ((xy[frame] - xy[frame - 1]) / step - velocity)
            speed = np.sqrt(np.square(velocity).sum(axis=1))
            in_noise = np.divide(speed, noise, out=np.zeros_like(speed), where=noise > 0)
            in_noise[(noise <= 0) & (speed > 0)] = 1e9
            share = trust[frame] * self._share(self.rest_cutoff_hz + self.opening * in_noise, step)
            smooth[frame] = smooth[frame - 1] + share[:, None] * (xy[frame] - smooth[frame - 1])
        return smooth

    def _share(
        self, cutoff_hz: Float64[np.ndarray, " keypoints"] | float, step: float
    ) -> Float64[np.ndarray, " keypoints"] | float:
        """How much of the new sample counts, by the time constant."""
        return step / (step + self.strength / (2 * np.pi * cutoff_hz))
