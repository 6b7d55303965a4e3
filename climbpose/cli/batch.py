"""One video after another: what is skipped, what failed, what is printed, the exit code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from climbpose.cli.display import Display, summarise
from climbpose.cli.errors import complain, one_line
from climbpose.errors import ClimbposeError, NobodyFoundError, UsageError
from climbpose.jobs import AnnotateOptions, Job, check_outputs, plan, without_own_outputs
from climbpose.pipeline import annotate, fetch_models
from climbpose.report import NOBODY, RunReport

BATCH_FAILED = 3


@dataclass(frozen=True)
class Manners:
    """How a batch behaves, whatever is done with each video."""

    output: Path | None
    overwrite: bool
    skip_existing: bool
    is_json: bool
    progress: str
    is_quiet: bool
    is_verbose: bool
    is_offline: bool

    @property
    def is_chatty(self) -> bool:
        """Whether people read stdout."""
        return not (self.is_quiet or self.is_json)


@dataclass(frozen=True)
class Outcome:
    """What became of one video."""

    job: Job
    status: str
    report: RunReport | None = None
    error: ClimbposeError | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "video": str(self.job.video),
            "status": self.status,
            "error": str(self.error) if self.error else None,
            "report": self.report.to_dict() if self.report else None,
        }


def run(
    videos: Sequence[Path],
    options: AnnotateOptions,
    manners: Manners,
    arguments: Mapping[str, Any],
    results: list[Mapping[str, Any]],
) -> int:
    """Annotates the videos and gives the exit code.

    Args:
        videos: Their files.
        options: What to do with each.
        manners: How the batch behaves.
        arguments: The options as the user gave them, for the reports.
        results: Takes what became of each video, as soon as it is known.

    Raises:
        ClimbposeError: Something was wrong before any work began.
    """
    jobs, skipped = _prepare(videos, options, manners)
    display = Display(manners.progress, is_quiet=manners.is_quiet)
    if jobs:
        fetch_models(options, display.say, is_offline=manners.is_offline)
    outcomes = [Outcome(job, "skipped") for job in skipped]
    results += [outcome.to_dict() for outcome in outcomes]
    for job in jobs:
        with display.video(job.video):
            outcome = _run_one(job, options, display, arguments)
        outcomes.append(outcome)
        results.append(outcome.to_dict())
        if outcome.error:
            complain(str(outcome.error))
        if outcome.report and manners.is_chatty:
            summarise(job, outcome.report, is_verbose=manners.is_verbose)
    if skipped and manners.is_chatty:
        print(f"{len(skipped)} of {len(outcomes)} videos skipped: they are done")
    return _conclude(outcomes)


def _prepare(
    videos: Sequence[Path], options: AnnotateOptions, manners: Manners
) -> tuple[list[Job], list[Job]]:
    """The jobs to do and those to skip; refuses before any work."""
    if manners.is_quiet and manners.is_verbose:
        raise UsageError("--quiet and --verbose exclude each other; choose one")
    for option, file in (("--tracks", options.tracks), ("--detector", options.detector_file)):
        if file and len(videos) > 1:
            raise UsageError(f"{option} {file} belongs to one video, but there are {len(videos)}")
    options.check()
    jobs = plan(videos, manners.output)
    skipped: list[Job] = []
    if manners.skip_existing:
        wanted = [job for job in without_own_outputs(jobs) if not job.is_done(options)]
        jobs, skipped = wanted, [job for job in jobs if job not in wanted]
    check_outputs(jobs, options, overwrite=manners.overwrite)
    return jobs, skipped


def _run_one(
    job: Job, options: AnnotateOptions, display: Display, arguments: Mapping[str, Any]
) -> Outcome:
    try:
        report = annotate(job, options, display, arguments)
    except ClimbposeError as error:
        return Outcome(job, "failed", error=error)
    if report.status == NOBODY:
        nobody = NobodyFoundError(
            f"nobody was found in {job.video}; the tracks are empty and no video was written"
        )
        return Outcome(job, "nobody", report, nobody)
    return Outcome(job, "done", report)


def _conclude(outcomes: Sequence[Outcome]) -> int:
    """The exit code; of several videos, those that failed are named."""
    failed = [outcome for outcome in outcomes if outcome.error]
    if len(outcomes) > 1 and failed:
        names = ", ".join(one_line(str(outcome.job.video)) for outcome in failed)
        complain(f"{len(failed)} of {len(outcomes)} videos failed: {names}")
        return BATCH_FAILED
    return failed[0].error.exit_code if failed and failed[0].error else 0
