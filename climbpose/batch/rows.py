"""A row of a manifest: one video, what it was, what was made of it, and how."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from climbpose.errors import ClimbposeError

COLUMNS = (
    *("source", "status", "error", "bytes", "sha256", "outputs"),
    *("climbpose", "models", "options", "started_at", "seconds"),
)

_FORMULA = ("=", "+", "-", "@", "\t")
"""What a cell begins with that a spreadsheet may take for a formula."""

_MARK = "'"
_JSON_CELLS = ("outputs", "models", "options")
_NUMBER_CELLS = ("bytes", "seconds")


class RowError(ClimbposeError):
    """A row that no manifest can have; its text goes behind the name of the file and the line."""


@dataclass(frozen=True)
class MadeFile:
    """An output.

    Attributes:
        path: Where it is.
        bytes: Its size, None where an older version has not noted it.
        sha256: Of its content, or None likewise.
    """

    path: str
    bytes: int | None
    sha256: str | None


@dataclass(frozen=True)
class Row:
    """One video.

    Attributes:
        source: Where it is: an address, an absolute path, or one below the manifest's folder.
        status: ``done``, ``nobody``, ``failed`` or ``skipped``.
        error: What went wrong, in one line.
        bytes: Size of the source.
        sha256: Of the source's content.
        outputs: What was made.
        climbpose: Version.
        models: The sha256 of each model file that was used, by name.
        options: The arguments that the outputs depend on.
        started_at: UTC, ISO 8601.
        seconds: How long the run took.
    """

    source: str
    status: str
    error: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    outputs: Sequence[MadeFile] = ()
    climbpose: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    started_at: str | None = None
    seconds: float | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        # Names of files may be no Unicode; escaped they can be written and read back.
        return json.dumps(asdict(self), allow_nan=False)

    def to_cells(self) -> list[str]:
        """The cells of a table, none of which a spreadsheet takes for a formula."""
        return [_cell(value) for value in asdict(self).values()]

    @classmethod
    def from_json(cls, line: str) -> "Row":
        """From a line of JSON.

        Raises:
            RowError: It is no row.
        """
        try:
            content = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RowError("expected a JSON object, found something else") from error
        return cls._parse(content)

    @classmethod
    def from_cells(cls, cells: Sequence[str]) -> "Row":
        """From the cells of a table.

        Raises:
            RowError: They are no row.
        """
        if len(cells) != len(COLUMNS):
            raise RowError(f"expected {len(COLUMNS)} cells, found {len(cells)}")
        content: dict[str, Any] = {}
        for name, cell in zip(COLUMNS, cells, strict=True):
            try:
                text = _plain(cell)
                is_json = name in (*_JSON_CELLS, *_NUMBER_CELLS)
                content[name] = json.loads(text) if is_json and text else text or None
            except (ValueError, RecursionError) as error:
                raise RowError(f"{name}: expected JSON, found {cell[:40]!r}") from error
        return cls._parse(content)

    @classmethod
    def _parse(cls, content: object) -> "Row":
        if not isinstance(content, dict):
            raise RowError("expected a JSON object, found something else")
        outputs = _typed(content, "outputs", list) or []
        texts = ("error", "sha256", "climbpose", "started_at")
        return cls(
            source=_text(content, "source"),
            status=_text(content, "status"),
            **{name: _typed(content, name, str) for name in texts},
            bytes=_typed(content, "bytes", int),
            seconds=_number(content, "seconds"),
            outputs=tuple(_made(entry) for entry in outputs),
            models={
                str(name): str(value)
                for name, value in (_typed(content, "models", dict) or {}).items()
            },
            options=_typed(content, "options", dict) or {},
        )


def _made(content: object) -> MadeFile:
    if not isinstance(content, dict):
        raise RowError("outputs: expected objects with path, bytes and sha256")
    path = _text(content, "path")
    return MadeFile(path, _typed(content, "bytes", int), _typed(content, "sha256", str))


def _text(content: Mapping[str, Any], name: str) -> str:
    text = _typed(content, name, str)
    if not text:
        raise RowError(f"{name} is missing")
    return str(text)


def _typed(content: Mapping[str, Any], name: str, kind: type) -> Any:
    value = content.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise RowError(f"{name}: expected {kind.__name__}, found {type(value).__name__}")
    return value


def _number(content: Mapping[str, Any], name: str) -> float | None:
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RowError(f"{name}: expected a number, found {type(value).__name__}")
    return float(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    # A row is one line, whatever a file's name holds.
    if "\n" in text or "\r" in text:
        return f"{_MARK}{json.dumps(text)}"
    # A name that begins with the mark gets another one, so that all can be read back.
    return f"{_MARK}{text}" if text.startswith((*_FORMULA, _MARK)) else text


def _plain(cell: str) -> str:
    if cell.startswith(f'{_MARK}"'):
        return str(json.loads(cell[1:]))
    is_marked = cell.startswith(_MARK) and cell[1:].startswith((*_FORMULA, _MARK))
    return cell[1:] if is_marked else cell
