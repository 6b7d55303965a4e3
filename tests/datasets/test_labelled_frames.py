"""Hand labels are read as they stand; what is damaged is told in one line with its place."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.datasets.labelled_frames import LabelledFrames, is_labelled_frames
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25

GOOD = {"dyno": {"12": {"nose": [5, 6.5, 2]}, "3": {"left_hip": [1.0, 2.0, 1], "nose": [3, 4, 2]}}}


def make_folder(folder: Path, content: Any = GOOD) -> Path:
    (folder / "labels.json").write_text(json.dumps(content))
    (folder / "dyno.mp4").write_bytes(b"")
    return folder


def test_frames_are_read_in_order(tmp_path: Path) -> None:
    assert not is_labelled_frames(tmp_path)
    data = LabelledFrames(make_folder(tmp_path))
    assert is_labelled_frames(tmp_path)
    assert data.stems == ("dyno",)
    assert len(data) == 1
    clip = data.clip("dyno")
    assert clip.video == tmp_path / "dyno.mp4"
    assert clip.frame_index.tolist() == [3, 12]
    nose, hip = CLIMBING_25.indices("nose", "left_hip")
    assert clip.xy[:, nose].tolist() == [[3, 4], [5, 6.5]]
    assert clip.visibility[:, nose].tolist() == [2, 2]
    assert clip.visibility[:, hip].tolist() == [1, 0]
    assert np.isnan(clip.xy[1, hip]).all()
    assert np.isfinite(clip.xy).all(axis=2).sum() == 3


def test_videos_may_have_other_endings(tmp_path: Path) -> None:
    make_folder(tmp_path)
    (tmp_path / "dyno.mp4").rename(tmp_path / "dyno.mov")
    assert LabelledFrames(tmp_path).clip("dyno").video == tmp_path / "dyno.mov"


def test_a_video_is_missed_only_when_it_is_wanted(tmp_path: Path) -> None:
    data = LabelledFrames(make_folder(tmp_path, GOOD | {"gone": GOOD["dyno"]}))
    data.clip("dyno")
    with pytest.raises(DatasetError, match=r"no video of gone; expected gone\.mp4"):
        data.clip("gone")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff"])
def test_what_is_no_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DatasetError, match="are no JSON"):
        LabelledFrames(tmp_path)


def test_absent_labels(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        LabelledFrames(tmp_path)


@pytest.mark.parametrize(
    "content", [[], {}, 3, {"dyno": []}, {"dyno": {}}, {"../dyno": GOOD["dyno"]}, {"": {}}]
)
def test_what_is_no_list_of_clips(tmp_path: Path, content: Any) -> None:
    with pytest.raises(DatasetError, match=r"labels\.json") as refusal:
        LabelledFrames(make_folder(tmp_path, content))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"x": {"nose": [1, 2, 2]}}, "expected the index of a frame, found 'x'"),
        ({"-1": {"nose": [1, 2, 2]}}, "index of a frame"),
        ({"1.5": {"nose": [1, 2, 2]}}, "index of a frame"),
        ({"5": {}}, "frame 5: expected keypoints by name, found none"),
        ({"5": [1]}, "expected keypoints by name"),
        ({"5": {"tail": [1, 2, 2]}}, "has no keypoint 'tail'"),
        ({"5": {"nose": [1, 2]}}, r"nose: expected \[x, y, visibility 1 or 2\], found \[1, 2\]"),
        ({"5": {"nose": [1, 2, 3]}}, "visibility 1 or 2"),
        ({"5": {"nose": [1, None, 2]}}, "visibility 1 or 2"),
        ({"5": {"nose": [1, "2", 2]}}, "visibility 1 or 2"),
        ({"5": {"nose": [1, float("nan"), 2]}}, "visibility 1 or 2"),
        ({"5": {"nose": 7}}, "visibility 1 or 2"),
        ({"5": {"nose": [True, False, 2]}}, "visibility 1 or 2"),
        ({"5": {"nose": [1, 2, 2]}, "05": {"nose": [1, 2, 2]}}, "frame 5 is there twice"),
    ],
)
def test_damaged_labels_are_told_with_their_place(
    tmp_path: Path, frames: Any, message: str
) -> None:
    with pytest.raises(DatasetError, match=message) as refusal:
        LabelledFrames(make_folder(tmp_path, {"dyno": frames})).clip("dyno")
    assert "labels.json: dyno" in str(refusal.value)
    assert "\n" not in str(refusal.value)
