"""The places of the plots; scripts draw them."""

from collections.abc import Sequence

import numpy as np

from climbpose.analytics.values import Series
from climbpose.pages import wording
from climbpose.pages.markup import Markup, element

_TITLES = {
    "height": "Height",
    "speed": "Speed",
    "angle": "Joint angles",
    "balance": "Balance",
    "coverage": "How much of the body was seen",
}

_SHOWN = 4
"""Lines of a plot that are shown at first."""


def drawn(series: Sequence[Series]) -> list[Series]:
    """The series that have something to show, in metres where body lengths and metres are there."""
    names = {one.name for one in series}
    return [
        one
        for one in series
        if np.isfinite(one.values).any()
        and not _is_steady(one)
        and (not one.name.endswith("_bl") or f"{one.name.removesuffix('_bl')}_m" not in names)
        and (not one.name.endswith("_bl_s") or f"{one.name.removesuffix('_bl_s')}_m_s" not in names)
    ]


def _is_steady(series: Series) -> bool:
    known = series.values[np.isfinite(series.values)]
    return len(known) > 0 and float(np.ptp(known)) < 1e-6


def panel(series: Sequence[Series], hint: str = "") -> Markup:
    """A plot for each group of series, and a word on those that have nothing to draw."""
    groups: dict[str, list[Series]] = {}
    for one in drawn(series):
        groups.setdefault(one.group, []).append(one)
    order = sorted(groups, key=lambda name: list(_TITLES).index(name) if name in _TITLES else 99)
    plots = [_plot(name, groups[name]) for name in order]
    ways = "Click a plot to go there. Drag to look closer, double-click to see all again."
    return element(
        "section",
        element("h2", "Over time"),
        element("p", f"{ways} {hint}".strip(), class_="lead") if plots else None,
        plots,
        [element("p", line, class_="absent") for line in _undrawn(series, bool(plots))],
        class_="plots panel",
    )


def _undrawn(series: Sequence[Series], has_plots: bool) -> list[str]:
    """What there is no line of, and why."""
    lines = [
        f"{wording.sentence(one.label)}: {wording.number(float(np.nanmax(one.values)))} "
        f"{wording.unit(one.unit)}".rstrip()
        + " throughout."
        for one in series
        if _is_steady(one)
    ]
    absent = [one.label for one in series if not np.isfinite(one.values).any()]
    if absent:
        lines.append(f"Not known at any time, so not drawn: {', '.join(absent)}.")
    if not lines and not has_plots:
        lines.append("There is nothing to plot: nothing could be measured over time.")
    return lines


def _plot(group: str, members: list[Series]) -> Markup:
    title = _TITLES.get(group, group.replace("_", " ").capitalize())
    labels = [members[0].label] if len(members) == 1 else []
    about = ", ".join(filter(None, [*labels, wording.spoken_unit(members[0].unit)]))
    chips = [
        element(
            "label",
            element("input", type="checkbox", checked=index < _SHOWN, data_line=index),
            element("span", class_="swatch", aria_hidden="true"),
            wording.sentence(series.label),
            class_="chip",
        )
        for index, series in enumerate(members)
    ]
    return element(
        "figure",
        element("h3", title, element("small", f" {about}") if about else None),
        element("div", chips, class_="chips") if len(members) > 1 else None,
        element(
            "div",
            element("div", class_="graph"),
            element("div", class_="cursor", hidden=True),
            class_="plot",
            role="img",
            aria_label=f"{title} over time: {', '.join(series.label for series in members)}",
        ),
        element("output", class_="values"),
        data_group=group,
    )
