"""PCK: what it does not depend on, and what it does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose import metrics
from climbpose.metrics.groups import keypoints_of
from climbpose.skeleton import CLIMBING_25
from tests.metrics.figures import ALL, blurred, make_annotated, moved, seeds, value


@given(
    seed=seeds,
    turn=st.floats(-3, 3),
    scale=st.floats(0.2, 5),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_picture_may_be_shifted_scaled_and_turned(
    seed: int, turn: float, scale: float, shift: tuple[float, float]
) -> None:
    annotated = make_annotated(seed)
    seen = blurred(annotated, seed + 1)
    judged = metrics.create("pck@0.1:torso")(seen, annotated)
    other, other_seen = moved(annotated, seen, turn, scale, shift)
    error = annotated.errors(seen, "torso")
    # At the threshold itself rounding decides.
    is_clear = np.abs(error - 0.1) > 1e-3
    again = metrics.create("pck@0.1:torso")(other_seen, other)
    np.testing.assert_array_equal(judged.earned[is_clear], again.earned[is_clear])
    np.testing.assert_array_equal(judged.possible, again.possible)


@given(seed=seeds, reference=st.sampled_from(["torso", "box"]))
def test_what_is_exact_is_right(seed: int, reference: str) -> None:
    annotated = make_annotated(seed)
    assert value(metrics.create(f"pck@0.01:{reference}"), annotated.xy, annotated) == 1


@given(seed=seeds, thresholds=st.tuples(st.floats(0.01, 2), st.floats(0.01, 2)))
def test_a_wider_threshold_finds_no_less(seed: int, thresholds: tuple[float, float]) -> None:
    annotated = make_annotated(seed)
    narrow, wide = (
        value(metrics.create(f"pck@{threshold}:torso"), blurred(annotated), annotated)
        for threshold in sorted(thresholds)
    )
    assert narrow <= wide


@given(seed=seeds, data=st.data())
def test_what_is_missing_is_wrong(seed: int, data: st.DataObject) -> None:
    annotated = make_annotated(seed)
    seen = annotated.xy.copy()
    gone = data.draw(st.lists(st.integers(0, 24), min_size=1, unique=True))
    seen[:, gone] = np.nan
    scores = metrics.create("pck@0.2:torso")(seen, annotated)
    assert scores.earned[:, gone].sum() == 0
    visible = annotated.is_visible
    left = 1 - visible[:, gone].sum() / visible.sum()
    assert scores.share(ALL) == pytest.approx(left)


def test_a_frame_without_the_climber_counts_as_wrong() -> None:
    annotated = make_annotated(frames=4, is_all_visible=True)
    seen = annotated.xy.copy()
    seen[0] = np.nan
    assert value(metrics.create("pck@0.2:torso"), seen, annotated) == 0.75


def test_only_visible_keypoints_count() -> None:
    annotated = make_annotated()
    seen = annotated.xy.copy()
    seen[annotated.visibility < 2] = 1e6
    scores = metrics.create("pck@0.05:torso")(seen, annotated)
    assert scores.share(ALL) == 1
    assert scores.possible.sum() == (annotated.visibility == 2).sum()


def test_threshold_is_in_lengths_of_the_reference() -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    annotated.xy[0, trunk] = [[150, 150], [200, 150], [150, 250], [200, 250]]
    annotated.xy[0, 0], annotated.xy[0, 1] = (100, 120), (100, 520)
    np.clip(annotated.xy, 100, 520, out=annotated.xy)
    off = annotated.xy + np.array([10, 0], np.float32)
    assert annotated.torso_px == 100
    assert value(metrics.create("pck@0.1:torso"), off, annotated) == 1
    assert value(metrics.create("pck@0.099:torso"), off, annotated) == 0
    longer = float(annotated.box_sides_px.max())
    assert value(metrics.create(f"pck@{10.01 / longer}:box"), off, annotated) == 1
    assert value(metrics.create(f"pck@{9.99 / longer}:box"), off, annotated) == 0


def test_torso_is_the_upper_median_of_what_is_labelled() -> None:
    annotated = make_annotated(frames=4, is_all_visible=True)
    shoulders = CLIMBING_25.indices("left_shoulder", "right_shoulder")
    hips = CLIMBING_25.indices("left_hip", "right_hip")
    annotated.xy[:, shoulders] = 0
    for frame, lengths in enumerate([(10, 30), (40, 40), (60, np.nan), (np.nan, np.nan)]):
        annotated.xy[frame, hips, 0] = lengths
        annotated.xy[frame, hips, 1] = 0
    assert annotated.torso_px == 40
    annotated.xy[1, hips] = np.nan
    assert annotated.torso_px == 60
    annotated.xy[:, hips] = np.nan
    assert np.isnan(annotated.torso_px)


def test_groups_share_the_keypoints_that_are_in_them() -> None:
    annotated = make_annotated(is_all_visible=True)
    seen = annotated.xy.copy()
    seen[:, keypoints_of(("wrists",))] += 1000
    scores = metrics.create("pck@0.2:torso")(seen, annotated)
    assert scores.share(keypoints_of(("wrists",))) == 0
    assert scores.share(keypoints_of(("large",))) == pytest.approx(10 / 12)
    assert scores.share(keypoints_of(("left_wrist", "hips"))) == pytest.approx(2 / 3)
