"""Parts of a picture are the same, whether its planes are turned and coloured before or after."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from climbpose.pixels import BLACK, EDGE, Pixels, RgbPixels
from climbpose.video import VideoReader
from tests.clips import make_clip, pictures, turned

TURNS = [(degrees, hflip) for degrees in (0, 90, 180, 270) for hflip in (False, True)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("planes") / "clip.mp4", pictures(2, 96, 64))


def first(path: Path) -> Pixels:
    with VideoReader(path) as reader:
        return next(iter(reader)).pixels


def to_picture(x: float, y: float, scale: float, turn: float) -> np.ndarray:
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    return np.array([[cos, -sin, x], [sin, cos, y]])


@pytest.mark.parametrize(("degrees", "hflip"), TURNS)
@pytest.mark.parametrize("outside", [BLACK, EDGE])
@pytest.mark.parametrize("where", [(10, 12, 0.5, 0.0), (20, 8, 1.3, 0.7), (-20, -10, 2.0, -2.0)])
def test_a_cut_is_that_of_the_whole_picture(
    tmp_path: Path,
    clip: Path,
    degrees: int,
    hflip: bool,
    outside: int,
    where: tuple[float, float, float, float],
) -> None:
    path = turned(tmp_path / "turned.mp4", clip, degrees=degrees, hflip=hflip)
    pixels = first(path)
    whole = RgbPixels(pixels.rgb())
    assert (whole.width, whole.height) == (pixels.width, pixels.height)
    matrix = to_picture(*where)
    cut, expected = (each.warped(matrix, 32, outside).astype(int) for each in (pixels, whole))
    # Chroma is interpolated here, and repeated there.
    assert np.abs(cut - expected).mean() < 2
    assert np.percentile(np.abs(cut - expected), 95) < 10


@pytest.mark.parametrize(("degrees", "hflip"), TURNS)
def test_a_reduced_picture_shows_the_same(
    tmp_path: Path, clip: Path, degrees: int, hflip: bool
) -> None:
    pixels = first(turned(tmp_path / "turned.mp4", clip, degrees=degrees, hflip=hflip))
    width, height = pixels.width // 2, pixels.height // 2
    small, expected = pixels.reduced(width, height), RgbPixels(pixels.rgb()).reduced(width, height)
    assert (small.width, small.height) == (width, height)
    assert np.abs(small.rgb().astype(int) - expected.rgb()).mean() < 2
    matrix = to_picture(4, 3, 0.7, 0.4)
    cuts = [each.warped(matrix, 24).astype(int) for each in (small, expected)]
    assert np.abs(cuts[0] - cuts[1]).mean() < 2


@pytest.mark.parametrize("pixel_format", ["yuv422p", "yuv444p", "yuv420p10le", "gbrp"])
def test_other_formats_are_looked_at_too(tmp_path: Path, pixel_format: str) -> None:
    video = ("-c:v", "libx264rgb" if pixel_format == "gbrp" else "libx264", "-crf", "8")
    stored = "rgb24" if pixel_format == "gbrp" else pixel_format
    path = make_clip(tmp_path / "clip.mkv", pictures(2, 96, 64), video=(*video, "-pix_fmt", stored))
    pixels = first(path)
    matrix = to_picture(20, 8, 1.0, 0.3)
    cut = pixels.warped(matrix, 32).astype(int)
    assert np.abs(cut - RgbPixels(pixels.rgb()).warped(matrix, 32)).mean() < 3


def test_full_range_and_old_colours_come_out_right(tmp_path: Path) -> None:
    for options in (("-color_range", "pc"), ("-colorspace", "smpte170m")):
        path = make_clip(
            tmp_path / "clip.mp4",
            pictures(2, 96, 64),
            filters="scale=out_range=full" if "pc" in options else "",
            options=options,
        )
        pixels = first(path)
        matrix = to_picture(20, 8, 1.0, 0.3)
        cut = pixels.warped(matrix, 32).astype(int)
        assert np.abs(cut - RgbPixels(pixels.rgb()).warped(matrix, 32)).mean() < 3


def test_a_kept_frame_stays_as_it_was(clip: Path) -> None:
    matrix = to_picture(10, 12, 0.5, 0.0)
    with VideoReader(clip) as reader:
        frames = iter(reader)
        frame = next(frames)
        before = frame.pixels.warped(matrix, 32)
        list(frames)
    np.testing.assert_array_equal(frame.pixels.warped(matrix, 32), before)
    assert frame.time == Fraction(0)
