"""Which moment of one climb belongs to which of another, by how high the climbers are."""

import numpy as np
from jaxtyping import Float64

_MOST_POINTS = 100
"""Both stretches are cut into so many steps at most; short ones into as many as they have rows."""

_STEPS = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1))
"""One climber is up to three times as fast, within a stretch, as the other on the whole."""

_DETOUR = 0.3
"""What it costs to be out of step by the whole stretch, in body lengths: on one height, any moment
fits any other."""

_LEAST_KNOWN = 0.5


def warp(
    a: tuple[Float64[np.ndarray, " rows_a"], Float64[np.ndarray, " rows_a"]],
    b: tuple[Float64[np.ndarray, " rows_b"], Float64[np.ndarray, " rows_b"]],
) -> Float64[np.ndarray, "moments 2"]:
    """Moments that belong together, ascending in both, from the first to the last of each.

    It is dynamic time warping (Sakoe and Chiba 1978) with slopes between 1/3 and 3, both stretches
    taken to be equally long.

    Args:
        a: Times in seconds and heights in body lengths; heights may be NaN.
        b: The same of the other climb.
    """
    ends = np.array([(a[0][0], b[0][0]), (a[0][-1], b[0][-1])])
    if any(len(time) < 4 or np.isfinite(height).mean() < _LEAST_KNOWN for time, height in (a, b)):
        return ends
    count = min(max(len(a[0]), len(b[0])), _MOST_POINTS)
    grids = [np.linspace(time[0], time[-1], count) for time, _ in (a, b)]
    heights = [_known_at(grid, *one) for grid, one in zip(grids, (a, b), strict=True)]
    share = np.linspace(0, 1, count)
    cost = np.abs(heights[0][:, None] - heights[1]) + _DETOUR * np.abs(share[:, None] - share)
    path = _cheapest(cost)
    return np.stack([grids[0][path[:, 0]], grids[1][path[:, 1]]], axis=1)


def _known_at(
    grid: Float64[np.ndarray, " points"],
    time: Float64[np.ndarray, " rows"],
    height: Float64[np.ndarray, " rows"],
) -> Float64[np.ndarray, " points"]:
    known = np.isfinite(height)
    heights: np.ndarray = np.interp(grid, time[known], height[known])
    return heights


def _cheapest(cost: Float64[np.ndarray, "points points"]) -> np.ndarray:
    """Rows and columns of the way from corner to corner that costs the least."""
    count = len(cost)
    total = np.full((count, count), np.inf)
    total[0, 0] = 0.0
    came = np.zeros((count, count), np.int64)
    # Down its columns and along its rows, what is passed over counts too.
    down, along = np.cumsum(cost, axis=0), np.cumsum(cost, axis=1)
    for row in range(1, count):
        for number, (i, j) in enumerate(_STEPS):
            if row < i:
                continue
            if j == 1:
                passed = (down[row, 1:] - down[row - i, 1:]) / i
            else:
                passed = (along[row, j:] - along[row, :-j]) / j
            # A step counts by the time that it takes of both.
            offered = total[row - i, :-j] + (i + j) * passed
            better = offered < total[row, j:]
            total[row, j:][better] = offered[better]
            came[row, j:][better] = number
    way = [(count - 1, count - 1)]
    while way[-1] != (0, 0):
        row, column = way[-1]
        i, j = _STEPS[came[row, column]]
        way.append((row - i, column - j))
    return np.array(way[::-1])
