"""DeepLabCut's HDF5 of a video's predictions: the table of pandas under ``df_with_missing``.

pandas has two ways to keep a table, "table", which DeepLabCut takes, and "fixed", which movement
takes. In the first the headers of the columns are a pickle, which could run code if it were
unpickled: here it is read as the list of texts that it must be, and refused if it is anything else.
"""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from climbpose.exporters.dlc_h5 import KEY
from climbpose.importers.base import Readings, register
from climbpose.importers.dlc_columns import readings
from climbpose.importers.hdf5 import array, has, holds, is_hdf5, member, opened, texts
from climbpose.importers.plain_pickles import plain_value

_TABLE, _INDEX, _VALUES = "table", "index", "values_block_0"
_FIXED_INDEX, _FIXED_VALUES = "axis1", "block0_values"
_FIXED_LEVEL, _FIXED_CODES = "block0_items_level{}", "block0_items_label{}"
_MAX_PICKLE = 1 << 20
_MIN_LEVELS, _MAX_LEVELS = 3, 4

_Headers = list[tuple[str, ...]]


@register("dlc-h5")
class DeepLabCutH5Importer:
    """Reads predictions of one animal."""

    description: ClassVar[str] = "DeepLabCut HDF5"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the file has the table."""
        return is_hdf5(start) and has(path, KEY)

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        with opened(path, self.description) as file:
            is_fixed = holds(member(file, KEY), _FIXED_VALUES)
            columns, frames, values = _fixed(file) if is_fixed else _table(file)
            if frames.dtype.kind not in "iu" or frames.ndim != 1:
                raise ValueError("the index is not of frames; expected a video's predictions")
            if values.dtype.kind != "f" or values.shape != (len(frames), len(columns)):
                raise ValueError(f"the table is not of {len(columns)} columns of numbers")
        return readings(path, columns, frames.astype(np.int64), values.astype(np.float64))


def _table(file: Any) -> tuple[_Headers, np.ndarray, np.ndarray]:
    """Headers, index and values of a table in the first way."""
    columns = _unpickled(member(file, KEY).attrs.get("non_index_axes"))
    table = array(file, KEY, _TABLE, kinds="V")
    if not {_INDEX, _VALUES} <= set(table.dtype.names or ()):
        raise ValueError("the table has no index and one block of values")
    return columns, table[_INDEX], table[_VALUES]


def _fixed(file: Any) -> tuple[_Headers, np.ndarray, np.ndarray]:
    """Headers, index and values of a table in the second way: each name once, then by numbers."""
    names, count = [], 0
    while count < _MAX_LEVELS and holds(member(file, KEY), _FIXED_LEVEL.format(count)):
        level = np.array(texts(file, KEY, _FIXED_LEVEL.format(count)), object)
        codes = array(file, KEY, _FIXED_CODES.format(count), kinds="iu")
        if codes.ndim != 1 or not ((codes >= 0) & (codes < len(level))).all():
            raise ValueError("the headers of the columns are not whole")
        names.append(level[codes].tolist())
        count += 1
    columns = list(zip(*names, strict=True))
    if count < _MIN_LEVELS:
        raise ValueError("the headers are not those of DeepLabCut")
    index = array(file, KEY, _FIXED_INDEX, kinds="iu")
    return columns, index, array(file, KEY, _FIXED_VALUES, kinds="f")


def _unpickled(pickled: Any) -> _Headers:
    """The headers of the columns.

    Raises:
        ValueError: They are something else.
    """
    if not isinstance(pickled, bytes) or len(pickled) > _MAX_PICKLE:
        raise ValueError("the headers of the columns are absent")
    match plain_value(bytes(pickled)):
        case [(1, [*columns])]:
            pass
        case _:
            raise ValueError("the headers of the columns are something else")
    headers = [column for column in columns if isinstance(column, tuple)]
    are_texts = all(isinstance(text, str) for header in headers for text in header)
    lengths = {len(header) for header in headers}
    if len(headers) != len(columns) or not are_texts or len(lengths) != 1:
        raise ValueError("the headers of the columns are no texts")
    if not _MIN_LEVELS <= min(lengths) <= _MAX_LEVELS:
        raise ValueError("the headers are not those of DeepLabCut")
    return headers
