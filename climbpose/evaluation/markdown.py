"""An evaluation as a page of Markdown."""

import math
from collections.abc import Sequence

from climbpose.evaluation.figures import ALL, Figure
from climbpose.evaluation.report import Evaluation
from climbpose.metrics.groups import GROUPS


def markdown(evaluation: Evaluation) -> str:
    """The tables of all clips: with intervals, by group of keypoints, and the differences."""
    parts = [
        f"{evaluation.setting}; keypoints: {evaluation.keypoints}; {len(evaluation.clips)} videos; "
        "with 95 % intervals",
        _together(evaluation),
        *_by_group(evaluation),
        _differences(evaluation),
        "\n".join(f"- {line}" for line in (*evaluation.notes, *evaluation.warnings)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def digits(value: float, unit: str, form: str = "") -> str:
    """A figure with as many digits as its unit asks for; ``-`` for NaN.

    Args:
        value: The figure.
        unit: Its unit.
        form: ``+`` shows the sign.
    """
    if math.isnan(value):
        return "-"
    return format(value, f"{form}.1f" if unit == "%" else f"{form}.2f")


def heading(metric: str, unit: str) -> str:
    """A column's: the unit too, where it is not percent."""
    return metric if unit == "%" else f"{metric} ({unit})"


def published(evaluation: Evaluation, candidate: str) -> str:
    """What others published of a candidate; ``-`` where there is nothing."""
    values = [evaluation.reference.get((candidate, metric)) for metric in evaluation.metrics]
    return " / ".join(f"{value:g}" for value in values if value is not None) or "-"


def _together(evaluation: Evaluation) -> str:
    units, figures = evaluation.units(), evaluation.by_name()
    names = [heading(metric, units[metric]) for metric in evaluation.metrics]
    rows = []
    for candidate in evaluation.candidates:
        of = [
            figures[ALL, evaluation.keypoints, candidate, metric] for metric in evaluation.metrics
        ]
        row = [candidate, *map(_with_interval, of)]
        rows.append([*row, published(evaluation, candidate)] if evaluation.reference else row)
    return _table(["", *names, *(["thesis A"] if evaluation.reference else [])], rows)


def _by_group(evaluation: Evaluation) -> list[str]:
    figures, tables = evaluation.by_name(), []
    first = evaluation.candidates[0]
    for metric in evaluation.metrics:
        known = [
            name
            for name in GROUPS
            if (ALL, name, first, metric) in figures and figures[ALL, name, first, metric].count
        ]
        if not (metric.startswith("pck") and known):
            continue
        rows = [
            [
                candidate,
                *(
                    digits(one.value, one.unit)
                    for one in (figures[ALL, name, candidate, metric] for name in known)
                ),
            ]
            for candidate in evaluation.candidates
        ]
        tables.append(_table([metric, *known], rows))
    return tables


def _differences(evaluation: Evaluation) -> str:
    units = evaluation.units()
    rows: dict[str, list[str]] = {}
    for one in evaluation.differences:
        unit = units[one.metric]
        cell = digits(one.points, unit, "+")
        if not math.isnan(one.low):
            cell += f" ({digits(one.low, unit, '+')} to {digits(one.high, unit, '+')})"
        rows.setdefault(f"{one.candidate} against {one.against}", []).append(cell)
    names = [heading(metric, units[metric]) for metric in evaluation.metrics]
    return _table(["difference", *names], [[pair, *cells] for pair, cells in rows.items()])


def _with_interval(figure: Figure) -> str:
    value = digits(figure.value, figure.unit)
    if math.isnan(figure.low):
        return value
    return f"{value} ({digits(figure.low, figure.unit)} to {digits(figure.high, figure.unit)})"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_escaped(cell) for cell in line) + " |" for line in lines)


def _escaped(text: str) -> str:
    """The text in a cell: one line, without what begins the next cell."""
    return " ".join(text.split()).replace("|", "\\|")
