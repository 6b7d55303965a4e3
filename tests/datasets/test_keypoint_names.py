"""Keypoints are known by what people call them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.datasets.keypoint_names import keypoint_of
from climbpose.skeleton import CLIMBING_25


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("left shoulder", "left_shoulder"),
        ("L shoulder", "left_shoulder"),
        ("LShoulder", "left_shoulder"),
        ("Shoulder.R", "right_shoulder"),
        ("r-hip", "right_hip"),
        ("rightAnkle", "right_ankle"),
        ("RIGHT_KNEE", "right_knee"),
        ("NOSE", "nose"),
        ("left_foot_index", "left_toes"),
        ("RBigToe", "right_toes"),
        ("left little finger", "left_pinky"),
        ("right_index_finger", "right_index"),
        ("left_eye", None),
        ("Neck", None),
        ("mouth (right)", None),
        ("right_eye_outer", None),
        ("LSmallToe", None),
    ],
)
def test_names(label: str, name: str | None) -> None:
    assert keypoint_of(label) == name


@pytest.mark.parametrize(
    "label", ["", "1", "shoulder", "left", "left_sholder", "left right hip", "left_nose", "hold"]
)
def test_what_nobody_calls_a_keypoint(label: str) -> None:
    with pytest.raises(KeyError):
        keypoint_of(label)


@given(
    name=st.sampled_from(CLIMBING_25.keypoints),
    apart=st.sampled_from(["_", " ", "-", ".", "  "]),
    write=st.sampled_from([str.lower, str.upper, str.title]),
    is_short=st.booleans(),
    is_last=st.booleans(),
)
def test_every_way_to_write_ours(
    name: str, apart: str, write: object, is_short: bool, is_last: bool
) -> None:
    words = name.split("_")
    if is_short and len(words) == 2:
        words[0] = words[0][0]
    if is_last:
        words.reverse()
    assert callable(write)
    assert keypoint_of(write(apart.join(words))) == name
