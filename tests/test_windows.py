from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.windows import Window, slide, stitch

lengths = st.integers(1, 12).flatmap(
    lambda length: st.tuples(st.just(length), st.integers(1, length))
)


@given(count=st.integers(0, 40), window=lengths, kind=st.sampled_from([np.float32, np.float64]))
def test_stitch_undoes_slide(
    count: int, window: tuple[int, int], kind: type[np.floating[np.typing.NBitBase]]
) -> None:
    stream = list(np.random.default_rng(count).normal(size=(count, 3, 2)).astype(kind) * 1e3)
    stitched = list(stitch(slide(stream, *window)))
    assert len(stitched) == count
    for before, after in zip(stream, stitched, strict=True):
        assert after.dtype == kind
        np.testing.assert_array_equal(before, after)


@given(count=st.integers(1, 40), window=lengths)
def test_windows_are_full_in_order_and_leave_nothing_out(
    count: int, window: tuple[int, int]
) -> None:
    length, stride = window
    windows = list(slide(range(count), length, stride))
    assert all(len(each.items) == length for each in windows)
    assert {item for each in windows for item in each.items} == set(range(count))
    for each in windows:
        assert each.items[: each.count] == list(range(each.start, each.start + each.count))
        assert set(each.items[each.count :]) <= {count - 1}
    starts = [each.start for each in windows]
    assert starts == sorted(set(starts))
    assert starts[:-1] == [stride * number for number in range(len(windows) - 1)]


@pytest.mark.parametrize("stride", [0, 4])
def test_stride_out_of_range_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="stride of 1 to the length 3"):
        list(slide([1], 3, stride))


def test_middles_count_most() -> None:
    windows = [
        Window(0, [np.array(0.0)] * 3, 3),
        Window(1, [np.array(6.0)] * 3, 3),
    ]
    np.testing.assert_allclose(list(stitch(windows)), [0, 2, 4, 6])


def test_what_one_window_does_not_know_another_decides() -> None:
    unknown = np.array([np.nan, np.nan])
    windows = [
        Window(0, [np.array([1.0, np.nan]), unknown], 2),
        Window(1, [np.array([5.0, np.nan]), unknown], 2),
    ]
    np.testing.assert_array_equal(
        list(stitch(windows)), [[1, np.nan], [5, np.nan], [np.nan, np.nan]]
    )


def test_only_one_window_is_held() -> None:
    taken = 0

    def stream() -> Iterator[np.ndarray]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield np.array([float(number)])

    for given_back, _ in enumerate(stitch(slide(stream(), 8, 3)), start=1):
        assert taken - given_back <= 8 + 3
