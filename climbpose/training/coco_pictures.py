"""Labelled pictures as COCO's keypoints JSON has them, from image files or frames of videos."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from climbpose.datasets.person_labels import MAX_FRAME, MAX_PX
from climbpose.errors import DatasetError
from climbpose.labels import UNLABELLED
from climbpose.skeleton import CLIMBING_25

COCO_17 = (
    "nose",
    *(
        f"{side}_{name}"
        for name in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("left", "right")
    ),
)
"""COCO's keypoints, for files whose category does not name any."""

# No file system has longer ones.
_MAX_NAME = 4000

Person = tuple[Float32[np.ndarray, "25 2"], UInt8[np.ndarray, "25"]]
"""Keypoints in pixels, NaN where unlabelled, and COCO's visibility."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A labelled picture.

    Attributes:
        clip: Name of its video, or of the folder of its file.
        frame: Its frame in the video, or its place in the list.
        video: The video; None for a file of its own.
        file: Its own file; None for a video's frame.
        people: Who is labelled in it.
    """

    clip: str
    frame: int
    video: Path | None
    file: Path | None
    people: tuple[Person, ...]


class CocoPictures:
    """The labelled pictures of a file of COCO keypoints, those of a video together.

    A picture is the file ``file_name`` beside the JSON, or where there is none, the frame number
    ``frame`` of ``video``. Keypoints are known by their names; those that are not among our 25 are
    left out, as are those of ours that the file lacks.

    Args:
        path: The JSON file.

    Raises:
        DatasetError: It is damaged, or a picture that it names is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            self.entries = self._read(content)
        except OSError as error:
            raise DatasetError(
                f"labels {path} cannot be read ({error.strerror or error})"
            ) from error
        except (
            *(ValueError, KeyError, TypeError, AttributeError),
            *(OverflowError, RecursionError),
        ) as error:
            raise DatasetError(
                f"{path} holds no keypoints as COCO has them ({type(error).__name__}: {error}); "
                "expected images, annotations and categories"
            ) from error

    def image(self, entry: Entry) -> UInt8[np.ndarray, "h w 3"]:
        """The picture of an entry that has a file of its own.

        Raises:
            DatasetError: It cannot be read.
        """
        assert entry.file is not None
        bgr = cv2.imread(str(entry.file), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        if bgr is None:
            raise DatasetError(f"{entry.file}, which has labels in {self._path}, is no picture")
        return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)

    def _read(self, content: Mapping[str, Any]) -> tuple[Entry, ...]:
        names = {one["id"]: one.get("keypoints") or COCO_17 for one in content["categories"]}
        people: dict[Any, list[Person]] = {}
        for annotation in content["annotations"]:
            if annotation.get("num_keypoints", 1) and not annotation.get("iscrowd", 0):
                person = _person(annotation["keypoints"], names[annotation["category_id"]])
                people.setdefault(annotation["image_id"], []).append(person)
        entries = [
            self._entry(place, image, people[image["id"]])
            for place, image in enumerate(content["images"])
            if image["id"] in people
        ]
        return tuple(sorted(entries, key=lambda entry: (str(entry.video or ""), entry.frame)))

    def _entry(self, place: int, image: Mapping[str, Any], people: Sequence[Person]) -> Entry:
        file = self._inside(image["file_name"])
        if file.is_file():
            return Entry(file.parent.name, place, None, file, tuple(people))
        video = self._inside(image["video"]) if "video" in image else None
        if video is None or not video.is_file():
            missing = file if video is None else video
            raise DatasetError(f"{missing}, which has labels in {self._path}, is not there")
        frame = image["frame"]
        if type(frame) is not int or not 0 <= frame < MAX_FRAME:
            raise ValueError(f"expected the number of a frame, found {frame!r:.40}")
        return Entry(video.stem, frame, video, None, tuple(people))

    def _inside(self, name: str) -> Path:
        """The file of this name beside the labels, which must not make us read others.

        Raises:
            DatasetError: The name leads elsewhere.
        """
        folder = self._path.parent
        if not name.isprintable() or len(name) > _MAX_NAME or ".." in Path(name).parts:
            raise DatasetError(f"{self._path}: {name!r:.60} is no name of a picture or a video")
        file = folder / name
        if not file.is_relative_to(folder):
            raise DatasetError(
                f"{self._path}: {name!r:.60} lies elsewhere; put it beside the labels"
            )
        return file


def _person(numbers: Sequence[float | int], names: Sequence[str]) -> Person:
    """COCO counts from the first pixel's centre, we from its corner."""
    table = np.array(numbers, np.float64).reshape(len(names), 3)
    is_seen = table[:, 2] != UNLABELLED
    if not (table[:, 2] >= UNLABELLED).all():
        raise ValueError("expected visibility 0, 1 or 2")
    if not (np.abs(table[is_seen, :2]) < MAX_PX).all():
        raise ValueError("a keypoint is in no picture")
    xy = np.full((len(CLIMBING_25), 2), np.nan, np.float32)
    visibility = np.zeros(len(CLIMBING_25), np.uint8)
    for name, (x, y, seen) in zip(names, table, strict=True):
        if name in CLIMBING_25.keypoints and seen != UNLABELLED:
            row = CLIMBING_25.index(name)
            xy[row], visibility[row] = (x + 0.5, y + 0.5), int(min(seen, 2))
    return xy, visibility
