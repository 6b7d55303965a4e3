"""How smooth a movement is: log dimensionless jerk and spectral arc length.

S. Balasubramanian, A. Melendez-Calderon, A. Roby-Brami, E. Burdet, "On the analysis of movement
smoothness", Journal of NeuroEngineering and Rehabilitation 12:112, 2015. Both are negative; nearer
to 0 is smoother. Both are of one movement, and movements of unlike length do not compare well.
"""

import numpy as np
from jaxtyping import Float64

_LEAST_ROWS = 9
"""Three derivatives of a low-passed path need so many."""

_HIGHEST_HZ = 10.0
_LEAST_SHARE = 0.05
"""Of the speed's spectrum that below its cut-off, and above this share of its peak, counts."""

_PADDING = 4
"""The spectrum is taken of so many times the movement's length, rounded up to a power of two."""


def log_dimensionless_jerk(
    xy: Float64[np.ndarray, "frames 2"], time: Float64[np.ndarray, " frames"]
) -> float:
    """-ln(T^3 / v_peak^2 * integral of the squared jerk over the time).

    Args:
        xy: A low-passed path, in any unit; NaN where missing.
        time: Of each row, seconds.

    Returns:
        NaN where rows are too few or missing, or nothing moves.
    """
    if len(time) < _LEAST_ROWS or not np.isfinite(xy).all():
        return float("nan")
    even, step = _even(xy, time)
    velocity = np.gradient(even, step, axis=0)
    jerk = np.gradient(np.gradient(velocity, step, axis=0), step, axis=0)
    peak = float(np.linalg.norm(velocity, axis=1).max())
    squared = float((jerk**2).sum(axis=1).sum() * step)
    if peak <= 0 or squared <= 0:
        return float("nan")
    duration = float(time[-1] - time[0])
    return float(-np.log(duration**3 / peak**2 * squared))


def spectral_arc_length(
    xy: Float64[np.ndarray, "frames 2"], time: Float64[np.ndarray, " frames"]
) -> float:
    """SPARC: minus the length of the normalised spectrum of the speed, up to 10 Hz.

    Args:
        xy: A path, in any unit; NaN where missing.
        time: Of each row, seconds.

    Returns:
        NaN where rows are too few or missing, or nothing moves.
    """
    if len(time) < _LEAST_ROWS or not np.isfinite(xy).all():
        return float("nan")
    even, step = _even(xy, time)
    speed = np.linalg.norm(np.gradient(even, step, axis=0), axis=1)
    length = 2 ** (int(np.ceil(np.log2(len(speed)))) + _PADDING)
    magnitude = np.abs(np.fft.rfft(speed, length))
    hz = np.fft.rfftfreq(length, step)
    if magnitude[0] <= 0:
        return float("nan")
    magnitude = magnitude[hz <= _HIGHEST_HZ] / magnitude[0]
    counted = int(np.flatnonzero(magnitude >= _LEAST_SHARE)[-1]) + 1
    if counted < 2:
        return float("nan")
    steps = np.diff(hz[:counted]) / hz[counted - 1]
    return float(-np.hypot(steps, np.diff(magnitude[:counted])).sum())


def _even(
    xy: Float64[np.ndarray, "frames 2"], time: Float64[np.ndarray, " frames"]
) -> tuple[Float64[np.ndarray, "steps 2"], float]:
    """The path on equal steps of time, and the step."""
    grid = np.linspace(time[0], time[-1], len(time))
    even = np.stack([np.interp(grid, time, channel) for channel in xy.T], axis=1)
    return even, float(grid[1] - grid[0])
