"""Left/right errors: a mirrored skeleton is all wrong, a bad one is not."""

import numpy as np
import pytest
from hypothesis import given

from climbpose import metrics
from climbpose.metrics import Metric
from climbpose.metrics.groups import keypoints_of
from climbpose.skeleton import CLIMBING_25
from tests.metrics.figures import ALL, make_annotated, seeds, value

SIDES, SWAPS = metrics.create("sides"), metrics.create("swaps")
FLIPPED = list(CLIMBING_25.flipped)


both = pytest.mark.parametrize("metric", [SIDES, SWAPS])


@both
@given(seed=seeds)
def test_exchanging_all_sides_makes_everything_wrong(metric: Metric, seed: int) -> None:
    annotated = make_annotated(seed, is_all_visible=True)
    assert value(metric, annotated.xy, annotated) == 0
    assert value(metric, annotated.xy[:, FLIPPED], annotated) == 1


@both
@given(seed=seeds)
def test_what_is_only_a_little_off_is_on_its_side(metric: Metric, seed: int) -> None:
    annotated = make_annotated(seed, is_all_visible=True)
    towards_the_other = annotated.xy + np.float32(0.45) * (annotated.xy[:, FLIPPED] - annotated.xy)
    assert value(metric, towards_the_other, annotated) == 0


def test_both_seen_on_one_side_is_half_wrong_but_no_swap() -> None:
    annotated = make_annotated(is_all_visible=True)
    left, right = CLIMBING_25.indices("left_knee", "right_knee")
    seen = annotated.xy.copy()
    seen[:, right] = seen[:, left]
    knees = keypoints_of(("knees",))
    assert SIDES(seen, annotated).share(knees) == 0.5
    assert SIDES(seen, annotated).share([right]) == 1
    assert SWAPS(seen, annotated).share(knees) == 0


@both
def test_one_exchanged_pair(metric: Metric) -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    elbows = CLIMBING_25.indices("left_elbow", "right_elbow")
    annotated.xy[0, elbows] = [[120, 100], [380, 400]]
    wrists = CLIMBING_25.indices("left_wrist", "right_wrist")
    annotated.xy[0, wrists] = [[100, 100], [400, 400]]
    seen = annotated.xy.copy()
    seen[0, wrists] = seen[0, wrists[::-1]]
    scores = metric(seen, annotated)
    for names in (("wrists",), ("left_wrist",), ("right_wrist",)):
        assert scores.share(keypoints_of(names)) == 1
    assert scores.share(keypoints_of(("elbows",))) == 0


def test_a_pair_counts_once() -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    wrists = CLIMBING_25.indices("left_wrist", "right_wrist")
    annotated.xy[0, wrists] = [[100, 100], [400, 400]]
    for metric, judged in ((SIDES, 2), (SWAPS, 1)):
        assert metric(annotated.xy, annotated).over(wrists)[1].sum() == judged


def test_pairs_close_together_hidden_or_missing_are_not_judged() -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    left, right = CLIMBING_25.indices("left_wrist", "right_wrist")
    pair = keypoints_of(("wrists",))
    annotated.xy[0, [left, right]] = [[100, 100], [400, 400]]
    assert SWAPS(annotated.xy, annotated).over(pair)[1].sum() == 1
    unseen = annotated.xy.copy()
    unseen[0, left] = np.nan
    assert SWAPS(unseen, annotated).over(pair)[1].sum() == 0
    annotated.visibility[0, left] = 1
    assert SWAPS(annotated.xy, annotated).over(pair)[1].sum() == 0
    annotated.visibility[0, left] = 2
    annotated.xy[0, right] = annotated.xy[0, left] + 0.19 * annotated.torso_px / np.sqrt(2)
    assert SWAPS(annotated.xy, annotated).over(pair)[1].sum() == 0


def test_what_has_no_partner_is_on_no_side() -> None:
    annotated = make_annotated(is_all_visible=True)
    assert SWAPS(annotated.xy, annotated).over([0])[1].sum() == 0
    assert SWAPS(annotated.xy, annotated).over(ALL)[1].sum() > 0
