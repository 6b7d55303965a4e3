"""Tracks of every format come back as they were, at the times of the video's frames."""

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas
import pytest
import sleap_io
from hypothesis import given
from hypothesis import strategies as st
from movement.io import load_poses, save_poses

from climbpose import exporters, importers
from climbpose.errors import TracksError, UsageError
from climbpose.exporters import needs
from climbpose.exporters.openpose import BODY_25
from climbpose.importers import read_tracks
from climbpose.importers.plain_pickles import plain_value
from climbpose.poses import LOW_CONFIDENCE, PoseTrack, Status
from climbpose.skeleton import CLIMBING_25, COCO_17
from tests.exporters.climbs import make_analysis, make_poses

POSES = make_poses()
FORMATS = sorted({*exporters.names()} - {"overlay-mp4"})
WITH_TIMES = {"tracks-csv", "tidy-csv", "parquet"}


def written(name: str, folder: Path, poses: PoseTrack = POSES) -> Path:
    exporter = exporters.create(name)
    path = folder / f"a{exporter.suffix}"
    exporter.write(make_analysis(poses), path)
    return path


def kept_by(name: str) -> list[int]:
    """Which of our keypoints a format has."""
    known = {"coco-17": COCO_17.keypoints, "openpose": BODY_25}.get(name, CLIMBING_25.keypoints)
    return [n for n, keypoint in enumerate(CLIMBING_25.keypoints) if keypoint in known]


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_exported_is_read(name: str, tmp_path: Path) -> None:
    found = read_tracks(written(name, tmp_path), POSES.time)
    kept = kept_by(name)
    absent = np.setdiff1d(np.arange(25), kept)
    np.testing.assert_array_equal(found.frame_index, POSES.frame_index)
    np.testing.assert_allclose(found.time, POSES.time, atol=1e-6)
    assert (found.status[:, absent] == Status.MISSING.value).all()
    expected = POSES.xy.copy()
    if name == "trc":
        gap = CLIMBING_25.index("right_wrist")
        expected[5:8, gap] = np.linspace(expected[4, gap], expected[8, gap], 5)[1:-1]
    np.testing.assert_allclose(found.xy[:, kept], expected[:, kept], atol=0.011)
    if name == "trc":
        return
    status = POSES.status[:, kept]
    np.testing.assert_array_equal(found.status[:, kept], status)
    if name not in ("coco", "coco-17"):
        np.testing.assert_allclose(
            found.confidence, np.where(np.isin(np.arange(25), kept), POSES.confidence, 0), atol=6e-4
        )
    else:
        assert (found.confidence[found.status == Status.LOW.value] < LOW_CONFIDENCE).all()


@pytest.mark.parametrize("name", [*FORMATS, "a folder"])
def test_the_name_of_a_file_does_not_matter(name: str, tmp_path: Path) -> None:
    if name == "a folder":
        with zipfile.ZipFile(written("openpose", tmp_path)) as archive:
            archive.extractall(tmp_path)
        (path,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())
    else:
        path = written(name, tmp_path).rename(tmp_path / "data")
    assert read_tracks(path, POSES.time).has_climber.tolist() == POSES.has_climber.tolist()


@pytest.mark.parametrize("name", sorted({*FORMATS} - WITH_TIMES - {"trc"}))
def test_times_come_from_the_video_or_the_rate(name: str, tmp_path: Path) -> None:
    path = written(name, tmp_path, make_poses(first=40))
    times = np.cumsum(np.full(60, 0.05))
    found = read_tracks(path, lambda: times)
    assert len(found) == 60 and found.time.tolist() == times.tolist()
    assert np.flatnonzero(found.has_climber).tolist() == list(range(42, 51))
    found = read_tracks(path, fps=20.0)
    seen = found.frame_index[found.has_climber]
    assert seen.tolist() == list(range(42, 51))
    np.testing.assert_allclose(found.time, found.frame_index / 20)
    with pytest.raises(UsageError, match="has no times; name its video, or its frames a second"):
        read_tracks(path)
    with pytest.raises(TracksError, match="but the video has 45 frames; are the tracks of another"):
        read_tracks(path, times[:45])


@pytest.mark.parametrize("name", sorted(WITH_TIMES))
def test_the_video_is_not_asked_in_vain(name: str, tmp_path: Path) -> None:
    path = written(name, tmp_path)
    found = read_tracks(path, lambda: pytest.fail("asked for times"))
    np.testing.assert_allclose(found.time, POSES.time, atol=1e-6)


@given(st.floats(10, 120), st.floats(0, 0.2))
def test_markers_are_read_at_the_frames_of_any_clock(
    tmp_path_factory: pytest.TempPathFactory, fps: float, start: float
) -> None:
    """A point that moves evenly is where it should be at any time."""
    time = np.arange(30) / 30
    xy = np.broadcast_to((100 + 300 * time)[:, None, None], (30, 25, 2)).astype(np.float32)
    ones = np.ones((30, 25), np.float32)
    even = PoseTrack(np.arange(30), time, xy, ones, np.zeros((30, 25), np.uint8))
    path = written("trc", tmp_path_factory.mktemp("trc"), even)
    clock = start + np.arange(40) / fps
    found = read_tracks(path, clock)
    is_within = clock <= time[-1]
    expected = np.broadcast_to((100 + 300 * clock)[:, None, None], found.xy.shape)
    np.testing.assert_allclose(found.xy[is_within], expected[is_within], atol=0.05)
    assert not found.has_climber[clock > time[-1] + 0.01].any()


