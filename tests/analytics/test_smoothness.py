"""Smoothness does not depend on size or speed, and tremor lowers it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.analytics.smoothness import log_dimensionless_jerk, spectral_arc_length

TIME = np.linspace(0, 1, 201)
REACH = TIME**3 * (10 - 15 * TIME + 6 * TIME**2)
PATH = np.stack([REACH, 0 * REACH], axis=1)


def test_a_minimum_jerk_reach_has_the_value_of_theory() -> None:
    # Its integral of the squared jerk is 720 A^2 / T^5, its peak speed 15/8 A / T.
    expected = -np.log(720 / (15 / 8) ** 2)
    assert log_dimensionless_jerk(PATH, TIME) == pytest.approx(expected, abs=0.05)


@given(st.floats(0.01, 100), st.floats(0.1, 20), st.floats(0, 6.3))
def test_size_duration_and_direction_do_not_matter(
    size: float, duration: float, turn: float
) -> None:
    direction = np.array([[np.cos(turn), np.sin(turn)]])
    path, time = size * REACH[:, None] * direction, duration * TIME
    assert log_dimensionless_jerk(path, time) == pytest.approx(
        log_dimensionless_jerk(PATH, TIME), abs=1e-6
    )


@given(st.floats(0.01, 100))
def test_size_does_not_matter_to_the_spectrum(size: float) -> None:
    assert spectral_arc_length(size * PATH, TIME) == pytest.approx(
        spectral_arc_length(PATH, TIME), abs=1e-9
    )


@pytest.mark.parametrize("measure", [log_dimensionless_jerk, spectral_arc_length])
def test_tremor_and_stops_are_less_smooth(measure) -> None:  # type: ignore[no-untyped-def]
    trembling = PATH + 0.004 * np.sin(2 * np.pi * 7 * TIME)[:, None]
    halves = np.r_[REACH[::2], 1 + REACH[::2][1:]] / 2
    stopping = np.stack([halves, 0 * halves], axis=1)
    smooth = measure(PATH, TIME)
    assert measure(trembling, TIME) < smooth
    assert measure(stopping, np.linspace(0, 1, len(stopping))) < smooth < 0


@pytest.mark.parametrize("measure", [log_dimensionless_jerk, spectral_arc_length])
@pytest.mark.parametrize(
    "path",
    [
        np.zeros((0, 2)),
        PATH[:5],
        np.zeros((201, 2)),
        np.where(TIME > 0.5, np.nan, 1)[:, None] * PATH,
    ],
)
def test_what_cannot_be_known_is_missing(measure, path) -> None:  # type: ignore[no-untyped-def]
    assert np.isnan(measure(path, TIME[: len(path)]))
