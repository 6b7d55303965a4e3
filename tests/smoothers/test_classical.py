"""Laws of the smoothers without a network."""

import time as clock

import numpy as np
import pytest
from scipy.interpolate import make_smoothing_spline

from climbpose import smoothers
from climbpose.smoothers.base import PoseSmoother
from climbpose.smoothers.spline import smoothing_spline
from climbpose.smoothers.weights import confidence_weights, without_leaps
from tests.smoothers.climber import KEYPOINTS, TORSO, climb, leap, stance

CLASSICAL = ["butterworth", "gaussian", "one-euro", "savgol", "spline"]
classical = pytest.mark.parametrize("name", CLASSICAL)


def smooth(
    name: str,
    xy: np.ndarray,
    time: np.ndarray,
    confidence: np.ndarray | float = 0.9,
    strength: float = 1.0,
) -> np.ndarray:
    smoother = smoothers.create(name, strength)
    assert isinstance(smoother, PoseSmoother)
    return smoother.smooth(xy, np.broadcast_to(confidence, xy.shape[:2]).astype(float), time)


def jittered(count: int, seed: int = 0) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).uniform(0.015, 0.05, count))


def noisy(time: np.ndarray, deviation: float = 3.0) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, deviation, (len(time), KEYPOINTS, 2))
    return np.asarray(climb(time) + noise)


def rms(difference: np.ndarray) -> float:
    return float(np.sqrt(np.square(difference).mean()))


@pytest.mark.parametrize("name", ["butterworth", "gaussian", "savgol", "spline"])
@pytest.mark.parametrize("strength", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 100])
def test_constant_velocity_is_kept(name: str, strength: float, count: int) -> None:
    time = jittered(count)
    confidence = np.random.default_rng(0).uniform(0, 1, (count, KEYPOINTS))
    xy = stance() + time[:, None, None] * np.linspace(-300, 300, 50).reshape(KEYPOINTS, 2)
    np.testing.assert_allclose(smooth(name, xy, time, confidence, strength), xy, atol=1e-3)


@classical
def test_moves_and_grows_with_the_picture(name: str) -> None:
    time = jittered(90)
    xy = noisy(time)
    smoothed = smooth(name, xy, time)
    np.testing.assert_allclose(smooth(name, 3 * xy - 500, time), 3 * smoothed - 500, atol=1e-5)


@classical
def test_does_not_depend_on_the_clocks_zero(name: str) -> None:
    time = jittered(90)
    xy = noisy(time)
    np.testing.assert_allclose(smooth(name, xy, time + 1000), smooth(name, xy, time), atol=1e-3)


@classical
def test_does_not_prefer_a_direction_of_time(name: str) -> None:
    time = jittered(90)
    xy = noisy(time)
    backwards = smooth(name, xy[::-1], time[-1] - time[::-1])[::-1]
    # The Butterworth filter's grid begins at the first time.
    tolerance = 0.6 if name == "butterworth" else 1e-3
    assert rms(backwards - smooth(name, xy, time)) < tolerance


@classical
def test_frame_rate_does_not_matter(name: str) -> None:
    fine = np.arange(0, 6, 1 / 60)
    coarse, uneven = fine[::2], fine[np.random.default_rng(0).random(len(fine)) < 0.7]
    curves = {
        rate: smooth(name, climb(time), time)
        for rate, time in (("fine", fine), ("coarse", coarse), ("uneven", uneven))
    }
    assert rms(curves["coarse"] - curves["fine"][::2]) < 1.0
    assert rms(curves["uneven"] - curves["fine"][np.isin(fine, uneven)]) < 1.0


@classical
def test_noise_is_reduced_without_harm_to_the_movement(name: str) -> None:
    time = np.arange(300) / 30
    error = smooth(name, noisy(time), time) - climb(time)
    assert error.var() < 0.5 * 9
    jerky, calm = (
        np.diff(xy, n=2, axis=0).std() for xy in (noisy(time), smooth(name, noisy(time), time))
    )
    assert calm < 0.4 * jerky


