"""Heatmaps: made from keypoints, read back to keypoints, moved between boxes, mirrored.

A map covers its box exactly. The cell in row i and column j has its centre at (j + 0.5, i + 0.5) in
cell coordinates, in which the box reaches from 0 to the number of columns and rows.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64, Shaped

from climbpose.poses import HEATMAP_SIZE, Detection, HeatmapSource
from climbpose.skeleton import Skeleton

_MIN_SIGMA = 0.5
"""Cells; a narrower Gaussian could fall between the cells' centres and be lost."""

_EMPTY = 1e-4
"""A map whose highest cell is not above this holds no keypoint."""

_BETWEEN_SIGMA = 2.0
"""Width of the heatmap of a keypoint that was put in, cells: wider than a detected one's."""

_LOG_FLOOR = 1e-6
"""Share of the highest cell below which a cell is taken for empty and tells nothing."""

_PRIOR = np.array([0.0, 1e-9, 1e-9, 1e-8, 1e-8, 1e-8])
_PRIOR_VALUE = np.array([0.0, 0.0, 0.0, -0.5, 0.0, -0.5])
"""Where cells are missing, the fit leans to a Gaussian of one cell: curvatures and their weight."""


def encode(
    xy: Float[np.ndarray, "keypoints 2"],
    sigma: Float[np.ndarray, " keypoints"] | Float[np.ndarray, "keypoints 2"],
    height: Float[np.ndarray, " keypoints"],
    size: int = HEATMAP_SIZE,
) -> Float32[np.ndarray, "keypoints size size"]:
    """One Gaussian for each keypoint, sampled at the cells' centres.

    Args:
        xy: Cells; a keypoint with NaN gets an empty map.
        sigma: Standard deviation in cells, of both axes or of x and y; half a cell at least.
        height: Value at the keypoint's true position, which need not be a cell's centre.
        size: Rows and columns.
    """
    spread = np.broadcast_to(sigma[:, None] if sigma.ndim == 1 else sigma, xy.shape)
    spread = np.fmax(spread, _MIN_SIGMA)
    centres = np.arange(size) + 0.5
    deviation = (centres - xy[..., None].astype(np.float64)) / spread[..., None]
    along = np.nan_to_num(np.exp(-0.5 * deviation**2))
    scaled = np.where(np.isfinite(height), height, 0.0)[:, None] * along[:, 1]
    dense: Float32[np.ndarray, "keypoints size size"] = (
        scaled.astype(np.float32)[:, :, None] * along[:, 0].astype(np.float32)[:, None, :]
    )
    return dense


def decode(
    maps: Float32[np.ndarray, "keypoints rows cols"],
) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
    """Peaks with sub-cell precision and their interpolated heights; NaN and 0 for an empty map.

    A quadratic surface is fitted to the logarithm of the 3 x 3 cells around the highest one, which
    is exact for every Gaussian; where it has no maximum, the cells' centre of mass is the peak. The
    peak stays in the highest cell. Of several modes the highest one counts.
    """
    rows, cols = maps.shape[1:]
    if min(rows, cols) < 3:
        raise ValueError(f"a heatmap needs at least 3 x 3 cells, got {rows} x {cols}")
    highest = maps.reshape(len(maps), -1).argmax(axis=1)
    row, col = np.divmod(highest, cols)
    # At the border the 3 x 3 cells lie beside the highest one.
    corner = np.stack([col.clip(1, cols - 2) - 1, row.clip(1, rows - 2) - 1], axis=1)
    patch = _patches(maps, corner)
    top = maps[np.arange(len(maps)), row, col].astype(np.float64)
    is_empty = ~(top > _EMPTY)
    share = np.clip(patch / np.where(is_empty, 1.0, top)[:, None], 0.0, 1.0)
    share[is_empty] = 1.0

    centre = np.stack([col, row], axis=1) + 0.5
    middle = corner + 1.5
    coefficients = _fit_log_quadratic(share)
    peak = middle + _vertex(coefficients, share)
    peak = np.clip(peak, centre - 0.5, centre + 0.5)
    gain = np.exp(_design(peak - middle) @ coefficients[:, :, None])[:, 0, 0]
    height = np.minimum(top * np.clip(gain, 1.0, 2.0), 1.0)
    peak[is_empty] = np.nan
    return peak.astype(np.float32), np.where(is_empty, 0.0, height).astype(np.float32)


def centres(
    maps: Float32[np.ndarray, "*frames keypoints rows cols"],
) -> Float32[np.ndarray, "*frames keypoints 2"]:
    """Centres of mass, in cells, each cell weighing its square; NaN for an empty map.

    Where a map has two modes the centre lies between them, nearer to the higher one, and so moves
    on where `decode` would leap.
    """
    weight = np.square(maps.clip(min=0))
    rows, cols = maps.shape[-2:]
    y, x = np.mgrid[:rows, :cols].astype(np.float32) + np.float32(0.5)
    moments = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
    sums = (weight.reshape(*maps.shape[:-2], -1) @ moments).astype(np.float64)
    total = sums[..., 2]
    with np.errstate(invalid="ignore", divide="ignore"):
        xy = sums[..., :2] / total[..., None]
    xy[total <= _EMPTY**2] = np.nan
    centre: Float32[np.ndarray, "*frames keypoints 2"] = xy.astype(np.float32)
    return centre


