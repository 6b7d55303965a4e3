"""Penn Action is read from its MATLAB files and from the array, with left and right put right."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from climbpose.datasets.penn_action import (
    KEYPOINTS,
    THESIS_ACTIONS,
    THESIS_ACTIONS_WITH_SITUPS,
    is_penn_action,
    read_penn_action,
)
from climbpose.datasets.pose_clips import PoseClips
from climbpose.errors import DatasetError, UsageError
from climbpose.skeleton import CLIMBING_25


def make_sequence(frames: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 300, (frames, 13, 2)), rng.integers(0, 2, (frames, 13)).astype(np.uint8)


def write_mat(path: Path, action: str, xy: np.ndarray, visibility: np.ndarray) -> None:
    content = {
        "action": action,
        "pose": "front",
        "x": xy[:, :, 0],
        "y": xy[:, :, 1],
        "visibility": visibility,
        "train": 1,
        "bbox": np.ones((len(xy), 4)),
        "dimensions": np.array([270, 480, len(xy)]),
        "nframes": len(xy),
    }
    # Compressed, as the published files are.
    scipy.io.savemat(path, content, do_compression=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sequences of two actions."""
    (tmp_path / "labels").mkdir()
    for number, action in enumerate(("bowl", "situp", "bowl")):
        xy, visibility = make_sequence(2 + number, number)
        write_mat(tmp_path / "labels" / f"{number + 1:04d}.mat", action, xy, visibility)
    return tmp_path


def test_official_folder(folder: Path) -> None:
    assert is_penn_action(folder)
    clips = read_penn_action(folder)
    assert [len(clip) for clip in clips] == [2, 3, 4]
    assert clips.videos == ("penn-action:0001", "penn-action:0002", "penn-action:0003")
    assert np.isnan(clips.fps).all()
    assert_labels(clips, 2)
    assert [clip.name for clip in read_penn_action(folder / "labels", ["situp"])] == [
        "penn-action:0002"
    ]


def assert_labels(clips: PoseClips, number: int) -> None:
    """The labels of a clip are the sequence's: sides exchanged, hidden joints dropped."""
    xy, visibility = make_sequence(2 + number, number)
    clip = clips[number]
    ours = CLIMBING_25.indices(*KEYPOINTS)
    np.testing.assert_array_equal(clip.visibility[:, ours], 2 * visibility)
    assert clip.visibility.sum() == 2 * visibility.sum()
    is_seen = visibility > 0
    np.testing.assert_array_equal(clip.xy[:, ours][is_seen], xy[is_seen].astype(np.float32))
    assert np.isnan(clip.xy[clip.visibility == 0]).all()
    # The set's second column, left_shoulder, is the person's right one.
    right = CLIMBING_25.index("right_shoulder")
    np.testing.assert_array_equal(clip.visibility[:, right], 2 * visibility[:, 1])


def test_hidden_joints_may_be_kept(folder: Path) -> None:
    xy, visibility = make_sequence(3, 1)
    clip = read_penn_action(folder, ["situp"], with_hidden=True)[0]
    ours = CLIMBING_25.indices(*KEYPOINTS)
    np.testing.assert_array_equal(clip.visibility[:, ours], 1 + visibility)
    np.testing.assert_array_equal(clip.xy[:, ours], xy.astype(np.float32))
    assert not np.delete(clip.visibility, ours, axis=1).any()


