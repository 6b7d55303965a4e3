"""Key figures: each with its unit, and on request what it means and where it misleads."""

import math
from collections.abc import Sequence

from climbpose.analytics.values import Figure
from climbpose.pages import wording
from climbpose.pages.markup import Markup, element, join

GROUPS = {
    "overview": "At a glance",
    "movement": "Movement",
    "line": "Line",
    "rest": "Rest",
    "hands": "Hands",
    "feet": "Feet",
    "smoothness": "Smoothness",
    "angles": "Typical angles",
    "quality": "How far to trust it",
}
"""Titles of the groups of figures, in the order of the page."""

_PRINTED = 16
"""Figures on the printed page."""

NOT_PRINTED = {"angles", "quality"}
"""Groups that are left out on paper."""


def group_title(group: str) -> str:
    """A group's title; one that is not known here has its own name."""
    return GROUPS.get(group, group.replace("_", " ").capitalize())


def glance(figures: Sequence[Figure]) -> Markup | None:
    """The overview, in one row."""
    chosen = [figure for figure in _once(figures) if figure.group == "overview"]
    if not chosen:
        return None
    return element(
        "section",
        element("h2", group_title("overview"), class_="unseen"),
        element("dl", [_entry(figure) for figure in chosen]),
        class_="glance",
    )


def _once(figures: Sequence[Figure]) -> list[Figure]:
    """The figures; what is known in metres is not repeated in body lengths."""
    in_metres = {figure.label for figure in figures if figure.unit.startswith("m")}
    return [
        figure
        for figure in figures
        if not (figure.unit.startswith("BL") and figure.label in in_metres)
    ]


def groups(figures: Sequence[Figure]) -> Markup:
    """All the others, group by group."""
    names = dict.fromkeys([*GROUPS, *(figure.group for figure in figures)])
    cards = []
    for name in names:
        chosen = [figure for figure in figures if figure.group == name]
        if chosen and name != "overview":
            title = element("h3", group_title(name))
            entries = element("dl", [_entry(figure) for figure in chosen])
            cards.append(element("section", title, entries, class_="card"))
    if not cards and not figures:
        cards = [element("p", "No figure could be measured.", class_="absent")]
    return element(
        "section",
        element("h2", "Key figures"),
        element(
            "p",
            "Each stands for itself; there is no overall score. BL is a body length: from the "
            "middle of the shoulders to the middle of the hips.",
            class_="lead",
        ),
        element("div", cards, class_="cards"),
        class_="figures panel",
    )


def _entry(figure: Figure) -> Markup:
    is_known = math.isfinite(figure.value)
    return element(
        "div",
        element("dt", wording.sentence(figure.label)),
        element(
            "dd",
            value(figure),
            class_="known" if is_known else "unknown",
        ),
        element("dd", about(figure), class_="about"),
        None if is_known else element("dd", figure.missing, class_="why"),
        class_="figure",
    )


def value(figure: Figure) -> Markup:
    """The number with its unit, or that there is none."""
    if not math.isfinite(figure.value):
        return element("b", wording.NOT_KNOWN)
    if figure.unit == "s" and figure.value >= 100:
        shown, unit = wording.clock(figure.value).split()
    else:
        shown, unit = wording.number(figure.value), wording.unit(figure.unit)
    if not unit:
        return element("b", shown)
    spoken = wording.spoken_unit(figure.unit)
    title = spoken if spoken != unit else None
    return join(
        element("b", shown),
        "" if unit in ("°", "%") else "\u202f",
        element("abbr" if title else "span", unit, class_="unit", title=title),
    )


def about(figure: Figure) -> Markup:
    """What a figure means, where it misleads and where it comes from, on request."""
    return element(
        "details",
        element(
            "summary",
            element("span", "?", aria_hidden="true"),
            element("span", f"About: {figure.label}", class_="unseen"),
        ),
        element(
            "div",
            element("p", figure.meaning),
            element("p", element("strong", "Take care: "), figure.caveat)
            if figure.caveat
            else None,
            element("p", element("strong", "Source: "), figure.source) if figure.source else None,
            class_="explained",
        ),
    )


def printed(figures: Sequence[Figure]) -> Markup:
    """The most important ones that are known, for the printed page."""
    order = list(GROUPS)
    known = [f for f in _once(figures) if math.isfinite(f.value) and f.group not in NOT_PRINTED]
    ranked = sorted(
        enumerate(known),
        key=lambda entry: (
            entry[1].group != "overview",
            sum(f.group == entry[1].group for f in known[: entry[0]]),
            order.index(entry[1].group) if entry[1].group in order else len(order),
        ),
    )
    chosen = [figure for _, figure in ranked[:_PRINTED]]
    if not chosen:
        return element("p", "No figure could be measured.", class_="absent")
    return element(
        "dl",
        [
            element(
                "div",
                element("dt", wording.sentence(figure.label)),
                element("dd", value(figure)),
            )
            for figure in chosen
        ],
    )
