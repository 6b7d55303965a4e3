"""What is exported is opened by the other tools' own libraries, and says the same there."""

import contextlib
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas
import pytest
import sleap_io
from movement.io import load_poses
from pyarrow import parquet
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from trc import TRCData

from climbpose import exporters
from climbpose.exporters.openpose import BODY_25
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.poses import LOW_CONFIDENCE, PoseTrack, Status
from climbpose.skeleton import CLIMBING_25, COCO_17, Skeleton
from tests.exporters.climbs import HEIGHT, NEVER_SEEN, UNSURE, WIDTH, make_analysis, make_poses

POSES = make_poses()
HALF = 0.5


def written(name: str, folder: Path, poses: PoseTrack = POSES) -> Path:
    exporter = exporters.create(name)
    path = folder / f"a climb{exporter.suffix}"
    exporter.write(make_analysis(poses), path)
    return path


def expected_confidence() -> np.ndarray:
    return np.where(np.isnan(POSES.xy).any(axis=2), np.nan, POSES.confidence)


@pytest.mark.parametrize("name", ["dlc-csv", "dlc-h5"])
def test_movement_reads_deeplabcut_files(name: str, tmp_path: Path) -> None:
    found = load_poses.from_dlc_file(written(name, tmp_path), fps=30)
    assert found.keypoints.values.tolist() == list(CLIMBING_25.keypoints)
    np.testing.assert_allclose(found.time.values, POSES.time)
    xy = found.position.values[:, :, :, 0].transpose(0, 2, 1)
    np.testing.assert_allclose(xy, POSES.xy - HALF, atol=1e-3)
    np.testing.assert_allclose(found.confidence.values[:, :, 0], POSES.confidence, atol=1e-3)


def test_the_h5_is_the_table_that_deeplabcut_writes(tmp_path: Path) -> None:
    table = pandas.read_hdf(written("dlc-h5", tmp_path), "df_with_missing")
    assert list(table.columns.names) == ["scorer", "bodyparts", "coords"]
    assert table["climbpose"]["nose"].columns.tolist() == ["x", "y", "likelihood"]
    assert table.index.tolist() == POSES.frame_index.tolist()
    text = pandas.read_csv(written("dlc-csv", tmp_path), header=[0, 1, 2], index_col=0)
    np.testing.assert_allclose(text.to_numpy(), table.to_numpy(), atol=1e-3)
    assert text.columns.tolist() == table.columns.tolist()


def test_sleap_io_reads_the_analysis(tmp_path: Path) -> None:
    found = sleap_io.load_file(str(written("sleap", tmp_path)))
    assert [track.name for track in found.tracks] == ["climber"]
    assert found.skeletons[0].node_names == list(CLIMBING_25.keypoints)
    assert found.skeletons[0].edge_inds == [tuple(bone) for bone in CLIMBING_25.bone_indices]
    seen = np.flatnonzero(POSES.has_climber)
    assert [frame.frame_idx for frame in found.labeled_frames] == seen.tolist()
    for frame, row in zip(found.labeled_frames, seen, strict=True):
        (instance,) = frame.instances
        numbers = instance.numpy(scores=True)
        np.testing.assert_allclose(numbers[:, :2], POSES.xy[row] - HALF, atol=1e-4)
        np.testing.assert_allclose(numbers[:, 2], expected_confidence()[row], atol=1e-6)


def test_movement_reads_the_analysis(tmp_path: Path) -> None:
    poses = make_poses(first=7)
    found = load_poses.from_sleap_file(written("sleap", tmp_path, poses), fps=30)
    assert found.sizes == {"time": 7 + len(poses), "space": 2, "keypoints": 25, "individuals": 1}
    xy = found.position.values[7:, :, :, 0].transpose(0, 2, 1)
    np.testing.assert_allclose(xy, poses.xy - HALF, atol=1e-4)
    assert np.isnan(found.position.values[:7]).all()


