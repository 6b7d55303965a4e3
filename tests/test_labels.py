"""Labels come back from their file as they went in, and damaged ones are told in one line."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.errors import DatasetError
from climbpose.labels import ClipLabels, ContactLabel, labels_path, read_info, video_path
from climbpose.skeleton import CLIMBING_25
from tests.labelled import make_labels


def assert_same(one: ClipLabels, other: ClipLabels) -> None:
    for field in fields(ClipLabels):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b, field.name


def test_what_is_written_is_read(tmp_path: Path) -> None:
    labels, path = make_labels(), tmp_path / "clip_0000_labels.npz"
    labels.write(path)
    assert_same(ClipLabels.read(path), labels)
    assert len(labels) == 3
    assert read_info(path)["look"] == 37


def test_file_is_as_documented(tmp_path: Path) -> None:
    labels, path = make_labels(), tmp_path / "any name"
    labels.write(path)
    with np.load(path, allow_pickle=False) as content:
        info = json.loads(str(content["info"]))
        assert set(content.files) | set(info) == {
            *(field.name for field in fields(ClipLabels) if field.name != "skeleton"),
            *("info", "format", "version", "keypoints"),
        }
    assert info["keypoints"] == list(CLIMBING_25.keypoints)
    assert info["fps"] == "30000/1001"
    assert info["contacts"][0] == {
        **{"limb": "left_hand", "hold": 0, "touch": "grip"},
        **{"start": 0, "end": 2},
    }


def test_same_labels_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_labels().write(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"visibility": np.full((3, 25), 3, np.uint8)}, "visibility: expected 0, 1 or 2, found 3"),
        ({"contacts": (ContactLabel("left_hand", 1, "grip", 0, 2),)}, "expected one of 1 holds"),
        ({"contacts": (ContactLabel("left_hand", 0, "grip", 2, 2),)}, "of the 3 frames"),
        ({"contacts": (ContactLabel("left_hand", 0, "grip", 2, 4),)}, "of the 3 frames"),
        ({"box": np.full((3, 4), np.nan, np.float32)}, "box: expected numbers, found NaN"),
        ({"bones": ("root",)}, r"joints: expected float32 \(3, 1, 3\), found float32 \(3, 3, 3\)"),
        ({"width": 0}, "a size above 0"),
    ],
)
def test_wrong_values_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_labels(**changes)


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No such file"):
        ClipLabels.read(tmp_path / "clip_0000_labels.npz")


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_cut_file(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "cut.npz"
    make_labels().write(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(DatasetError, match="whole labels"):
        ClipLabels.read(path)


def test_flipped_bytes(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.npz"
    make_labels(30).write(path)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="whole labels"):
        ClipLabels.read(path)


def test_other_content(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, heatmaps=np.zeros(3))
    with pytest.raises(DatasetError, match="holds no labels: it lacks"):
        ClipLabels.read(path)
    np.save(path.with_suffix(".npy"), np.zeros(3))
    with pytest.raises(DatasetError, match="no whole labels"):
        ClipLabels.read(path.with_suffix(".npy"))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("version", 2, "expected climbpose-labels of version 1, found .* version 2"),
        ("keypoints", ["nose"], "expected the keypoints of climbing-25, found others"),
        ("fps", "fast", "no whole labels"),
        ("holds", [{"kind": "jug"}], "no whole labels"),
    ],
)
def test_other_info(tmp_path: Path, key: str, value: object, message: str) -> None:
    path = tmp_path / "labels.npz"
    make_labels().write(path)
    with np.load(path) as content:
        arrays: dict[str, Any] = {name: content[name] for name in content.files}
    arrays["info"] = np.array(json.dumps({**json.loads(str(arrays["info"])), key: value}))
    np.savez(path, **arrays)
    with pytest.raises(DatasetError, match=message):
        ClipLabels.read(path)


def test_names_of_a_pair(tmp_path: Path) -> None:
    video = tmp_path / "clip_0012.mp4"
    assert labels_path(video) == tmp_path / "clip_0012_labels.npz"
    assert video_path(labels_path(video)) == video
