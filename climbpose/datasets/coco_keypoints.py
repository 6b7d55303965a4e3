"""Annotations in COCO's keypoints JSON, of videos' frames.

The category names the keypoints. A frame's number and video are its image's ``frame`` and
``video``; where these are absent, the last number in ``file_name`` and its folder, else what stands
before that number, else the name of the JSON file. ``track_id``, of an annotation or among its
``attributes``, tells several people apart. Keypoints count from the first pixel's centre: ours are
half a pixel more.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from climbpose.datasets.person_labels import MAX_FRAME, PersonLabels, Point, checked, named
from climbpose.errors import DatasetError
from climbpose.labels import UNLABELLED

_NUMBER = re.compile(r"(?P<before>.*?)(?P<frame>\d+)\D*")
_MAX_NAME = 255
_FILLING = re.compile(r"[\W_]*(?i:frame|img|image)?[\W_]*$")

_Image = tuple[str, tuple[int, int] | None, int]


def is_coco(text: bytes) -> bool:
    """Whether a JSON text has what COCO's has.

    Raises:
        ValueError: It is no JSON.
    """
    content = json.loads(text)
    return isinstance(content, dict) and all(
        isinstance(content.get(name), list) for name in ("images", "annotations", "categories")
    )


def read_coco(text: bytes, where: str, stem: str) -> list[PersonLabels]:
    """The labels in a JSON file.

    Args:
        text: Of the file.
        where: Names the file in messages.
        stem: What the video is called if the file does not say.

    Raises:
        DatasetError: It is no such file, or a label is not what it should be.
    """
    try:
        if not is_coco(text):
            raise DatasetError(
                f"{where} holds no COCO keypoints; expected lists of images, annotations "
                "and categories"
            )
        content = json.loads(text)
        keypoints = {
            category["id"]: _names(category["keypoints"], where)
            for category in content["categories"]
            if category.get("keypoints")
        }
        images = {image["id"]: _image(image, where, stem) for image in content["images"]}
        return list(_people(content["annotations"], images, keypoints, where))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DatasetError(
            f"{where} is no whole COCO file ({type(error).__name__}: {error}); export it again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where} is no JSON ({error}); export it again") from error


def _names(keypoints: Sequence[str], where: str) -> list[str | None]:
    """Our name of each of a category's keypoints."""
    names = [named(str(name), where) for name in keypoints]
    known = [name for name in names if name]
    if twice := {name for name in known if known.count(name) > 1}:
        raise DatasetError(f"{where}: {min(twice)} is there twice; rename or remove one")
    return names


def _people(
    annotations: list[Any],
    images: Mapping[Any, _Image],
    keypoints: Mapping[Any, list[str | None]],
    where: str,
) -> Iterator[PersonLabels]:
    for entry in annotations:
        names = keypoints.get(entry["category_id"])
        if names is None or not entry.get("keypoints") or entry.get("iscrowd"):
            continue
        if entry["image_id"] not in images:
            raise DatasetError(
                f"{where}: an annotation is of image {entry['image_id']}, which is "
                "not there; export it again"
            )
        video, size, frame = images[entry["image_id"]]
        here = f"{where}: {video}, frame {frame}"
        points = dict(_points(entry["keypoints"], names, size, here))
        track = entry.get("track_id", (entry.get("attributes") or {}).get("track_id", ""))
        yield PersonLabels(video, size, frame, str(track), "", points)


def _points(
    numbers: list[Any], names: list[str | None], size: tuple[int, int] | None, where: str
) -> Iterator[tuple[str, Point]]:
    # To JSON true is no number, to Python it is.
    if len(numbers) != 3 * len(names) or any(type(n) not in (int, float) for n in numbers):
        raise DatasetError(
            f"{where}: expected {3 * len(names)} numbers, x, y and visibility of each keypoint; "
            "export it again"
        )
    for row, name in enumerate(names):
        x, y, visibility = numbers[3 * row : 3 * row + 3]
        here = f"{where}, {name or f'keypoint {row}'}"
        if visibility not in (0, 1, 2):
            raise DatasetError(f"{here}: expected visibility 0, 1 or 2, found {visibility}")
        if visibility == UNLABELLED:
            # Its place does not matter, but NaN tells that something went wrong.
            checked(Point(x * 0.0, y * 0.0, UNLABELLED), None, here)
        elif name is not None:
            yield name, checked(Point(x + 0.5, y + 0.5, int(visibility)), size, here)


def _image(image: Mapping[str, Any], where: str, stem: str) -> _Image:
    """The video, the picture's size and the frame of an image."""
    path = PurePosixPath(str(image.get("file_name", "")).replace("\\", "/"))
    # A name that no file can have would keep the pattern busy for hours.
    match = _NUMBER.fullmatch(path.stem) if len(path.name) <= _MAX_NAME else None
    frame = image.get("frame", int(match["frame"]) if match else None)
    if type(frame) is not int or not 0 <= frame < MAX_FRAME:
        raise DatasetError(
            f"{where}: image {path.name[:60]!r} does not tell its frame; give it a field frame"
        )
    before = _FILLING.sub("", match["before"]) if match else ""
    size = None
    if type(image.get("width")) is int and type(image.get("height")) is int:
        size = image["width"], image["height"]
    return str(image.get("video") or path.parent.name or before or stem), size, frame