@pytest.mark.parametrize(("name", "skeleton"), [("coco", CLIMBING_25), ("coco-17", COCO_17)])
def test_pycocotools_reads_the_annotations(name: str, skeleton: Skeleton, tmp_path: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(written(name, tmp_path)))
    (category,) = coco.loadCats(coco.getCatIds())
    keypoints = category["keypoints"]
    assert keypoints == list(skeleton.keypoints)
    assert all(1 <= end <= len(keypoints) for bone in category["skeleton"] for end in bone)
    images = coco.loadImgs(coco.getImgIds())
    assert [image["frame"] for image in images] == POSES.frame_index.tolist()
    assert {(image["width"], image["height"]) for image in images} == {(WIDTH, HEIGHT)}
    seen = [row for row in range(len(POSES)) if coco.getAnnIds(imgIds=[images[row]["id"]])]
    assert seen == np.flatnonzero(POSES.has_climber).tolist()
    for row in seen:
        (entry,) = coco.loadAnns(coco.getAnnIds(imgIds=[images[row]["id"]]))
        numbers = np.array(entry["keypoints"]).reshape(-1, 3)
        x, y, width, height = entry["bbox"]
        inside = numbers[numbers[:, 2] > 0] + (HALF, HALF, 0)
        assert (inside[:, :2] >= (x, y)).all()
        assert (inside[:, :2] <= (x + width, y + height)).all()
        assert entry["area"] == pytest.approx(width * height, rel=1e-3)
        assert entry["num_keypoints"] == (numbers[:, 2] > 0).sum()
        for keypoint, (kx, ky, visibility) in zip(keypoints, numbers, strict=True):
            if "eye" in keypoint or keypoint == NEVER_SEEN:
                assert (kx, ky, visibility) == (0, 0, 0)
                continue
            place = CLIMBING_25.index(keypoint)
            if np.isnan(POSES.xy[row, place, 0]):
                assert (kx, ky, visibility) == (0, 0, 0)
                continue
            assert (kx, ky) == pytest.approx(POSES.xy[row, place] - HALF, abs=0.01)
            is_sure = POSES.confidence[row, place] >= LOW_CONFIDENCE
            assert visibility == (2 if is_sure else 1)
            assert is_sure == (keypoint != UNSURE)


def test_coco_scores_the_17_keypoints(tmp_path: Path) -> None:
    """The very annotations as predictions have a precision of 1."""
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(written("coco-17", tmp_path)))
        predictions = [
            {key: entry[key] for key in ("image_id", "category_id", "keypoints")} | {"score": 1.0}
            for entry in coco.loadAnns(coco.getAnnIds())
        ]
        scores = COCOeval(coco, coco.loadRes(predictions), "keypoints")
        scores.evaluate()
        scores.accumulate()
        scores.summarize()
    assert scores.stats[0] == pytest.approx(1)


def test_cvat_finds_what_it_looks_for(tmp_path: Path) -> None:
    """A frame's name, and the attributes by which annotations become a track, as CVAT has them."""
    content = json.loads(written("coco", tmp_path).read_text())
    for image in content["images"]:
        assert image["file_name"] == f"frame_{image['frame']:06d}.jpg"
    by_number = {image["id"]: image for image in content["images"]}
    assert len({entry["id"] for entry in content["annotations"]}) == len(content["annotations"])
    for entry in content["annotations"]:
        assert entry["attributes"] == {"track_id": 1, "keyframe": True, "occluded": False}
        assert entry["image_id"] in by_number and entry["iscrowd"] == 0
        assert entry["segmentation"] == []
        assert len(entry["keypoints"]) == 3 * len(content["categories"][0]["keypoints"])