def test_markers_of_sports2d_have_y_down_and_say_metres(tmp_path: Path) -> None:
    path = written("trc", tmp_path)
    lines = path.read_text().replace("\t-", "\t").replace("\tpx\t", "\tm\t")
    path.write_text(lines)
    found = read_tracks(path, POSES.time)
    np.testing.assert_allclose(found.xy[2, 0], POSES.xy[2, 0], atol=1e-3)


def test_markers_in_metres_are_refused(tmp_path: Path) -> None:
    poses = make_poses()
    poses.xy[:] = poses.xy / 300
    path = written("trc", tmp_path, poses)
    path.write_text(path.read_text().replace("\tpx\t", "\tm\t"))
    with pytest.raises(TracksError, match="is in m; expected pixels of the video's picture"):
        read_tracks(path)


def test_other_names_are_understood_and_unknown_ones_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = ["LWrist", "right-Big toe", "Hip", "left_eye", "tail"]
    columns = pandas.MultiIndex.from_product(
        [["DLC_net"], names, ["x", "y", "likelihood"]], names=["scorer", "bodyparts", "coords"]
    )
    pandas.DataFrame(np.tile([10.0, 20.0, 0.9], (3, 5)), columns=columns).to_csv(path)
    found = read_tracks(path, fps=30.0)
    seen = [CLIMBING_25.keypoints[n] for n in np.flatnonzero(found.status[0] == 0)]
    assert seen == ["left_wrist", "right_toes"]
    assert found.xy[0, CLIMBING_25.index("left_wrist")].tolist() == [10.5, 20.5]


def test_a_deeplabcut_file_of_one_individual(tmp_path: Path) -> None:
    columns = pandas.MultiIndex.from_product(
        [["net"], ["ada"], ["nose"], ["x", "y", "likelihood"]],
        names=["scorer", "individuals", "bodyparts", "coords"],
    )
    table = pandas.DataFrame([[1.0, 2, 0.5], [np.nan, np.nan, np.nan]], columns=columns)
    table.to_csv(tmp_path / "a.csv")
    table.to_hdf(tmp_path / "a.h5", key="df_with_missing", format="table")
    for name in ("a.csv", "a.h5"):
        found = read_tracks(tmp_path / name, fps=30.0)
        assert found.xy[0, 0].tolist() == [1.5, 2.5]
        assert found.has_climber.tolist() == [True, False]


@pytest.mark.filterwarnings("ignore::tables.NaturalNameWarning")
@pytest.mark.parametrize("ending", [".h5", ".csv"])
def test_a_deeplabcut_file_of_movement(ending: str, tmp_path: Path) -> None:
    found = load_poses.from_sleap_file(written("sleap", tmp_path), fps=30)
    save_poses.to_dlc_file(found, tmp_path / f"a{ending}", split_individuals=False)
    again = read_tracks(tmp_path / f"a{ending}", POSES.time)
    np.testing.assert_allclose(again.xy, POSES.xy, atol=1e-3)
    np.testing.assert_allclose(again.confidence, POSES.confidence, atol=1e-5)


@pytest.mark.parametrize("preset", ["matlab", "standard"])
def test_an_analysis_of_sleap_io(preset: str, tmp_path: Path) -> None:
    labels = sleap_io.load_file(str(written("sleap", tmp_path)))
    path = tmp_path / "other.h5"
    sleap_io.save_analysis_h5(labels, str(path), preset=preset)
    found = read_tracks(path, POSES.time)
    rows = slice(0, len(POSES) - 1)
    np.testing.assert_allclose(found.xy[rows], POSES.xy[rows], atol=1e-3)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    paths = [written(name, tmp_path) for name in ("dlc-h5", "sleap", "parquet")]
    monkeypatch.setattr(needs, "find_spec", lambda _: None)
    for path in paths:
        with pytest.raises(UsageError, match=rf"{path.name} needs .*'climbpose\[export\]'"):
            read_tracks(path)


