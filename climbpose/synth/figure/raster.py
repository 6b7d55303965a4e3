"""Triangles to pixels, in NumPy: which triangle is nearest in each pixel, and where it is hit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

_LEAST = 1e-5
"""Twice the area of the least triangle that is drawn, square pixels."""


@dataclass(frozen=True, eq=False)
class Raster:
    """What is seen in each covered pixel; the pixel's middle decides.

    Attributes:
        rows: Of the picture.
        cols: Of the picture.
        pixels: Covered pixels, counted row by row, rising.
        triangle: The nearest triangle in each of them.
        weights: Shares of its corners in the point that is hit.
        depth: Of that point.
    """

    rows: int
    cols: int
    pixels: Int64[np.ndarray, " hits"]
    triangle: Int64[np.ndarray, " hits"]
    weights: Float32[np.ndarray, "hits 3"]
    depth: Float32[np.ndarray, " hits"]

    def image(
        self, values: Float32[np.ndarray, "hits *channels"], empty: float = 0.0
    ) -> Float32[np.ndarray, "rows cols *channels"]:
        """Values of the covered pixels as a picture."""
        picture = np.full((self.rows * self.cols, *values.shape[1:]), empty, np.float32)
        picture[self.pixels] = values
        return picture.reshape(self.rows, self.cols, *values.shape[1:])

    def mask(self) -> Bool[np.ndarray, "rows cols"]:
        """Which pixels are covered."""
        covered = np.zeros(self.rows * self.cols, bool)
        covered[self.pixels] = True
        return covered.reshape(self.rows, self.cols)

    def blend(
        self, corners: Float32[np.ndarray, "triangles 3 channels"]
    ) -> Float32[np.ndarray, "hits channels"]:
        """Values between those at the three corners of each triangle."""
        flat = corners.reshape(-1, corners.shape[2])
        first = 3 * self.triangle
        return self._mixed([np.take(flat, first + k, axis=0) for k in range(3)])

    def blend_vertices(
        self,
        values: Float32[np.ndarray, "vertices channels"],
        triangles: Int64[np.ndarray, "triangles 3"],
    ) -> Float32[np.ndarray, "hits channels"]:
        """Values between those at the vertices of each triangle."""
        corners = np.take(triangles, self.triangle, axis=0)
        return self._mixed([np.take(values, corners[:, k], axis=0) for k in range(3)])

    def _mixed(self, corners: list[np.ndarray]) -> np.ndarray:
        """Values of the corners by their weights; the first one's array is used."""
        mixed = corners[0]
        mixed *= self.weights[:, :1]
        for k in (1, 2):
            corners[k] *= self.weights[:, k : k + 1]
            mixed += corners[k]
        return mixed


def rasterise(
    xy: Float[np.ndarray, "vertices 2"],
    depth: Float[np.ndarray, " vertices"],
    triangles: Int64[np.ndarray, "triangles 3"],
    size: tuple[int, int],
    *,
    is_two_sided: bool = False,
    near: float = 0.05,
) -> Raster:
    """The nearest triangle in each pixel.

    A triangle whose corners run clockwise in the picture (y down), so that its outer side is
    turned away, is left out; so is one with a corner nearer than `near`. Depth is interpolated
    evenly over the picture, which holds for triangles small against their distance.

    Args:
        xy: Continuous pixels from the picture's top left corner.
        depth: Of the vertices; smaller is nearer.
        triangles: Rows of vertices, counter-clockwise seen from outside.
        size: Rows and columns of the picture.
        is_two_sided: Keep the triangles that are turned away.
        near: Least depth.
    """
    rows, cols = size
    # Column by column: NumPy reduces along an axis of three slowly.
    corners = np.ascontiguousarray(triangles.T)
    x, y, z = (np.take(column.astype(np.float32), corners) for column in (*xy.T, depth))
    doubled = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    seen = np.abs(doubled) > _LEAST if is_two_sided else doubled < -_LEAST
    seen &= _least(z) > near
    seen &= (_most(x) > 0) & (_least(x) < cols) & (_most(y) > 0) & (_least(y) < rows)
    kept = np.flatnonzero(seen)
    x, y, z = (np.take(column, kept, axis=1) for column in (x, y, z))
    owner, pixel, second, third, nearness = _fragments(x, y, _planes(x, y, z), rows, cols)
    buffer = np.full(rows * cols, np.inf, np.float32)
    np.minimum.at(buffer, pixel, nearness)
    first = np.full(rows * cols, -1, np.int64)
    on_top = np.flatnonzero(nearness <= buffer[pixel])
    first[pixel[on_top]] = on_top
    pixels = np.flatnonzero(first >= 0)
    hit = first[pixels]
    weights = np.stack([1 - second[hit] - third[hit], second[hit], third[hit]], axis=1)
    return Raster(rows, cols, pixels, kept[owner[hit]], weights, nearness[hit])


