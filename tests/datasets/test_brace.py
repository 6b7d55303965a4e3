"""BRACE is read as its description says: files made here, as the real ones may not be shared."""

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.datasets.brace import KEYPOINTS, is_brace, read_brace
from climbpose.errors import DatasetError
from climbpose.skeleton import CLIMBING_25

VIDEO = "a_Kx-aDHi6o"


def make_segment(frames: range | list[int], video: str = VIDEO) -> dict[str, Any]:
    return {
        f"{video}/img-{frame:06d}.png": {
            "box": [1.0, 2.0, 3.0, 4.0, 0.99],
            "keypoints": [[frame + k, 2 * k + 0.5, 1] for k in range(17)],
        }
        for frame in frames
    }


def write(folder: Path, segments: Mapping[str, Any], video: str = VIDEO) -> Path:
    place = folder / "2011" / video
    place.mkdir(parents=True)
    for name, content in segments.items():
        (place / f"{video}_{name}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two segments, in one of which a frame is missing."""
    return write(
        tmp_path / "dataset",
        {
            "12-14_toprock": make_segment(range(12, 15)),
            "30-34_powermove": make_segment([34, 33, 30, 31]),
        },
    )


def test_folder(folder: Path) -> None:
    assert is_brace(folder)
    clips = read_brace(folder)
    assert clips.names == (
        f"brace:{VIDEO}_12-14_toprock:12",
        f"brace:{VIDEO}_30-34_powermove:30",
        f"brace:{VIDEO}_30-34_powermove:33",
    )
    assert set(clips.videos) == {f"brace:{VIDEO}"}
    assert [len(clip) for clip in clips] == [3, 2, 2]
    assert np.isnan(clips.fps).all()
    clip = clips[2]
    # COCO: 0 nose, 1 and 2 eyes, 3 left ear, 16 right ankle.
    for name, column in (("nose", 0), ("left_ear", 3), ("right_ankle", 16)):
        keypoint = CLIMBING_25.index(name)
        assert clip.xy[:, keypoint].tolist() == [
            [33 + column, 2 * column + 0.5],
            [34 + column, 2 * column + 0.5],
        ]
    assert sorted(np.flatnonzero(clip.visibility[0]).tolist()) == sorted(
        CLIMBING_25.indices(*filter(None, KEYPOINTS))
    )
    assert np.unique(clip.visibility).tolist() == [0, 2]
    assert len(KEYPOINTS) == 17


def test_archive_is_read_without_extracting(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "dataset.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*.json")):
            archive.write(file, Path("dataset") / file.relative_to(folder))
    assert is_brace(path)
    before = sorted(tmp_path.rglob("*"))
    found, expected = read_brace(path), read_brace(folder)
    assert found.names == expected.names
    np.testing.assert_array_equal(found.xy, expected.xy)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("inside", [True, False])
def test_rates(folder: Path, inside: bool) -> None:
    rates = (folder if inside else folder.parent) / "videos_info.csv"
    rates.write_text(f"video_id,video_url,fps\nother,x,25\n{VIDEO},x,29.97002997\n")
    assert read_brace(folder).fps == pytest.approx(30000 / 1001)
    rates.write_text("video_id,fps\nother,25\n")
    assert all(map(math.isnan, read_brace(folder).fps))
    rates.write_text(f"video_id,fps\n{VIDEO},fast\n")
    with pytest.raises(DatasetError, match=r"videos_info\.csv is damaged"):
        read_brace(folder)
    rates.write_text(f"video_id,fps\n{VIDEO},0\n")
    with pytest.raises(DatasetError, match="rates above 0"):
        read_brace(folder)


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ([], "expected pictures by name"),
        ({}, "expected pictures by name"),
        ({"x.png": {}}, r"expected video/img-000123\.png"),
        ({"v/img-000001.png": {}}, "frame 1: expected 17 keypoints"),
        ({"v/img-000001.png": {"keypoints": [[1, 2, 1]] * 16}}, "expected 17 keypoints"),
        ({"v/img-000001.png": {"keypoints": [[1, 2]] * 17}}, "expected 17 keypoints"),
        ({"v/img-000001.png": {"keypoints": [[1, math.nan, 1]] * 17}}, "expected 17 keypoints"),
        ({"v/img-000001.png": {"keypoints": [["a", 2, 1]] * 17}}, "expected 17 keypoints"),
        (make_segment([1]) | make_segment([1], "w"), "a frame is there twice"),
    ],
)
def test_damaged_segments(tmp_path: Path, segment: Any, message: str) -> None:
    write(tmp_path, {"1-2_footwork": segment})
    with pytest.raises(DatasetError, match=message) as refusal:
        read_brace(tmp_path)
    assert "1-2_footwork" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_text_that_is_no_json(folder: Path) -> None:
    next(folder.rglob("*toprock.json")).write_text("{")
    with pytest.raises(DatasetError, match="toprock is no JSON"):
        read_brace(folder)


def test_what_is_not_brace(tmp_path: Path) -> None:
    assert not is_brace(tmp_path)
    with pytest.raises(DatasetError, match="holds no segments"):
        read_brace(tmp_path)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_brace(tmp_path / "dataset.zip")
    (tmp_path / "dataset.zip").write_bytes(b"PK")
    with pytest.raises(DatasetError, match="no whole archive"):
        read_brace(tmp_path / "dataset.zip")
    assert not is_brace(tmp_path / "dataset.zip")
