"""Archives of arrays (``.npz``) and texts, read so that a damaged or hostile one can do no harm.

Nothing is unpickled; a member is read only if its header fits its size, and no more is unpacked
than is allowed, whatever the file says of itself.
"""

import ast
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal

import numpy as np

MAX_BYTES = 1 << 30
"""What the arrays of one file may take in memory: the poses of five million frames."""

MAX_TEXT_BYTES = 1 << 27
"""What one text in an archive may take: annotations of hours of video."""

DAMAGE = (
    ValueError,
    TypeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    # What the archive reader says of settings that a damaged byte invents.
    RuntimeError,
    NotImplementedError,
    OverflowError,
)
"""What is raised where a damaged archive is read."""

_ENDING = ".npy"

# NumPy writes these two only; others can pack gigabytes into a kilobyte.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_LENGTH_BYTES = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}
"""How an array begins, and how long the number is that says how long its header is."""

_MAX_HEADER = 4096


class Arrays(Mapping[str, np.ndarray]):
    """The arrays of an archive, each read when it is asked for.

    Args:
        archive: Open.
        limit: Bytes that all arrays that are asked for may take together.
    """

    def __init__(self, archive: zipfile.ZipFile, limit: int = MAX_BYTES) -> None:
        self._archive, self._left = archive, limit

    def __getitem__(self, name: str) -> np.ndarray:
        """An array.

        Raises:
            KeyError: There is none of this name.
            ValueError: It is no array of numbers or texts, or too large; `DAMAGE` has what else.
        """
        if name not in self:
            raise KeyError(name)
        with _opened_member(self._archive, name) as (member, header):
            self._left -= header.size
            if self._left < 0:
                raise ValueError(f"{name} makes it larger than it may be")
            content = bytearray(header.size)
            rest = memoryview(content)
            while rest:
                count = member.readinto(rest)
                if not count:
                    raise EOFError(f"{name} ends early")
                rest = rest[count:]
        array = np.frombuffer(content, header.kind, prod(header.shape))
        return array.reshape(header.shape, order=header.order)

    def shape_of(self, name: str) -> tuple[int, ...]:
        """The shape of an array, which is not unpacked; it raises as asking for the array does."""
        if name not in self:
            raise KeyError(name)
        with _opened_member(self._archive, name) as (_, header):
            return header.shape

    def __iter__(self) -> Iterator[str]:
        """The names of all arrays."""
        return (
            name.removesuffix(_ENDING)
            for name in self._archive.namelist()
            if name.endswith(_ENDING)
        )

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in list(iter(self))


@contextmanager
def opened(path: Path, limit: int = MAX_BYTES) -> Generator[Arrays]:
    """The arrays of a file.

    Args:
        path: The file.
        limit: Bytes that all arrays that are asked for may take together.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no such file; `DAMAGE` has what else is raised then, inside the block too.
    """
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        yield Arrays(archive, limit)


def mapped(path: Path, name: str) -> np.ndarray:
    """An array of a file, unpacked to a nameless temporary file that is gone with the array.

    Raises:
        OSError: The file cannot be read, or the temporary folder has no room for the array.
        KeyError: It has no such array.
        ValueError: It is damaged; `DAMAGE` has what else is raised then.
    """
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        if name not in Arrays(archive):
            raise KeyError(name)
        with _opened_member(archive, name) as (member, header):
            folder = tempfile.gettempdir()
            if header.size > (free := shutil.disk_usage(folder).free):
                raise OSError(
                    f"{name} takes {header.size >> 20} MB unpacked, {folder} has {free >> 20} MB "
                    "left; set TMPDIR to a folder with more room"
                )
            if not header.size:
                # Nothing cannot be mapped.
                return np.zeros(header.shape, header.kind, header.order)
            with tempfile.TemporaryFile() as unpacked:
                shutil.copyfileobj(member, unpacked)
                return np.memmap(unpacked, header.kind, "r", 0, header.shape, header.order)


def read_text(archive: zipfile.ZipFile, name: str) -> bytes:
    """A text in an archive.

    Raises:
        ValueError: It is larger than a text may be; `DAMAGE` has what else is raised.
    """
    size = archive.getinfo(name).file_size
    if size > MAX_TEXT_BYTES:
        raise ValueError(
            f"{name} takes {size >> 20} MB unpacked, expected at most {MAX_TEXT_BYTES >> 20} MB"
        )
    return archive.read(name)


@contextmanager
def _opened_member(
    archive: zipfile.ZipFile, name: str
) -> Generator[tuple[zipfile.ZipExtFile, "_Header"]]:
    """A member, read up to its numbers, and what its header says of these."""
    (info,) = [one for one in archive.infolist() if one.filename == name + _ENDING][-1:]
    if info.compress_type not in _METHODS:
        raise ValueError(f"{name} is packed in a way that NumPy does not use")
    with archive.open(info) as member:
        assert isinstance(member, zipfile.ZipExtFile)
        header = _Header.read(member, name)
        # The archive's reader gives no more bytes than the archive says.
        if header.start + header.size != info.file_size:
            raise ValueError(f"{name} is not as large as its header says")
        yield member, header


@dataclass(frozen=True, slots=True)
class _Header:
    """What an array's header says (numpy.lib.format, versions 1 and 2).

    Attributes:
        start: Bytes before the numbers.
        shape: Of the array.
        order: How it lies in memory.
        kind: Of numbers or texts.
    """

    start: int
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    kind: np.dtype

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return prod(self.shape) * self.kind.itemsize

    @classmethod
    def read(cls, member: zipfile.ZipExtFile, name: str) -> "_Header":
        """Reads a member's header.

        Raises:
            ValueError: It has none, or it is none of numbers or texts.
        """
        width = _LENGTH_BYTES.get(member.read(8))
        length = int.from_bytes(member.read(width or 0), "little")
        if width is None or length > _MAX_HEADER:
            raise ValueError(f"{name} is no array of NumPy's")
        try:
            content = ast.literal_eval(member.read(length).decode("latin-1").strip())
            shape, is_fortran = content["shape"], content["fortran_order"]
            kind = np.dtype(content["descr"]) if isinstance(content["descr"], str) else None
        except (ValueError, SyntaxError, TypeError, KeyError, RecursionError, MemoryError) as error:
            raise ValueError(f"{name} has a damaged header") from error
        if kind is None or kind.hasobject or kind.names is not None or kind.subdtype is not None:
            raise ValueError(f"{name} holds objects or records, not numbers")
        is_shape = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
        if not (is_shape and type(is_fortran) is bool):
            raise ValueError(f"{name} has a damaged header")
        return cls(8 + width + length, shape, "F" if is_fortran else "C", kind)
