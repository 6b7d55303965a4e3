"""Progress and summary: rich on a terminal, JSON lines for programs, silence where asked for."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from climbpose.batch.task import Outcome
from climbpose.cli.errors import one_line

JSON_INTERVAL_S = 0.5


class _Speed(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:5.1f} fps" if speed else "    - fps", style="cyan")


class Display:
    """Shows the progress of a batch on stderr.

    Args:
        mode: ``auto`` (a bar on a terminal), ``json`` (a line each half second) or ``none``.
        is_quiet: Shows nothing.
    """

    def __init__(self, mode: str, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True)
        self._is_bar = mode == "auto" and self._console.is_terminal and not is_quiet
        self._is_json = mode == "json" and not is_quiet
        self._is_quiet = is_quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._video = ""
        self._stage, self._done, self._last_line = "", 0, 0.0
        self._total: int | None = None

    def say(self, line: str) -> None:
        """One line of news."""
        if self._is_json:
            print_json({"message": line})
        elif not self._is_quiet:
            self._console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def video(self, path: Path) -> Generator[None]:
        """Around the work on one video."""
        self._video = one_line(path.name)
        if not self._is_bar:
            yield
            return
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            _Speed(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        ) as self._bar:
            yield
        self._bar, self._task = None, None

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self._stage, self._total, self._done = name, total, 0
        if self._bar:
            if self._task is not None:
                self._bar.remove_task(self._task)
            label = f"{escape(self._video)} [bold]{name}[/bold]"
            self._task = self._bar.add_task(label, total=total)
        self._report(is_due=True)

    def advance(self, frames: int = 1) -> None:
        """Frames are done."""
        self._done += frames
        if self._bar and self._task is not None:
            self._bar.advance(self._task, frames)
        self._report(is_due=monotonic() - self._last_line >= JSON_INTERVAL_S)

    def _report(self, *, is_due: bool) -> None:
        if self._is_json and is_due:
            self._last_line = monotonic()
            print_json(
                {
                    "video": self._video,
                    "stage": self._stage,
                    "frame": self._done,
                    "of_about": self._total,
                }
            )


def print_json(content: dict[str, object]) -> None:
    """Prints a line of progress for programs."""
    # Whoever read the progress may have gone; that must not stop the work.
    with suppress(BrokenPipeError):
        print(json.dumps(content), file=sys.stderr, flush=True)


def summarise(outcome: Outcome, *, is_short: bool, is_verbose: bool) -> None:
    """Prints a summary of a finished video on stdout.

    Args:
        outcome: With its report.
        is_short: One line, and the warnings.
        is_verbose: The time of each stage too.
    """
    report: Any = outcome.report
    frames, total = report["frames"], report["timings_s"]["total"]
    wrote = [one_line(str(outcome.task.output(name))) for name in report["outputs"]]
    speed = f"{total:.1f} s, {frames['decoded'] / max(total, 1e-9):.1f} fps"
    if is_short:
        lines = [("wrote", f"{wrote[-1]}  {speed}")] if wrote else []
    else:
        share = frames["with_climber"] / max(frames["decoded"], 1)
        found = f"climber in {frames['with_climber']} ({share:.0%})"
        counts = f"{frames['decoded']} decoded, {found}, {frames['filled']} filled"
        lines = [*(("wrote", path) for path in wrote), ("frames", counts), ("time", speed)]
    if is_verbose:
        lines += [("", f"{stage}: {took:.2f} s") for stage, took in report["timings_s"].items()]
    lines += [("warning", one_line(warning)) for warning in report["warnings"]]
    console = Console(highlight=False)
    for label, text in lines:
        style = "yellow" if label == "warning" else "dim"
        # Long names are not wrapped, so that they can be copied whole.
        console.print(Text.assemble((f"{label:<9}", style), text), soft_wrap=True)
