"""A set of synthetic clips as COCO keypoints JSON.

One image for every frame, ``file_name`` being ``<clip>/<frame>.jpg`` with six digits, and beside it
``video`` and ``frame``, where it comes from. One annotation for every frame in which the climber is
to be seen. COCO counts a keypoint's coordinates from the first pixel's centre and a box's from the
picture's corner: so here the keypoints, and only they, are ours less half a pixel. A keypoint
outside the picture is ``0, 0, 0``; the area is the silhouette's.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from climbpose.datasets.synthetic import label_files
from climbpose.labels import UNLABELLED, ClipLabels, video_path
from climbpose.skeleton import CLIMBING_25, Skeleton

FILE_NAME = "annotations.json"

_DECIMALS = 2


def write(folder: Path, path: Path) -> None:
    """Writes the annotations of the clips in a folder, one clip in memory at a time.

    Args:
        folder: Of the set.
        path: Of the file, which gets just this name.

    Raises:
        DatasetError: A clip is half made or damaged.
        OSError: The file cannot be written.
    """
    files = label_files(folder)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info":')
        json.dump({"description": "synthetic climbing video by climbpose"}, file)
        file.write(',\n"licenses":[],\n"categories":')
        json.dump([_category(CLIMBING_25)], file)
        _write_list(file, "images", _images(files))
        _write_list(file, "annotations", _annotations(files))
        file.write("}\n")


def _write_list(file: TextIO, name: str, entries: Iterable[dict[str, Any]]) -> None:
    file.write(f',\n"{name}":[')
    for number, entry in enumerate(entries):
        file.write(",\n" if number else "\n")
        json.dump(entry, file, separators=(",", ":"), allow_nan=False)
    file.write("]")


def _category(skeleton: Skeleton) -> dict[str, Any]:
    return {
        "id": 1,
        "name": "person",
        "supercategory": "person",
        "keypoints": list(skeleton.keypoints),
        "skeleton": [[a + 1, b + 1] for a, b in skeleton.bone_indices],
    }


def _images(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    identity = 0
    for path in files:
        labels, video = ClipLabels.read(path), video_path(path)
        for frame in range(len(labels)):
            identity += 1
            yield {
                "id": identity,
                "file_name": f"{video.stem}/{frame:06d}.jpg",
                "width": labels.width,
                "height": labels.height,
                "video": video.name,
                "frame": frame,
            }


def _annotations(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    first = 1
    for path in files:
        labels = ClipLabels.read(path)
        for frame in range(len(labels)):
            x1, y1, x2, y2 = labels.box[frame].astype(float).round(_DECIMALS).tolist()
            if x2 > x1 and y2 > y1:
                visibility = labels.visibility[frame]
                numbers = np.concatenate([labels.xy[frame] - 0.5, visibility[:, None]], axis=1)
                numbers[visibility == UNLABELLED] = 0
                yield {
                    "id": first + frame,
                    "image_id": first + frame,
                    "category_id": 1,
                    "iscrowd": 0,
                    "bbox": [x1, y1, round(x2 - x1, _DECIMALS), round(y2 - y1, _DECIMALS)],
                    "area": round(float(labels.area[frame]), _DECIMALS),
                    "num_keypoints": int((visibility != UNLABELLED).sum()),
                    "keypoints": [
                        value
                        for x, y, seen in numbers.astype(float).round(_DECIMALS).tolist()
                        for value in (x, y, int(seen))
                    ],
                }
        first += len(labels)
