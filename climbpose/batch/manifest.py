"""A file that says of each video of a season what it was and what was made of it."""

import csv
import io
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from climbpose import __version__, report
from climbpose.batch.places import Place
from climbpose.batch.places import place as place_of
from climbpose.batch.resume import OF_RESULT
from climbpose.batch.rows import COLUMNS, MadeFile, Row, RowError
from climbpose.batch.task import SKIPPED, Outcome
from climbpose.errors import ClimbposeError, UsageError
from climbpose.files import claimed, part_file
from climbpose.fingerprints import Fingerprint

_CSV, _JSONL = ".csv", ".jsonl"
_LOCK = ".lock"
_FIRST = '{"source": '
"""What a line of ours begins with; a crash may leave so much of the first one."""


def read(path: Path) -> list[Row]:
    """The rows of a manifest: the last one of each video, in the order of the first ones.

    What a crash has left of a last line is left out.

    Raises:
        ClimbposeError: It cannot be read, or a line of it is none of a manifest.
    """
    _check_name(path)
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ClimbposeError(f"{path} cannot be read ({error.strerror}); check the name") from error
    # Some spreadsheets begin a file so, and end lines in their own way.
    whole, is_whole, rest = text.removeprefix("\ufeff").rpartition("\n")
    is_csv = path.suffix.lower() == _CSV
    if rest and not is_whole and (is_csv or not rest.startswith(_FIRST[: len(rest)])):
        raise _wrong(path, 1, RowError("it is not whole"))
    lines = [line.removesuffix("\r") for line in whole.split("\n")] if is_whole else []
    rows = _cells(path, lines) if is_csv else _objects(path, lines)
    return list({row.source: row for row in rows}.values())


