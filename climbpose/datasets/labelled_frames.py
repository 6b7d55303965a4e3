"""Videos with a few frames labelled by hand: a folder of clips and ``labels.json``.

The file is ``{clip: {frame: {keypoint: [x, y, visibility]}}}``: the name of the clip's video
without its ending; the frame's index in decoding order, from 0; pixels of the upright picture;
COCO's visibility, 1 or 2. What could not be judged is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from climbpose.datasets.person_labels import MAX_FRAME, MAX_PX
from climbpose.datasets.video_files import SUFFIXES
from climbpose.errors import DatasetError
from climbpose.labels import OCCLUDED, VISIBLE
from climbpose.skeleton import CLIMBING_25, Skeleton

FILE_NAME = "labels.json"

# No file system has longer names.
_MAX_STEM = 250


@dataclass(frozen=True, slots=True, eq=False)
class LabelledClip:
    """A video and those of its frames that are labelled: one row for each of them.

    Attributes:
        video: The file.
        frame_index: Of the labelled frames, ascending.
        xy: Keypoints, pixels; NaN where unlabelled.
        visibility: COCO's: 0 unlabelled, 1 occluded, 2 visible.
        skeleton: Names the keypoints.
    """

    video: Path
    frame_index: Int64[np.ndarray, " frames"]
    xy: Float32[np.ndarray, "frames keypoints 2"]
    visibility: UInt8[np.ndarray, "frames keypoints"]
    skeleton: Skeleton = CLIMBING_25

    def __len__(self) -> int:
        return len(self.frame_index)


class LabelledFrames:
    """The clips of a folder with hand-labelled frames, in the order of the file.

    Args:
        path: The folder.

    Raises:
        DatasetError: The labels are absent or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clips = _read(path / FILE_NAME)

    def __len__(self) -> int:
        return len(self._clips)

    @property
    def stems(self) -> tuple[str, ...]:
        """The clips' names."""
        return tuple(self._clips)

    def clip(self, stem: str) -> LabelledClip:
        """A clip by its name.

        Raises:
            KeyError: There is no such clip.
            DatasetError: Its labels are damaged, or its video is not there.
        """
        frames = self._clips[stem]
        where = f"{self._path / FILE_NAME}: {stem}"
        by_index: dict[int, object] = {}
        for key, points in frames.items():
            index = _frame_index(key, where)
            if index in by_index:
                raise DatasetError(f"{where}: frame {index} is there twice")
            by_index[index] = points
        rows = sorted(by_index.items(), key=lambda row: row[0])
        xy = np.full((len(rows), len(CLIMBING_25), 2), np.nan, np.float32)
        visibility = np.zeros((len(rows), len(CLIMBING_25)), np.uint8)
        for row, (index, points) in enumerate(rows):
            for name, point in _checked(points, f"{where}, frame {index}").items():
                keypoint = CLIMBING_25.index(name)
                xy[row, keypoint], visibility[row, keypoint] = point[:2], point[2]
        return LabelledClip(
            video=self._video(stem),
            frame_index=np.array([index for index, _ in rows], np.int64),
            xy=xy,
            visibility=visibility,
        )

    def _video(self, stem: str) -> Path:
        names = [f"{stem}{suffix}" for suffix in SUFFIXES]
        for name in names:
            if (self._path / name).is_file():
                return self._path / name
        raise DatasetError(
            f"{self._path} has labels but no video of {stem}; expected {names[0]}, or leave the "
            "clip out with --clips"
        )


def is_labelled_frames(folder: Path) -> bool:
    """Whether a folder is such a data set, whole or damaged."""
    return (folder / FILE_NAME).exists()


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(f"labels {path} cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"labels {path} are no JSON ({error}); restore the file") from error
    if not (isinstance(content, dict) and content):
        raise DatasetError(f"labels {path}: expected clips by name, found none")
    for stem, frames in content.items():
        # A name with a folder in it would read files from elsewhere.
        if not stem.isprintable() or Path(stem).name != stem or len(stem) > _MAX_STEM:
            raise DatasetError(f"labels {path}: {stem[:40]!r} is no name of a clip")
        if not (isinstance(frames, dict) and frames):
            raise DatasetError(f"labels {path}: {stem}: expected frames by index, found none")
    return content


def _frame_index(key: str, where: str) -> int:
    is_number = key.isascii() and key.isdecimal() and len(key) < 20
    if not is_number or int(key) >= MAX_FRAME:
        raise DatasetError(f"{where}: expected the index of a frame, found {key[:20]!r}")
    return int(key)


def _checked(points: object, where: str) -> Mapping[str, list[int | float]]:
    """The labels of a frame if they are what they should be."""
    if not (isinstance(points, dict) and points):
        raise DatasetError(f"{where}: expected keypoints by name, found none")
    for name, point in points.items():
        if name not in CLIMBING_25.keypoints:
            raise DatasetError(f"{where}: {CLIMBING_25.name} has no keypoint {name!r}")
        if not _is_point(point):
            raise DatasetError(
                f"{where}: {name}: expected [x, y, visibility 1 or 2], found {json.dumps(point)}"
            )
    return points


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 3
        # To JSON true is no number, to Python it is.
        # NaN is not less than anything.
        and all(type(number) in (int, float) and abs(number) < MAX_PX for number in point)
        and point[2] in (OCCLUDED, VISIBLE)
    )
