"""Sets of synthetic clips are read as they were made; half and damaged ones are refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from climbpose import datasets
from climbpose.datasets import SPLITS, Dataset
from climbpose.datasets.synthetic import Synthetic
from climbpose.errors import DatasetError, UsageError
from climbpose.skeleton import CLIMBING_25
from tests.labelled import make_labels, make_set


@pytest.mark.parametrize("name", datasets.names())
def test_every_member_is_a_data_set(name: str, tmp_path: Path) -> None:
    make_set(tmp_path, [1])
    assert isinstance(datasets.create(name, tmp_path), Dataset)


def test_clips_are_read(tmp_path: Path) -> None:
    make_set(tmp_path, [1, 2])
    data = datasets.create("synthetic", str(tmp_path))
    assert len(data) == 2
    clip, labels = data[1], make_labels(seed=1)
    assert clip.video == tmp_path / "clip_0001.mp4"
    np.testing.assert_array_equal(clip.xy, labels.xy)
    np.testing.assert_array_equal(clip.boxes, labels.box)
    np.testing.assert_array_equal(clip.visibility, labels.visibility)
    assert clip.skeleton == CLIMBING_25
    assert clip.fps == pytest.approx(29.97, abs=0.001)
    assert len(clip) == 3
    with pytest.raises(IndexError):
        data[2]


def test_splits_hold_out_whole_looks(tmp_path: Path) -> None:
    make_set(tmp_path, [8, 10, 18, 19, 27, 99, 8])
    parts = {split: Synthetic(tmp_path, split) for split in SPLITS}
    looks = {
        split: {part.labels(number).look for number in range(len(part))}
        for split, part in parts.items()
    }
    assert looks == {"train": {10, 27}, "val": {8, 18}, "test": {19, 99}}
    assert sum(map(len, parts.values())) == 7


def test_clips_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    make_set(tmp_path, [1])
    for number in (2, 10000):
        for path in list(tmp_path.glob("clip_0000*")):
            path.with_name(path.name.replace("0000", f"{number:04d}", 1)).write_bytes(
                path.read_bytes()
            )
    names = [Synthetic(tmp_path)[number].video.name for number in range(3)]
    assert names == ["clip_0000.mp4", "clip_0002.mp4", "clip_10000.mp4"]


def test_absent_set(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No such file"):
        Synthetic(tmp_path / "none")
    with pytest.raises(DatasetError, match=r"holds no clip_0000\.mp4"):
        Synthetic(tmp_path)


@pytest.mark.parametrize("name", ["clip_0001.mp4", "clip_0001_labels.npz"])
def test_half_a_clip(tmp_path: Path, name: str) -> None:
    make_set(tmp_path, [1, 2])
    (tmp_path / name).unlink()
    with pytest.raises(DatasetError, match=f"half made: {name} is missing; .*--resume"):
        Synthetic(tmp_path)


def test_half_a_set(tmp_path: Path) -> None:
    make_set(tmp_path, [1, 2])
    (tmp_path / "set.json").write_text(json.dumps({"clips": 3}))
    with pytest.raises(DatasetError, match=r"expected 3 clips, found 2; .*--resume"):
        Synthetic(tmp_path)


def test_damaged_set(tmp_path: Path) -> None:
    make_set(tmp_path, [1, 2])
    (tmp_path / "set.json").write_text("[")
    with pytest.raises(DatasetError, match=r"set\.json is damaged"):
        Synthetic(tmp_path)


def test_damaged_labels(tmp_path: Path) -> None:
    make_set(tmp_path, [1, 2])
    (tmp_path / "clip_0001_labels.npz").write_bytes(b"labels")
    with pytest.raises(DatasetError, match="no whole labels"):
        Synthetic(tmp_path, "train")
    with pytest.raises(DatasetError, match="no whole labels"):
        Synthetic(tmp_path)[1]


def test_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose one of: train, val, test"):
        datasets.create("synthetic", tmp_path, "dev")
    with pytest.raises(UsageError, match="choose one of: synthetic"):
        datasets.create("imagenet", tmp_path)
