"""Tracks as DeepLabCut's CSV, which movement, SimBA, Anipose and many others read."""

import csv
from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.exporters.base import register
from climbpose.exporters.dlc_table import LEVELS, columns, values
from climbpose.files import part_file
from climbpose.poses import Analysis


@register("dlc-csv")
class DeepLabCutCsv:
    """Writes the table as text; see `climbpose.exporters.dlc_table`."""

    suffix: ClassVar[str] = "_dlc.csv"

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        poses = analysis.poses
        with part_file(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            for name, cells in zip(LEVELS, zip(*columns(poses), strict=True), strict=True):
                writer.writerow([name, *cells])
            for frame, row in zip(poses.frame_index, values(poses), strict=True):
                writer.writerow([frame, *("" if np.isnan(x) else f"{x:.3f}" for x in row)])
