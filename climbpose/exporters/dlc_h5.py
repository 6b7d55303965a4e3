"""Tracks as DeepLabCut's HDF5: the table that pandas writes, under ``df_with_missing``."""

import warnings
from pathlib import Path
from typing import ClassVar

from climbpose.exporters.base import register
from climbpose.exporters.dlc_table import LEVELS, columns, values
from climbpose.exporters.needs import check_installed
from climbpose.files import part_file
from climbpose.poses import Analysis, PoseTrack

KEY = "df_with_missing"


@register("dlc-h5")
class DeepLabCutH5:
    """Writes the table as HDF5; see `climbpose.exporters.dlc_table`.

    Raises:
        UsageError: pandas or PyTables is not installed.
    """

    suffix: ClassVar[str] = "_dlc.h5"

    def __init__(self) -> None:
        check_installed("exporter dlc-h5", "pandas", "tables")

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file."""
        with part_file(path) as part:
            part.write_bytes(_image(analysis.poses))


def _image(poses: PoseTrack) -> bytes:
    """The content of the file: made in memory, since HDF5 would lock a part that we have locked."""
    import pandas

    table = pandas.DataFrame(
        values(poses),
        index=pandas.Index(poses.frame_index),
        columns=pandas.MultiIndex.from_tuples(columns(poses), names=LEVELS),
    )
    with (
        pandas.HDFStore(
            "image", mode="w", driver="H5FD_CORE", driver_core_backing_store=0
        ) as store,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        store.put(KEY, table, format="table")
        store.flush()
        image: bytes = store._handle.get_file_image()
    return image