def _edit(name: str, change: Callable[[str], str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = written(name, folder)
        path.write_text(change(path.read_text()))
        return path

    return make


def _two_people(folder: Path) -> Path:
    path = folder / "a_000000000000_keypoints.json"
    path.write_text(json.dumps({"people": [{}, {}]}))
    return folder


def _coco_17_in_openpose(folder: Path) -> Path:
    path = folder / "a_000000000000_keypoints.json"
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": [1] * 54}]}))
    return folder


def _two_tracks(folder: Path) -> Path:
    path = written("sleap", folder)
    with h5py.File(path, "r+") as file:
        for name in ("tracks", "point_scores"):
            content = np.concatenate([file[name][()]] * 2)
            del file[name]
            file[name] = content
    return path


def _elsewhere(folder: Path) -> Path:
    other, path = written("sleap", folder).rename(folder / "other.h5"), folder / "a.h5"
    with h5py.File(path, "w") as file:
        file["tracks"] = h5py.ExternalLink(other.name, "tracks")
    return path


def _virtual(folder: Path) -> Path:
    path = written("sleap", folder)
    other = path.rename(folder / "other.h5")
    with h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout((1, 2, 25, 12), "f8")
        layout[...] = h5py.VirtualSource(other.name, "tracks", (1, 2, 25, 12))
        file.create_virtual_dataset("tracks", layout)
    return path


def _huge(folder: Path) -> Path:
    path = folder / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("tracks", (1, 2, 25, 10**10), "f8", chunks=(1, 2, 25, 1000))
    return path


class _Code:
    """Unpickled, it would run a program."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, ("exit 1",)


def _code(folder: Path) -> Path:
    path = written("dlc-h5", folder)
    with h5py.File(path, "r+") as file:
        file["df_with_missing"].attrs["non_index_axes"] = np.bytes_(pickle.dumps(_Code(), 0))
    return path


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "several people": (_two_people, "has 2 people; run OpenPose with --number_people_max 1"),
    "another model": (_coco_17_in_openpose, "expected the 25 keypoints of BODY_25, found 18"),
    "several tracks": (_two_tracks, r"expected one person, found 2 tracks \(climber, 1\)"),
    "several animals": (
        _edit("dlc-csv", lambda text: text.replace("climbpose", "other", 3)),
        "expected one person, found 2",
    ),
    "several annotations": (
        _edit("coco", lambda text: text.replace('"image_id":4', '"image_id":5')),
        "expected one person, found several",
    ),
    "several videos": (
        _edit("coco", lambda text: text.replace("a climb.mp4", "b.mp4", 6)),
        "expected one video, found 2",
    ),
    "a link to another file": (_elsewhere, "holds no tracks of a known format"),
    "an array in another file": (_virtual, "tracks lies in another file"),
    "an array of petabytes": (_huge, "tracks is larger than any video's poses"),
    "a pickle with code": (_code, "GLOBAL stands where only texts and numbers may be"),
    "nobody's keypoints": (
        _edit("tidy-csv", lambda text: text.replace("_", "-x-").replace("nose", "beak")),
        "has none of climbpose's keypoints",
    ),
    "backwards": (
        _edit("tidy-csv", lambda text: text.replace("\n3,", "\n30,")),
        "expected increasing frames",
    ),
    "negative frames": (
        _edit("dlc-csv", lambda text: text.replace("\n0,", "\n-1,")),
        "expected increasing frames from 0 on",
    ),
    "infinity": (_edit("dlc-csv", lambda text: text.replace("\n3,", "\n3,inf")), "line 7"),
    "far outside": (
        _edit("trc", lambda text: text.replace("\n3\t", "\n3\t0.1333333\t9e9\t0\t0\t", 1)),
        "expected",
    ),
    "a word": (_edit("trc", lambda text: text.replace("\t0.133333\t", "\tx\t")), "line 9"),
    "confidences of 100": (
        _edit("dlc-csv", lambda text: text.replace(",0.200", ",20")),
        "expected confidences from 0 to 1, found 20",
    ),
    "a keypoint twice": (
        _edit("dlc-csv", lambda text: text.replace("left_ear", "nose")),
        "expected x, y and likelihood of each keypoint once, found nose",
    ),
    "two names of a keypoint": (
        _edit("dlc-csv", lambda text: text.replace("left_ear", "Nose")),
        "nose is there twice",
    ),
    "no header": (
        _edit("dlc-csv", lambda text: text.replace("bodyparts", "parts")),
        "line 2: expected a frame and numbers",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_is_told_in_one_line(kind: str, tmp_path: Path) -> None:
    make, reason = REFUSED[kind]
    with pytest.raises(TracksError, match=reason) as refusal:
        read_tracks(make(tmp_path), POSES.time)
    assert "\n" not in str(refusal.value)


def test_what_is_unknown_is_told_with_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(99))
    with pytest.raises(TracksError, match="expected one of: COCO keypoints JSON, DeepLabCut CSV"):
        read_tracks(path)
    with pytest.raises(TracksError, match="holds no tracks"):
        read_tracks(tmp_path)
    with pytest.raises(UsageError, match=r"absent cannot be read \(No such file"):
        read_tracks(tmp_path / "absent")


def test_a_plain_pickle_is_what_it_holds() -> None:
    value = [(1, [("a", "ö", "x"), ("a", "ö", "y")]), [], (), [3, -4]]
    assert plain_value(pickle.dumps(value, 0)) == value


def test_every_export_has_an_importer() -> None:
    aliases = {"coco-17": "coco"}
    assert {aliases.get(name, name) for name in FORMATS} == set(importers.names())
