"""BRACE: dancers on the floor, on their hands and upside down, 17 keypoints of each frame.

Moltisanti et al., "BRACE: The Breakdancing Competition Dataset for Dance Motion Synthesis", ECCV
2022. Read from the published ``dataset.zip``, whole or extracted: a file
``year/video/video_start-end_movement.json`` for each segment, in it by ``video/img-000123.png`` a
``box`` and ``keypoints``, [x, y, score] each, COCO's order, pixels. Every keypoint is labelled;
whether it is hidden is not known. We have no eyes. The frame rate stands in the set's
``videos_info.csv``, which is looked for beside the annotations.
"""

import csv
import json
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from climbpose.archives import DAMAGE, read_text
from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed, runs
from climbpose.errors import DatasetError
from climbpose.labels import VISIBLE

KEYPOINTS = (
    "nose",
    "",
    "",
    *(
        f"{side}_{part}"
        for part in ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("left", "right")
    ),
)
"""Our name of each of COCO's keypoints, in its order; none for the eyes."""

RATES_NAME = "videos_info.csv"

_SEGMENT = re.compile(r"(?P<video>.+)_(?P<span>\d+-\d+)_(?P<movement>\w+)\.json")
_PICTURE = re.compile(r"img-(\d{1,9})\.\w+")


def is_brace(path: Path) -> bool:
    """Whether a folder or an archive seems to be the set."""
    try:
        return next(iter(_segments(path)), None) is not None
    except DatasetError:
        return False


def read_brace(path: Path) -> PoseClips:
    """The clips: the segments, cut where frames are missing.

    Args:
        path: The folder that ``dataset.zip`` is extracted to, or the archive itself.

    Raises:
        DatasetError: The set is absent or damaged.
    """
    rates = _rates(path)
    clips = [
        clip
        for video, name, text in _segments(path)
        for clip in _clips(video, name, text, rates.get(video, math.nan), path)
    ]
    if not clips:
        raise DatasetError(
            f"{path} holds no segments; expected BRACE's dataset.zip or its folder, with files "
            "year/video/video_start-end_movement.json"
        )
    return PoseClips.of(clips)


def _segments(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Each segment's video, name and text, in the order of the names."""
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            if video := _video(PurePosixPath(file.relative_to(path).as_posix())):
                try:
                    yield video, file.stem, file.read_bytes()
                except OSError as error:
                    reason = error.strerror or error
                    raise DatasetError(f"segment {file} cannot be read ({reason})") from error
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if video := _video(PurePosixPath(name)):
                    yield video, PurePosixPath(name).stem, read_text(archive, name)
    except OSError as error:
        raise DatasetError(f"BRACE {path} cannot be read ({error.strerror or error})") from error
    except DAMAGE as error:
        raise DatasetError(
            f"{path} is no whole archive ({error}); expected BRACE's dataset.zip or its folder"
        ) from error


def _video(path: PurePosixPath) -> str | None:
    """The video of a segment's file, None for other files."""
    match = _SEGMENT.fullmatch(path.name)
    # Names of videos have underscores of their own; the folder tells where they end.
    return match["video"] if match and path.parent.name == match["video"] else None


def _clips(video: str, name: str, text: bytes, fps: float, path: Path) -> Iterator[PoseClip]:
    where = f"{path}: {name}"
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where} is no JSON ({error}); get the set anew") from error
    if not (isinstance(content, dict) and content):
        raise DatasetError(f"{where}: expected pictures by name, found none; get the set anew")
    frames = sorted((_frame(key, where), entry) for key, entry in content.items())
    frame_index = np.array([frame for frame, _ in frames], np.int64)
    if (np.diff(frame_index) == 0).any():
        raise DatasetError(f"{where}: a frame is there twice; get the set anew")
    xy, visibility = placed(
        np.stack([_points(entry, f"{where}, frame {frame}") for frame, entry in frames]),
        np.full((len(frames), len(KEYPOINTS)), VISIBLE, np.uint8),
        KEYPOINTS,
    )
    for rows in runs(frame_index):
        yield PoseClip(
            xy=xy[rows],
            visibility=visibility[rows],
            fps=fps,
            name=f"brace:{name}:{frame_index[rows.start]}",
            video=f"brace:{video}",
        )


def _frame(key: str, where: str) -> int:
    match = _PICTURE.fullmatch(PurePosixPath(key).name)
    if match is None:
        raise DatasetError(f"{where}: expected video/img-000123.png, found {key!r}")
    return int(match[1])


def _points(entry: Any, where: str) -> np.ndarray:
    """The coordinates of a picture's keypoints if they are what they should be."""
    keypoints = entry.get("keypoints") if isinstance(entry, dict) else None
    try:
        points = np.array(keypoints, np.float32)
    except (ValueError, TypeError):
        points = np.zeros(0, np.float32)
    if points.shape != (len(KEYPOINTS), 3) or not np.isfinite(points).all():
        raise DatasetError(
            f"{where}: expected {len(KEYPOINTS)} keypoints [x, y, score]; get the set anew"
        )
    return points[:, :2]


def _rates(path: Path) -> Mapping[str, float]:
    """Frames a second, by video; empty where nothing tells."""
    for folder in (path, path.parent) if path.is_dir() else (path.parent,):
        file = folder / RATES_NAME
        if file.is_file():
            try:
                with file.open(encoding="utf-8", newline="") as lines:
                    rates = {row["video_id"]: float(row["fps"]) for row in csv.DictReader(lines)}
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise DatasetError(f"{file} is damaged ({error}); get the set anew") from error
            if not all(math.isfinite(rate) and rate > 0 for rate in rates.values()):
                raise DatasetError(f"{file}: expected rates above 0; get the set anew")
            return rates
    return {}