def test_a_keypoint_outside_the_picture_is_unlabelled(tmp_path: Path) -> None:
    poses = make_poses()
    poses.xy[4, 0] = (-3, 100)
    poses.xy[5] = (WIDTH + 5, 100)
    content = json.loads(written("coco", tmp_path, poses).read_text())
    entries = {entry["image_id"] - 1: entry for entry in content["annotations"]}
    assert entries[4]["keypoints"][:3] == [0, 0, 0]
    assert entries[4]["bbox"][0] >= 0
    assert 5 not in entries


def test_trc_is_read(tmp_path: Path) -> None:
    data = TRCData()
    data.load(str(written("trc", tmp_path)))
    assert data["NumFrames"] == len(data["Time"]) == 9
    assert data["DataRate"] == 30 and data["Units"] == "px"
    assert "REar" in data["Markers"] and "LEar" not in data["Markers"]
    for marker, name in (("Nose", "nose"), ("LBigToe", "left_toes"), ("RPinky", "right_pinky")):
        expected = POSES.xy[2:-1, CLIMBING_25.index(name)] * (1, -1)
        np.testing.assert_allclose(np.array(data[marker])[:, :2], expected, atol=1e-3)
        assert not np.array(data[marker])[:, 2].any()


def test_openpose_has_a_file_for_each_frame(tmp_path: Path) -> None:
    with zipfile.ZipFile(written("openpose", tmp_path)) as archive:
        names = archive.namelist()
        people = [json.loads(archive.read(name))["people"] for name in names]
    # Pose2Sim looks for folders with "json" in their names, and sorts by the last number.
    assert names == [f"a climb_json/a climb_{n:012d}_keypoints.json" for n in range(len(POSES))]
    assert [int(re.findall(r"\d+", name)[-1]) for name in names] == POSES.frame_index.tolist()
    assert [len(found) for found in people] == POSES.has_climber.astype(int).tolist()
    numbers = np.array(people[3][0]["pose_keypoints_2d"]).reshape(25, 3)
    by_name = dict(zip(BODY_25, numbers, strict=True))
    for name in ("left_eye", "right_eye", "left_small_toe", "right_small_toe", NEVER_SEEN):
        assert not by_name[name].any()
    pose = POSES[3]
    for name, sides in (("neck", "shoulder"), ("mid_hip", "hip")):
        places = CLIMBING_25.indices(f"left_{sides}", f"right_{sides}")
        expected = pose.xy[places].mean(axis=0) - HALF
        np.testing.assert_allclose(by_name[name][:2], expected, atol=1e-3)
        assert by_name[name][2] == pytest.approx(pose.confidence[places].min(), abs=1e-3)
    nose = [*(pose.xy[0] - HALF), pose.confidence[0]]
    np.testing.assert_allclose(by_name["nose"], nose, atol=1e-3)


def test_parquet_and_tidy_csv_say_what_the_tracks_say(tmp_path: Path) -> None:
    TracksCsv().write(make_analysis(POSES), tmp_path / "tracks.csv")
    tracks = pandas.read_csv(tmp_path / "tracks.csv")
    path = written("parquet", tmp_path)
    table = pandas.read_parquet(path)
    assert table.columns.tolist() == tracks.columns.tolist()
    statuses = [name for name in table if name.endswith("_status")]
    assert (table[statuses].astype(str) == tracks[statuses].astype(str)).all(axis=None)
    numbers = [name for name in table if name not in statuses]
    np.testing.assert_allclose(table[numbers], tracks[numbers], atol=1e-3)
    assert parquet.read_schema(path).field("frame").type == "int64"
    tidy = pandas.read_csv(written("tidy-csv", tmp_path))
    assert len(tidy) == 25 * len(POSES)
    wide = tidy.pivot(index="frame", columns="keypoint", values="x")
    expected = tracks[[f"{name}_x" for name in wide]].to_numpy()
    np.testing.assert_allclose(wide.to_numpy(), expected)
    told = tidy.pivot(index="frame", columns="keypoint", values="status")
    assert (told == "missing").to_numpy().sum() == (POSES.status == Status.MISSING.value).sum()
