"""COCO's keypoints JSON is read with its half pixel, and refused in one line when damaged."""

import json
import math
from typing import Any

import pytest

from climbpose.datasets.coco_keypoints import is_coco, read_coco
from climbpose.datasets.person_labels import PersonLabels
from climbpose.errors import DatasetError

NAMES = ["nose", "left_eye", "left_wrist", "Right Ankle"]
POINTS = [10, 20, 2, 11, 19, 2, 30.5, 40, 1, 0, 0, 0]


def content(**more: Any) -> dict[str, Any]:
    """As CVAT exports a video's skeletons to "COCO Keypoints 1.0"."""
    made: dict[str, Any] = {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {"contributor": "", "date_created": "", "description": "", "version": ""},
        "categories": [
            {"id": 1, "name": "climber", "supercategory": "", "keypoints": NAMES, "skeleton": []}
        ],
        "images": [
            {
                "id": number + 1,
                "width": 720,
                "height": 1280,
                "file_name": f"frame_{frame:06d}.PNG",
                "license": 0,
            }
            for number, frame in enumerate((3, 4))
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [],
                "area": 200.0,
                "bbox": [1, 2, 3, 4],
                "iscrowd": 0,
                "attributes": {"occluded": False, "track_id": 5, "keyframe": True},
                "keypoints": POINTS,
                "num_keypoints": 3,
            }
        ],
    }
    return made | more


def read(made: Any) -> list[PersonLabels]:
    return read_coco(json.dumps(made).encode(), "dyno.json", "dyno")


def changed(**more: Any) -> dict[str, Any]:
    made = content()
    made["annotations"][0] |= more
    return made


def test_export_of_cvat() -> None:
    assert is_coco(json.dumps(content()).encode())
    (label,) = read(content())
    assert (label.video, label.size, label.frame, label.track) == ("dyno", (720, 1280), 3, "5")
    # The first pixel's centre is (0, 0) to COCO and (0.5, 0.5) to us; we have no eyes.
    assert {name: (p.x, p.y, p.visibility) for name, p in label.points.items()} == {
        "nose": (10.5, 20.5, 2),
        "left_wrist": (31.0, 40.5, 1),
    }


@pytest.mark.parametrize(
    ("image", "video", "frame"),
    [
        ({"file_name": "clip_0003/000012.jpg"}, "clip_0003", 12),
        ({"file_name": "clip_0003/000012.jpg", "video": "clip_0003.mp4", "frame": 0}, None, 0),
        ({"file_name": "images\\dyno2_frame_0007.png"}, "images", 7),
        ({"file_name": "dyno2_frame_0007.png"}, "dyno2", 7),
        ({"file_name": "dyno-2-00012_x.png"}, "dyno-2", 12),
        ({"file_name": "0.png"}, "dyno", 0),
    ],
)
def test_videos_and_frames(image: dict[str, Any], video: str | None, frame: int) -> None:
    (label,) = read(content(images=[{"id": 1, **image}]))
    assert (label.video, label.frame, label.size) == (video or "clip_0003.mp4", frame, None)


def test_boxes_and_crowds_are_no_people() -> None:
    assert not read(changed(iscrowd=1))
    assert not read(changed(keypoints=[]))
    assert not read(changed(category_id=9))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ([], "holds no COCO keypoints"),
        ({"images": []}, "holds no COCO keypoints"),
        (content(images=[{"id": 2, "file_name": "1.png"}]), "image 1, which is not there"),
        (content(images=[{"file_name": "1.png"}]), "no whole COCO file"),
        (content(images=[{"id": 1, "file_name": "wall.png"}]), "'wall.png' does not tell its"),
        (content(images=[{"id": 1, "frame": -1}]), "does not tell its frame"),
        (content(images=[{"id": 1, "frame": 10**30}]), "does not tell its frame"),
        (content(images=[{"id": 1, "frame": "3"}]), "does not tell its frame"),
        (content(categories=[{"id": 1, "keypoints": ["tail"]}]), "called 'tail'"),
        (
            content(categories=[{"id": 1, "keypoints": ["l wrist", "left_wrist"]}]),
            "left_wrist is there twice",
        ),
        (content(annotations=3), "holds no COCO keypoints"),
        (content(annotations=[3]), "no whole COCO file"),
        (changed(keypoints=POINTS[:-1]), "expected 12 numbers"),
        (changed(keypoints=["1", *POINTS[1:]]), "expected 12 numbers"),
        (changed(keypoints=[True, *POINTS[1:]]), "expected 12 numbers"),
        (changed(keypoints=[1, 2, 3, *POINTS[3:]]), "expected visibility 0, 1 or 2, found 3"),
        (changed(keypoints=[math.nan, *POINTS[1:]]), "nose: expected coordinates, found NaN"),
        (changed(keypoints=[*POINTS[:-3], math.nan, 0, 0]), "found NaN"),
        (changed(keypoints=[721, *POINTS[1:]]), r"frame 3, nose: 721.5, 20.5 is outside the pict"),
        (changed(keypoints=[1, -3, *POINTS[2:]]), "is outside the picture of 720 x 1280"),
    ],
)
def test_damaged_files(made: Any, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as refusal:
        read(made)
    assert str(refusal.value).startswith("dyno.json")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json(text: bytes) -> None:
    with pytest.raises(DatasetError, match="is no JSON"):
        read_coco(text, "dyno.json", "dyno")


def test_unlabelled_points_may_be_anywhere() -> None:
    (label,) = read(changed(keypoints=[-50, 9999, 0, *POINTS[3:]]))
    assert set(label.points) == {"left_wrist"}
