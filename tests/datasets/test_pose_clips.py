"""Pose clips come back from their file as they were; damaged files are refused in one line."""

from collections.abc import Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed, runs
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25


def make_clip(frames: int = 4, seed: int = 0, fps: float = 30.0, video: str = "v") -> PoseClip:
    rng = np.random.default_rng(seed)
    visibility = rng.integers(0, 3, (frames, 25)).astype(np.uint8)
    xy = rng.uniform(0, 500, (frames, 25, 2)).astype(np.float32)
    xy[visibility == 0] = np.nan
    return PoseClip(xy=xy, visibility=visibility, fps=fps, name=f"clip {seed}", video=video)


def assert_same(found: PoseClip, clip: PoseClip) -> None:
    np.testing.assert_array_equal(found.xy, clip.xy)
    np.testing.assert_array_equal(found.visibility, clip.visibility)
    assert (found.name, found.video) == (clip.name, clip.video)
    assert np.array_equal(found.fps, clip.fps, equal_nan=True)


def test_file_and_back(tmp_path: Path) -> None:
    clips = [make_clip(4, 1), make_clip(1, 2, fps=float("nan")), make_clip(7, 3, video="ä/w")]
    PoseClips.of(clips).save(tmp_path / "clips.npz")
    found = PoseClips.load(tmp_path / "clips.npz")
    assert len(found) == 3
    for one, other in zip(found, clips, strict=True):
        assert_same(one, other)


def test_some_and_more() -> None:
    clips = PoseClips.of(make_clip(n + 1, n) for n in range(4))
    assert [clip.name for clip in clips.only([3, 1])] == ["clip 3", "clip 1"]
    assert_same((clips.only([0]) + clips.only([2]))[1], clips[2])
    assert len(PoseClips.of([])) == 0
    with pytest.raises(IndexError):
        clips[4]
    with pytest.raises(IndexError):
        clips[-1]


def test_labelled_means_coordinates_and_visibility() -> None:
    clip = make_clip()
    np.testing.assert_array_equal(clip.is_labelled, clip.visibility > 0)
    assert 0 < clip.is_labelled.sum() < clip.is_labelled.size


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "poses"}, "holds no pose clips"),
        ({"version": 2}, "has version 2, expected 1"),
        ({"keypoints": ["nose"]}, r"other keypoints \(1\)"),
        ({"offsets": [0, 2, 4]}, "do not fit"),
        ({"offsets": [0, 0, 5]}, "without frames"),
        ({"names": ["a"]}, "do not fit"),
        ({"fps": [30.0, -1.0]}, "rates above 0"),
        ({"visibility": np.full((5, 25), 3, np.uint8)}, "visibility 0, 1 or 2"),
        ({"visibility": np.full((5, 25), 2, np.uint8)}, "no coordinates for"),
        ({"xy": np.zeros((5, 17, 2), np.float32)}, "do not fit"),
        ({"xy": None}, "no whole file"),
    ],
)
def test_damaged_files(tmp_path: Path, changes: Mapping[str, Any], message: str) -> None:
    path = tmp_path / "clips.npz"
    PoseClips.of([make_clip(2, 1), make_clip(3, 2)]).save(path)
    with np.load(path) as content:
        arrays: dict[str, Any] = dict(content) | dict(changes)
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(DatasetError, match=message) as refusal:
        PoseClips.load(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", [b"", b"PK", b"poses"])
def test_what_is_no_file_of_clips(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "clips.npz"
    with pytest.raises(DatasetError, match="cannot be read"):
        PoseClips.load(path)
    path.write_bytes(text)
    with pytest.raises(DatasetError, match="no whole file of pose clips"):
        PoseClips.load(path)


def test_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "clips.npz"
    PoseClips.of([make_clip(50)]).save(path)
    whole = path.read_bytes()
    for end in (10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:end])
        with pytest.raises(DatasetError, match="no whole file"):
            PoseClips.load(path)
    broken = bytearray(whole)
    broken[200:230] = bytes(30)
    path.write_bytes(broken)
    with pytest.raises(DatasetError):
        PoseClips.load(path)


def test_another_set_is_placed_among_ours() -> None:
    xy = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    visibility = np.array([[2, 1, 1], [0, 2, 2]], np.uint8)
    found, seen = placed(xy, visibility, ("right_knee", "", "nose"))
    knee, nose = CLIMBING_25.indices("right_knee", "nose")
    assert seen.sum(axis=0).nonzero()[0].tolist() == [nose, knee]
    assert seen[:, knee].tolist() == [2, 0]
    assert found[0, knee].tolist() == [0, 1]
    assert found[1, nose].tolist() == [10, 11]
    np.testing.assert_array_equal(np.isnan(found).all(axis=2), seen == 0)


@given(st.sets(st.integers(0, 60), max_size=40))
def test_runs_have_no_gaps_and_lose_nothing(frames: set[int]) -> None:
    index = np.array(sorted(frames), np.int64)
    parts = [index[rows].tolist() for rows in runs(index)]
    assert list(chain.from_iterable(parts)) == index.tolist()
    for part in parts:
        assert part == list(range(part[0], part[-1] + 1))
    for one, other in pairwise(parts):
        assert other[0] > one[-1] + 1
