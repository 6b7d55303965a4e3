"""One video of a batch: the order for it, and what became of it."""

import json
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from climbpose.batch.places import Place, Transfer
from climbpose.errors import ClimbposeError, NobodyFoundError
from climbpose.jobs import AnnotateOptions, Job
from climbpose.pipeline import Observer, annotate
from climbpose.report import DONE, NOBODY, RunReport, plain

FAILED, SKIPPED = "failed", "skipped"


@dataclass(frozen=True)
class Task:
    """The whole order for one video; another process or machine gets a copy of it.

    Attributes:
        job: The video and its outputs.
        options: What to do.
        arguments: The options as the user gave them, for the report.
        overwrite: Replaces outputs that are there.
        transfer: Where the video is fetched from and its outputs are put, if not here.
    """

    job: Job
    options: AnnotateOptions
    arguments: Mapping[str, Any]
    overwrite: bool = False
    transfer: Transfer | None = None

    @property
    def source(self) -> str:
        """The video's name as people call it."""
        return str(self.video)

    @property
    def video(self) -> Place:
        """Where the video is."""
        return self.job.video if self.transfer is None else self.transfer.video

    @property
    def folder(self) -> Place:
        """Where the outputs go."""
        return self.job.stem.parent if self.transfer is None else self.transfer.outputs

    def output(self, name: str) -> Place:
        """Where the output of a name goes."""
        return self.folder / name

    def allowed(self, *, overwrite: bool) -> "Task":
        """The same order, with or without the leave to replace outputs."""
        return replace(self, overwrite=overwrite)


@dataclass(frozen=True)
class Outcome:
    """What became of one video; it travels back from another process.

    Attributes:
        task: The order.
        status: ``done``, ``nobody``, ``failed`` or ``skipped``.
        report: The run's report as its file has it, None where there is none.
        error: The one line that says what went wrong.
        exit_code: Of a run on this video alone.
        attempts: How often it was begun.
        trace: Where a bug was met, for people who mend it.
    """

    task: Task
    status: str
    report: Mapping[str, Any] | None = None
    error: str | None = None
    exit_code: int = 0
    attempts: int = 1
    trace: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "video": self.task.source,
            "status": self.status,
            "error": self.error,
            "report": self.report,
        }


def failure(task: Task, error: str, exit_code: int = 1, attempts: int = 1) -> Outcome:
    """The outcome of a video that could not be annotated."""
    return Outcome(task, FAILED, error=error, exit_code=exit_code, attempts=attempts)


def perform(task: Task, observer: Observer) -> Outcome:
    """Annotates one video; what its user can mend is an outcome, a bug is raised."""
    transfer, options = task.transfer, task.options
    carried = transfer.carried(task.job, options) if transfer else nullcontext(task.job)
    try:
        with carried as job:
            report = annotate(job, options, observer, task.arguments, overwrite=task.overwrite)
            content = _as_written(report)
    except ClimbposeError as error:
        return failure(task, str(error), error.exit_code)
    if transfer:
        content = transfer.told(content, job)
    if report.status == NOBODY:
        nobody = f"nobody was found in {task.source}; the tracks are empty and no video was written"
        return Outcome(task, NOBODY, content, nobody, NobodyFoundError.exit_code)
    return Outcome(task, DONE, content)


def carry_out(task: Task, observer: Observer) -> Outcome:
    """Annotates one video of several: a bug is the failure of this one alone."""
    try:
        return perform(task, observer)
    except MemoryError:
        return failure(task, f"{task.source} needs more memory than there is; try fewer --jobs")
    except Exception as error:
        return bug(task, error)


def bug(task: Task, error: Exception) -> Outcome:
    """The outcome of a video that a bug was met in."""
    told = f"{task.source}: {type(error).__name__}: {error} (a bug in climbpose; -v shows where)"
    return replace(failure(task, told), trace="".join(traceback.format_exception(error)))


def _as_written(report: RunReport) -> Mapping[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(report.to_dict(), default=plain))
    return content
