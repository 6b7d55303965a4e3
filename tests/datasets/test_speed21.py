"""SPEED21's runs become clips without gaps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.datasets.speed21 import is_speed21, read_speed21
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25

JOINTS = ["right_ankle", "pelvis", "head_top", "left_wrist"]


def write(path: Path, **more: Any) -> Path:
    content: dict[str, Any] = {
        "xy": np.arange(40, dtype=np.float32).reshape(5, 4, 2),
        "frame_number": np.array([2, 3, 1, 2, 5], np.int32),
        "offsets": np.array([0, 2, 5]),
        "run_id": np.array(["a", "b"]),
        "fps": np.array([25, 50], np.float32),
        "source_url": np.array(["u", "u"]),
        "joints": np.array(JOINTS),
    }
    np.savez(path, **(content | more))
    return path


def test_runs(tmp_path: Path) -> None:
    path = write(tmp_path / "runs.npz")
    assert is_speed21(path)
    clips = read_speed21(path)
    assert clips.names == ("speed21:a:0", "speed21:b:0", "speed21:b:2")
    assert clips.videos == ("speed21:u",) * 3
    assert clips.fps.tolist() == [25, 50, 50]
    assert [len(clip) for clip in clips] == [2, 2, 1]
    ankle, wrist = CLIMBING_25.indices("right_ankle", "left_wrist")
    assert clips[2].xy[0, [ankle, wrist]].tolist() == [[32, 33], [38, 39]]
    assert clips.visibility.any(axis=0).sum() == 2


def test_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="arrays do not fit"):
        read_speed21(write(tmp_path / "runs.npz", joints=np.array(JOINTS[1:])))


@pytest.mark.clips
def test_published_runs(shared_data: Path) -> None:
    clips = read_speed21(shared_data / "speed21" / "speed21_skeletons.npz")
    assert len(clips.xy) == 60_515
    left, right = CLIMBING_25.indices("left_shoulder", "right_shoulder")
    # The wall is climbed with the back to the camera.
    assert (clips.xy[:, left, 0] < clips.xy[:, right, 0]).mean() > 0.8
