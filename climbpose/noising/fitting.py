"""The noise model of a detector, from its detections of labelled video."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float64
from scipy.optimize import nnls

from climbpose.noising.fitted import FPS, PERSISTENCE_S, FittedNoise

_OUTLIER = 0.2
"""Torsos; an error beyond this is an outlier, and has a model of its own."""

_LAGS = 30
_LOCAL = 15
"""Frames over which the size of errors is taken for steady."""


class Residual(NamedTuple):
    """Detections of consecutive frames of one climber against their labels.

    Attributes:
        error: Detected less labelled, torsos; NaN where unlabelled or missing. The clip's median,
            which is a matter of definition, is taken off.
        height: Of the heatmaps' peaks.
        sigma: Of the heatmaps, torsos.
    """

    error: Float64[np.ndarray, "frames keypoints 2"]
    height: Float64[np.ndarray, "frames keypoints"]
    sigma: Float64[np.ndarray, "frames keypoints"]


def fit(residuals: Sequence[Residual], gap_rate: float, swap_rate: float) -> FittedNoise:
    """A noise model with these errors' statistics.

    The parts of an error that last for different times are those whose autocovariances sum up to
    the measured one (non-negative least squares over a second of lags).

    Args:
        residuals: At `FPS`.
        gap_rate: Gaps a frame.
        swap_rate: Exchanges of arms, or of legs, a frame.
    """
    keypoints = range(residuals[0].error.shape[1])
    outliers = [np.hypot(*np.moveaxis(r.error, 2, 0)) > _OUTLIER for r in residuals]
    lengths = np.concatenate([_stretches(one) for one in outliers])
    parts = np.sqrt([_parts([r.error[:, k] for r in residuals]) for k in keypoints]).T
    height = np.concatenate([_logit(r.height) for r in residuals])
    is_outlier = np.concatenate(outliers)
    known = np.concatenate([np.isfinite(r.error).all(axis=2) for r in residuals])
    distance = np.hypot(*np.moveaxis(np.concatenate([r.error for r in residuals]), 2, 0))
    begins = sum((one[1:] & ~one[:-1]).sum(axis=0) for one in outliers)
    inlying = np.where(is_outlier | ~known, np.nan, height)
    sigma = np.log(np.concatenate([r.sigma for r in residuals]))
    return FittedNoise(
        parts=tuple(_rounded(part) for part in parts),
        variation=round(_variation(residuals), 4),
        outlier_rate=_rounded(begins / known.sum(axis=0)),
        outlier_s=round(float(lengths.mean()) / FPS, 4),
        # Of a normal distribution along each axis the mean distance is 1.2533 standard deviations.
        outlier_size=_rounded(
            [
                distance[is_outlier[:, k], k].mean() / 1.2533 if is_outlier[:, k].any() else 0.0
                for k in keypoints
            ]
        ),
        height=_rounded(np.nanmean(inlying, axis=0)),
        height_spread=_rounded(np.nanstd(inlying, axis=0)),
        outlier_height=round(
            float(np.nanmean(np.where(is_outlier, height, np.nan) - np.nanmean(inlying, axis=0))), 4
        ),
        sigma=_rounded(np.nanmean(sigma, axis=0)),
        sigma_spread=round(float(np.nanstd(sigma, axis=0).mean()), 4),
        swap_rate=round(swap_rate, 6),
        swap_s=0.2,
        gap_rate=round(gap_rate, 6),
        gap_s=0.1,
    )


def _parts(errors: Sequence[Float64[np.ndarray, "frames 2"]]) -> Float64[np.ndarray, " parts"]:
    """Variances of the parts of one keypoint's errors."""
    covariance, count = np.zeros(_LAGS), np.zeros(_LAGS)
    for error in errors:
        clipped = np.clip(error, -_OUTLIER, _OUTLIER)
        for lag in range(min(_LAGS, len(error))):
            product = clipped[lag:] * clipped[: len(clipped) - lag]
            covariance[lag] += np.nansum(product)
            count[lag] += np.isfinite(product).sum()
    lags = np.arange(_LAGS) / FPS
    shapes = [np.exp(-lags / s) if s else (lags == 0).astype(float) for s in PERSISTENCE_S]
    solution: Float64[np.ndarray, " parts"] = nnls(
        np.stack(shapes, axis=1), covariance / np.maximum(count, 1)
    )[0]
    return solution


def _variation(residuals: Sequence[Residual]) -> float:
    """How the size of errors differs between stretches of half a second."""
    sizes = []
    for residual in residuals:
        for first in range(0, len(residual.error) - _LOCAL, _LOCAL):
            local = residual.error[first : first + _LOCAL]
            steps = np.hypot(*np.moveaxis(np.diff(local, axis=0), 2, 0))
            known = np.isfinite(steps).all(axis=0)
            sizes.append(
                np.where(known, np.sqrt((np.minimum(steps, _OUTLIER) ** 2).mean(axis=0)), np.nan)
            )
    logarithm = np.log(np.maximum(np.stack(sizes), 1e-4))
    return float(np.nanmean(np.nanstd(logarithm, axis=0)))


def _stretches(
    is_outlier: Bool[np.ndarray, "frames keypoints"],
) -> Float64[np.ndarray, " stretches"]:
    """How many frames each stretch of outliers lasts."""
    edges = np.diff(np.pad(is_outlier.T.astype(int), ((0, 0), (1, 1))), axis=1)
    begins, ends = np.nonzero(edges == 1)[1], np.nonzero(edges == -1)[1]
    return (ends - begins).astype(np.float64)


def _logit(height: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    inside = np.clip(height, 0.01, 0.99)
    logit: np.ndarray = np.log(inside / (1 - inside))
    return logit


def _rounded(values: Float[np.ndarray, " keypoints"] | Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)
