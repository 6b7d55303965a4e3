"""How COCO writes keypoints: a category, images and annotations in one JSON file.

COCO counts a keypoint's coordinates from the first pixel's centre and a box's from the picture's
corner: so here the keypoints, and only they, are ours less half a pixel.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from jaxtyping import Float, UInt8

from climbpose.labels import UNLABELLED
from climbpose.skeleton import Skeleton

CATEGORY = 1
"""Number of the only category."""

_DECIMALS = 2


def write_document(
    path: Path,
    description: str,
    skeleton: Skeleton,
    images: Iterable[dict[str, Any]],
    annotations: Iterable[dict[str, Any]],
) -> None:
    """Writes a file, one image and one annotation in memory at a time.

    Raises:
        OSError: It cannot be written.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info":')
        json.dump({"description": description}, file)
        file.write(',\n"licenses":[],\n"categories":')
        json.dump([_category(skeleton)], file)
        _write_list(file, "images", images)
        _write_list(file, "annotations", annotations)
        file.write("}\n")


def annotation(
    identity: int,
    box: Float[np.ndarray, "4"],
    area: float,
    xy: Float[np.ndarray, "keypoints 2"],
    visibility: UInt8[np.ndarray, " keypoints"],
) -> dict[str, Any] | None:
    """The annotation of the only person in an image, None if the box is empty.

    Args:
        identity: Number of the annotation and of its image.
        box: ``x1 y1 x2 y2``, pixels.
        area: Of the person, square pixels.
        xy: Pixels; what is unlabelled may be anything.
        visibility: COCO's.
    """
    x1, y1, x2, y2 = box.astype(float).round(_DECIMALS).tolist()
    if not (x2 > x1 and y2 > y1):
        return None
    numbers = np.concatenate([xy - 0.5, visibility[:, None]], axis=1)
    numbers[visibility == UNLABELLED] = 0
    return {
        "id": identity,
        "image_id": identity,
        "category_id": CATEGORY,
        "iscrowd": 0,
        "bbox": [x1, y1, round(x2 - x1, _DECIMALS), round(y2 - y1, _DECIMALS)],
        "area": round(area, _DECIMALS),
        "num_keypoints": int((visibility != UNLABELLED).sum()),
        "keypoints": [
            value
            for x, y, seen in numbers.astype(float).round(_DECIMALS).tolist()
            for value in (x, y, int(seen))
        ],
    }


def _category(skeleton: Skeleton) -> dict[str, Any]:
    return {
        "id": CATEGORY,
        "name": "person",
        "supercategory": "person",
        "keypoints": list(skeleton.keypoints),
        "skeleton": [[a + 1, b + 1] for a, b in skeleton.bone_indices],
    }


def _write_list(file: TextIO, name: str, entries: Iterable[dict[str, Any]]) -> None:
    file.write(f',\n"{name}":[')
    for number, entry in enumerate(entries):
        file.write(",\n" if number else "\n")
        json.dump(entry, file, separators=(",", ":"), allow_nan=False)
    file.write("]")
