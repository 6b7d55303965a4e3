"""What a path holds is recognised; what it does not hold is told."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.pose_sources import kind_of, pose_kinds, read_pose_clips
from climbpose.errors import DatasetError, UsageError
from tests.datasets.test_brace import VIDEO, make_segment
from tests.datasets.test_brace import write as write_brace
from tests.datasets.test_bvh import BVH
from tests.datasets.test_coco_keypoints import content
from tests.datasets.test_cvat import SKELETONS, export
from tests.datasets.test_mocap import CMU, DEEPMIMIC, bvh_body, write_array
from tests.datasets.test_penn_action import make_sequence, write_mat
from tests.datasets.test_pose_clips import make_clip
from tests.datasets.test_speed21 import write as write_speed21
from tests.labelled import make_set


def penn_action(folder: Path) -> Path:
    (folder / "labels").mkdir()
    write_mat(folder / "labels" / "0001.mat", "bowl", *make_sequence())
    return folder


def synthetic(folder: Path) -> Path:
    make_set(folder, [1])
    # As `climbpose synth` leaves it; that is not own footage.
    (folder / "annotations.json").write_text(json.dumps(content()))
    return folder


def brace_archive(folder: Path) -> Path:
    path = folder / "dataset.zip"
    with zipfile.ZipFile(path, "w") as archive:
        name = f"dataset/2011/{VIDEO}/{VIDEO}_1-2_toprock.json"
        archive.writestr(name, json.dumps(make_segment([1, 2])))
    return path


def file_with(name: str, text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(text)
        return folder / name

    return make


def pose_clips(folder: Path) -> Path:
    PoseClips.of([make_clip()]).save(folder / "clips.npz")
    return folder / "clips.npz"


def inside(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The folder with the file."""
    return lambda folder: make(folder).parent


def cmu_array(folder: Path) -> Path:
    return write_array(folder / "cmu.npz", CMU, trial=np.array(["a", "b"]))


def deepmimic(folder: Path) -> Path:
    return write_array(folder / "d.npz", DEEPMIMIC, motion=np.array(["a", "b"]))


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("penn-action", penn_action),
        ("brace", lambda folder: write_brace(folder, {"1-2_toprock": make_segment([1, 2])})),
        ("brace", brace_archive),
        ("cmu", cmu_array),
        ("cmu", inside(cmu_array)),
        ("cmu", inside(file_with("05_01.bvh", bvh_body()))),
        ("deepmimic", deepmimic),
        ("speed21", lambda folder: write_speed21(folder / "runs.npz")),
        ("synthetic", synthetic),
        ("climbing", file_with("a.xml", export(SKELETONS))),
        ("climbing", inside(file_with("a.json", json.dumps(content())))),
        ("pose-clips", pose_clips),
        ("pose-clips", inside(pose_clips)),
    ],
)
def test_kinds_are_recognised(kind: str, make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    assert kind_of(path) == kind
    found, given = read_pose_clips(path), read_pose_clips(path, kind)
    assert len(found) > 0
    np.testing.assert_array_equal(found.xy, given.xy)
    # The annotations of a synthetic set are read as own footage if somebody wants that.
    others = set(pose_kinds()) - {kind, "climbing" if kind == "synthetic" else kind}
    for other in others:
        with pytest.raises(DatasetError):
            read_pose_clips(path, other)


def test_everything_becomes_a_file_of_pose_clips(tmp_path: Path) -> None:
    (tmp_path / "penn").mkdir()
    clips = read_pose_clips(penn_action(tmp_path / "penn"), actions=["bowl"])
    clips.save(tmp_path / "clips.npz")
    again = read_pose_clips(tmp_path / "clips.npz")
    np.testing.assert_array_equal(again.xy, clips.xy)
    assert again.names == clips.names


def test_what_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "data"
    for kind in (None, *pose_kinds()):
        with pytest.raises(DatasetError, match=re.escape(f"there is no {path}; expected")):
            read_pose_clips(path, kind)
    path.mkdir()
    for kind in (None, *pose_kinds()):
        with pytest.raises(DatasetError, match="is an empty folder; expected") as refusal:
            read_pose_clips(path, kind)
        if kind is None:
            assert all(
                f"{name}: {what}" in str(refusal.value) for name, what in pose_kinds().items()
            )
        else:
            assert pose_kinds()[kind] in str(refusal.value)


@pytest.mark.parametrize("name", ["notes.txt", "video.mp4", "arrays.npz"])
def test_nothing_known(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    for path in (tmp_path, tmp_path / name):
        assert kind_of(path) is None
        with pytest.raises(DatasetError, match="is nothing known; expected one of: pose-clips"):
            read_pose_clips(path)


@pytest.mark.parametrize("kind", sorted(pose_kinds()))
def test_the_wrong_folder_is_told_by_each_kind(tmp_path: Path, kind: str) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(DatasetError) as refusal:
            read_pose_clips(path, kind)
        assert "\n" not in str(refusal.value)


def test_several_files_in_a_folder(tmp_path: Path) -> None:
    cmu_array(tmp_path)
    deepmimic(tmp_path)
    with pytest.raises(DatasetError, match=r"several data sets; give one of cmu\.npz, d\.npz"):
        read_pose_clips(tmp_path)
    assert read_pose_clips(tmp_path, "deepmimic", views=1).names[0] == "deepmimic:a:0"


def test_unknown_kinds_and_options(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no kind of data is named 'coco'; choose one of: pose-"):
        read_pose_clips(tmp_path, "coco")
    path = penn_action(tmp_path)
    with pytest.raises(
        UsageError, match="penn-action has no option views; choose of: actions, with_h"
    ):
        read_pose_clips(path, views=3)
    with pytest.raises(UsageError, match="brace has no option seed; choose of: none"):
        read_pose_clips(path, "brace", seed=1)


def test_damaged_motion_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_text(BVH.replace("Frames: 3", "Frames: 9"))
    with pytest.raises(DatasetError, match=r"a\.bvh is damaged"):
        read_pose_clips(tmp_path)
