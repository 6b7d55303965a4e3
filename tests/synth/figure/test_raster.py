import numpy as np
import pytest

from climbpose.synth.figure.raster import rasterise

SIZE = (40, 60)
TRIANGLE = np.array([[0, 1, 2]])


def _upright(corners: list[list[float]]) -> np.ndarray:
    return np.array(corners, np.float64)


def test_a_triangle_covers_the_pixels_whose_middles_it_holds() -> None:
    xy = _upright([[10, 5], [10, 25], [30, 25]])
    raster = rasterise(xy, np.ones(3), TRIANGLE, SIZE)
    cols, rows = np.meshgrid(np.arange(60) + 0.5, np.arange(40) + 0.5)
    inside = (cols > 10) & (rows < 25) & (rows - 5 > cols - 10)
    on_edge = rows - 5 == cols - 10
    assert np.array_equal(raster.mask()[~on_edge], inside[~on_edge])


def test_depth_and_weights_are_those_of_the_plane() -> None:
    xy = _upright([[3, 2], [8, 37], [55, 20]])
    depth = np.array([2.0, 5.0, 3.0])
    raster = rasterise(xy, depth, TRIANGLE, SIZE)
    rows, cols = np.divmod(raster.pixels, SIZE[1])
    middles = np.stack([cols, rows], axis=1) + 0.5
    assert np.allclose(raster.weights @ xy, middles, atol=1e-3)
    assert np.allclose(raster.weights @ depth, raster.depth, atol=1e-4)
    blended = raster.blend_vertices(depth[:, None].astype(np.float32), TRIANGLE)
    assert np.allclose(blended[:, 0], raster.depth, atol=1e-4)


def test_a_clockwise_triangle_is_turned_away() -> None:
    xy = _upright([[10, 5], [30, 25], [10, 25]])
    assert len(rasterise(xy, np.ones(3), TRIANGLE, SIZE).pixels) == 0
    assert len(rasterise(xy, np.ones(3), TRIANGLE, SIZE, is_two_sided=True).pixels) > 150


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_the_nearest_wins(order: list[int]) -> None:
    xy = _upright([[5, 5], [5, 35], [55, 20], [5, 5], [5, 35], [55, 20]])
    depth = np.array([4.0, 4, 4, 3, 3, 3])
    triangles = np.array([[0, 1, 2], [3, 4, 5]])[order]
    raster = rasterise(xy, depth, triangles, SIZE)
    assert set(raster.triangle) == {order.index(1)}
    assert np.allclose(raster.depth, 3)


def test_neighbours_leave_no_gap_and_no_overlap() -> None:
    rng = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(np.linspace(-4, 64, 18), np.linspace(-4, 44, 13)), axis=-1)
    grid[1:-1, 1:-1] += rng.uniform(-1.2, 1.2, (11, 16, 2))
    corner = (np.arange(12)[:, None] * 18 + np.arange(17)).ravel()
    triangles = np.concatenate(
        [
            np.stack([corner, corner + 18, corner + 1], axis=1),
            np.stack([corner + 1, corner + 18, corner + 19], axis=1),
        ]
    )
    raster = rasterise(grid.reshape(-1, 2), np.ones(234), triangles, SIZE)
    assert raster.mask().all()


def test_what_is_outside_or_too_near_is_cut_off() -> None:
    xy = _upright([[-1e5, -1e5], [-1e5, 2e5], [2e5, 20]])
    assert rasterise(xy, np.ones(3), TRIANGLE, SIZE).mask().all()
    assert len(rasterise(xy + 4e5, np.ones(3), TRIANGLE, SIZE).pixels) == 0
    assert len(rasterise(xy, np.array([1, 0, 1.0]), TRIANGLE, SIZE).pixels) == 0


def test_an_image_is_empty_beside_the_triangles() -> None:
    xy = _upright([[10, 5], [10, 25], [30, 25]])
    raster = rasterise(xy, np.full(3, 2.0), TRIANGLE, SIZE)
    picture = raster.image(raster.depth, np.inf)
    assert np.array_equal(np.isfinite(picture), raster.mask())
    assert np.allclose(picture[raster.mask()], 2)
