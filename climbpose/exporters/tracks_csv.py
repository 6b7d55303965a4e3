"""Keypoint tracks as CSV: one header row, one row for every decoded frame; written and read.

Columns: ``frame`` (index in decoding order), ``time_s`` (presentation time, seconds), then for each
keypoint ``<name>_x``, ``<name>_y`` (pixels of the upright picture from its top left corner, two
decimals), ``<name>_conf`` (0 to 1) and ``<name>_status``. Where a keypoint is missing the first
three are empty. Raw columns, where asked for, follow at the end: ``<name>_raw_x``, ``_raw_y`` and
``_raw_conf``.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.errors import TracksError, UsageError
from climbpose.exporters.base import register
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack, Status
from climbpose.skeleton import CLIMBING_25, Skeleton

_FIELDS = ("x", "y", "conf", "status")
_RAW_FIELDS = ("raw_x", "raw_y", "raw_conf")
_STATUS_OF_WORD = {status.word: status for status in Status}


@register("tracks-csv")
class TracksCsv:
    """Writes the climber's tracks.

    Args:
        with_raw: Adds the keypoints as they were detected.
    """

    suffix: ClassVar[str] = "_tracks.csv"

    def __init__(self, with_raw: bool = False) -> None:
        self._with_raw = with_raw

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        raw = analysis.raw if self._with_raw else None
        with part_file(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_header(analysis.poses.skeleton, with_raw=raw is not None))
            for row, pose in enumerate(analysis.poses):
                cells = [str(pose.frame_index), f"{pose.time:.6f}"]
                for xy, confidence, status in zip(
                    pose.xy, pose.confidence, pose.status, strict=True
                ):
                    cells += [*_numbers(xy, confidence), Status(status).word]
                if raw is not None:
                    for xy, confidence in zip(raw.xy[row], raw.confidence[row], strict=True):
                        cells += _numbers(xy, confidence)
                writer.writerow(cells)


def _numbers(xy: np.ndarray, confidence: np.floating) -> list[str]:
    if np.isnan(xy).any():
        return ["", "", ""]
    return [f"{xy[0]:.2f}", f"{xy[1]:.2f}", f"{confidence:.3f}"]


def _header(skeleton: Skeleton, *, with_raw: bool) -> list[str]:
    fields = [f"{name}_{field}" for name in skeleton.keypoints for field in _FIELDS]
    if with_raw:
        fields += [f"{name}_{field}" for name in skeleton.keypoints for field in _RAW_FIELDS]
    return ["frame", "time_s", *fields]


def read(path: Path, skeleton: Skeleton = CLIMBING_25) -> PoseTrack:
    """Reads tracks back; columns that it does not know are passed over.

    Raises:
        UsageError: There is no such file.
        TracksError: The file is not what `TracksCsv` writes.
    """
    try:
        # Spreadsheet programs put a byte order mark in front.
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _parse(csv.reader(file), path, skeleton)
    except OSError as error:
        raise UsageError(f"tracks {path} cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TracksError(f"{path} is not a CSV file of climbpose tracks ({error})") from error


def _parse(rows: Iterator[list[str]], path: Path, skeleton: Skeleton) -> PoseTrack:
    header = next(rows, [])
    expected = _header(skeleton, with_raw=False)
    absent = [name for name in expected if name not in header]
    if absent:
        raise TracksError(
            f"{path} lacks {len(absent)} of {len(expected)} columns, the first is {absent[0]!r}; "
            "expected tracks as climbpose writes them"
        )
    positions = [header.index(name) for name in expected]
    frames, times, values, words = [], [], [], []
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        try:
            cells = [row[position] for position in positions]
            frames.append(int(cells[0]))
            times.append(float(cells[1]))
            keypoints = [_keypoint(*cells[n : n + 4]) for n in range(2, len(cells), 4)]
        except (IndexError, KeyError, ValueError) as error:
            raise TracksError(
                f"{path}, line {line}: expected numbers and a known status ({error})"
            ) from error
        values.append([numbers for numbers, _ in keypoints])
        words.append([status for _, status in keypoints])
    if not frames or frames[0] < 0 or any(np.diff(frames) <= 0) or not (np.diff(times) > 0).all():
        raise TracksError(f"{path}: expected rows with increasing frames and times, found others")
    numbers = np.array(values, np.float32)
    return PoseTrack(
        frame_index=np.array(frames, np.int64),
        time=np.array(times, np.float64),
        xy=numbers[:, :, :2],
        confidence=numbers[:, :, 2],
        status=np.array(words, np.uint8),
        skeleton=skeleton,
    )


def _keypoint(x: str, y: str, confidence: str, word: str) -> tuple[tuple[float, ...], Status]:
    """The numbers and the status of one keypoint; one whose cells were emptied is missing."""
    status = _STATUS_OF_WORD[word]
    if not (x or y or confidence):
        return (math.nan, math.nan, 0.0), Status.MISSING
    numbers = float(x), float(y), float(confidence)
    if not all(map(math.isfinite, numbers)) or not 0 <= numbers[2] <= 1:
        raise ValueError(f"found {x}, {y} with a confidence of {confidence}")
    if status == Status.MISSING:
        raise ValueError(f"found {x}, {y} for a keypoint that is {word}")
    return numbers, status