@classical
def test_more_strength_calms_more(name: str) -> None:
    time = np.arange(200) / 30
    still = stance() + np.random.default_rng(0).normal(0, 3, (200, KEYPOINTS, 2))
    deviations = [
        (smooth(name, still, time, strength=strength) - stance()).std()
        for strength in (0.05, 0.5, 1.0, 2.0, 3.0)
    ]
    assert deviations == sorted(deviations, reverse=True)
    assert deviations[0] > 1.8 > deviations[2]


@classical
def test_a_dyno_is_followed(name: str) -> None:
    time = np.arange(90) / 30
    path = leap(time, 1.3, 0.35)[:, None, None] * np.array([0.5, -3 * TORSO])
    xy = stance() + path
    noise = np.random.default_rng(0).normal(0, 3, xy.shape)
    error = np.linalg.norm(smooth(name, xy + noise, time) - xy, axis=2)
    assert error.mean(axis=1).max() < 0.16 * TORSO
    assert np.abs((error.mean(axis=1) > 0.05 * TORSO).sum()) <= 9


@classical
@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_limb_that_leaps_away_and_back_is_brought_home(name: str, frames: int) -> None:
    time = np.arange(90) / 30
    xy = noisy(time, 2.0)
    xy[40 : 40 + frames, 8] += [90, -60]
    error = np.linalg.norm(smooth(name, xy, time) - climb(time), axis=2)[38:46, 8]
    assert error.max() < 12


@classical
def test_low_confidence_counts_little(name: str) -> None:
    time = np.arange(90) / 30
    xy = np.broadcast_to(stance(), (90, KEYPOINTS, 2)).copy()
    confidence = np.full((90, KEYPOINTS), 0.9)
    xy[30:60:2, 8] += 8
    confidence[30:60:2, 8] = 0.1
    doubted = np.abs(smooth(name, xy, time, confidence) - stance())[:, 8].max()
    believed = np.abs(smooth(name, xy, time) - stance())[:, 8].max()
    assert doubted < 0.5 * believed


@classical
def test_equal_and_huge_steps_of_time_do_no_harm(name: str) -> None:
    time = np.array([0.0, 0.0, 0.03, 0.06, 0.06, 0.06, 50.0, 50.03, 50.06, 50.1, 50.1])
    xy = stance() + np.random.default_rng(0).normal(0, 3, (len(time), KEYPOINTS, 2))
    smoothed = smooth(name, xy, time)
    assert np.abs(smoothed - stance()).max() < 30


@classical
def test_long_videos_are_smoothed_in_seconds(name: str) -> None:
    time = np.arange(20_000) / 30
    xy = stance() + np.random.default_rng(0).normal(0, 3, (20_000, KEYPOINTS, 2))
    begin = clock.process_time()
    smooth(name, xy, time)
    assert clock.process_time() - begin < 10


def test_the_spline_is_the_smoothing_spline() -> None:
    time = jittered(60)
    random = np.random.default_rng(0)
    xy, weights = random.normal(0, 30, (60, 2)), random.uniform(0.01, 1, 60)
    stiffness = 1e-4
    reference = make_smoothing_spline(time, xy, weights, stiffness)(time)
    ours = smoothing_spline(xy, weights, time, np.full(59, stiffness))
    np.testing.assert_allclose(ours, reference, atol=1e-5)


def test_leaps_are_told_from_fast_movement() -> None:
    time = np.arange(90) / 30
    xy = stance() + leap(time, 1.3, 0.35)[:, None, None] * np.array([0.0, -450.0])
    xy += np.random.default_rng(0).normal(0, 2, xy.shape)
    xy[60:63, 4] += 80
    weights = without_leaps(xy, np.ones((90, KEYPOINTS)), time)
    assert weights[60:63, 4].max() < 0.01
    weights[60:63, 4] = 1
    assert (weights > 0.3).mean() > 0.99


def test_weights_grow_with_confidence_and_never_vanish() -> None:
    weights = confidence_weights(np.array([[0.0, 0.1, 0.5, 1.0]]))
    assert (np.diff(weights) > 0).all()
    assert weights[0, 0] > 0
