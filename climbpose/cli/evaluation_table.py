"""An evaluation as people read it: rich on a terminal, plain columns for a pipe."""

import math
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from climbpose import metrics
from climbpose.cli.errors import one_line
from climbpose.evaluation import GIVEN, Evaluation, Figure
from climbpose.evaluation.options import ALL
from climbpose.metrics.groups import GROUPS
from climbpose.skeleton import CLIMBING_25

_PIPE_WIDTH = 1000
_LEAST_NAME = 12
"""Names are folded to so many characters where a terminal is narrow."""
_WARNING = "bold yellow"

Cell = str | Text


def print_evaluation(evaluation: Evaluation, *, is_per_keypoint: bool) -> None:
    """Prints the tables on stdout.

    Args:
        evaluation: What was measured.
        is_per_keypoint: Prints a row for each keypoint too.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_WIDTH)
    tables = _Tables(evaluation, console)
    where = "regions given by the labels" if evaluation.options.regions == GIVEN else "end to end"
    console.print(
        f"{where}; visible keypoints: {evaluation.keypoints}; percent, and below all clips the "
        "95 % interval",
        style="dim",
        soft_wrap=True,
    )
    tables.clips()
    tables.parts(list(GROUPS))
    if is_per_keypoint:
        tables.parts(list(CLIMBING_25.keypoints))
    if evaluation.differences:
        tables.differences()
    if evaluation.false_finds:
        tables.false_finds()
    for warning in evaluation.warnings:
        console.print(Text(one_line(f"warning  {warning}"), _WARNING), soft_wrap=True)


class _Tables:
    """The tables of one evaluation."""

    def __init__(self, evaluation: Evaluation, console: Console) -> None:
        self._evaluation = evaluation
        self._console = console
        self._metrics = evaluation.options.metrics
        self._figures = {
            (figure.clip, figure.keypoints, figure.candidate, figure.metric): figure
            for figure in evaluation.figures
        }

    def clips(self) -> None:
        """A row for each clip and candidate, then all clips with their intervals."""
        evaluation = self._evaluation
        table = self._table("clip", "frames", "torso px", "candidate", shown=self._metrics)
        for clip in evaluation.clips:
            facts = (one_line(clip.name), str(clip.frames), f"{clip.torso_px:.0f}")
            self._rows(table, facts, clip.name, evaluation.keypoints)
        table.add_section()
        frames = sum(clip.frames for clip in evaluation.clips)
        self._rows(table, (ALL, str(frames), ""), ALL, evaluation.keypoints, with_interval=True)
        self._print(table)

    def parts(self, names: Sequence[str]) -> None:
        """A row for each group of keypoints, or keypoint, that is labelled anywhere."""
        shown = [name for name in self._metrics if metrics.create(name).is_of_keypoints]
        if not shown:
            return
        table = self._table("keypoints", "candidate", shown=shown)
        for name in names:
            first = self._figures[ALL, name, self._evaluation.candidates[0], shown[0]]
            if first.count:
                self._rows(table, (name,), ALL, name, shown=shown)
        self._print(table)

    def differences(self) -> None:
        """A row for each candidate but the first, and its intervals."""
        table = self._table("difference, all clips", shown=self._metrics)
        to = " to\n" if self._console.is_terminal else " to "
        by_pair: dict[str, list[tuple[str, str]]] = {}
        for one in self._evaluation.differences:
            pair = one_line(f"{one.candidate} against {one.against}")
            by_pair.setdefault(pair, []).append(
                (_number(one.points, "+.1f"), f"{one.low:+.1f}{to}{one.high:+.1f}")
            )
        for pair, cells in by_pair.items():
            table.add_row(pair, *(points for points, _ in cells))
            table.add_row("", *(interval for _, interval in cells), style="dim")
        self._print(table)

    def false_finds(self) -> None:
        """A row for each video without a person and each source."""
        table = self._table("video without a person", "detector", shown=("frames", "found %"))
        for one in self._evaluation.false_finds:
            share = f"{one.percent:.1f}"
            table.add_row(one_line(one.video), one_line(one.source), str(one.frames), share)
        self._print(table)

    def _print(self, table: Table) -> None:
        self._console.print()
        # On a terminal that is narrower still, lines are wrapped: no figure is cut short or lost.
        wide = self._console.options.update(width=_PIPE_WIDTH)
        least = Measurement.get(self._console, wide, table).minimum
        Console(highlight=False, width=max(self._console.width, least)).print(table)

    def _rows(
        self,
        table: Table,
        facts: Sequence[str],
        clip: str,
        keypoints: str,
        *,
        shown: Sequence[str] | None = None,
        with_interval: bool = False,
    ) -> None:
        """A row for each candidate; the facts stand in the first."""
        columns = self._metrics if shown is None else shown
        for number, candidate in enumerate(self._evaluation.candidates):
            figures = [self._figures[clip, keypoints, candidate, name] for name in columns]
            is_seen = clip in self._evaluation.seen_by(candidate)
            mark = Text(f"{one_line(candidate)}{' *' if is_seen else ''}")
            mark.stylize(_WARNING if is_seen else "")
            left: Sequence[Cell] = facts if number == 0 else [""] * len(facts)
            table.add_row(*left, mark, *_cells(figures, lambda one: _number(one.percent, ".1f")))
            if with_interval:
                ends = _cells(figures, lambda one: _range(one.low, one.high))
                table.add_row(*([""] * len(facts)), "", *ends, style="dim")

    def _table(self, *names: str, shown: Sequence[str]) -> Table:
        """An empty table: words to the left, numbers to the right."""
        table = Table(
            box=box.SIMPLE_HEAD if self._console.is_terminal else None,
            pad_edge=False,
            show_edge=False,
        )
        for name in names:
            is_number = name in ("frames", "torso px")
            table.add_column(
                name,
                justify="right" if is_number else "left",
                overflow="fold",
                min_width=len("frames") if is_number else _LEAST_NAME,
            )
        for name in shown:
            heading = name.replace(":", "\n:") if self._console.is_terminal else name
            table.add_column(heading, justify="right", no_wrap=True)
        return table


def _cells(figures: Sequence[Figure], shown: Callable[[Figure], str]) -> list[str]:
    return [shown(figure) for figure in figures]


def _number(value: float, form: str) -> str:
    return "-" if math.isnan(value) else format(value, form)


def _range(low: float, high: float) -> str:
    return "-" if math.isnan(low) else f"{low:.0f}-{high:.0f}"
