"""One video after another: what is skipped, what failed, what is printed, the exit code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from climbpose.cli.display import Display, summarise
from climbpose.cli.errors import complain
from climbpose.errors import ClimbposeError, NobodyFoundError, UsageError
from climbpose.pipeline import (
    AnnotateOptions,
    Job,
    RunReport,
    annotate,
    check_options,
    check_outputs,
    fetch_models,
    plan,
)

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
            "report": asdict(self.report) if self.report else None,
        }


def run(
    videos: Sequence[Path],
    options: AnnotateOptions,
    manners: Manners,
    arguments: Mapping[str, Any],
) -> int:
    """Annotates the videos and gives the exit code.

    Raises:
        ClimbposeError: Something was wrong before any work began.
    """
    jobs, skipped = _prepare(videos, options, manners)
    display = Display(manners.progress, is_quiet=manners.is_quiet)
    if jobs:
        fetch_models(options, display.say, is_offline=manners.is_offline)
    outcomes = [Outcome(job, "skipped") for job in skipped]
    for job in jobs:
        with display.video(job.video):
            outcome = _run_one(job, options, display, arguments)
        outcomes.append(outcome)
        if outcome.error:
            complain(str(outcome.error))
        if outcome.report and not (manners.is_quiet or manners.is_json):
            summarise(job, outcome.report, is_verbose=manners.is_verbose)
    code = _exit_code(outcomes)
    if manners.is_json:
        results = [outcome.to_dict() for outcome in outcomes]
        print(json.dumps({"exit_code": code, "results": results}, indent=2, default=str))
    elif skipped and not manners.is_quiet:
        print(f"{len(skipped)} of {len(outcomes)} videos skipped: their outputs exist")
    return code


def _prepare(
    videos: Sequence[Path], options: AnnotateOptions, manners: Manners
) -> tuple[list[Job], list[Job]]:
    """The jobs to do and those to skip; refuses before any work."""
    if manners.overwrite and manners.skip_existing:
        raise UsageError("--overwrite and --skip-existing exclude each other; choose one")
    if options.tracks and len(videos) > 1:
        raise UsageError(f"--tracks belongs to one video, but there are {len(videos)}")
    check_options(options)
    jobs = plan(videos, manners.output)
    skipped = []
    if manners.skip_existing:
        skipped = [job for job in jobs if all(p.exists() for p in job.outputs(options))]
        jobs = [job for job in jobs if job not in skipped]
    # A video of which some outputs are absent was not finished: it is done again.
    may_replace = manners.overwrite or manners.skip_existing
    check_outputs(jobs, options, overwrite=may_replace)
    return jobs, skipped


def _run_one(
    job: Job, options: AnnotateOptions, display: Display, arguments: Mapping[str, Any]
) -> Outcome:
    try:
        report = annotate(job, options, display, arguments)
    except ClimbposeError as error:
        return Outcome(job, "failed", error=error)
    if report.status == "nobody":
        nobody = NobodyFoundError(
            f"nobody was found in {job.video}; the tracks are empty and no video was written"
        )
        return Outcome(job, "nobody", report, nobody)
    return Outcome(job, "done", report)


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if not errors:
        return 0
    return errors[0].exit_code if len(outcomes) == 1 else BATCH_FAILED
