import numpy as np
import pytest

from climbpose.skeleton import CLIMBING_25
from climbpose.training.cutting import Cut, region_of
from climbpose.training.samples import REACH, SIDE
from tests.training.stand_in import OF_25, dots_of, picture_of


def test_region_is_around_the_hips_and_as_the_trunk_is_turned() -> None:
    upright = region_of(dots_of(100, 120)[OF_25])
    assert upright is not None
    assert (upright.x, upright.y) == (100, 120)
    assert upright.rotation == pytest.approx(0)
    assert upright.size == pytest.approx(2 * 1.25 * 0.95 * np.hypot(20, 57), rel=1e-5)
    leaning = region_of(dots_of(100, 120, lean=40)[OF_25])
    assert leaning is not None
    assert np.rad2deg(leaning.rotation) == pytest.approx(45)


def test_no_region_without_a_trunk() -> None:
    xy = dots_of()[OF_25]
    xy[CLIMBING_25.index("left_hip")] = np.nan
    assert region_of(xy) is None
    xy = dots_of()[OF_25]
    xy[CLIMBING_25.index("left_wrist")] = np.nan
    assert region_of(xy) is not None


@pytest.mark.parametrize("enlarged", [1, 8])
def test_points_are_where_the_picture_shows_them(enlarged: int) -> None:
    dots = dots_of() * enlarged
    image = picture_of(dots_of()).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    region = region_of(dots[OF_25])
    assert region is not None
    cut = Cut.around(image, region)
    assert cut.image.shape == (SIDE, SIDE, 3)
    assert cut.region.size * REACH == pytest.approx(SIDE)
    for channel, (x, y) in enumerate(cut.place(dots)):
        row, column = np.unravel_index(cut.image[..., channel].argmax(), (SIDE, SIDE))
        assert np.hypot(column - x, row - y) < 3
