"""HDF5 files, read so that a damaged or hostile one can do no harm.

Nothing is unpickled, no link out of the file is followed, no array is read that lies in another
file or is larger than the poses of any video.
"""

from collections.abc import Generator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from climbpose.exporters.needs import check_installed
from climbpose.importers.base import damage_told

MAX_BYTES = 1 << 29
"""What one array may take."""

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MAX_NAMES = 1000


def is_hdf5(start: bytes) -> bool:
    """Whether a file that begins so is of HDF5."""
    return start.startswith(_SIGNATURE)


def has(path: Path, name: str) -> bool:
    """Whether an HDF5 file has a group or an array of a name at its top.

    Raises:
        UsageError: h5py is not installed.
        TracksError: The file is damaged.
    """
    with opened(path, "HDF5") as file:
        return holds(file, name)


@contextmanager
def opened(path: Path, description: str) -> Generator[Any]:
    """A file, open for reading.

    Raises:
        UsageError: h5py is not installed.
        TracksError: It is damaged.
    """
    check_installed(f"reading {path.name}", "h5py")
    import h5py

    # Whoever writes the file meanwhile holds a lock that says nothing of its being whole.
    with damage_told(path, description), h5py.File(path, "r", locking=False) as file:
        yield file


def holds(place: Any, name: str) -> bool:
    """Whether a file or a group has a part of a name that is no link to elsewhere."""
    import h5py

    # Asking with "in" would follow the link, and open another file.
    return isinstance(place.get(name, getlink=True), h5py.HardLink)


def member(file: Any, *names: str) -> Any:
    """A group or an array, by its path in the file.

    Raises:
        ValueError: There is none, or a link to elsewhere.
    """
    place = file
    for name in names:
        if not holds(place, name):
            raise ValueError(f"there is no {'/'.join(names)}, or it is a link to elsewhere")
        place = place[name]
    return place


def array(file: Any, *names: str, kinds: str) -> np.ndarray:
    """An array of numbers, or a table of them.

    Args:
        file: Open.
        names: Its path in the file.
        kinds: Letters of NumPy's kinds that it may be of.

    Raises:
        ValueError: There is none, or it is something else, lies in another file, or is too large.
    """
    import h5py

    dataset = member(file, *names)
    shown = "/".join(names)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in kinds:
        raise ValueError(f"{shown} holds no numbers")
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{shown} lies in another file")
    if dataset.dtype.hasobject:
        raise ValueError(f"{shown} holds objects, not numbers")
    if dataset.shape is None or prod(dataset.shape) * dataset.dtype.itemsize > MAX_BYTES:
        raise ValueError(f"{shown} is larger than any video's poses")
    content: np.ndarray = dataset[()]
    return content


def texts(file: Any, *names: str) -> list[str]:
    """A list of names.

    Raises:
        ValueError: There is none, or it is something else, or too long.
    """
    import h5py

    dataset, name = member(file, *names), "/".join(names)
    if not isinstance(dataset, h5py.Dataset) or dataset.is_virtual or dataset.external:
        raise ValueError(f"{name} is no list of texts")
    if h5py.check_string_dtype(dataset.dtype) is None or dataset.ndim != 1:
        raise ValueError(f"{name} is no list of texts")
    if len(dataset) > _MAX_NAMES or dataset.dtype.itemsize > _MAX_NAMES:
        raise ValueError(f"{name} is longer than any list of names")
    return [bytes(text).decode() for text in dataset[()]]
