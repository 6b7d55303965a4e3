"""Which frames are looked at, and which are recovered between them."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.errors import UsageError
from climbpose.heatmaps import GaussianMaps
from climbpose.pixels import RgbPixels
from climbpose.poses import Detection, Frame
from climbpose.sparing import Chosen, check

DARK = RgbPixels(np.zeros((4, 4, 3), np.uint8))


def frames(indices: Sequence[int]) -> list[Frame]:
    return [Frame(index, Fraction(index, 30), DARK) for index in indices]


def detection(index: int, *, is_filled: bool) -> Detection:
    nothing = GaussianMaps(
        np.zeros((25, 2), np.float32), np.ones(25, np.float16), np.ones(25, np.float16)
    )
    box = np.array([0, 0, 9, 9], np.float32)
    return Detection(index, index / 30, box, nothing, 1.0, is_filled)


@given(count=st.integers(0, 40), every=st.integers(1, 10), first=st.integers(0, 5))
def test_first_and_last_are_looked_at_and_each_so_many_th(
    count: int, every: int, first: int
) -> None:
    given_frames = frames(range(first, first + count))
    indices = [frame.index for frame in Chosen(every)(given_frames)]
    assert indices == sorted(
        {*range(first, first + count, every), *([first + count - 1] * bool(count))}
    )


def test_what_lies_between_two_sights_is_recovered() -> None:
    chosen = Chosen(3)
    assert [frame.index for frame in chosen(frames(range(10)))] == [0, 3, 6, 9]
    # Looked at in 6, but not seen there: a gap like any other.
    seen = [detection(index, is_filled=index not in (0, 3, 9)) for index in range(10)]
    assert chosen.recovered(seen) == {1, 2}


def test_without_sparing_nothing_is_recovered() -> None:
    chosen = Chosen(1)
    list(chosen(frames(range(4))))
    seen = [detection(index, is_filled=index == 2) for index in range(4)]
    assert chosen.recovered(seen) == set()


@pytest.mark.parametrize(
    ("every", "fps", "remedy"),
    [
        (9, Fraction(25), "choose at most 5"),
        (7, Fraction(30), "at most 6"),
        (2, Fraction(8), "leave"),
    ],
)
def test_frames_too_far_apart_are_refused(every: int, fps: Fraction, remedy: str) -> None:
    with pytest.raises(UsageError, match=rf"--every {every} .* expected at most 0.2 s, .*{remedy}"):
        check(every, fps)


@pytest.mark.parametrize(("every", "fps"), [(1, Fraction(1)), (5, Fraction(25)), (10, None)])
def test_others_are_not(every: int, fps: Fraction | None) -> None:
    check(every, fps)
