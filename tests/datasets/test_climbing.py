"""Own footage: labels of frames for finetuning, and the stretches that can be trained on."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.datasets import coco
from climbpose.datasets.climbing import is_climbing, read_climbing, read_climbing_clips
from climbpose.errors import DatasetError, UsageError
from climbpose.skeleton import CLIMBING_25
from tests.datasets.test_coco_keypoints import content
from tests.datasets.test_cvat import SKELETONS, export, points_track
from tests.labelled import make_labels, make_set


def skeletons(frames: list[int], number: int = 0, label: str = "climber", x: int = 0) -> str:
    shapes = "".join(
        f'<skeleton frame="{frame}" keyframe="1" z_order="0"><points label="nose" keyframe="1" '
        f'outside="0" occluded="0" points="{x + frame}.00,5.00"></points></skeleton>'
        for frame in frames
    )
    return f'<track id="{number}" label="{label}" source="manual">{shapes}</track>'


def write(path: Path, text: Any) -> Path:
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def test_labelled_frames(tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.xml", export(SKELETONS))
    assert is_climbing(path)
    (video,) = read_climbing(path)
    assert (video.video, video.size, len(video)) == ("dyno.mp4", (720, 1280), 2)
    assert video.frame_index.tolist() == [3, 4]
    nose, wrist = CLIMBING_25.indices("nose", "left_wrist")
    assert video.visibility[:, [nose, wrist]].tolist() == [[1, 2], [0, 2]]
    assert video.xy[1, wrist].tolist() == [101.25, 199.5]
    np.testing.assert_array_equal(np.isnan(video.xy).all(axis=2), video.visibility == 0)


def test_clips_are_frames_without_gaps(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", export(skeletons([7, 3, 4, 9, 8])))
    clips = read_climbing_clips(path, fps=25.0)
    assert clips.names == ("dyno.mp4:3", "dyno.mp4:7")
    assert clips.videos == ("dyno.mp4", "dyno.mp4")
    assert [clip.xy[:, 0, 0].tolist() for clip in clips] == [[3, 4], [7, 8, 9]]
    assert clips.fps.tolist() == [25, 25]
    assert np.isnan(read_climbing_clips(path).fps).all()
    with pytest.raises(UsageError, match="above 0, found 0"):
        read_climbing_clips(path, fps=0.0)


def test_climbers_in_turn(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", export(skeletons([1, 2], 0), skeletons([3, 4, 5], 1, x=300)))
    (video,) = read_climbing(path)
    assert video.frame_index.tolist() == [1, 2, 3, 4, 5]
    assert video.person.tolist() == [0, 0, 1, 1, 1]
    # Consecutive frames, but nobody jumps from one place to the other.
    assert [len(clip) for clip in read_climbing_clips(path)] == [2, 3]


def test_climbers_at_once(tmp_path: Path) -> None:
    tracks = [skeletons([1, 2], 0, "belayer"), skeletons([2, 3, 4], 1, x=300)]
    path = write(tmp_path / "a.xml", export(*tracks))
    with pytest.raises(
        DatasetError,
        match=r"dyno\.mp4, frame 2: several people .* choose one track of 1 climber \(3 frames\), "
        r"0 belayer \(2 frames\)",
    ):
        read_climbing(path)
    for track, frames in (("1", [2, 3, 4]), ("climber", [2, 3, 4]), ("0", [1, 2])):
        assert read_climbing(path, track)[0].frame_index.tolist() == frames
    with pytest.raises(UsageError, match="has no track '2'; choose of 1 climber"):
        read_climbing(path, "2")


def test_people_whom_nothing_tells_apart(tmp_path: Path) -> None:
    made = content()
    made["annotations"] = [
        {name: value for name, value in made["annotations"][0].items() if name != "attributes"}
    ] * 2
    with pytest.raises(DatasetError, match=r"frame 3: several people .* a track_id"):
        read_climbing(write(tmp_path / "a.json", made))


def test_archives_and_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "task.zip", "w") as archive:
        archive.writestr("annotations.xml", export(SKELETONS, source="a.mp4"))
        archive.writestr("images/frame_000003.png", b"")
    with zipfile.ZipFile(tmp_path / "dyno.zip", "w") as archive:
        archive.writestr("annotations/person_keypoints_default.json", json.dumps(content()))
    write(tmp_path / "b.xml", export(SKELETONS, source="b.mp4"))
    # Other JSON in the folder is none of ours.
    write(tmp_path / "settings.json", {"fps": 30})
    assert is_climbing(tmp_path)
    assert [video.video for video in read_climbing(tmp_path)] == ["b.mp4", "dyno", "a.mp4"]
    write(tmp_path / "c.xml", export(SKELETONS, source="b.mp4"))
    with pytest.raises(DatasetError, match=r"b\.mp4 is labelled in .*b\.xml and in .*c\.xml"):
        read_climbing(tmp_path)


def test_what_climbpose_writes(tmp_path: Path) -> None:
    make_set(tmp_path, [1, 2])
    path = tmp_path / coco.FILE_NAME
    coco.write(tmp_path, path)
    videos = read_climbing(path)
    assert [video.video for video in videos] == ["clip_0000.mp4", "clip_0001.mp4"]
    labels = make_labels(seed=1)
    np.testing.assert_array_equal(videos[1].visibility, labels.visibility)
    is_labelled = labels.visibility > 0
    assert videos[1].xy[is_labelled] == pytest.approx(labels.xy[is_labelled], abs=0.006)


def test_nothing_labelled(tmp_path: Path) -> None:
    assert not is_climbing(tmp_path)
    with pytest.raises(DatasetError, match="holds no labelled climber"):
        read_climbing(tmp_path)
    for path in (
        write(tmp_path / "a.json", content(annotations=[])),
        write(tmp_path / "a.xml", export(points_track("left_eye", "1.00,2.00"))),
    ):
        with pytest.raises(DatasetError, match="holds no labelled climber"):
            read_climbing(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "is no JSON"),
        ("a.json", "{}", "holds no COCO keypoints"),
        ("a.zip", "PK", "no whole archive"),
        ("a.xml", "<a>", "is no XML"),
    ],
)
def test_damaged_files(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_climbing(tmp_path / name)
    with pytest.raises(DatasetError, match=message):
        read_climbing(write(tmp_path / name, text))
    (tmp_path / "more").mkdir()
    write(tmp_path / "more" / "b.xml", export(SKELETONS))
    write(tmp_path / "more" / name, text)
    if text != "{}":
        with pytest.raises(DatasetError, match=message):
            read_climbing(tmp_path / "more")
