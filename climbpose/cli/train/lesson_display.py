"""How far a smoother's training is, on stderr."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from climbpose.cli.errors import one_line

if TYPE_CHECKING:
    from climbpose.training.smoothing.progress import Progress as Lesson


class LessonDisplay:
    """A bar on a terminal, with the loss and the PCK beside it; lines elsewhere.

    Args:
        out: Folder of the run.
        is_quiet: Shows nothing.
    """

    def __init__(self, out: Path, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True)
        self._is_quiet = is_quiet
        self._name = one_line(out.name)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("[cyan]{task.fields[loss]}[/cyan] {task.fields[score]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=is_quiet or not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._epoch = 0

    def __enter__(self) -> "LessonDisplay":
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        """One line of news."""
        if not self._is_quiet:
            self._console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)

    def show(self, lesson: "Lesson") -> None:
        """How far the training is."""
        score = _score(lesson.figures)
        if self._bar.disable:
            if lesson.epoch != self._epoch:
                self.say(
                    f"epoch {lesson.epoch} of {lesson.epochs}: loss {lesson.loss:.4g}, {score}"
                )
            self._epoch = lesson.epoch
            return
        if self._task is None:
            self._task = self._bar.add_task("", total=lesson.steps, loss="", score="")
        self._bar.update(
            self._task,
            completed=lesson.step,
            total=lesson.steps,
            description=f"{escape(self._name)} epoch {lesson.epoch}/{lesson.epochs}",
            loss=f"loss {lesson.loss:.4g}",
            score=score,
        )


def _score(figures: Mapping[str, float]) -> str:
    """The shares of correct keypoints, and those of what the network is given."""
    found = [(name, value) for name, value in figures.items() if name.startswith("pck@")]
    if not found:
        return ""
    given = [figures[f"identity@{name.removeprefix('pck@')}"] for name, _ in found]
    shares = "/".join(name.removeprefix("pck@") for name, _ in found)
    return f"PCK@{shares} {_percent([value for _, value in found])} (identity {_percent(given)})"


def _percent(values: list[float]) -> str:
    return "/".join(f"{100 * value:.1f}" for value in values)
