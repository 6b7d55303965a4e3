"""Triangles to pixels, in NumPy: which triangle is nearest in each pixel, and where it is hit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64


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
        blended: np.ndarray = corners[self.triangle, 0] * self.weights[:, :1]
        for k in (1, 2):
            blended += corners[self.triangle, k] * self.weights[:, k : k + 1]
        return blended

    def blend_vertices(
        self,
        values: Float32[np.ndarray, "vertices channels"],
        triangles: Int64[np.ndarray, "triangles 3"],
    ) -> Float32[np.ndarray, "hits channels"]:
        """Values between those at the vertices of each triangle."""
        corners = triangles[self.triangle]
        blended: np.ndarray = values[corners[:, 0]] * self.weights[:, :1]
        for k in (1, 2):
            blended += values[corners[:, k]] * self.weights[:, k : k + 1]
        return blended


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
    x, y, z = (
        np.take(column.astype(np.float64), triangles.T) for column in (xy[:, 0], xy[:, 1], depth)
    )
    doubled = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    seen = np.abs(doubled) > 1e-9 if is_two_sided else doubled < -1e-9
    seen &= _least(z) > near
    seen &= (_most(x) > 0) & (_least(x) < cols) & (_most(y) > 0) & (_least(y) < rows)
    kept = np.flatnonzero(seen)
    x, y, z, doubled = x[:, kept], y[:, kept], z[:, kept], doubled[kept]
    owner, pixel, second, third, nearness = _fragments(x, y, _planes(x, y, doubled, z), rows, cols)
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


def _planes(x: np.ndarray, y: np.ndarray, doubled: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Shares of the second and third corner, and depth, as planes: by x, by y, at the origin.

    Returns:
        3 planes x 3 numbers x triangles.
    """
    second = np.stack([y[2] - y[0], x[0] - x[2], x[2] * y[0] - x[0] * y[2]]) / doubled
    third = np.stack([y[0] - y[1], x[1] - x[0], x[0] * y[1] - x[1] * y[0]]) / doubled
    rise = second * (depth[1] - depth[0]) + third * (depth[2] - depth[0])
    rise[2] += depth[0]
    return np.stack([second, third, rise])


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
    left, right = _span(x, y, owner, row + 0.5)
    start = np.clip(np.ceil(left - 0.5), 0, cols).astype(np.int64)
    stop = np.clip(np.ceil(right - 0.5), 0, cols).astype(np.int64)
    run, step = _runs(np.maximum(stop - start, 0))
    middle_x, middle_y = start + 0.5, row + 0.5
    along = step.astype(np.float32)
    values = []
    for by_x, by_y, origin in planes:
        begin = by_x[owner] * middle_x + by_y[owner] * middle_y + origin[owner]
        slope = by_x[owner].astype(np.float32)
        values.append(begin.astype(np.float32)[run] + slope[run] * along)
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
    left = np.full(len(owner), np.inf)
    right = np.full(len(owner), -np.inf)
    for k in range(3):
        j = (k + 1) % 3
        is_falling = y[k] <= y[j]
        x0, y0 = np.where(is_falling, x[k], x[j]), np.where(is_falling, y[k], y[j])
        x1, y1 = np.where(is_falling, x[j], x[k]), np.where(is_falling, y[j], y[k])
        slope = (x1 - x0) / np.maximum(y1 - y0, 1e-12)
        upper = y0[owner]
        crossing = x0[owner] + slope[owner] * (height - upper)
        is_crossed = (upper <= height) & (height < y1[owner])
        left = np.where(is_crossed, np.minimum(left, crossing), left)
        right = np.where(is_crossed, np.maximum(right, crossing), right)
    return left, right