def _objects(path: Path, lines: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        try:
            yield Row.from_json(line)
        except RowError as error:
            raise _wrong(path, number, error) from error


def _cells(path: Path, lines: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        try:
            (cells,) = csv.reader([line], strict=True) if line else [[]]
            if number == 1 and tuple(cells) != COLUMNS:
                raise RowError(f"expected the columns {','.join(COLUMNS)}")
            if number > 1 and cells:
                yield Row.from_cells(cells)
        except (csv.Error, RowError) as error:
            raise _wrong(path, number, error) from error


def _wrong(path: Path, number: int, error: Exception) -> ClimbposeError:
    return ClimbposeError(
        f"{path} is no manifest of climbpose: line {number}: {error}; choose another file"
    )


def _check_name(path: Path) -> None:
    if path.suffix.lower() not in (_CSV, _JSONL):
        raise UsageError(f"--manifest {path}: expected a file that ends in {_CSV} or {_JSONL}")


@dataclass
class Manifest:
    """A manifest that is being written: each row goes to the file as soon as it is known.

    Attributes:
        path: The file.
        rows: By source; what an earlier run has written stays until a row takes its place.
        problem: Why the file could not be written just now.
    """

    path: Path
    rows: dict[str, Row] = field(default_factory=dict)
    problem: str | None = None

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Generator["Manifest"]:
        """Around a batch: nobody else writes the file meanwhile, and it ends with a row for each.

        Raises:
            ClimbposeError: It cannot be written, is no manifest, or another run writes it.
        """
        _check_name(path)
        if not path.absolute().parent.is_dir():
            raise UsageError(f"folder {path.parent} does not exist; make it first")
        # The file itself is written more than once within the claim.
        with claimed(path.with_name(f"{path.name}{_LOCK}")):
            rows = read(path) if os.path.lexists(path) else []
            manifest = cls(path, {row.source: row for row in rows})
            # What a crash has left half is gone from here on, and what cannot be written is told.
            manifest.write()
            try:
                yield manifest
            finally:
                manifest.write()

    def note(self, outcome: Outcome) -> None:
        """Adds what became of a video, or puts it in the place of what was."""
        row = self._row(outcome)
        before = self.rows.get(row.source)
        if before is not None and row.status == SKIPPED:
            return
        # The last one counts, in the order in which videos were settled.
        self.rows.pop(row.source, None)
        self.rows[row.source] = row
        try:
            if self.problem:
                self.write()
            else:
                self._append(row)
            self.problem = None
        except (OSError, ClimbposeError) as error:
            # A full disk may be mended meanwhile; then all rows are written with the next one.
            self.problem = str(error)

    def _append(self, row: Row) -> None:
        # One piece, so that a crash leaves whole lines.
        with self.path.open("ab") as file:
            file.write(_encoded(self._lines([row])))
            file.flush()
            os.fsync(file.fileno())

    def write(self) -> None:
        """Writes the whole file anew.

        Raises:
            ClimbposeError: It cannot be written.
        """
        with part_file(self.path) as part:
            lines = "" if self.path.suffix.lower() == _JSONL else _line(COLUMNS)
            part.write_bytes(_encoded(lines + self._lines(self.rows.values())))

    def _lines(self, rows: Iterable[Row]) -> str:
        if self.path.suffix.lower() == _JSONL:
            return "".join(f"{row.to_json()}\n" for row in rows)
        return "".join(_line(row.to_cells()) for row in rows)

    def _row(self, outcome: Outcome) -> Row:
        task, content = outcome.task, outcome.report
        if content is None and isinstance(task.folder, Path) and outcome.status == SKIPPED:
            content = report.read(task.job.report)
        if content is not None:
            # One that somebody has edited may hold anything.
            with suppress(TypeError, ValueError, KeyError, AttributeError):
                return self._row_of(outcome, content)
        taken = _fingerprint(task.video)
        return Row(
            self.told(task.video),
            outcome.status,
            outcome.error,
            None if taken is None else taken.bytes,
            None if taken is None else taken.sha256,
            climbpose=__version__,
            options=_options(task.arguments),
        )

    def _row_of(self, outcome: Outcome, content: Mapping[str, Any]) -> Row:
        task, source = outcome.task, Fingerprint.parse(content.get("source"))
        seconds = content["timings_s"].get("total")
        return Row(
            self.told(task.video),
            str(content["status"]),
            outcome.error,
            None if source is None else source.bytes,
            None if source is None else source.sha256,
            [self._made(task.output(name), entry) for name, entry in _files(content).items()],
            str(content["climbpose"]),
            {str(model["name"]): str(model["sha256"]) for model in content["models"]},
            _options(content.get("arguments")),
            str(content["started_at"]),
            None if seconds is None else float(seconds),
        )

    def _made(self, place: Place, fingerprint: Fingerprint | None) -> MadeFile:
        if fingerprint is None:
            return MadeFile(self.told(place), None, None)
        return MadeFile(self.told(place), fingerprint.bytes, fingerprint.sha256)

    def told(self, place: Place) -> str:
        """Where a file is, so that a folder can be moved with its manifest."""
        if not isinstance(place, Path):
            return str(place)
        # A link counts as itself.
        folder, path = self.path.parent.resolve(), place.parent.resolve() / place.name
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def placed(manifest: Path, told: str) -> Place:
    """Where a file of a manifest's row is."""
    place = place_of(told)
    return manifest.parent / place if isinstance(place, Path) else place


def _options(arguments: object) -> dict[str, Any]:
    if not isinstance(arguments, Mapping):
        return {}
    plain = {name: arguments[name] for name in OF_RESULT if name in arguments}
    return {name: str(value) if isinstance(value, Path) else value for name, value in plain.items()}


def _files(content: Mapping[str, Any]) -> dict[str, Fingerprint | None]:
    files = content.get("files")
    if isinstance(files, Mapping):
        return {str(name): Fingerprint.parse(value) for name, value in files.items()}
    return dict.fromkeys(map(str, content.get("outputs", ())))


def _fingerprint(place: Place) -> Fingerprint | None:
    try:
        return Fingerprint.take(place) if isinstance(place, Path) else None
    except ClimbposeError:
        return None


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _encoded(text: str) -> bytes:
    # Names of files may be no Unicode; they come back as they are.
    return text.encode("utf-8", "surrogateescape")
