"""Tables of two climbs: what each did, and the difference."""

import math
from collections.abc import Sequence
from math import nan

from climbpose.analytics.values import Figure, Move
from climbpose.comparing.moves import MoveDifference
from climbpose.pages import wording
from climbpose.pages.figures import GROUPS, NOT_PRINTED, about, group_title, value
from climbpose.pages.markup import Markup, element
from climbpose.pages.tables import Column, cell, from_to, limb_cell, table
from climbpose.pages.values import Pair

DIFFERENCE = f"B {wording.MINUS} A"

_PRINTED_FIGURES, _PRINTED_MOVES = 14, 24


def moves(pair: Pair) -> Markup:
    """The moves that belong together, and what the other climb has no counterpart of."""
    if not pair.alignment.moves:
        words = "No move was found in either climb."
        content, hint = element("p", words, class_="absent"), None
    else:
        columns = (
            Column("Move", is_number=False),
            Column("Limb", is_number=False),
            Column("A", "from hold, to hold, numbers of A", is_number=False, group="Holds"),
            Column("B", "from hold, to hold, numbers of B", is_number=False, group="Holds"),
            *_compared("Takes", "seconds from leaving one hold to reaching the other", "s"),
            *_compared("Rests before", "seconds since the hand move before ended", "s"),
            *_compared("Reach", "distance between the two holds, own body lengths", "BL"),
            *_compared("Peak speed", "highest speed of the centre of mass", "BL/s"),
            *_compared("Smoothness", "closer to 0 is smoother", "LDLJ"),
        )
        rows = [_row(number, one) for number, one in enumerate(pair.alignment.moves, 1)]
        content = table(columns, rows, "Moves of both")
        hint = element("p", "Choose one to play it in a loop.", class_="lead")
    return element("section", element("h2", "Move by move"), hint, content, class_="moves panel")


def _compared(title: str, hint: str, unit: str) -> tuple[Column, ...]:
    group = f"{title}, {unit}"
    return (
        Column("A", f"A: {hint}", group=group),
        Column("B", f"B: {hint}", group=group),
        Column(DIFFERENCE, f"difference of: {hint}", group=group),
    )


def _row(number: int, one: MoveDifference) -> Markup:
    both = one.first, one.second
    some = one.first or one.second
    assert some is not None
    loop = element(
        "button",
        number,
        type="button",
        data_loop=number,
        aria_pressed="false",
        aria_label=f"Loop move {number}, {wording.limb(some.limb)}",
    )
    return element(
        "tr",
        element("th", loop, scope="row", data_value=number),
        limb_cell(some),
        _holds(one.first),
        _holds(one.second),
        _three([move.seconds if move else nan for move in both], one.seconds, 2),
        _three([move.rest_before_s if move else nan for move in both], one.rest_before_s, 1),
        _three([move.reach_bl if move else nan for move in both], one.reach_bl, 2),
        _three([move.peak_speed_bl_s if move else nan for move in both], one.peak_speed_bl_s, 2),
        _three([move.ldlj if move else nan for move in both], one.ldlj, 1),
        data_move=number,
    )


def _holds(move: Move | None) -> Markup:
    return element("td", "no such move", class_="absent") if move is None else from_to(move)


def _three(values: Sequence[float], difference: float, decimals: int) -> list[Markup]:
    a, b = values
    return [cell(a, decimals), cell(b, decimals), _difference(difference, decimals)]


def _difference(value: float, decimals: int) -> Markup:
    key = f"{value:.6g}" if math.isfinite(value) else ""
    return element("td", signed(value, decimals), class_="number difference", data_value=key)


def signed(value: float, decimals: int) -> str:
    """A difference with its sign."""
    shown = wording.fixed(value, decimals)
    return f"+{shown}" if value > 0 and float(f"{value:.{decimals}f}") > 0 else shown


