from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from climbpose.video.clock import Clock

MILLISECONDS = Fraction(1, 1000)


@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6)), max_size=50))
def test_times_always_increase(stated: list[int | None]) -> None:
    clock = Clock(MILLISECONDS, Fraction(30))
    ticks = [clock.tick(tick) for tick in stated]
    assert all(a < b for a, b in pairwise(ticks))


@given(st.lists(st.integers(-(10**9), 10**9), unique=True))
def test_good_times_are_untouched(stated: list[int]) -> None:
    stated.sort()
    clock = Clock(MILLISECONDS, None)
    assert [clock.tick(tick) for tick in stated] == stated
    assert clock.mended == 0


def test_jitter_heals() -> None:
    clock = Clock(MILLISECONDS, Fraction(25))
    assert [clock.tick(t) for t in (0, 40, 40, 120, 160)] == [0, 40, 60, 120, 160]
    assert clock.mended == 1


def test_a_clock_set_anew_is_shifted() -> None:
    clock = Clock(MILLISECONDS, Fraction(25))
    assert [clock.tick(t) for t in (5000, 5040, 0, 40, 80)] == [5000, 5040, 5080, 5120, 5160]
    assert clock.mended == 1


def test_missing_times_follow_the_rate() -> None:
    clock = Clock(MILLISECONDS, Fraction(25))
    assert [clock.tick(t) for t in (None, None, 90, None)] == [0, 40, 90, 130]
    assert clock.mended == 3
