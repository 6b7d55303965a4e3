from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.skeleton import CLIMBING_25
from climbpose.training.samples import Sample
from climbpose.training.targets import MIRRORED, Alignment, target_of
from tests.training.known import blank_sample

KNEE, HIP, ANKLE = CLIMBING_25.indices("left_knee", "left_hip", "left_ankle")


def labelled(seed: int, knee_towards_hip: float = 0.0) -> Sample:
    """A synthetic sample; the teacher has the knees nearer to the hips than the labels."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(100, 350, (25, 2)).astype(np.float32)
    meant = truth.copy()
    for side in ("left", "right"):
        knee, hip = CLIMBING_25.indices(f"{side}_knee", f"{side}_hip")
        meant[knee] += knee_towards_hip * (truth[hip] - truth[knee])
    points = np.zeros((39, 2), np.float32)
    points[BLAZEPOSE_OF_CLIMBING] = meant
    return replace(
        blank_sample(),
        source="synthetic",
        truth=truth,
        points=points,
        seen=np.full(25, 2, np.uint8),
        visibility=np.ones(39, np.float32),
    )


def test_mirrored_points_come_back() -> None:
    assert (MIRRORED[MIRRORED] == np.arange(39)).all()
    # Our keypoints are mirrored as the skeleton says.
    names = np.full(39, -1)
    names[BLAZEPOSE_OF_CLIMBING] = np.arange(25)
    assert names[MIRRORED[BLAZEPOSE_OF_CLIMBING]].tolist() == list(CLIMBING_25.flipped)


@given(share=st.floats(0.02, 0.2), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_a_difference_of_definition_is_found_and_taken_off(share: float, seed: int) -> None:
    samples = [labelled(seed * 100 + n, share) for n in range(30)]
    alignment = Alignment.fit(samples)
    assert alignment.shares[KNEE, HIP] == pytest.approx(share, abs=0.01)
    assert alignment.shares[KNEE, ANKLE] == pytest.approx(0, abs=0.01)
    other = labelled(seed + 77_777, share)
    np.testing.assert_allclose(
        alignment(other.truth), other.points[BLAZEPOSE_OF_CLIMBING], atol=2.0
    )


def test_mistakes_of_the_teacher_do_not_move_labels() -> None:
    samples = [labelled(n, 0.1) for n in range(60)]
    for sample in samples[::4]:
        sample.points[BLAZEPOSE_OF_CLIMBING[KNEE]] += 150
    assert Alignment.fit(samples).shares[KNEE, HIP] == pytest.approx(0.1, abs=0.01)


def test_alignment_turns_and_grows_with_the_body() -> None:
    alignment = Alignment.fit([labelled(n, 0.1) for n in range(30)])
    xy = labelled(5).truth
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]], np.float32)
    np.testing.assert_allclose(
        alignment(3 * xy @ turn), 3 * alignment(xy) @ turn, atol=1e-2, rtol=1e-4
    )


def test_labels_come_before_the_teacher_and_count_as_they_are_seen() -> None:
    sample = labelled(0, 0.2)
    sample.seen[[KNEE, ANKLE]] = 1, 0
    sample.truth[HIP] = np.nan
    target = target_of(sample)
    knee, ankle, hip = BLAZEPOSE_OF_CLIMBING[[KNEE, ANKLE, HIP]]
    np.testing.assert_array_equal(target.xy[knee], sample.truth[KNEE])
    assert target.weight[ankle] < target.weight[knee] < target.weight[BLAZEPOSE_OF_CLIMBING[18]]
    assert target.visibility[knee] == target.visibility[ankle] == 0
    np.testing.assert_array_equal(target.xy[hip], sample.points[hip])


def test_the_teacher_counts_as_far_as_its_views_agree() -> None:
    sample = replace(labelled(0), truth=np.full((25, 2), np.nan, np.float32))
    sample.seen[:] = 255
    sample.spread[BLAZEPOSE_OF_CLIMBING[KNEE]] = 0.1
    target = target_of(sample)
    knee, ankle = BLAZEPOSE_OF_CLIMBING[[KNEE, ANKLE]]
    assert target.weight[knee] < 0.05 * target.weight[ankle]
    np.testing.assert_array_equal(target.xy[knee], sample.points[knee])
    np.testing.assert_array_equal(target.visibility, sample.visibility)
