import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.render.canvas import DARK, LEFT, NEUTRAL, RGB, RIGHT, Canvas, to_opencv
from climbpose.video import Colour
from tests import clips
from tests.render.figures import grey

WHITE = (255, 255, 255)


def drawn(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float = 4.0,
    alpha: float = 1.0,
    shade: int = 0,
) -> np.ndarray:
    picture = grey(80, 100, shade)
    canvas = Canvas(picture)
    canvas.draw(
        np.array([[start, end]], float), np.full((1, 2), width, float), [WHITE], np.array([alpha])
    )
    canvas.blend()
    return clips.rgb(picture)


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
    picture = grey(40, 40, 0)
    canvas = Canvas(picture)
    cross = np.array([[[5.0, 20.0], [35.0, 20.0]], [[20.0, 5.0], [20.0, 35.0]]])
    canvas.draw(cross, np.full((2, 2), 6.0), [LEFT, RIGHT], np.array([0.5, 0.5]))
    canvas.blend()
    image = clips.rgb(picture).astype(float)
    assert image[20, 20] == pytest.approx(np.array(RIGHT) / 2, abs=4)
    assert image[20, 8] == pytest.approx(np.array(LEFT) / 2, abs=4)


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


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", [1, 4, 5, 6, 7, 9])
@pytest.mark.parametrize("colour", [LEFT, RIGHT, NEUTRAL, DARK, (255, 0, 0), (0, 0, 255)])
def test_colours_are_right_in_every_matrix_and_range(
    colour: RGB, matrix: int, is_full: bool
) -> None:
    """Judged by FFmpeg's conversion, which knows nothing of ours."""
    stored = Colour(matrix=matrix, is_full_range=is_full)
    picture = clips.picture(clips.flat((90, 120, 60), 1)[0], colour=stored)
    wall = clips.rgb(picture)[0, 0].astype(float)
    canvas = Canvas(picture)
    ends = np.array([[[10.0, 14.0], [54.0, 14.0]], [[10.0, 34.0], [54.0, 34.0]]])
    canvas.draw(ends, np.full((2, 2), 12.0), [colour] * 2, np.array([1.0, 0.5]))
    canvas.blend()
    image = clips.rgb(picture).astype(float)
    assert image[14, 32] == pytest.approx(colour, abs=4)
    assert image[34, 32] == pytest.approx(np.add(colour, wall) / 2, abs=4)


def test_what_is_not_drawn_on_keeps_every_bit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (97, 131, 3), np.uint8)
    before, after = clips.picture(noise), clips.picture(noise)
    canvas = Canvas(after)
    canvas.draw(
        np.array([[[20.3, 40.1], [90.2, 55.7]]]), np.full((1, 2), 5.0), [LEFT], np.array([0.9])
    )
    canvas.blend()

    def changed(name: str) -> np.ndarray:
        is_changed: np.ndarray = getattr(before, name) != getattr(after, name)
        return is_changed

    y, x = np.nonzero(changed("y"))
    line = 40.1 + (x + 0.5 - 20.3) * (55.7 - 40.1) / (90.2 - 20.3)
    assert len(y) > 300
    assert np.abs(y + 0.5 - line).max() < 5
    where = changed("y").reshape(49, 2, 66, 2).any(axis=(1, 3))
    for chroma in ("u", "v"):
        assert changed(chroma).sum() > 80
        assert not (changed(chroma) & ~where).any()


def test_chroma_is_the_mean_of_what_it_covers() -> None:
    picture = grey(64, 64)
    canvas = Canvas(picture)
    paint = np.zeros((3, 5, 4), np.uint8)
    paint[:] = (50, 200, 100, 255)
    canvas.cover((33, 7, 38, 10), paint)
    canvas.blend()
    assert (picture.y[7:10, 33:38] == 50).all()
    assert (picture.y != 128).sum() == 15
    assert picture.u[4, 17:19].tolist() == [200, 200]
    assert picture.u[3, 16:19].tolist() == [128 + 72 // 4, 128 + 72 // 2, 128 + 72 // 2]
    assert picture.v[3, 17] == 128 - 28 // 2


def test_text_is_whole_and_of_its_colour() -> None:
    plain, tiled = grey(128, 256, 0), grey(128, 256, 0)
    for picture in (plain, tiled):
        canvas = Canvas(picture)
        if picture is plain:  # a stroke that cannot be seen, over everything
            canvas.draw(
                np.array([[[0.0, 64.0], [256.0, 64.0]]]),
                np.full((1, 2), 300.0),
                [LEFT],
                np.ones(1) / 999,
            )
        canvas.write("Wgj_|", (40, 60), 1.0, LEFT, 2)
        canvas.blend()
    assert (plain.y == tiled.y).all()
    assert (plain.u == tiled.u).all()
    assert np.abs(clips.rgb(tiled).astype(float) - LEFT).max(axis=2).min() < 4


def test_each_picture_begins_clean() -> None:
    ends, full = np.array([[[8.0, 8.0], [56.0, 40.0]]]), np.ones(1)
    for size in ((64, 64), (64, 64), (96, 80), (64, 64)):
        drawn, untouched = grey(*size), grey(*size)
        canvas = Canvas(drawn)
        canvas.draw(ends, np.full((1, 2), 7.0), [LEFT], full)
        canvas.blend()
        assert (drawn.y != untouched.y).any()
        Canvas(untouched).blend()
        assert (untouched.y == 128).all()


def test_a_canvas_that_is_never_blended_leaves_nothing_behind() -> None:
    lost = Canvas(grey(64, 64))
    lost.draw(np.array([[[8.0, 8.0], [56.0, 40.0]]]), np.full((1, 2), 7.0), [LEFT], np.ones(1))
    after = grey(64, 64)
    Canvas(after).blend()
    assert (after.y == 128).all()
