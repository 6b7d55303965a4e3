"""Paths are calmed without being moved, and gaps stay gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.analytics.filtering import MAX_GAP_S, bridged, low_passed, rates, stretches

TIME = np.arange(120) / 30


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_what_goes_straight_stays_as_it_is(start: float, speed: float) -> None:
    line = (start + speed * TIME)[:, None]
    np.testing.assert_allclose(low_passed(line, TIME), line, atol=1e-6 * (1 + abs(speed)))
    np.testing.assert_allclose(rates(line, TIME), speed, atol=1e-6 * (1 + abs(speed)))


@pytest.mark.parametrize(("hz", "low", "high"), [(1, 0.97, 1.01), (6, 0.6, 0.8), (13, 0, 0.12)])
def test_six_hertz_are_let_through_at_the_root_of_a_half(
    hz: float, low: float, high: float
) -> None:
    time = np.arange(600) / 60
    wave = np.sin(2 * np.pi * hz * time)[:, None]
    middle = low_passed(wave, time)[100:-100]
    assert low <= np.sqrt(2 * (middle**2).mean()) <= high


def test_a_wave_is_not_delayed() -> None:
    wave = np.sin(2 * np.pi * 2 * TIME)[:, None]
    smooth = low_passed(wave, TIME)[:, 0]
    lags = [np.dot(np.roll(wave[:, 0], lag)[20:-20], smooth[20:-20]) for lag in range(-3, 4)]
    assert int(np.argmax(lags)) == 3


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    values = TIME.copy()[:, None]
    values[10:15] = np.nan
    values[40:60] = np.nan
    filled = bridged(values, TIME)
    np.testing.assert_allclose(filled[10:15, 0], TIME[10:15], atol=1e-12)
    assert np.isnan(filled[40:60]).all()
    assert TIME[60] - TIME[39] > MAX_GAP_S > TIME[15] - TIME[9]
    assert np.isnan(values[10:15]).all()


def test_nothing_is_invented_before_the_first_and_after_the_last() -> None:
    values = np.full((50, 1), np.nan)
    values[2:48] = 1
    assert np.isnan(low_passed(values, TIME[:50])[[0, 1, 48, 49]]).all()


def test_a_filter_does_not_reach_over_a_gap() -> None:
    values = np.zeros((120, 1))
    values[60:80] = np.nan
    values[80:] = 100
    smooth = low_passed(values, TIME)
    np.testing.assert_allclose(smooth[:60], 0, atol=1e-9)
    np.testing.assert_allclose(smooth[80:], 100, atol=1e-9)


@given(st.integers(0, 8))
def test_few_frames_are_left_as_they_are(count: int) -> None:
    values = np.arange(count, dtype=float)[:, None]
    np.testing.assert_allclose(low_passed(values, TIME[:count]), values, atol=1e-9)


@given(st.lists(st.booleans()))
def test_stretches_are_the_runs(flags: list[bool]) -> None:
    again = np.zeros(len(flags), bool)
    ends = -1
    for start, end in stretches(np.array(flags, bool)):
        assert ends < start < end
        again[start:end], ends = True, end
    assert again.tolist() == flags
