"""OpenPose's JSON of one person, model BODY_25: a folder of files, or a ``.zip`` of them.

The last number in a file's name is the frame. Coordinates count from the first pixel's centre: ours
are half a pixel more. A keypoint with zeros is missing.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64

from climbpose.archives import DAMAGE
from climbpose.errors import TracksError
from climbpose.exporters.base import FIRST_PIXEL_CENTRE
from climbpose.exporters.openpose import BODY_25
from climbpose.importers.base import MAX_FRAMES, Readings, damage_told, register

_ENDING = "_keypoints.json"
_NUMBER = re.compile(r"(\d{1,12})_keypoints\.json$")
_MAX_FILE_BYTES = 1 << 20
_ZIP = b"PK\x03\x04"


@register("openpose")
class OpenPoseImporter:
    """Reads the keypoints of the only person in each file."""

    description: ClassVar[str] = "OpenPose JSON (a folder or .zip)"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether it is an archive, or a folder with such files."""
        if path.is_dir():
            return any(entry.name.endswith(_ENDING) for entry in path.iterdir())
        return start.startswith(_ZIP)

    def read(self, path: Path) -> Readings:
        """Reads the files."""
        found: dict[int, np.ndarray] = {}
        with damage_told(path, self.description):
            try:
                for name, text in _files(path):
                    frame = _frame(path, name)
                    if frame in found or len(found) >= MAX_FRAMES:
                        raise TracksError(
                            f"{path} has frame {frame} twice; expected the files of one video"
                        )
                    found[frame] = _person(text, f"{path}: {name}")
            except (zipfile.BadZipFile, *DAMAGE) as error:
                raise ValueError(str(error)) from error
        if not found:
            raise TracksError(f"{path} has no files named ..._000000000000{_ENDING}")
        frames = sorted(found)
        numbers = np.stack([found[frame] for frame in frames])
        numbers[(numbers == 0).all(axis=2)] = np.nan
        return Readings(
            frame_index=np.array(frames, np.int64),
            keypoints=BODY_25,
            xy=numbers[:, :, :2] + FIRST_PIXEL_CENTRE,
            confidence=numbers[:, :, 2],
        )


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents."""
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            if entry.name.endswith(_ENDING) and entry.is_file():
                if entry.stat().st_size > _MAX_FILE_BYTES:
                    raise ValueError(f"{entry.name} is larger than a frame's keypoints")
                yield entry.name, entry.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.endswith(_ENDING):
                continue
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"{info.filename} is packed in an unusual way")
            if info.file_size > _MAX_FILE_BYTES:
                raise ValueError(f"{info.filename} is larger than a frame's keypoints")
            yield PurePosixPath(info.filename).name, archive.read(info)


def _frame(path: Path, name: str) -> int:
    match = _NUMBER.search(name)
    if match is None:
        raise TracksError(f"{path}: {name[:60]} does not tell its frame; name it ..._12{_ENDING}")
    return int(match[1])


def _person(text: bytes, where: str) -> Float64[np.ndarray, "25 3"]:
    """x, y and confidence of the only person; zeros if there is none.

    Raises:
        TracksError: There are several people, or keypoints of another model.
        ValueError: It is no such file.
    """
    content: Any = json.loads(text)
    people = content["people"]
    if not isinstance(people, list):
        raise ValueError("people are no list")
    if len(people) > 1:
        raise TracksError(
            f"{where} has {len(people)} people; run OpenPose with --number_people_max 1, or keep "
            "the climber alone"
        )
    if not people:
        return np.zeros((len(BODY_25), 3))
    numbers = people[0]["pose_keypoints_2d"]
    if not isinstance(numbers, list) or any(type(n) not in (int, float) for n in numbers):
        raise ValueError("keypoints are no numbers")
    if len(numbers) != 3 * len(BODY_25):
        raise TracksError(
            f"{where}: expected the {len(BODY_25)} keypoints of BODY_25, found {len(numbers) // 3};"
            " run OpenPose with --model_pose BODY_25"
        )
    return np.array(numbers, np.float64).reshape(-1, 3)
