"""What is to be done with each of many videos, before any work begins."""

import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from climbpose.batch.addresses import redact_all
from climbpose.batch.places import Place, Transfer
from climbpose.batch.places import place as place_of
from climbpose.batch.resume import Standing
from climbpose.batch.sources import Source, find
from climbpose.batch.task import SKIPPED, Outcome, Task, failure
from climbpose.errors import ClimbposeError, OutputExistsError, UsageError
from climbpose.jobs import AnnotateOptions, Identity, Job, check_outputs, identities, named_job

_OF_VIDEO = ".mp4"


@dataclass(frozen=True)
class Manners:
    """Where outputs go, and what is done where some are there.

    Attributes:
        output: A folder, or the annotated video's name, or None for beside each video.
        overwrite: Replaces outputs that are there.
        skip_existing: Leaves out videos whose outputs are all there.
        resume: Does what an earlier run has not finished, and replaces what it has half done.
    """

    output: str | None = None
    overwrite: bool = False
    skip_existing: bool = False
    resume: bool = False

    def check(self) -> None:
        """Makes sure that they go together.

        Raises:
            UsageError: They do not.
        """
        if self.skip_existing and self.resume:
            raise UsageError("--skip-existing and --resume exclude each other; choose one")


@dataclass
class Plan:
    """What is to be done.

    Attributes:
        sources: The names of all videos, in their order.
        tasks: The videos to annotate.
        settled: What is known of the others: they are skipped, or cannot be annotated.
    """

    sources: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    settled: list[Outcome] = field(default_factory=list)


def prepare(
    given: Sequence[str],
    options: AnnotateOptions,
    arguments: Mapping[str, Any],
    manners: Manners,
) -> Plan:
    """Plans the work on all videos, and makes the folders of the outputs.

    What is wrong with one video of several is the failure of that one; nothing else begins before
    all that can be checked is.

    Args:
        given: Files, folders and patterns; see `find`.
        options: What to do with each video.
        arguments: The options as the user gave them, for the reports.
        manners: Where outputs go, and what is done where some are there.

    Raises:
        UsageError: Options do not go together, or two videos would write the same files.
        OutputExistsError: An output exists and may not be replaced.
        ClimbposeError: There is but one video, which cannot be annotated.
    """
    manners.check()
    options.check()
    sources = find(given)
    if len(sources) == 1 and sources[0].problem:
        raise sources[0].problem
    for option, file in (("--tracks", options.tracks), ("--detector", options.detector_file)):
        if file and len(sources) > 1:
            raise UsageError(f"{option} {file} belongs to one video, but there are {len(sources)}")
    return plan_of(_tasks(sources, options, redact_all(arguments), manners), manners)


def plan_of(tasks: Sequence[tuple[Task, ClimbposeError | None]], manners: Manners) -> Plan:
    """Plans the work on videos whose orders are known, and makes the folders of the outputs.

    Args:
        tasks: The orders, and what is known to be wrong with a video.
        manners: What is done where some outputs are there.

    Raises:
        UsageError: Two videos would write the same files.
        OutputExistsError: An output exists and may not be replaced.
        ClimbposeError: There is but one video, which cannot be annotated.
    """
    _refuse_twins([task for task, problem in tasks if not problem])
    plan = Plan([task.source for task, _ in tasks])
    inputs = identities([task.video for task, _ in tasks if isinstance(task.video, Path)])
    for task, problem in tasks:
        try:
            if problem:
                raise problem
            outcome = _settle(task, manners, inputs)
        except OutputExistsError:
            raise
        except ClimbposeError as error:
            if len(tasks) == 1:
                raise
            outcome = failure(task, str(error), error.exit_code)
        if isinstance(outcome, Task):
            plan.tasks.append(outcome)
        else:
            plan.settled.append(outcome)
    _make_folders(plan)
    return plan


def _tasks(
    sources: Sequence[Source],
    options: AnnotateOptions,
    arguments: Mapping[str, Any],
    manners: Manners,
) -> list[tuple[Task, ClimbposeError | None]]:
    """The order for each source, and what is known to be wrong with it."""
    target = _target(manners.output, sources)
    tasks: list[tuple[Task, ClimbposeError | None]] = []
    for source in sources:
        try:
            if source.problem:
                raise source.problem
            job, transfer = _job(source, target)
            problem = None
        except ClimbposeError as error:
            transfer, problem = Transfer(source.video, Path()), error
            job = Job(Path(str(source.video)), Path(), Path())
        tasks.append((Task(job, options, arguments, transfer=transfer), problem))
    return tasks