def _patches(
    maps: Float32[np.ndarray, "keypoints rows cols"], corner: Int64[np.ndarray, "keypoints 2"]
) -> Float64[np.ndarray, "keypoints 9"]:
    """The 3 x 3 cells that begin at a corner (column, row), row by row."""
    offsets = np.arange(3)
    row = (corner[:, 1, None] + offsets)[:, :, None]
    col = (corner[:, 0, None] + offsets)[:, None, :]
    patch = maps[np.arange(len(maps))[:, None, None], row, col]
    return patch.reshape(len(maps), 9).astype(np.float64)


def _design(xy: Float64[np.ndarray, "*points 2"]) -> Float64[np.ndarray, "*points 1 6"]:
    """The terms of a quadratic surface: 1, x, y, x x, x y, y y."""
    x, y = xy[..., 0], xy[..., 1]
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)[..., None, :]


_CELLS: Float64[np.ndarray, "9 2"] = np.stack(
    np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]), axis=-1
).reshape(9, 2)
_CELL_DESIGN: Float64[np.ndarray, "9 6"] = _design(_CELLS)[:, 0]


def _fit_log_quadratic(
    share: Float64[np.ndarray, "keypoints 9"],
) -> Float64[np.ndarray, "keypoints 6"]:
    """Least squares, the logarithms weighted as equal errors of the cells themselves ask for."""
    weight = np.where(share > _LOG_FLOOR, share, 0.0) ** 2
    logs = np.log(np.maximum(share, _LOG_FLOOR))
    weighted = _CELL_DESIGN.T * weight[:, None, :]
    normal = weighted @ _CELL_DESIGN + np.diag(_PRIOR)
    right = weighted @ logs[:, :, None] + (_PRIOR * _PRIOR_VALUE)[:, None]
    solution: Float64[np.ndarray, "keypoints 6"] = np.linalg.solve(normal, right)[:, :, 0]
    return solution


def _vertex(
    coefficients: Float64[np.ndarray, "keypoints 6"], share: Float64[np.ndarray, "keypoints 9"]
) -> Float64[np.ndarray, "keypoints 2"]:
    """The surface's maximum from the patch's middle, the centre of mass where it has none."""
    _, x, y, xx, xy, yy = coefficients.T
    determinant = 4 * xx * yy - xy**2
    is_concave = (xx < -1e-9) & (yy < -1e-9) & (determinant > 1e-12)
    divisor = np.where(is_concave, determinant, 1.0)
    vertex = np.stack([xy * y - 2 * yy * x, xy * x - 2 * xx * y], axis=1) / divisor[:, None]
    mass = share @ _CELLS / share.sum(axis=1, keepdims=True)
    return np.where(is_concave[:, None], vertex, mass)


@dataclass(frozen=True, slots=True, eq=False)
class GaussianMaps:
    """Heatmaps of a detector that gives coordinates: one Gaussian for each keypoint.

    Attributes:
        xy: Cells; NaN where there is no keypoint.
        sigma: Standard deviation in cells, of both axes or of x and y.
        height: The peak's value, which is the keypoint's confidence; 0 where there is no keypoint.
    """

    xy: Float[np.ndarray, "keypoints 2"]
    sigma: Float[np.ndarray, " keypoints"] | Float[np.ndarray, "keypoints 2"]
    height: Float[np.ndarray, " keypoints"]

    def render(self) -> Float32[np.ndarray, "keypoints rows cols"]:
        """The dense heatmaps, scores in [0, 1]."""
        return encode(self.xy, self.sigma, self.height)

    def peaks(
        self,
    ) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
        """The keypoints as they were given, in cells, and their confidences."""
        is_there = np.isfinite(self.xy).all(axis=1) & np.isfinite(self.height) & (self.height > 0)
        xy = np.where(is_there[:, None], self.xy, np.nan).astype(np.float32)
        return xy, np.where(is_there, self.height, 0.0).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DenseMaps:
    """Heatmaps of a detector that gives them whole.

    Attributes:
        array: Scores in [0, 1]; of whole numbers, the type's largest stands for 1. May be a view of
            a file.
    """

    array: Shaped[np.ndarray, "keypoints rows cols"]

    def render(self) -> Float32[np.ndarray, "keypoints rows cols"]:
        """The dense heatmaps, scores in [0, 1]."""
        scores = np.array(self.array, dtype=np.float32)
        # A map with a number that is none (NaN, infinite) tells nothing.
        scores[~np.isfinite(scores).all(axis=(1, 2))] = 0
        if np.issubdtype(self.array.dtype, np.integer):
            scores /= np.float32(np.iinfo(self.array.dtype).max)
        return np.clip(scores, 0.0, 1.0, out=scores)

    def peaks(
        self,
    ) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
        """Sub-cell positions of the highest peaks, in cells, and their heights."""
        return decode(self.render())


