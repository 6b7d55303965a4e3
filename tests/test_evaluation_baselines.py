"""Baselines: means that come neither late nor early, and biases that no clip learns from itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.evaluation.baselines import Offsets, biases, sliding_mean

seeds = st.integers(0, 10_000)
lengths = st.sampled_from([1, 3, 5, 9])


def track(seed: int, frames: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 50, (frames, 25, 2)).astype(np.float32)


@given(seed=seeds, length=lengths, frames=st.integers(1, 20))
def test_steady_movement_is_left_as_it_is_at_the_ends_too(
    seed: int, length: int, frames: int
) -> None:
    start, speed = track(seed, 1), track(seed + 1, 1)
    xy = (start + np.arange(frames)[:, None, None] * speed).astype(np.float32)
    np.testing.assert_allclose(sliding_mean(xy, length), xy, atol=1e-3 * np.abs(xy).max())


@given(seed=seeds, length=lengths, data=st.data())
def test_each_frame_is_the_mean_of_as_many_to_both_sides_as_there_are(
    seed: int, length: int, data: st.DataObject
) -> None:
    xy = track(seed)
    gone = data.draw(st.lists(st.integers(0, 19), unique=True))
    xy[gone, 3] = np.nan
    smooth = sliding_mean(xy, length)
    for row in range(20):
        if row in gone:
            assert np.isnan(smooth[row, 3]).all()
            continue
        for half in range(length // 2, -1, -1):
            around = xy[max(row - half, 0) : row + half + 1, 3]
            if len(around) == 2 * half + 1 and np.isfinite(around).all():
                np.testing.assert_allclose(smooth[row, 3], around.mean(axis=0), atol=1e-3)
                break
    assert np.isfinite(smooth[:, [0, 1, 24]]).all()


def test_noise_becomes_less_by_the_root_of_the_length() -> None:
    xy = track(0, 4000)
    for length in (5, 9):
        assert sliding_mean(xy, length).std() == pytest.approx(50 / np.sqrt(length), rel=0.02)


def offsets(apart: np.ndarray, judged: np.ndarray | None = None) -> Offsets:
    return Offsets.of(apart, np.ones(apart.shape[:2], bool) if judged is None else judged)


@given(seed=seeds, clips=st.integers(2, 6))
def test_what_is_always_the_same_is_the_bias_of_every_clip(seed: int, clips: int) -> None:
    rng = np.random.default_rng(seed)
    constant = rng.uniform(-0.3, 0.3, (25, 2))
    apart = [np.repeat(constant[None], rng.integers(1, 9), axis=0) for _ in range(clips)]
    for bias in biases([offsets(one) for one in apart]):
        np.testing.assert_allclose(bias, constant, atol=1e-12)


@given(seed=seeds)
def test_a_clips_own_labels_never_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    others = [offsets(rng.normal(0, 0.1, (4, 25, 2))) for _ in range(3)]
    one, other = (offsets(rng.normal(0, 0.1, (4, 25, 2))) for _ in range(2))
    first, second = (biases([own, *others])[0] for own in (one, other))
    np.testing.assert_allclose(first, second, atol=1e-12)


def test_gross_errors_unjudged_and_missing_keypoints_teach_nothing() -> None:
    apart = np.full((5, 25, 2), 0.1)
    apart[1], apart[2] = 3.0, np.nan
    judged = np.ones((5, 25), bool)
    apart[3], judged[3] = -0.2, False
    judged[:, 7] = False
    bias = biases([offsets(apart), offsets(apart, judged)])[0]
    assert bias[0] == pytest.approx([0.1, 0.1])
    assert bias[7] == pytest.approx([0.0, 0.0])
