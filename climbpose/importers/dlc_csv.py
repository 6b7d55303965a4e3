"""DeepLabCut's CSV of a video's predictions, as Lightning Pose writes it too.

Header rows ``scorer``, perhaps ``individuals``, ``bodyparts`` and ``coords``; the first column is
the frame. Coordinates count from the first pixel's centre: ours are half a pixel more.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.errors import TracksError
from climbpose.importers.base import MAX_FRAMES, Readings, damage_told, register
from climbpose.importers.dlc_columns import readings
from climbpose.importers.text import first_cells, number, numbered_rows, opened_text, whole

_LEVELS = ("scorer", "individuals", "bodyparts", "coords")
_REQUIRED = ("bodyparts", "coords")


@register("dlc-csv")
class DeepLabCutCsvImporter:
    """Reads predictions of one animal."""

    description: ClassVar[str] = "DeepLabCut CSV"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the first row is the scorers'."""
        return first_cells(start)[:1] == ["scorer"]

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        levels: dict[str, list[str]] = {}
        frames: list[int] = []
        values: list[list[float]] = []
        with damage_told(path, self.description), opened_text(path, self.description) as file:
            for line, row in numbered_rows(file):
                if row[0] in _LEVELS and not frames:
                    levels[row[0]] = row[1:]
                    continue
                try:
                    frames.append(whole(row[0]))
                    values.append([number(cell) for cell in row[1:]])
                except ValueError as error:
                    raise TracksError(
                        f"{path}, line {line}: expected a frame and numbers ({error})"
                    ) from error
                if len(frames) > MAX_FRAMES:
                    raise TracksError(f"{path}: expected at most {MAX_FRAMES} frames, found more")
            names = [levels[name] for name in _LEVELS if name in levels or name in _REQUIRED]
            columns = list(zip(*names, strict=True))
            table = np.array(values, np.float64).reshape(len(frames), len(columns))
        return readings(path, columns, np.array(frames, np.int64), table)