def between(before: Detection, after: Detection, share: float) -> Detection:
    """A detection that was not made, on the line between two; it counts as filled.

    It has the lower confidences of the two.

    Args:
        before: At a share of 0.
        after: At a share of 1.
        share: Of the way.
    """
    (xy_a, confidence_a), (xy_b, confidence_b) = before.keypoints(), after.keypoints()
    way = np.float32(share)
    xy = xy_a + way * (xy_b - xy_a)
    box = before.box + way * (after.box - before.box)
    cell = (box[2:] - box[:2]) / np.float32(HEATMAP_SIZE)
    return Detection(
        frame_index=before.frame_index,
        time=before.time + share * (after.time - before.time),
        box=box,
        maps=GaussianMaps(
            xy=(xy - box[:2]) / cell,
            sigma=np.full_like(xy, _BETWEEN_SIGMA),
            height=np.minimum(confidence_a, confidence_b),
        ),
        score=min(before.score, after.score),
        is_filled=True,
    )


def render_over(
    maps: HeatmapSource, box_from: Float[np.ndarray, "4"], box_to: Float[np.ndarray, "4"]
) -> Float32[np.ndarray, "keypoints rows cols"]:
    """Dense heatmaps over another box than their own; exact where they are Gaussians.

    Args:
        maps: Heatmaps over ``box_from``.
        box_from: ``x1 y1 x2 y2``, pixels.
        box_to: ``x1 y1 x2 y2``, pixels.
    """
    if not isinstance(maps, GaussianMaps):
        return resample(maps.render(), box_from, box_to)
    extent_from, extent_to = _extents(box_from, box_to)
    zoom = extent_from / extent_to
    shift = (np.asarray(box_from, np.float64)[:2] - box_to[:2]) / extent_to * HEATMAP_SIZE
    sigma = maps.sigma[:, None] if maps.sigma.ndim == 1 else maps.sigma
    return encode(maps.xy * zoom + shift, sigma * zoom, maps.height)


def resample(
    maps: Float32[np.ndarray, "*batch rows cols"],
    box_from: Float[np.ndarray, "4"],
    box_to: Float[np.ndarray, "4"],
) -> Float32[np.ndarray, "*batch rows cols"]:
    """Heatmaps over another box, interpolated; 0 outside their own.

    Args:
        maps: Heatmaps over ``box_from``.
        box_from: ``x1 y1 x2 y2``, pixels.
        box_to: ``x1 y1 x2 y2``, pixels.
    """
    if np.array_equal(box_from, box_to):
        return maps.copy()
    extent_from, extent_to = _extents(box_from, box_to)
    start = (np.asarray(box_to, np.float64)[:2] - box_from[:2]) / extent_from
    step = extent_to / extent_from
    along_x, along_y = (
        _interpolation(size, float(start[axis]), float(step[axis]))
        for axis, size in ((0, maps.shape[-1]), (1, maps.shape[-2]))
    )
    moved: Float32[np.ndarray, "*batch rows cols"] = along_y @ maps @ along_x.T
    return moved.clip(min=0)


def _extents(
    box_from: Float[np.ndarray, "4"], box_to: Float[np.ndarray, "4"]
) -> tuple[Float64[np.ndarray, "2"], Float64[np.ndarray, "2"]]:
    extents = [np.asarray(box, np.float64)[2:] - box[:2] for box in (box_from, box_to)]
    if not all((extent > 0).all() for extent in extents):
        raise ValueError(f"boxes need width and height, got {box_from} and {box_to}")
    return extents[0], extents[1]


def _interpolation(size: int, start: float, step: float) -> Float32[np.ndarray, "size size"]:
    """The matrix that reads cells at new centres, by Keys's cubic.

    Straight lines between the cells would have their maxima at the cells' centres only, and so
    would draw the peaks of an enlarged map towards them.

    Args:
        size: Cells before and after.
        start: Where the new cells begin, as a share of the old extent.
        step: A new cell's width in old cells.
    """
    position = start * size + (np.arange(size) + 0.5) * step - 0.5
    distance = np.abs(position[:, None] - np.arange(size))
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    matrix = np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
    matrix[(position < -0.5) | (position > size - 0.5)] = 0.0
    return matrix.astype(np.float32)


def flip(
    maps: Float32[np.ndarray, "*batch keypoints rows cols"], skeleton: Skeleton
) -> Float32[np.ndarray, "*batch keypoints rows cols"]:
    """Heatmaps of the mirrored picture: left and right change sides and names."""
    mirrored = maps[..., list(skeleton.flipped), :, ::-1]
    return np.ascontiguousarray(mirrored)
