import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from climbpose.pages.thinning import spaced, thinned

numbers = st.floats(-1e6, 1e6) | st.just(np.nan)


@given(st.lists(numbers, max_size=300), st.integers(4, 60).map(lambda half: 2 * half))
def test_extremes_and_gaps_stay(values: list[float], limit: int) -> None:
    series = np.array(values, float)
    rows = thinned(series, limit)
    assert len(rows) <= max(limit, 0) or len(rows) == len(series)
    assert (np.diff(rows) > 0).all()
    kept = series[rows]
    if np.isfinite(series).any():
        assert np.nanmax(kept) == np.nanmax(series)
        assert np.nanmin(kept) == np.nanmin(series)


def test_a_gap_of_a_long_series_is_kept() -> None:
    series = np.ones(10_000)
    series[4000:6000] = np.nan
    rows = thinned(series, 100)
    assert np.isnan(series[rows]).any()


@given(st.integers(0, 500), st.integers(2, 50))
def test_spaced_rows_hold_both_ends(count: int, limit: int) -> None:
    rows = spaced(count, limit)
    assert len(rows) <= limit or len(rows) == count
    if count:
        assert rows[0] == 0 and rows[-1] == count - 1
