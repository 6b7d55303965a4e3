"""A tidy CSV: one row for each frame and keypoint, as climbpose and statistics programs write it.

Columns ``frame``, ``keypoint``, ``x`` and ``y`` must be there; ``time_s``, ``confidence`` and
``status`` may be. A frame's rows stand together.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.errors import TracksError
from climbpose.importers.base import MAX_FRAMES, Readings, damage_told, register
from climbpose.importers.text import (
    first_cells,
    number,
    numbered_rows,
    opened_text,
    status_of,
    whole,
)
from climbpose.poses import Status

_REQUIRED = ("frame", "keypoint", "x", "y")
_MAX_KEYPOINTS = 1000


@register("tidy-csv")
class TidyCsvImporter:
    """Reads what `climbpose.exporters.tidy_csv` writes, and tables like it."""

    description: ClassVar[str] = "tidy CSV"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the header has the columns."""
        return set(_REQUIRED) <= set(first_cells(start))

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        table = _Table(path)
        with damage_told(path, self.description), opened_text(path, self.description) as file:
            rows = numbered_rows(file)
            _, header = next(rows)
            places = {name: header.index(name) for name in header}
            for line, row in rows:
                try:
                    table.take({name: row[place] for name, place in places.items()})
                except (ValueError, IndexError) as error:
                    raise TracksError(f"{path}, line {line}: {error}") from error
        return table.readings(has_time="time_s" in places, has_status="status" in places)


class _Table:
    """The rows so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames: list[int] = []
        self._times: list[float] = []
        self._columns: dict[str, int] = {}
        self._cells: dict[tuple[int, int], tuple[list[float], int]] = {}

    def take(self, cells: dict[str, str]) -> None:
        """Takes a row."""
        frame = whole(cells["frame"])
        if not self._frames or frame != self._frames[-1]:
            self._frames.append(frame)
            self._times.append(number(cells.get("time_s", "")))
            if len(self._frames) > MAX_FRAMES:
                raise ValueError(f"expected at most {MAX_FRAMES} frames")
        column = self._columns.setdefault(cells["keypoint"], len(self._columns))
        place = len(self._frames) - 1, column
        if place in self._cells or column >= _MAX_KEYPOINTS:
            raise ValueError(f"{cells['keypoint'][:40]!r} is there twice in frame {frame}")
        status = status_of(cells["status"]) if "status" in cells else Status.MISSING.value
        numbers = [number(cells.get(name, "")) for name in ("x", "y", "confidence")]
        self._cells[place] = numbers, status

    def readings(self, *, has_time: bool, has_status: bool) -> Readings:
        """What was taken."""
        if len(self._frames) * len(self._columns) > 4 * len(self._cells) + _MAX_KEYPOINTS:
            raise TracksError(f"{self._path} has too many names of keypoints; expected one person")
        shape = len(self._frames), len(self._columns)
        found = np.full((*shape, 3), np.nan)
        status = np.full(shape, Status.MISSING.value, np.uint8)
        for place, (numbers, state) in self._cells.items():
            found[place], status[place] = numbers, state
        return Readings(
            frame_index=np.array(self._frames, np.int64),
            keypoints=tuple(self._columns),
            xy=found[:, :, :2],
            confidence=found[:, :, 2],
            time=np.array(self._times) if has_time else None,
            status=status if has_status else None,
        )
