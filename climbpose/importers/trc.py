"""OpenSim's TRC with markers in pixels, of Sports2D or climbpose.

The rows are at times of their own. y may run up from the picture's top, so that it is negative, as
climbpose writes it, or down, as Sports2D does; z is passed over. A marker whose cells are empty or
NaN is missing.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from climbpose.errors import TracksError
from climbpose.exporters.trc import UNITS
from climbpose.importers.base import MAX_FRAMES, Readings, damage_told, register
from climbpose.importers.text import number, opened_text

_FIRST = b"PathFileType"
_NAMES_LINE, _FIRST_ROW = 3, 5
_MIN_PIXELS = 50.0
"""A climber who moves less than this from left to right and up and down is in metres."""


@register("trc")
class TrcImporter:
    """Reads markers that have the names of Pose2Sim's or ours."""

    description: ClassVar[str] = "TRC in pixels"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the first line is a TRC's."""
        return start.startswith(_FIRST)

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        with damage_told(path, self.description), opened_text(path, self.description) as file:
            lines = [next(file).rstrip("\r\n").split("\t") for _ in range(_FIRST_ROW)]
            header = dict(zip(lines[1], lines[2], strict=False))
            names = [name for name in lines[_NAMES_LINE][2:] if name.strip()]
            if len(names) > len(set(names)) or not names:
                raise ValueError("the markers have no names or the same")
            rows = []
            for line, text in enumerate(file, start=_FIRST_ROW + 1):
                cells = text.rstrip("\r\n").split("\t")
                if any(cell.strip() for cell in cells):
                    rows.append(_numbers(cells, len(names), path, line))
                if len(rows) > MAX_FRAMES:
                    raise TracksError(f"{path}: expected at most {MAX_FRAMES} rows, found more")
            table = np.array(rows, np.float64).reshape(len(rows), 1 + 3 * len(names))
        xy = _in_pixels(table[:, 1:].reshape(len(rows), len(names), 3)[:, :, :2], header, path)
        return Readings(
            frame_index=None,
            keypoints=tuple(names),
            xy=xy,
            confidence=np.where(np.isnan(xy).any(axis=2), 0.0, 1.0),
            time=table[:, 0],
        )


def _numbers(cells: list[str], markers: int, path: Path, line: int) -> list[float]:
    """The time and the coordinates in a row; cells that are absent at its end are missing."""
    wanted = 1 + 3 * markers
    try:
        numbers = [number(cell) for cell in cells[1 : 1 + wanted]]
    except ValueError as error:
        raise TracksError(f"{path}, line {line}: expected numbers ({error})") from error
    return numbers + [float("nan")] * (wanted - len(numbers))


def _in_pixels(
    xy: Float64[np.ndarray, "rows markers 2"], header: dict[str, str], path: Path
) -> Float64[np.ndarray, "rows markers 2"]:
    """The coordinates with y down.

    Raises:
        TracksError: They are metres.
    """
    known = xy[np.isfinite(xy).all(axis=2)]
    if not len(known):
        return xy
    units = header.get("Units", "")
    if units != UNITS and np.ptp(known, axis=0).max() < _MIN_PIXELS:
        raise TracksError(
            f"{path} is in {units[:20] or 'an unknown unit'}; expected pixels of the video's "
            "picture, such as Sports2D's ..._px_person00.trc"
        )
    return xy * (1, -1) if np.median(known[:, 1]) < 0 else xy
