"""OKS is a similarity: 1 where exact, falling with distance, with COCO's tolerance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose import metrics
from climbpose.metrics import Annotated
from climbpose.metrics.oks import SIGMAS
from climbpose.skeleton import CLIMBING_25
from tests.metrics.figures import blurred, make_annotated, moved, seeds, value

OKS = metrics.create("oks")


@given(seed=seeds, pixels=st.floats(0, 500))
def test_lies_between_0_and_1(seed: int, pixels: float) -> None:
    annotated = make_annotated(seed)
    assert 0 <= value(OKS, blurred(annotated, seed, pixels), annotated) <= 1


@given(seed=seeds, keypoint=st.integers(3, 24), offset=st.floats(0.5, 50))
def test_is_1_only_where_exact(seed: int, keypoint: int, offset: float) -> None:
    annotated = make_annotated(seed, is_all_visible=True)
    assert value(OKS, annotated.xy, annotated) == 1
    off = annotated.xy.copy()
    off[2, keypoint, 0] += offset
    assert value(OKS, off, annotated) < 1


@given(seed=seeds)
def test_further_is_less(seed: int) -> None:
    annotated = make_annotated(seed)
    values = [
        value(OKS, (annotated.xy + np.float32(offset)).astype(np.float32), annotated)
        for offset in (0, 5, 20, 80)
    ]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4


@given(seed=seeds, scale=st.floats(0.5, 4))
def test_size_of_the_picture_changes_nothing(seed: int, scale: float) -> None:
    annotated = make_annotated(seed)
    seen = blurred(annotated)
    other, other_seen = moved(annotated, seen, 0.0, scale, (30.0, -20.0))
    assert value(OKS, other_seen, other) == pytest.approx(value(OKS, seen, annotated), abs=1e-3)


def test_at_twice_sigma_of_the_size_it_is_the_inverse_root_of_e() -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    size = np.sqrt(0.53 * annotated.box_sides_px[0].prod())
    seen = annotated.xy.copy()
    for keypoint, name in enumerate(CLIMBING_25.keypoints):
        seen[0, keypoint, 0] += 2 * SIGMAS[name.split("_")[-1]] * size
    scores = OKS(seen, annotated)
    np.testing.assert_allclose(scores.earned, np.exp(-0.5), rtol=1e-3)


@pytest.mark.parametrize(
    ("keypoint", "sigma"), [("left_index", "wrist"), ("right_toes", "ankle"), ("nose", "nose")]
)
def test_of_the_crop_hands_count_as_wrists_and_feet_as_ankles(keypoint: str, sigma: str) -> None:
    annotated = make_annotated(frames=1, is_all_visible=True)
    side = 1.2 * annotated.box_sides_px[0].max()
    seen = annotated.xy.copy()
    seen[0, :, 1] += 2 * SIGMAS[sigma] * side
    one = metrics.create("oks:crop")(seen, annotated).share([CLIMBING_25.index(keypoint)])
    assert one == pytest.approx(np.exp(-0.5), rel=1e-3)


def test_of_the_crop_each_keypoint_weighs_the_same() -> None:
    annotated = make_annotated(frames=2, is_all_visible=True)
    annotated.visibility[1, 5:] = 0
    annotated = Annotated.of_labels(annotated.xy, annotated.visibility)
    seen = np.nan_to_num(annotated.xy).astype(np.float32)
    seen[1] += 1e5
    assert value(metrics.create("oks:crop"), seen, annotated) == pytest.approx(25 / 30)


def test_frames_weigh_the_same_however_much_is_visible() -> None:
    annotated = make_annotated(frames=2, is_all_visible=True)
    annotated.visibility[1, 5:] = 0
    annotated = Annotated.of_labels(annotated.xy, annotated.visibility)
    seen = np.nan_to_num(annotated.xy).astype(np.float32)
    seen[1] += 1e5
    assert value(OKS, seen, annotated) == 0.5


def test_missing_is_nothing() -> None:
    annotated = make_annotated()
    assert value(OKS, np.full_like(annotated.xy, np.nan), annotated) == 0


def test_every_keypoint_has_a_tolerance() -> None:
    assert {name.split("_")[-1] for name in CLIMBING_25.keypoints} == set(SIGMAS)
