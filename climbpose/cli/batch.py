"""``climbpose annotate`` on one or many videos: how it is shown, what is said at the end."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from climbpose.batch.engine import Engine, create
from climbpose.batch.planning import Manners, Plan, prepare
from climbpose.batch.run import exit_code, work_through
from climbpose.batch.task import SKIPPED, Outcome, Task
from climbpose.cli.batch_display import Overview
from climbpose.cli.display import Display, summarise
from climbpose.cli.errors import complain, one_line
from climbpose.errors import UsageError
from climbpose.jobs import AnnotateOptions
from climbpose.pipeline import fetch_models

_NAME_COLUMNS = 40


@dataclass(frozen=True)
class Talk:
    """What is said while a batch works."""

    is_json: bool
    progress: str
    is_quiet: bool
    is_verbose: bool

    def check(self) -> None:
        """Makes sure that people ask for one thing.

        Raises:
            UsageError: They do not.
        """
        if self.is_quiet and self.is_verbose:
            raise UsageError("--quiet and --verbose exclude each other; choose one")

    @property
    def is_chatty(self) -> bool:
        """Whether people read stdout."""
        return not (self.is_quiet or self.is_json)


@dataclass(frozen=True)
class Means:
    """Who does the work, and with what."""

    jobs: int | None
    engine: str
    address: str | None
    manifest: Path | None
    is_offline: bool


def annotate_all(
    videos: Sequence[str],
    options: AnnotateOptions,
    arguments: Mapping[str, Any],
    manners: Manners,
    means: Means,
    talk: Talk,
    results: list[Mapping[str, Any]],
) -> int:
    """Annotates videos and gives the exit code.

    Args:
        videos: Files, folders and patterns.
        options: What to do with each.
        arguments: The options as the user gave them, for the reports.
        manners: Where outputs go, and what is done where some are there.
        means: Who does the work.
        talk: What is said meanwhile.
        results: Takes what became of each video, as soon as it is known.

    Raises:
        ClimbposeError: Something was wrong before any work began.
    """
    talk.check()
    workers = create(means.engine, means.jobs, means.address)
    plan = prepare(videos, options, arguments, manners)
    code, _ = carry_out(plan, workers, talk, means.manifest, results, is_offline=means.is_offline)
    return code


def carry_out(
    plan: Plan,
    workers: Engine,
    talk: Talk,
    manifest: Path | None,
    results: list[Mapping[str, Any]],
    *,
    is_offline: bool,
) -> tuple[int, list[Outcome]]:
    """Works through a plan, shows how it goes on, and gives the exit code and all outcomes.

    Raises:
        ClimbposeError: A model file cannot be had, or the manifest cannot be written.
    """
    screen = Screen(plan, talk, results)
    for options in {task.options for task in plan.tasks}:
        fetch_models(options, screen.say, is_offline=is_offline)
    with screen:
        outcomes = work_through(plan, workers, screen, manifest)
    # In the order of the videos, now that all are known.
    results[:] = [outcome.to_dict() for outcome in outcomes]
    skipped = [outcome for outcome in outcomes if outcome.status == SKIPPED]
    if skipped and talk.is_chatty:
        print(f"{len(skipped)} of {len(outcomes)} videos skipped: they are done")
    if len(outcomes) > 1:
        _tell_of_failures(outcomes)
    return exit_code(outcomes), outcomes


class Screen:
    """Shows a batch: a bar for one video, an overview of several; and says what became of each.

    Args:
        plan: What is to be done.
        talk: What is said.
        results: Takes what became of each video.
    """

    def __init__(self, plan: Plan, talk: Talk, results: list[Mapping[str, Any]]) -> None:
        self._talk, self._results = talk, results
        self._is_one = len(plan.sources) == 1
        self._one = Display(talk.progress, is_quiet=talk.is_quiet)
        self._several = Overview(talk.progress, len(plan.sources), is_quiet=talk.is_quiet)
        self._around = ExitStack()

    def __enter__(self) -> "Screen":
        if not self._is_one:
            self._around.enter_context(self._several)
        return self

    def __exit__(self, *exception: object) -> None:
        self._around.close()

    def say(self, line: str) -> None:
        """One line of news."""
        self._one.say(line)

    def begin(self, task: Task) -> None:
        """Work on a video begins."""
        if self._is_one:
            self._around.enter_context(self._one.video(Path(task.video.name)))
        else:
            self._several.begin(task)

    def stage(self, task: Task, name: str, total: int | None) -> None:
        """A stage begins."""
        if self._is_one:
            self._one.stage(name, total)
        else:
            self._several.stage(task, name, total)

    def advance(self, task: Task, frames: int) -> None:
        """Frames are done."""
        if self._is_one:
            self._one.advance(frames)
        else:
            self._several.advance(task, frames)

    def settle(self, outcome: Outcome) -> None:
        """A video is done with."""
        self._results.append(outcome.to_dict())
        if self._is_one:
            self._around.close()
            self._tell(outcome)
            return
        self._several.settle(outcome)
        with self._several.aside():
            self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        talk = self._talk
        if outcome.error:
            complain(outcome.error)
        if outcome.trace and talk.is_verbose:
            print(outcome.trace, file=sys.stderr, end="")
        if outcome.report and outcome.status != SKIPPED and talk.is_chatty:
            is_short = not (self._is_one or talk.is_verbose)
            summarise(outcome, is_short=is_short, is_verbose=talk.is_verbose)


def _tell_of_failures(outcomes: Sequence[Outcome]) -> None:
    """A table of what failed, and why."""
    failed = [outcome for outcome in outcomes if outcome.error]
    if not failed:
        return
    complain(f"{len(failed)} of {len(outcomes)} videos failed:")
    names = [one_line(outcome.task.source) for outcome in failed]
    width = min(max(map(len, names)), _NAME_COLUMNS)
    for name, outcome in zip(names, failed, strict=True):
        # The end of a long name tells more than its beginning.
        shown = name if len(name) <= width else f"...{name[3 - width :]}"
        reason = one_line(outcome.error or "").removeprefix(f"{name}: ").replace(name, "it")
        again = f" (tried {outcome.attempts} times)" if outcome.attempts > 1 else ""
        print(f"  {shown:<{width}}  {reason}{again}", file=sys.stderr, flush=True)
