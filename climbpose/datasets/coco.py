"""A set of synthetic clips as COCO keypoints JSON.

One image for every frame, ``file_name`` being ``<clip>/<frame>.jpg`` with six digits, and beside it
``video`` and ``frame``, where it comes from. One annotation for every frame in which the climber is
to be seen. A keypoint outside the picture is ``0, 0, 0``; the area is the silhouette's.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from climbpose.datasets.coco_writing import annotation, write_document
from climbpose.datasets.synthetic import label_files
from climbpose.labels import ClipLabels, video_path
from climbpose.skeleton import CLIMBING_25

FILE_NAME = "annotations.json"


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
    description = "synthetic climbing video by climbpose"
    write_document(path, description, CLIMBING_25, _images(files), _annotations(files))


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
            entry = annotation(
                first + frame,
                labels.box[frame],
                float(labels.area[frame]),
                labels.xy[frame],
                labels.visibility[frame],
            )
            if entry is not None:
                yield entry
        first += len(labels)
