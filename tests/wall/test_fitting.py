import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.wall.fitting import fit, is_sane
from climbpose.wall.motion import apply
from tests.wall.films import turned


@given(
    seed=st.integers(0, 1000),
    angle=st.floats(-40, 40),
    scale=st.floats(0.6, 1.6),
    slant=st.floats(-0.2, 0.2),
    others=st.floats(0, 0.35),
)
def test_a_homography_is_found_though_others_move(
    seed: int, angle: float, scale: float, slant: float, others: float
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, (240, 320), (150, 2))
    true = turned(angle, scale, (12, -7), slant)
    moved = apply(true, points)
    strays = rng.random(150) < others
    moved[strays] += rng.uniform(10, 60, (int(strays.sum()), 2))
    found = fit(points, moved)
    assert found is not None
    assert (found.agrees == ~strays).mean() > 0.97
    np.testing.assert_allclose(apply(found.homography, points), apply(true, points), atol=0.05)


def test_noise_makes_the_error_that_is_told() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(0, (240, 320), (120, 2))
    corners = np.array([(40.0, 40), (200, 40), (200, 280), (40, 280)])
    true = turned(3, 1.05, (4, 5), 0.05)
    told, made = [], []
    for _ in range(40):
        found = fit(points, apply(true, points) + rng.normal(0, 0.3, points.shape))
        assert found is not None
        told.append(found.error_at(corners))
        off = apply(found.homography, corners) - apply(true, corners)
        made.append(np.sqrt((off**2).sum(axis=1).mean()))
    assert 0.6 < np.sqrt(np.mean(np.square(told)) / np.mean(np.square(made))) < 1.6


def test_few_points_get_no_freedom_that_harms() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(100, 140, (14, 2))
    found = fit(points, points + rng.normal(0, 0.2, points.shape))
    assert found is not None and (found.homography[2] == (0, 0, 1)).all()


@pytest.mark.parametrize("count", [0, 3, 11])
def test_too_few_points_are_no_wall(count: int) -> None:
    points = np.random.default_rng(0).uniform(0, 200, (count, 2))
    assert fit(points, points) is None


def test_points_in_one_place_are_no_wall() -> None:
    assert fit(np.full((30, 2), 7.0), np.full((30, 2), 9.0)) is None


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([-1.0, 1, 1]),
        np.diag([0.05, 0.05, 1]),
        np.array([[1, 0, 0], [0, 1, 0], [0.03, 0, 1.0]]),
        np.full((3, 3), np.nan),
    ],
)
def test_what_no_camera_sees_is_refused(matrix: np.ndarray) -> None:
    assert not is_sane(matrix, np.array([(0.0, 0), (240, 0), (240, 320), (0, 320)]))
