"""Fewer points of a long climb, so that a page stays light and its peaks stay where they are."""

import numpy as np
from jaxtyping import Float64, Int64

MAX_POINTS = 4000
"""Points of a line that a page holds at most."""


def thinned(
    values: Float64[np.ndarray, " frames"], limit: int = MAX_POINTS
) -> Int64[np.ndarray, " points"]:
    """Rows that show a series: all of a short one, the extremes of even stretches of a long one.

    A stretch in which nothing is known keeps a row, so that the gap stays.

    Args:
        values: NaN where not known.
        limit: Most rows.
    """
    if len(values) <= limit:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), limit // 2 + 1).astype(np.int64)
    rows: set[int] = set()
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        stretch = values[start:end]
        if np.isnan(stretch).all():
            rows.add(start)
        else:
            rows |= {start + int(np.nanargmin(stretch)), start + int(np.nanargmax(stretch))}
    return np.array(sorted(rows), np.int64)


def spaced(count: int, limit: int = MAX_POINTS) -> Int64[np.ndarray, " points"]:
    """Evenly spaced rows, the last one among them."""
    if count <= limit:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, limit).round().astype(np.int64))