@dataclass(frozen=True)
class _Target:
    """Where outputs go: beside each video if there is no folder."""

    folder: Place | None = None
    annotated: str | None = None


def _target(output: str | None, sources: Sequence[Source]) -> _Target:
    """What ``-o`` means.

    Raises:
        UsageError: It cannot be.
    """
    if output is None:
        return _Target()
    place = place_of(output)
    try:
        if place.is_dir():
            return _Target(place)
    except OSError as error:
        raise UsageError(f"-o {place} cannot be used ({error.strerror})") from error
    if place.suffix.lower() == _OF_VIDEO:
        if len(sources) > 1:
            raise UsageError(
                f"-o {place} names one file but there are {len(sources)} videos; name a folder"
            )
        if isinstance(place, Path) and not place.parent.is_dir():
            raise UsageError(f"folder {place.parent} does not exist; make it first")
        return _Target(place.parent, place.name)
    if place.exists():
        raise UsageError(f"-o {place} is a file; name a folder, or a file that ends in .mp4")
    if place.suffix and len(sources) == 1 and sources[0].is_named:
        raise UsageError(f"folder {place} does not exist; make it first, or name a file in .mp4")
    return _Target(place)


def _job(source: Source, target: _Target) -> tuple[Job, Transfer | None]:
    """The job of a video, and how it comes here and goes away if its files are not all here.

    Raises:
        UsageError: A name cannot be that of a local file.
    """
    video, folder = source.video, target.folder
    if folder is None:
        folder = video.parent
    elif target.annotated is None and source.below.parent.parts:
        folder = folder / source.below.parent.as_posix()
    if isinstance(video, Path) and isinstance(folder, Path):
        if target.annotated is not None:
            return named_job(video, folder / target.annotated), None
        return Transfer(video, folder).planned(), None
    transfer = Transfer(video, folder)
    return transfer.planned(target.annotated), transfer


def _refuse_twins(tasks: Sequence[Task]) -> None:
    taken: dict[str, Task] = {}
    for task in tasks:
        place = task.output(task.job.stem.name)
        key = os.path.normcase(place.absolute()) if isinstance(place, Path) else place.address
        other = taken.setdefault(key, task)
        if other is not task:
            raise UsageError(
                f"{other.source} and {task.source} would write the same files; give the videos "
                "different names, annotate them one by one with -o FILE, or give the folder above "
                "them, whose tree is kept under -o DIR"
            )


def _settle(task: Task, manners: Manners, inputs: Set[Identity]) -> Task | Outcome:
    """What is to be done with a video.

    Raises:
        OutputExistsError: An output exists and may not be replaced.
        ClimbposeError: It cannot be annotated.
    """
    overwrite = manners.overwrite
    if manners.skip_existing and _is_done(task):
        return Outcome(task, SKIPPED)
    if manners.resume:
        standing = Standing.of(task)
        if standing.is_finished:
            return Outcome(task, SKIPPED, standing.report)
        if standing.in_the_way and not overwrite:
            raise ClimbposeError(standing.in_the_way)
        overwrite = True
    folder = task.folder
    if isinstance(folder, Path):
        _check_folder(folder)
        check_outputs([task.job], task.options, overwrite=overwrite, inputs=inputs)
    elif not overwrite:
        for path in task.job.outputs(task.options):
            place = folder / path.name
            if place.exists():
                raise OutputExistsError(
                    f"{place} exists; use -y to overwrite, --skip-existing to skip what is done, "
                    "or -o to write elsewhere"
                )
    return task.allowed(overwrite=overwrite)


def _is_done(task: Task) -> bool:
    if isinstance(task.folder, Path):
        return task.job.is_done(task.options)
    return Standing.of(task).is_finished


def _check_folder(folder: Path) -> None:
    """Makes sure that a folder can be written to, or made.

    Raises:
        UsageError: It cannot.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise UsageError(f"{there} is a file, but a folder is needed; choose another one with -o")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"folder {there} may not be written to; choose another one with -o")


def _make_folders(plan: Plan) -> None:
    """Makes the folders of the outputs; where one cannot be made, its videos have failed.

    Raises:
        UsageError: It is the only video's.
    """
    for task in list(plan.tasks):
        if not isinstance(task.folder, Path):
            continue
        try:
            task.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = UsageError(f"folder {task.folder} cannot be made ({error.strerror})")
            if len(plan.sources) == 1:
                raise problem from error
            plan.tasks.remove(task)
            plan.settled.append(failure(task, str(problem), problem.exit_code))
