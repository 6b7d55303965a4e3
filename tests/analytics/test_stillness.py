"""The likeliest sequence is found, whatever the speeds."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from climbpose.analytics.stillness import _SWITCH, _likeliest, still_rows


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=9))
def test_it_is_the_best_of_all_sequences(evidence: list[float]) -> None:
    def worth(path: tuple[bool, ...]) -> float:
        changes = sum(a != b for a, b in pairwise(path))
        return sum(e for e, is_still in zip(evidence, path, strict=True) if is_still) - (
            _SWITCH * changes
        )

    found = tuple(bool(one) for one in _likeliest(np.array(evidence)))
    assert worth(found) >= max(map(worth, product([False, True], repeat=len(evidence)))) - 1e-9


def test_slow_is_still_and_fast_is_not() -> None:
    speed = np.r_[np.full(30, 0.1), np.full(8, 3.0), np.full(30, 0.1)]
    assert still_rows(speed, 0.25).tolist() == [True] * 30 + [False] * 8 + [True] * 30


def test_a_single_leap_of_a_detector_is_no_movement() -> None:
    speed = np.full(40, 0.1)
    speed[20] = 0.8
    assert still_rows(speed, 0.25).all()


def test_what_is_not_known_goes_with_its_neighbours() -> None:
    speed = np.full(40, 0.1)
    speed[10:20] = np.nan
    assert still_rows(speed, 0.25).all()
    assert still_rows(np.empty(0), 0.25).shape == (0,)