def test_array(tmp_path: Path) -> None:
    sequences = [make_sequence(2 + number, number) for number in range(3)]
    path = tmp_path / "labels.npz"
    np.savez(
        path,
        xy=np.concatenate([xy for xy, _ in sequences]).astype(np.float32),
        vis=np.concatenate([visibility for _, visibility in sequences]),
        offsets=np.array([0, 2, 5, 9]),
        seq_id=np.array([4, 8, 15]),
        action=np.array(["bowl", "situp", "bowl"]),
    )
    assert is_penn_action(path)
    clips = read_penn_action(path)
    assert clips.names == ("penn-action:0004", "penn-action:0008", "penn-action:0015")
    assert_labels(clips, 1)
    with pytest.raises(UsageError, match="no action 'sit_ups'; choose of: bowl, situp"):
        read_penn_action(path, ["bowl", "sit_ups"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visibility": np.full((2, 13), 2)}, "visibility 0 or 1"),
        ({"visibility": np.ones((2, 12))}, "expected 13 joints"),
        ({"x": np.full((2, 13), np.nan), "visibility": np.ones((2, 13))}, "NaN"),
        ({"x": np.full((2, 13), 1e300), "visibility": np.ones((2, 13))}, "NaN"),
        ({"x": np.ones((3, 13))}, "are damaged"),
        ({"x": np.ones((0, 13)), "y": np.ones((0, 13))}, "expected 13 joints"),
    ],
)
def test_damaged_labels(folder: Path, change: dict[str, Any], message: str) -> None:
    path = folder / "labels" / "0001.mat"
    xy, visibility = make_sequence(2)
    write_mat(path, "bowl", xy, visibility)
    content = scipy.io.loadmat(path)
    scipy.io.savemat(
        path, {name: content[name] for name in ("action", "x", "y", "visibility")} | change
    )
    with pytest.raises(DatasetError, match=message) as refusal:
        read_penn_action(folder)
    assert "0001.mat" in str(refusal.value)


@pytest.mark.parametrize("text", [b"", b"labels", bytes(300)])
def test_what_is_no_matlab_file(folder: Path, text: bytes) -> None:
    (folder / "labels" / "0002.mat").write_bytes(text)
    with pytest.raises(DatasetError, match=r"0002\.mat are damaged"):
        read_penn_action(folder)


def test_other_matlab_files(folder: Path) -> None:
    scipy.io.savemat(folder / "labels" / "0002.mat", {"x": 1})
    with pytest.raises(DatasetError, match=r"0002\.mat holds no labels of Penn Action"):
        read_penn_action(folder)


def test_wrong_folder(tmp_path: Path) -> None:
    assert not is_penn_action(tmp_path)
    with pytest.raises(DatasetError, match=r"holds no labels/0001\.mat"):
        read_penn_action(tmp_path)


@pytest.mark.clips
def test_counts_of_the_thesis(shared_data: Path) -> None:
    path = shared_data / "penn_action" / "penn_action_labels.npz"
    clips = read_penn_action(path, THESIS_ACTIONS)
    assert (len(clips), len(clips.xy)) == (307, 26_036)
    clips = read_penn_action(path, THESIS_ACTIONS_WITH_SITUPS)
    assert (len(clips), len(clips.xy)) == (407, 34_799)


@pytest.mark.clips
def test_sides_are_the_persons_own(shared_data: Path) -> None:
    path = shared_data / "penn_action" / "penn_action_labels.npz"
    with np.load(path) as content:
        action, viewpoint = content["action"], content["viewpoint"]
    clips = read_penn_action(path)
    left, right = CLIMBING_25.indices("left_shoulder", "right_shoulder")
    is_left_further_right: dict[str, list[bool]] = {"front": [], "back": []}
    for number in np.flatnonzero((action == "pullup") & np.isin(viewpoint, ("front", "back"))):
        xy = clips[int(number)].xy
        apart = xy[:, left, 0] - xy[:, right, 0]
        if np.isfinite(apart).any():
            side = bool(apart[np.isfinite(apart)].mean() > 0)
            is_left_further_right[str(viewpoint[number])].append(side)
    assert all(is_left_further_right["front"])
    assert not any(is_left_further_right["back"])
    assert all(len(sides) > 60 for sides in is_left_further_right.values())
    wrists = CLIMBING_25.indices("left_wrist", "right_wrist")
    is_right_faster = []
    for number in np.flatnonzero(np.isin(action, ("baseball_pitch", "bowl", "tennis_serve"))):
        clip = clips[int(number)]
        speed = np.linalg.norm(np.diff(clip.xy[:, wrists], axis=0), axis=2)
        if np.isfinite(speed).any(axis=0).all():
            is_right_faster.append(bool(np.nanmax(speed, axis=0).argmax()))
    assert len(is_right_faster) > 500
    assert 0.65 < np.mean(is_right_faster) < 0.85
