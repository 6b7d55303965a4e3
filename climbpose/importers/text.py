"""Tables of text: read line by line, and not if they are larger than any video's."""

import csv
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from climbpose.errors import TracksError, UsageError
from climbpose.importers.base import MAX_TEXT_BYTES
from climbpose.poses import Status

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STATUS_OF_WORD = {status.word: status.value for status in Status}


def first_cells(start: bytes) -> list[str]:
    """The cells of the first line of a CSV file, none if it is no text."""
    line = start.removeprefix(_BYTE_ORDER_MARK).partition(b"\n")[0]
    try:
        return next(csv.reader([line.decode().rstrip("\r")]), [])
    except (UnicodeDecodeError, csv.Error):
        return []


@contextmanager
def opened_text(path: Path, description: str) -> Generator[TextIO]:
    """A text file, open for reading.

    Raises:
        UsageError: It cannot be read.
        TracksError: It is too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_TEXT_BYTES:
            raise TracksError(
                f"{path} takes {size >> 20} MB, expected {description} of at most "
                f"{MAX_TEXT_BYTES >> 20} MB; split the video"
            )
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield file
    except OSError as error:
        raise UsageError(f"tracks {path} cannot be read ({error.strerror or error})") from error


def numbered_rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file that are not empty, and their line numbers."""
    for line, row in enumerate(csv.reader(file), start=1):
        if row:
            yield line, row


def number(cell: str) -> float:
    """The number in a cell; NaN for an empty one.

    Raises:
        ValueError: It holds something else.
    """
    return float(cell) if cell.strip() else float("nan")


def whole(cell: str) -> int:
    """The whole number in a cell, which spreadsheet programs may write as ``3.0``.

    Raises:
        ValueError: It holds something else.
    """
    value = float(cell)
    if not (value.is_integer() and abs(value) < 1 << 53):
        raise ValueError(f"expected a whole number, found {cell[:20]!r}")
    return int(value)


def status_of(word: str) -> int:
    """The status of a word.

    Raises:
        ValueError: It is none of a status.
    """
    if word not in _STATUS_OF_WORD:
        known = ", ".join(_STATUS_OF_WORD)
        raise ValueError(f"no status is called {word[:20]!r}; expected one of {known}")
    return _STATUS_OF_WORD[word]
