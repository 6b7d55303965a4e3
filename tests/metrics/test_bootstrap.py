"""Intervals hold their figure, narrow with more frames, widen with clips that differ, and pair."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.metrics.bootstrap import intervals, resampled_shares


def hits(share: float, frames: int, seed: int = 0) -> np.ndarray:
    """Of each frame how many of ten keypoints are right (frames, 1)."""
    return np.random.default_rng(seed).binomial(10, share, (frames, 1)).astype(np.float64)


def interval(earned: np.ndarray, clips: Sequence[int], seed: int = 0) -> tuple[float, float]:
    low, high = intervals(resampled_shares(earned, np.full_like(earned, 10), clips, seed))[:, 0]
    return float(low), float(high)


@settings(max_examples=20)
@given(share=st.floats(0.05, 0.95), clips=st.lists(st.integers(2, 20), min_size=1, max_size=6))
def test_the_figure_lies_in_its_interval(share: float, clips: list[int]) -> None:
    earned = hits(share, sum(clips))
    low, high = interval(earned, clips)
    assert low <= earned.mean() / 10 <= high
    assert 0 <= low <= high <= 1


def test_more_frames_narrow_it() -> None:
    widths = [np.ptp(interval(hits(0.5, frames), [frames])) for frames in (10, 100, 1000)]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_more_clips_narrow_it() -> None:
    def differing(clips: int) -> np.ndarray:
        return np.concatenate([hits(share, 20) for share in np.linspace(0.2, 0.8, clips)])

    widths = [np.ptp(interval(differing(clips), [20] * clips)) for clips in (4, 16, 64)]
    assert widths[0] > 1.5 * widths[1] > 2.2 * widths[2]


def test_clips_that_differ_widen_it() -> None:
    alike = hits(0.5, 40)
    unlike = np.concatenate([hits(0.1, 20), hits(0.9, 20)])
    assert np.ptp(interval(unlike, [20, 20])) > 3 * np.ptp(interval(alike, [20, 20]))


def test_same_seed_draws_the_same() -> None:
    earned = hits(0.5, 30)
    assert interval(earned, [10, 20]) == interval(earned, [10, 20])
    assert interval(earned, [10, 20]) != interval(earned, [10, 20], seed=1)


def test_differences_are_paired() -> None:
    """Who is a little better in every frame is surely better, however much the frames differ."""
    worse = hits(0.5, 30) * 0.9
    both = np.hstack([worse, worse + 0.5])
    samples = resampled_shares(both, np.full_like(both, 10), [10, 10, 10], seed=0)
    ends = intervals(samples[:, [1]] - samples[:, [0]])[:, 0]
    np.testing.assert_allclose(ends, 0.05)


def test_nothing_to_judge_has_no_interval() -> None:
    nothing = np.zeros((4, 1))
    samples = resampled_shares(nothing, nothing, [4], seed=0)
    assert np.isnan(intervals(samples)).all()


def test_a_figure_of_few_frames_is_of_the_draws_that_have_it() -> None:
    earned, possible = np.zeros((4, 1)), np.zeros((4, 1))
    earned[0], possible[0] = 3, 10
    samples = resampled_shares(earned, possible, [2, 2], seed=0)
    assert np.isnan(samples).any()
    assert intervals(samples)[:, 0] == pytest.approx([0.3, 0.3])
