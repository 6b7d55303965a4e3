"""An evaluation as people read it: rich on a terminal, plain columns for a pipe."""

import math
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from climbpose import metrics
from climbpose.cli.errors import one_line
from climbpose.evaluation import Evaluation, Figure
from climbpose.evaluation.figures import ALL
from climbpose.evaluation.markdown import digits, heading, published
from climbpose.metrics.groups import GROUPS
from climbpose.skeleton import CLIMBING_25

_PIPE_WIDTH = 1000
_LEAST_NAME = 12
"""Names are folded to so many characters where a terminal is narrow."""
_WARNING = "bold yellow"

Cell = str | Text


def print_evaluation(
    evaluation: Evaluation, *, is_per_keypoint: bool, is_of_clips: bool = True
) -> None:
    """Prints the tables on stdout.

    Args:
        evaluation: What was measured.
        is_per_keypoint: Prints a row for each keypoint too.
        is_of_clips: Prints a row for each clip and, for groups of keypoints, each metric; else what
            many candidates have in all clips together, and PCK by group.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_WIDTH)
    tables = _Tables(evaluation, console)
    console.print(
        f"{evaluation.setting}; keypoints: {evaluation.keypoints}, where visible; percent where "
        "no unit is named; below all clips the 95 % interval",
        style="dim",
        soft_wrap=True,
    )
    if is_of_clips:
        tables.clips()
        tables.parts(list(GROUPS))
    else:
        tables.together()
        tables.groups()
    if is_per_keypoint:
        tables.parts(list(CLIMBING_25.keypoints))
    if evaluation.differences:
        tables.differences()
    if evaluation.false_finds:
        tables.false_finds()
    for note in evaluation.notes:
        console.print(Text(one_line(note), "dim"), soft_wrap=True)
    for warning in evaluation.warnings:
        console.print(Text(one_line(f"warning  {warning}"), _WARNING), soft_wrap=True)


class _Tables:
    """The tables of one evaluation."""

    def __init__(self, evaluation: Evaluation, console: Console) -> None:
        self._evaluation = evaluation
        self._console = console
        self._metrics = evaluation.metrics
        self._figures = evaluation.by_name()
        self._units = evaluation.units()

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

    def together(self) -> None:
        """A row for each candidate in all clips, its interval below; what others published."""
        evaluation = self._evaluation
        table = self._table(f"{len(evaluation.clips)} videos", shown=self._metrics)
        if evaluation.reference:
            table.add_column("thesis A", justify="right", no_wrap=True)
        for candidate in evaluation.candidates:
            of = [self._figures[ALL, evaluation.keypoints, candidate, m] for m in self._metrics]
            known = [published(evaluation, candidate)] if evaluation.reference else []
            if self._console.is_terminal:
                known = [cell.replace(" / ", "\n") for cell in known]
            table.add_row(self._marked(candidate, ALL), *map(_value, of), *known)
            table.add_row("", *map(self._range, of), style="dim")
        self._print(table)

    def groups(self) -> None:
        """For each threshold of PCK a row for each candidate and a column for each group."""
        first = self._evaluation.candidates[0]
        for metric in self._metrics:
            if not metric.startswith("pck"):
                continue
            known = [name for name in GROUPS if self._figures[ALL, name, first, metric].count]
            if not known:
                continue
            table = self._table(metric, shown=known)
            for candidate in self._evaluation.candidates:
                of = [self._figures[ALL, name, candidate, metric] for name in known]
                table.add_row(self._marked(candidate, ALL), *map(_value, of))
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
        by_pair: dict[str, list[tuple[str, str]]] = {}
        for one in self._evaluation.differences:
            pair = one_line(f"{one.candidate} against {one.against}")
            by_pair.setdefault(pair, []).append(
                (
                    digits(one.points, self._units[one.metric], "+"),
                    "-"
                    if math.isnan(one.low)
                    else self._to.join(
                        digits(end, self._units[one.metric], "+") for end in (one.low, one.high)
                    ),
                )
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
        for column in table.columns:
            if column.no_wrap:
                texts = (str(text) for text in (column.header, *column.cells))
                column.min_width = max(len(line) for text in texts for line in text.split("\n"))
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
            left: Sequence[Cell] = facts if number == 0 else [""] * len(facts)
            table.add_row(*left, self._marked(candidate, clip), *map(_value, figures))
            if with_interval:
                table.add_row(*([""] * len(facts)), "", *map(self._range, figures), style="dim")

    def _marked(self, candidate: str, clip: str) -> Text:
        """The candidate, with a mark where it was trained on the clip."""
        is_seen = clip in self._evaluation.seen_by(candidate)
        mark = Text(f"{one_line(candidate)}{' *' if is_seen else ''}")
        mark.stylize(_WARNING if is_seen else "")
        return mark

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
            table.add_column(self._heading(name), justify="right", no_wrap=True)
        return table

    def _range(self, figure: Figure) -> str:
        """A figure's interval."""
        if math.isnan(figure.low):
            return "-"
        if figure.unit == "%":
            return f"{figure.low:.0f}-{figure.high:.0f}"
        return self._to.join(digits(end, figure.unit) for end in (figure.low, figure.high))

    @property
    def _to(self) -> str:
        return " to\n" if self._console.is_terminal else " to "

    def _heading(self, name: str) -> str:
        """A column's; in several lines on a terminal."""
        text = heading(name, self._units.get(name, "%"))
        return text.replace(":", "\n:").replace(" ", "\n") if self._console.is_terminal else text


def _value(figure: Figure) -> str:
    return digits(figure.value, figure.unit)
