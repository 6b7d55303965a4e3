"""The places of the plots; scripts draw them."""

from climbpose.analytics.values import Series
from climbpose.pages import wording
from climbpose.pages.markup import Markup, element
from climbpose.pages.payload import known
from climbpose.pages.values import Climb

_TITLES = {
    "height": "Height",
    "speed": "Speed",
    "angle": "Joint angles",
    "coverage": "Share of the body that was seen",
}

_SHOWN = 4
"""Lines of a plot that are shown at first."""


def panel(climb: Climb) -> Markup:
    """A plot for each group of series, and a word on those that are not known."""
    groups: dict[str, list[Series]] = {}
    for series in known(climb):
        groups.setdefault(series.group, []).append(series)
    order = sorted(groups, key=lambda name: list(_TITLES).index(name) if name in _TITLES else 99)
    plots = [_plot(name, groups[name]) for name in order]
    absent = [s.label for s in climb.measures.series if s not in known(climb)]
    words = (
        f"Not known at any time, so not drawn: {', '.join(absent)}."
        if absent
        else None
        if plots
        else "There is nothing to plot: nothing could be measured over time."
    )
    hint = "Click a plot to go there. Drag to look closer, double-click to see all again."
    return element(
        "section",
        element("h2", "Over time"),
        element("p", hint, class_="lead") if plots else None,
        plots,
        element("p", words, class_="absent") if words else None,
        class_="plots panel",
    )


def _plot(group: str, members: list[Series]) -> Markup:
    title = _TITLES.get(group, group.replace("_", " ").capitalize())
    unit = wording.spoken_unit(members[0].unit)
    chips = [
        element(
            "label",
            element("input", type="checkbox", checked=index < _SHOWN, data_line=series.label),
            element("span", class_="swatch", aria_hidden="true"),
            series.label,
            class_="chip",
        )
        for index, series in enumerate(members)
    ]
    return element(
        "figure",
        element("h3", title, element("small", f" {unit}") if unit else None),
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