def _least(corners: np.ndarray) -> np.ndarray:
    """The least of three rows, column by column."""
    least: np.ndarray = np.minimum(np.minimum(corners[0], corners[1]), corners[2])
    return least


def _most(corners: np.ndarray) -> np.ndarray:
    """The greatest of three rows, column by column."""
    most: np.ndarray = np.maximum(np.maximum(corners[0], corners[1]), corners[2])
    return most


def _planes(x: np.ndarray, y: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Shares of the second and third corner, and depth, as planes: by x, by y, at the first corner.

    Returns:
        3 planes x 3 numbers x triangles.
    """
    x, y, depth = (column.astype(np.float64) for column in (x, y, depth))
    doubled = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    nothing = np.zeros_like(doubled)
    second = np.stack([y[2] - y[0], x[0] - x[2], nothing]) / doubled
    third = np.stack([y[0] - y[1], x[1] - x[0], nothing]) / doubled
    rise = second * (depth[1] - depth[0]) + third * (depth[2] - depth[0])
    rise[2] = depth[0]
    return np.stack([second, third, rise]).astype(np.float32)


def _fragments(
    x: np.ndarray, y: np.ndarray, planes: np.ndarray, rows: int, cols: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every pixel of every triangle, found row by row.

    Returns:
        Triangle, pixel, the second and third corner's shares, depth.
    """
    top = np.clip(np.ceil(_least(y) - 0.5), 0, rows).astype(np.int64)
    bottom = np.clip(np.ceil(_most(y) - 0.5), 0, rows).astype(np.int64)
    owner, line = _runs(np.maximum(bottom - top, 0))
    row = top[owner] + line
    middle_y = row.astype(np.float32) + np.float32(0.5)
    left, right = _span(x, y, owner, middle_y)
    start = np.clip(np.ceil(left - 0.5), 0, cols).astype(np.int64)
    stop = np.clip(np.ceil(right - 0.5), 0, cols).astype(np.int64)
    run, step = _runs(np.maximum(stop - start, 0))
    # From the first corner to the first pixel's middle.
    across = start.astype(np.float32) + np.float32(0.5) - x[0][owner]
    down = middle_y - y[0][owner]
    along = step.astype(np.float32)
    values = []
    for by_x, by_y, origin in planes:
        slope = by_x[owner]
        begin = slope * across + by_y[owner] * down + origin[owner]
        values.append(begin[run] + slope[run] * along)
    second, third, depth = values
    return owner[run], (row * cols + start)[run] + step, second, third, depth


def _runs(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which run each element of joined runs belongs to, and its place in the run."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    begins = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - begins[owner]


def _span(
    x: np.ndarray, y: np.ndarray, owner: np.ndarray, height: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where each triangle begins and ends along rows that it crosses.

    An edge is the same number seen from both its triangles, so that neighbours neither overlap
    nor leave gaps.
    """
    left = np.full(len(owner), np.inf, np.float32)
    right = np.full(len(owner), -np.inf, np.float32)
    for k in range(3):
        j = (k + 1) % 3
        is_falling = y[k] <= y[j]
        x0, y0 = np.where(is_falling, x[k], x[j]), np.where(is_falling, y[k], y[j])
        x1, y1 = np.where(is_falling, x[j], x[k]), np.where(is_falling, y[j], y[k])
        slope = (x1 - x0) / np.maximum(y1 - y0, np.float32(1e-12))
        upper = y0[owner]
        crossing = x0[owner] + slope[owner] * (height - upper)
        is_crossed = (upper <= height) & (height < y1[owner])
        left = np.where(is_crossed, np.minimum(left, crossing), left)
        right = np.where(is_crossed, np.maximum(right, crossing), right)
    return left, right
