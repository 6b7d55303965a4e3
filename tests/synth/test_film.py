import json
from dataclasses import asdict

import numpy as np
import pytest

from climbpose.synth.film import Blur, Compression, Developer, Film, Noise, Tone

SCENE = np.random.default_rng(0).integers(0, 256, (120, 90, 3)).astype(np.uint8)
GREY = np.full((200, 160, 3), 128, np.uint8)


def _develop(film: Film, image: np.ndarray, frame: int = 0, seed: int = 0) -> np.ndarray:
    rows, cols = image.shape[:2]
    return Developer(film, cols, rows, np.random.default_rng(seed)).develop(image, frame)


def test_a_perfect_phone_changes_nothing() -> None:
    assert np.array_equal(_develop(Film.base(), SCENE), SCENE)


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
    picture = _develop(Film(noise=noise), GREY).astype(float)
    assert abs(picture.std() - sigma) < 0.06 * sigma + 0.1
    assert abs(picture.mean() - 128) < 0.3


def test_there_is_more_noise_in_the_dark_and_it_has_colours() -> None:
    noise = Noise(4.0, chroma=1.0, dark_gain=1.5)
    dark, bright = (_develop(Film(noise=noise), np.full_like(GREY, n)) for n in (60, 220))
    assert dark.std() > 1.3 * bright.std()
    assert np.std(dark[..., 0].astype(float) - dark[..., 2]) > 2


def test_noise_differs_between_frames_but_not_between_runs() -> None:
    film = Film(noise=Noise(4.0))
    assert np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 5))
    assert not np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 6))
    assert not np.array_equal(_develop(film, GREY, 5), _develop(film, GREY, 5, seed=1))


def test_smearing_removes_noise_and_sharpening_widens_edges() -> None:
    noisy = _develop(Film(noise=Noise(3.0, 0.0)), GREY)
    smeared = _develop(Film(noise=Noise(3.0, 0.0, smear=8.0)), GREY)
    assert smeared.std() < 0.7 * noisy.std()
    edge = np.full((60, 60, 3), 90, np.uint8)
    edge[:, 30:] = 170
    sharp = _develop(Film(blur=Blur(sharpening=1.0)), edge)
    assert sharp.min() < 85 and sharp.max() > 175
    soft = _develop(Film(blur=Blur(softness_px=1.5, native=0.6)), edge)
    assert np.abs(np.diff(soft[30, :, 0].astype(int))).max() < 40


def test_exposure_white_balance_and_corners() -> None:
    tone = Tone(exposure=0.8, warmth=0.1, vignetting=0.3)
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
    developer = Developer(metered, 160, 200, np.random.default_rng(0))
    first = developer.develop(dark, 0).mean()
    assert developer.develop(2 * dark, 1).mean() > 1.5 * first


def test_the_parts_have_a_base_and_vary() -> None:
    for part in (Noise, Blur, Tone, Compression):
        assert part.base() == part()
        assert part.sample(np.random.default_rng(1)) != part.sample(np.random.default_rng(2))
    assert 0 <= Blur.sample(np.random.default_rng(4)).shutter <= 0.9
