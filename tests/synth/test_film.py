import json
from dataclasses import asdict
from fractions import Fraction

import numpy as np
import pytest

from climbpose.synth.developer import Developer
from climbpose.synth.film import Blur, Compression, Film, Noise, Tone
from climbpose.video import Colour, Picture
from climbpose.video.converter import Converter
from climbpose.video.orientation import Orientation

SCENE = np.random.default_rng(0).integers(0, 256, (120, 90, 3)).astype(np.uint8)
GREY = np.full((200, 160, 3), 128, np.uint8)
FLAT = Tone(metering=0.0)
"""A phone that does not make up for anything."""


def _developer(film: Film, image: np.ndarray, seed: int = 0) -> Developer:
    rows, cols = image.shape[:2]
    return Developer(film, cols, rows, np.random.default_rng(seed), Colour())


def _developed(developer: Developer, image: np.ndarray, frame: int = 0) -> np.ndarray:
    """The picture as RGB."""
    rows, cols = image.shape[:2]
    picture = Picture.empty(frame, Fraction(frame, 30), cols, rows, Colour())
    developer.develop(image, picture)
    return Converter(Orientation(), Colour()).image(picture.frame, cols, rows)


def _develop(film: Film, image: np.ndarray, frame: int = 0, seed: int = 0) -> np.ndarray:
    return _developed(_developer(film, image, seed), image, frame)


def test_a_perfect_phone_changes_nothing() -> None:
    blocks = np.repeat(np.repeat(SCENE[::4, ::4], 4, axis=0), 4, axis=1)[:120, :88]
    picture = Picture.empty(0, Fraction(0), 88, 120, Colour())
    _developer(Film(tone=FLAT), blocks).develop(blocks, picture)
    for plane, level in zip(
        (picture.y, picture.u, picture.v),
        np.moveaxis(Colour().yuv(blocks.astype(float)), -1, 0),
        strict=True,
    ):
        step = len(blocks) // len(plane)
        assert np.abs(plane - level[::step, ::step]).max() < 0.75


@pytest.mark.parametrize("seed", range(12))
def test_every_phone_keeps_the_shape(seed: int) -> None:
    film = Film.sample(np.random.default_rng(seed))
    before = SCENE.copy()
    picture = _develop(film, SCENE)
    assert picture.shape == SCENE.shape and picture.dtype == np.uint8
    assert np.array_equal(SCENE, before)
    assert json.loads(json.dumps(asdict(film)))["compression"]["crf"] in range(18, 37)


@pytest.mark.parametrize("sigma", [2.0, 6.0, 11.0])
def test_the_noise_is_as_loud_as_asked(sigma: float) -> None:
    noise = Noise(sigma, chroma=0.0, dark_gain=1.0)
    picture = _develop(Film(noise=noise, tone=FLAT), GREY).astype(float)
    assert abs(picture.std() - sigma) < 0.06 * sigma + 0.1
    assert abs(picture.mean() - 128) < 0.6


def test_there_is_more_noise_in_the_dark_and_it_has_colours() -> None:
    noise = Noise(4.0, chroma=1.0, dark_gain=1.5)
    dark, bright = (
        _develop(Film(noise=noise, tone=FLAT), np.full_like(GREY, n)) for n in (60, 220)
    )
    assert dark.std() > 1.3 * bright.std()
    assert np.std(dark[..., 0].astype(float) - dark[..., 2]) > 2


def test_noise_differs_between_frames_but_not_between_runs() -> None:
    film = Film(noise=Noise(4.0))
    assert np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 5))
    assert not np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 6))
    assert not np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 5, seed=1))


def test_smearing_removes_noise_and_sharpening_widens_edges() -> None:
    noisy = _develop(Film(noise=Noise(3.0, 0.0), tone=FLAT), GREY)
    smeared = _develop(Film(noise=Noise(3.0, 0.0, smear=8.0)), GREY)
    assert smeared.std() < 0.7 * noisy.std()
    edge = np.full((60, 60, 3), 90, np.uint8)
    edge[:, 30:] = 170
    sharp = _develop(Film(blur=Blur(sharpening=1.0), tone=FLAT), edge)
    assert sharp.min() < 85 and sharp.max() > 175
    soft = _develop(Film(blur=Blur(softness_px=1.5, native=0.6)), edge)
    assert np.abs(np.diff(soft[30, :, 0].astype(int))).max() < 40


def test_exposure_white_balance_and_corners() -> None:
    tone = Tone(exposure=0.8, warmth=0.1, vignetting=0.3, metering=0.0)
    picture = _develop(Film(tone=tone), GREY).astype(float)
    middle = picture[100, 80]
    assert middle[0] > middle[1] > middle[2]
    assert abs(middle[1] - 0.8 * 128) < 2
    assert picture[0, 0, 1] < 0.8 * middle[1]
    grey = _develop(Film(tone=Tone(saturation=0.0)), SCENE).astype(int)
    assert np.ptp(grey, axis=2).max() <= 1


def test_a_phone_makes_up_for_darkness_as_it_first_sees_it() -> None:
    dark = np.full_like(GREY, 30)
    metered = Film(tone=Tone(metering=1.0))
    assert _develop(metered, dark).mean() > 90
    developer = _developer(metered, dark)
    first = _developed(developer, dark).mean()
    assert _developed(developer, 2 * dark, 1).mean() > 1.5 * first


def test_the_parts_have_a_base_and_vary() -> None:
    for part in (Noise, Blur, Tone, Compression):
        assert part.base() == part()
        assert part.sample(np.random.default_rng(1)) != part.sample(np.random.default_rng(2))
    assert 0 <= Blur.sample(np.random.default_rng(4)).shutter <= 0.9
