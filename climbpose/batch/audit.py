"""Checks a manifest against the files that it names, and makes them once more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from climbpose.batch.manifest import placed
from climbpose.batch.places import Place, Transfer
from climbpose.batch.planning import Manners, Plan, plan_of
from climbpose.batch.rows import MadeFile, Row
from climbpose.batch.stores import Remote
from climbpose.batch.task import FAILED, Outcome, Task
from climbpose.errors import ClimbposeError, UsageError
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.fingerprints import Fingerprint
from climbpose.jobs import AnnotateOptions, Job

OK, MISSING, CHANGED, UNKNOWN = "ok", "missing", "changed", "unknown"


@dataclass(frozen=True)
class Finding:
    """What a manifest's file is like now.

    Attributes:
        path: As people call it.
        state: ``ok``, ``missing``, ``changed``, or ``unknown`` where no hash was noted.
        reason: What was expected and what is there, in one line.
    """

    path: str
    state: str
    reason: str = ""


def verify(manifest: Path, row: Row) -> list[Finding]:
    """Reads a video and its outputs once more, and compares them with a row.

    Raises:
        ClimbposeError: A store does not answer.
    """
    noted = [MadeFile(row.source, row.bytes, row.sha256), *row.outputs]
    return [_look(placed(manifest, file.path), file) for file in noted]


def _look(place: Place, noted: MadeFile) -> Finding:
    path = str(place)
    if noted.sha256 is None:
        return Finding(path, UNKNOWN, "its hash was not noted")
    if not place.exists():
        return Finding(path, MISSING, "it is not there")
    if isinstance(place, Remote):
        size, sha256 = place.size(), place.sha256()
    else:
        try:
            now = Fingerprint.take(place)
        except ClimbposeError as error:
            return Finding(path, MISSING, str(error))
        size, sha256 = now.bytes, now.sha256
    if size is not None and size != noted.bytes:
        return Finding(path, CHANGED, f"{noted.bytes} bytes were noted, {size} are there")
    if sha256 != noted.sha256:
        return Finding(path, CHANGED, "it has other content of the same length")
    return Finding(path, OK)


@dataclass(frozen=True)
class Repetition:
    """What is to be made once more.

    Attributes:
        plan: The videos.
        noted: The tracks that a row notes, by source; None where it notes none.
    """

    plan: Plan
    noted: Mapping[str, MadeFile | None]


def repeat(
    manifest: Path,
    rows: Sequence[Row],
    output: Path,
    options_of: Callable[[Mapping[str, Any]], AnnotateOptions],
    manners: Manners,
) -> Repetition:
    """Plans to annotate the videos of a manifest once more, with the same options.

    A video that is not the same any more is one that has failed. The tree of the sources below the
    manifest's folder is kept.

    Args:
        manifest: The file.
        rows: Its rows.
        output: Folder of the new outputs.
        options_of: Makes options of a row's, and makes sure that they go together.
        manners: What is done where some outputs are there.

    Raises:
        UsageError: The manifest names no video that was annotated.
        OutputExistsError: An output exists and may not be replaced.
        ClimbposeError: There is but one video, which cannot be annotated.
    """
    made = [row for row in rows if row.outputs]
    if not made:
        raise UsageError(f"{manifest} names no video that was annotated; nothing can be repeated")
    tasks: list[tuple[Task, ClimbposeError | None]] = []
    noted: dict[str, MadeFile | None] = {}
    for row in made:
        task, problem = _task(manifest, row, output, options_of)
        noted[task.source] = next(
            (file for file in row.outputs if file.path.endswith(TracksCsv.suffix)), None
        )
        tasks.append((task, problem))
    return Repetition(plan_of(tasks, manners), noted)


def _task(
    manifest: Path,
    row: Row,
    output: Path,
    options_of: Callable[[Mapping[str, Any]], AnnotateOptions],
) -> tuple[Task, ClimbposeError | None]:
    video = placed(manifest, row.source)
    below = PurePosixPath(row.source).parent
    # A manifest of somebody else's must not lead out of the folder.
    is_safe = not (isinstance(video, Remote) or below.is_absolute() or ".." in below.parts)
    transfer = Transfer(video, output / below if is_safe else output)
    is_remote = isinstance(video, Remote)
    try:
        options = options_of(row.options)
        job = transfer.planned()
        found = _look(video, MadeFile(row.source, row.bytes, row.sha256))
        problem = None
        if found.state != OK:
            problem = ClimbposeError(
                f"{video} is not the video that {manifest} notes: {found.reason}"
            )
    except ClimbposeError as error:
        options, problem = AnnotateOptions(), error
        job = Job(Path(str(video)), Path(), Path())
    task = Task(job, options, row.options, transfer=transfer if is_remote else None)
    return task, problem


def compare(outcome: Outcome, noted: MadeFile | None) -> Finding:
    """Whether the tracks came out as they were noted."""
    source = outcome.task.source
    if outcome.status == FAILED or outcome.report is None:
        return Finding(source, UNKNOWN, outcome.error or "it was not annotated")
    name = f"{outcome.task.job.stem.name}{TracksCsv.suffix}"
    made = Fingerprint.parse(dict(outcome.report.get("files") or {}).get(name))
    if noted is None or noted.sha256 is None or made is None:
        return Finding(source, UNKNOWN, "no tracks were noted")
    if made.sha256 == noted.sha256:
        return Finding(source, OK)
    return Finding(source, CHANGED, "its tracks are others than those that were noted")
