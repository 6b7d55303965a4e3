"""Tracks as Parquet: the columns of the tracks CSV, typed, for pandas, Polars, DuckDB and Spark.

``frame`` is an integer, ``time_s`` a double; of each keypoint ``_x``, ``_y`` and ``_conf`` are
floats, null where it is missing, and ``_status`` is text.
"""

from pathlib import Path
from typing import ClassVar

import numpy as np

from climbpose.exporters.base import register
from climbpose.exporters.needs import check_installed
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack, Status


@register("parquet")
class Parquet:
    """Writes one row for each frame.

    Raises:
        UsageError: PyArrow is not installed.
    """

    suffix: ClassVar[str] = "_tracks.parquet"

    def __init__(self) -> None:
        check_installed("exporter parquet", "pyarrow")

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        from pyarrow import parquet

        # An open file, so that its name is never taken for an address.
        with part_file(path) as part, part.open("wb") as file:
            parquet.write_table(_table(analysis.poses), file)


def _table(poses: PoseTrack) -> "pyarrow.Table":  # type: ignore[name-defined]
    import pyarrow

    words = np.array([status.word for status in Status])
    columns = {"frame": pyarrow.array(poses.frame_index), "time_s": pyarrow.array(poses.time)}
    for row, name in enumerate(poses.skeleton.keypoints):
        is_missing = np.isnan(poses.xy[:, row]).any(axis=1)
        numbers = (*poses.xy[:, row].T, poses.confidence[:, row])
        for field, values in zip(("x", "y", "conf"), numbers, strict=True):
            columns[f"{name}_{field}"] = pyarrow.array(values, mask=is_missing)
        status = pyarrow.array(words[poses.status[:, row]])
        columns[f"{name}_status"] = status.dictionary_encode()
    return pyarrow.table(columns)
