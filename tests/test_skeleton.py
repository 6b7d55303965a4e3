import pytest

from climbpose.skeleton import CLIMBING_25, Skeleton

ORDER = (
    "nose, left_ear, right_ear, left_shoulder, right_shoulder, left_elbow, right_elbow, "
    "left_wrist, right_wrist, left_pinky, right_pinky, left_index, right_index, left_thumb, "
    "right_thumb, left_hip, right_hip, left_knee, right_knee, left_ankle, right_ankle, left_heel, "
    "right_heel, left_toes, right_toes"
)


def test_keypoints_are_the_documented_ones_in_order() -> None:
    assert CLIMBING_25.keypoints == tuple(ORDER.split(", "))
    assert len(CLIMBING_25) == 25


def test_flipping_swaps_left_and_right_and_twice_changes_nothing() -> None:
    flipped = CLIMBING_25.flipped
    assert [flipped[n] for n in flipped] == list(range(25))
    assert flipped[0] == 0
    for name in CLIMBING_25.keypoints[1:]:
        side, _, rest = name.partition("_")
        other = "right" if side == "left" else "left"
        assert flipped[CLIMBING_25.index(name)] == CLIMBING_25.index(f"{other}_{rest}")


def test_bones_join_every_keypoint_and_are_symmetric() -> None:
    bones = {frozenset(bone) for bone in CLIMBING_25.bone_indices}
    assert len(bones) == len(CLIMBING_25.bones)
    flipped = CLIMBING_25.flipped
    assert {frozenset(flipped[n] for n in bone) for bone in bones} == bones
    assert frozenset().union(*bones) == set(range(25))


def test_positions_by_name() -> None:
    assert CLIMBING_25.indices("nose", "right_toes") == [0, 24]
    with pytest.raises(KeyError):
        CLIMBING_25.index("tail")


def test_bones_of_unknown_keypoints_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown keypoints: \\['tail'\\]"):
        Skeleton("dog", ("nose",), (("nose", "tail"),))
