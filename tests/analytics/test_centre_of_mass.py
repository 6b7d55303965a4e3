"""The centre of mass follows the table, and is missing where too little is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.analytics.centre_of_mass import (
    _SEGMENTS,
    LEAST_COVERAGE,
    SEXES,
    Sex,
    centre_of_mass,
)
from climbpose.skeleton import CLIMBING_25
from tests.analytics.climbers import PARTS, standing


@pytest.mark.parametrize("sex", [0, 1])
def test_the_masses_of_the_table_make_a_whole_body(sex: int) -> None:
    assert sum(segment.mass[sex] for segment in _SEGMENTS) == pytest.approx(1, abs=2e-4)


@given(st.floats(-1e4, 1e4), st.floats(0.1, 10), st.integers(0, 2**32 - 1), st.sampled_from(SEXES))
def test_it_goes_where_the_body_goes(shift: float, scale: float, seed: int, sex: Sex) -> None:
    xy = np.random.default_rng(seed).uniform(0, 100, (3, 25, 2))
    centre, coverage = centre_of_mass(xy, sex)
    moved, _ = centre_of_mass(scale * xy + shift, sex)
    np.testing.assert_allclose(moved, scale * centre + shift, atol=1e-6 * (1 + abs(shift)))
    np.testing.assert_allclose(coverage, 1)
    assert (centre >= xy.min(axis=1)).all()
    assert (centre <= xy.max(axis=1)).all()


def test_a_body_at_one_point_has_it_there() -> None:
    centre, _ = centre_of_mass(np.full((1, 25, 2), 7.0))
    np.testing.assert_allclose(centre, 7)


def test_the_mean_of_the_sexes_lies_between_them() -> None:
    xy = standing(1)
    low, high, mean = (centre_of_mass(xy, sex)[0][0, 1] for sex in ("female", "male", "mean"))
    assert min(low, high) < mean < max(low, high)


def test_it_lies_a_little_above_the_hips() -> None:
    centre, _ = centre_of_mass(standing(1, at=(0, 0)))
    assert centre[0, 0] == pytest.approx(0, abs=1e-9)
    assert -50 < centre[0, 1] < -10


@pytest.mark.parametrize(
    ("hidden", "is_known"),
    [
        (PARTS["left_hand"], True),
        ((*PARTS["left_foot"], *PARTS["right_foot"]), False),
        (("left_hip",), False),
        (("left_ear", "right_ear", "nose"), True),
        (("left_ear",), True),
    ],
)
def test_little_may_be_missing(hidden: tuple[str, ...], is_known: bool) -> None:
    xy = standing(2)
    xy[1, CLIMBING_25.indices(*hidden)] = np.nan
    centre, coverage = centre_of_mass(xy)
    assert np.isfinite(centre[0]).all()
    assert np.isfinite(centre[1]).all() == is_known
    assert coverage[0] == pytest.approx(1)
    assert coverage[1] < 1 or hidden == ("left_ear",)
    assert not is_known or coverage[1] >= LEAST_COVERAGE


def test_the_nose_stands_for_hidden_ears() -> None:
    xy = standing(1)
    xy[0, CLIMBING_25.indices("left_ear")] = np.nan
    _, coverage = centre_of_mass(xy)
    assert coverage[0] == pytest.approx(1)


def test_nobody_has_no_centre() -> None:
    centre, coverage = centre_of_mass(np.full((2, 25, 2), np.nan))
    assert np.isnan(centre).all()
    assert (coverage == 0).all()
