"""Positions made fit for speeds and accelerations: short gaps bridged, trembling taken away."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Float64

CUTOFF_HZ = 6.0
"""Movement of the body lies below; Winter 2009 and most of motion analysis since."""

MAX_GAP_S = 0.25
"""Longer gaps stay gaps."""

_TWO_PASSES = (2**0.5 - 1) ** 0.25
"""By how much two passes of a second-order Butterworth filter lower the cut-off, Winter 2009."""

_SHORTEST = 5
"""Rows that a filter needs to do any good."""


def bridged(
    values: Float[np.ndarray, "frames channels"], time: Float64[np.ndarray, " frames"]
) -> Float64[np.ndarray, "frames channels"]:
    """The values with straight lines over gaps of at most `MAX_GAP_S`."""
    filled = values.astype(np.float64)
    for channel in filled.T:
        is_known = np.isfinite(channel)
        if is_known.all() or not is_known.any():
            continue
        known = np.flatnonzero(is_known)
        line = np.interp(time, time[known], channel[known])
        for start, end in stretches(~is_known):
            is_inside = start > 0 and end < len(time)
            if is_inside and time[end] - time[start - 1] <= MAX_GAP_S:
                channel[start:end] = line[start:end]
    return filled


def low_passed(
    values: Float[np.ndarray, "frames channels"],
    time: Float64[np.ndarray, " frames"],
    cutoff_hz: float = CUTOFF_HZ,
) -> Float64[np.ndarray, "frames channels"]:
    """The values through a Butterworth filter of order 4 in all, without delay, gaps bridged.

    Each stretch without gaps is filtered on its own, on equal steps of the median length. Where
    frames are too few a second for the cut-off, values stay as they are.

    Args:
        values: NaN where missing.
        time: Seconds, ascending.
        cutoff_hz: Of the two passes together.
    """
    filtered = bridged(values, time)
    for channel in filtered.T:
        for start, end in stretches(np.isfinite(channel)):
            if end - start >= _SHORTEST:
                part = slice(start, end)
                channel[part] = _filtered(channel[part], time[part], cutoff_hz)
    return filtered


def _filtered(
    values: Float64[np.ndarray, " frames"], time: Float64[np.ndarray, " frames"], cutoff_hz: float
) -> Float64[np.ndarray, " frames"]:
    # Loaded here because it takes longer than all other imports of a run together.
    from scipy import signal

    step = float(np.median(np.diff(time)))
    steps = max(round((time[-1] - time[0]) / step), 1)
    grid = np.linspace(time[0], time[-1], steps + 1)
    share = 2 * cutoff_hz / _TWO_PASSES * (grid[1] - grid[0])
    if share >= 1 or len(grid) < _SHORTEST:
        return values
    # Without the line from end to end the filter cannot begin with a constant velocity.
    even = np.interp(grid, time, values)
    line = np.linspace(even[0], even[-1], len(even))
    padding = min(len(grid) - 1, round(3 / share) + 6)
    sections = signal.butter(2, share, output="sos")
    rest = signal.sosfiltfilt(sections, even - line, padtype="odd", padlen=padding)
    smooth: np.ndarray = np.interp(time, grid, rest + line)
    return smooth


def rates(
    values: Float64[np.ndarray, "frames channels"], time: Float64[np.ndarray, " frames"]
) -> Float64[np.ndarray, "frames channels"]:
    """Change a second, by central differences within each stretch without gaps."""
    changed = np.full(values.shape, np.nan)
    for source, target in zip(values.T, changed.T, strict=True):
        for start, end in stretches(np.isfinite(source)):
            if end - start >= 2:
                target[start:end] = np.gradient(source[start:end], time[start:end])
    return changed


def stretches(is_so: Bool[np.ndarray, " frames"]) -> Iterator[tuple[int, int]]:
    """First row, and row after the last, of each run of rows for which something is so."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_so, [False]]).astype(np.int8)))
    yield from map(tuple, edges.reshape(-1, 2).tolist())
