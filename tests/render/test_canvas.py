import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.render.canvas import LEFT, RIGHT, Canvas, to_opencv

WHITE = (255, 255, 255)


def drawn(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float = 4.0,
    alpha: float = 1.0,
    shade: int = 0,
) -> np.ndarray:
    image = np.full((80, 100, 3), shade, np.uint8)
    canvas = Canvas(80, 100)
    canvas.draw(
        np.array([[start, end]], float), np.full((1, 2), width, float), [WHITE], np.array([alpha])
    )
    canvas.blend_into(image)
    return image


def test_the_first_pixels_centre() -> None:
    assert to_opencv(np.array([0.5, 0.5])).tolist() == [0, 0]


inside = st.tuples(st.floats(20, 80), st.floats(20, 60))


@given(start=inside, end=inside)
@settings(max_examples=60, deadline=None)
def test_lines_lie_where_they_should_to_a_part_of_a_pixel(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    light = drawn(start, end)[..., 0] / 255
    y, x = np.mgrid[:80, :100] + 0.5
    middle = np.array([(light * x).sum(), (light * y).sum()]) / light.sum()
    assert middle == pytest.approx(np.mean([start, end], axis=0), abs=0.3)


def test_lines_lean_to_no_side() -> None:
    generator = np.random.default_rng(0)
    y, x = np.mgrid[:80, :100] + 0.5
    off = []
    for start, end in generator.uniform((20, 20), (80, 60), (100, 2, 2)):
        light = drawn(tuple(start), tuple(end))[..., 0] / 255
        middle = np.array([(light * x).sum(), (light * y).sum()]) / light.sum()
        off.append(middle - (start + end) / 2)
    assert np.mean(off, axis=0) == pytest.approx([0, 0], abs=0.02)


@pytest.mark.parametrize("width", [2.0, 3.3, 5.0, 12.0])
def test_width(width: float) -> None:
    light = drawn((50.3, 10), (53.1, 70), width)[30:50, :, 0] / 255
    assert light.sum(axis=1).mean() == pytest.approx(width, abs=0.25)


@pytest.mark.parametrize("shade", [0, 100, 255])
def test_transparency_blends(shade: int) -> None:
    image = drawn((20, 40), (80, 40), width=9.0, alpha=0.4, shade=shade)
    assert image[40, 50].astype(float) == pytest.approx([0.6 * shade + 0.4 * 255] * 3, abs=2)
    assert (image[:20] == shade).all()


def test_strokes_do_not_add_up() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    canvas = Canvas(40, 40)
    cross = np.array([[[5.0, 20.0], [35.0, 20.0]], [[20.0, 5.0], [20.0, 35.0]]])
    canvas.draw(cross, np.full((2, 2), 6.0), [LEFT, RIGHT], np.array([0.5, 0.5]))
    canvas.blend_into(image)
    assert image[20, 20].astype(float) == pytest.approx(np.array(RIGHT) / 2, abs=2)
    assert image[20, 8].astype(float) == pytest.approx(np.array(LEFT) / 2, abs=2)


@pytest.mark.parametrize(
    "far", [(np.nan, 5.0), (np.inf, 5.0), (1e30, -1e30), (-1e6, 0.0), (2**31, 2**31)]
)
def test_far_places_are_left_out(far: tuple[float, float]) -> None:
    assert not drawn((50, 40), far).any()


def test_a_line_from_outside_enters_the_picture() -> None:
    image = drawn((-60, 40), (50, 40))
    assert image[40, 0, 0] == 255
    assert image[40, 45, 0] == 255
    assert not image[40, 60:].any()


def test_every_changed_pixel_is_blended() -> None:
    """Strokes across many tiles come out whole."""
    long = drawn((2, 2), (98, 78), width=3.0)[..., 0]
    assert (long.max(axis=1)[3:77] > 150).all()


def test_left_and_right_differ_in_lightness_too() -> None:
    grey = [np.dot(colour, (0.2126, 0.7152, 0.0722)) for colour in (LEFT, RIGHT)]
    assert abs(grey[0] - grey[1]) > 50
