"""Parquet with the columns of the tracks CSV; a keypoint that is absent is missing."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from climbpose.errors import TracksError
from climbpose.exporters.needs import check_installed
from climbpose.importers.base import MAX_FRAMES, Readings, damage_told, register
from climbpose.importers.text import status_of

_MAGIC = b"PAR1"
_MAX_BYTES = 1 << 29
_MAX_COLUMNS = 1000


@register("parquet")
class ParquetImporter:
    """Reads what `climbpose.exporters.parquet` writes."""

    description: ClassVar[str] = "Parquet"

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether the file is Parquet."""
        return start.startswith(_MAGIC)

    def read(self, path: Path) -> Readings:
        """Reads the file."""
        check_installed(f"reading {path.name}", "pyarrow")
        with damage_told(path, self.description), path.open("rb") as file:
            table = _table(file, path)
            names = [name.removesuffix("_x") for name in table if name.endswith("_x")]
            frames = _numbers(table, "frame")
            xy = np.stack([_numbers(table, f"{n}_{axis}") for n in names for axis in "xy"], axis=1)
            confidence = np.stack([_numbers(table, f"{n}_conf") for n in names], axis=1)
            status = None
            if all(f"{name}_status" in table for name in names):
                status = np.stack([_words(table, f"{name}_status") for name in names], axis=1)
            if not (np.isfinite(frames).all() and (frames == frames.round()).all()):
                raise ValueError("frames are no whole numbers")
        return Readings(
            frame_index=frames.astype(np.int64),
            keypoints=tuple(names),
            xy=xy.reshape(len(frames), len(names), 2),
            confidence=confidence,
            time=_numbers(table, "time_s") if "time_s" in table else None,
            status=status,
        )


def _table(file: Any, path: Path) -> dict[str, Any]:
    """The columns that may be ours, by name."""
    from pyarrow import parquet

    source = parquet.ParquetFile(file)
    told = source.metadata
    size = sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups))
    if told.num_rows > MAX_FRAMES or told.num_columns > _MAX_COLUMNS or size > _MAX_BYTES:
        raise TracksError(
            f"{path} has {told.num_rows} rows of {told.num_columns} columns; expected one video's "
            "tracks"
        )
    endings = ("_x", "_y", "_conf", "_status")
    names = [
        name
        for name in dict.fromkeys(source.schema_arrow.names)
        if name in ("frame", "time_s") or name.endswith(endings)
    ]
    table = source.read(columns=names, use_threads=False)
    return {name: table.column(name) for name in names}


def _numbers(table: dict[str, Any], name: str) -> np.ndarray:
    """A column of numbers; NaN where null."""
    import pyarrow

    column = table[name]
    if not (pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type)):
        raise ValueError(f"{name} holds no numbers")
    return np.asarray(column.cast(pyarrow.float64(), safe=False).to_numpy(), np.float64)


def _words(table: dict[str, Any], name: str) -> np.ndarray:
    """A column of words, as statuses."""
    import pyarrow

    column = table[name]
    kind = column.type.value_type if pyarrow.types.is_dictionary(column.type) else column.type
    is_text = pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)
    if not is_text or column.null_count:
        raise ValueError(f"{name} does not hold a word in each row")
    encoded = column.cast(pyarrow.string()).combine_chunks().dictionary_encode()
    known = np.array([status_of(word) for word in encoded.dictionary.to_pylist()], np.uint8)
    statuses: np.ndarray = known[np.asarray(encoded.indices)]
    return statuses