def _figures(pair: Pair) -> list[tuple[Figure, Figure]]:
    second = {figure.name: figure for figure in pair.second.measures.figures}
    return [
        (figure, second[figure.name])
        for figure in pair.first.measures.figures
        if figure.name in second
    ]


def figures(pair: Pair) -> Markup:
    """The key figures of both."""
    both = _figures(pair)
    bodies = []
    for name in dict.fromkeys([*GROUPS, *(first.group for first, _ in both)]):
        chosen = [entry for entry in both if entry[0].group == name]
        if chosen:
            head = element("th", group_title(name), scope="rowgroup", colspan=5)
            rows = [_figure(first, second) for first, second in chosen]
            bodies.append(element("tbody", element("tr", head, class_="group"), rows))
    titles = ("Figure", "A", "B", DIFFERENCE, "About")
    heads = [element("th", title, scope="col") for title in titles]
    content = (
        element(
            "div",
            element(
                "table",
                element("caption", "Key figures of both", class_="unseen"),
                element("thead", element("tr", heads)),
                bodies,
                class_="compared-figures",
            ),
            class_="scroller whole",
            tabindex="0",
            role="region",
            aria_label="Key figures of both",
        )
        if bodies
        else element("p", "No figure could be measured.", class_="absent")
    )
    lead = element(
        "p",
        "A difference is not a verdict: what is better depends on the climb. There is no overall "
        "score.",
        class_="lead",
    )
    return element("section", element("h2", "Key figures"), lead, content, class_="figures panel")


def _figure(first: Figure, second: Figure) -> Markup:
    reasons = dict.fromkeys(one.missing for one in (first, second) if one.missing)
    return element(
        "tr",
        element(
            "th",
            wording.sentence(first.label),
            [element("small", reason, class_="why") for reason in reasons],
            scope="row",
        ),
        [element("td", value(figure), class_="number") for figure in (first, second)],
        element("td", _gap(first, second), class_="number difference"),
        element("td", about(first), class_="about"),
    )


def _gap(first: Figure, second: Figure) -> str:
    gap = second.value - first.value
    return f"+{wording.number(gap)}" if gap > 0 else wording.number(gap)


def printed_figures(pair: Pair) -> Markup:
    """The most important figures of both, for paper."""
    known = [
        entry
        for entry in _figures(pair)
        if entry[0].group not in NOT_PRINTED and all(math.isfinite(one.value) for one in entry)
    ]
    heads = [element("th", title, scope="col") for title in ("Key figure", "A", "B", DIFFERENCE)]
    rows = [
        element(
            "tr",
            element("th", wording.sentence(first.label), scope="row"),
            element("td", value(first)),
            element("td", value(second)),
            element("td", _gap(first, second)),
        )
        for first, second in known[:_PRINTED_FIGURES]
    ]
    if not rows:
        return element("p", "No figure is known of both.", class_="absent")
    return element("table", element("thead", element("tr", heads)), element("tbody", rows))


def printed_moves(pair: Pair) -> Markup:
    """A short table for paper."""
    if not pair.alignment.moves:
        return element("p", "No move was found in either climb.", class_="absent")
    titles = ("Move", "Limb", "A takes", "B takes", DIFFERENCE)
    heads = [element("th", title, scope="col") for title in titles]
    rows = []
    for number, one in enumerate(pair.alignment.moves[:_PRINTED_MOVES], 1):
        some = one.first or one.second
        assert some is not None
        both = [nan if move is None else move.seconds for move in (one.first, one.second)]
        texts = [*(wording.fixed(value, 2) for value in both), signed(one.seconds, 2)]
        rows.append(
            element(
                "tr",
                element("th", number, scope="row"),
                element("td", wording.limb(some.limb)),
                [element("td", text) for text in texts],
            )
        )
    left = len(pair.alignment.moves) - len(rows)
    more = element("p", f"and {wording.plural(left, 'move')} more", class_="lead") if left else None
    content = element("table", element("thead", element("tr", heads)), element("tbody", rows))
    return element("div", content, more, class_="printed-moves")
