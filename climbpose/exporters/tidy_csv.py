"""Tracks as a tidy CSV: one row for each frame and keypoint, as R, Tableau and seaborn like it.

Columns: ``frame``, ``time_s``, ``keypoint``, ``x``, ``y``, ``confidence`` and ``status``, with the
meaning and the decimals of the tracks CSV. Where a keypoint is missing, the numbers are empty.
"""

import csv
from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.exporters.base import register
from climbpose.files import part_file
from climbpose.poses import Analysis, Status

COLUMNS = ("frame", "time_s", "keypoint", "x", "y", "confidence", "status")


@register("tidy-csv")
class TidyCsv:
    """Writes one row for each frame and keypoint."""

    suffix: ClassVar[str] = "_tidy.csv"

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        with part_file(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for pose in analysis.poses:
                start = (pose.frame_index, f"{pose.time:.6f}")
                for row, name in enumerate(analysis.poses.skeleton.keypoints):
                    x, y = pose.xy[row]
                    numbers = (f"{x:.2f}", f"{y:.2f}", f"{pose.confidence[row]:.3f}")
                    cells = ("", "", "") if np.isnan(x) else numbers
                    writer.writerow((*start, name, *cells, Status(pose.status[row]).word))
