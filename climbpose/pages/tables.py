"""Tables: moves, holds and contacts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from climbpose.analytics.values import Contact, Hold, Measures, Move
from climbpose.pages import wording
from climbpose.pages.markup import Markup, element
from climbpose.pages.values import Climb

_PRINTED_MOVES = 24
"""Rows of the printed table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head.

    Attributes:
        title: Short.
        hint: In full.
        unit: Of its numbers.
        group: Head over this column and its neighbours of the same group.
        is_number: Whether numbers stand in it.
    """

    title: str
    hint: str = ""
    unit: str = ""
    is_number: bool = True
    group: str = ""


_MOVES = (
    Column("Move", is_number=False),
    Column("Limb", is_number=False),
    Column("Holds", "from hold, to hold", is_number=False),
    Column("At", "seconds from the video's beginning to the move's", "s"),
    Column("Takes", "seconds from leaving one hold to reaching the other", "s"),
    Column("Reach", "distance between the two holds, body lengths", "BL"),
    Column("Rest before", "seconds since the hand move before ended", "s"),
    Column("Peak speed", "highest speed of the centre of mass, body lengths a second", "BL/s"),
    Column(
        "Smoothness",
        "log dimensionless jerk of the centre of mass: closer to 0 is smoother",
        "LDLJ",
    ),
)


def table(columns: Sequence[Column], rows: Sequence[Markup], caption: str) -> Markup:
    """A table whose heads sort it."""
    heads = [
        element(
            "th",
            element(
                "button",
                column.title,
                element("small", f" {column.unit}") if column.unit else None,
                type="button",
                title=column.hint or None,
            ),
            scope="col",
            class_="number" if column.is_number else None,
        )
        for column in columns
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption, class_="unseen"),
            element("thead", _groups(columns), element("tr", heads)),
            element("tbody", rows),
        ),
        class_="scroller",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _groups(columns: Sequence[Column]) -> Markup | None:
    """The row over the columns' heads, where some belong together."""
    if not any(column.group for column in columns):
        return None
    runs = [(name, len(list(run))) for name, run in groupby(columns, key=lambda one: one.group)]
    cells = [
        element("th", name, scope="colgroup", colspan=count)
        if name
        else element("td", colspan=count)
        for name, count in runs
    ]
    return element("tr", cells, class_="groups")


def cell(value: float, decimals: int) -> Markup:
    """A number's cell; those that are not known sort last."""
    key = f"{value:.6g}" if math.isfinite(value) else ""
    return element("td", wording.fixed(value, decimals), class_="number", data_value=key)


def moves(climb: Climb) -> Markup:
    """The moves; a click plays one in a loop."""
    rows = [_move(move, climb.offset_s) for move in climb.measures.moves]
    content = (
        table(_MOVES, rows, "Moves")
        if rows
        else element(
            "p",
            "No move was found: no hand or foot was seen to leave one hold and reach another.",
            class_="absent",
        )
    )
    hint = element("p", "Choose one to play it in a loop.", class_="lead") if rows else None
    return element("section", element("h2", "Moves"), hint, content, class_="moves panel")


def _move(move: Move, offset: float) -> Markup:
    number = element(
        "button",
        move.number,
        type="button",
        data_loop=move.number,
        aria_pressed="false",
        aria_label=f"Loop move {move.number}, {wording.limb(move.limb)}",
    )
    return element(
        "tr",
        element("th", number, scope="row", data_value=move.number),
        limb_cell(move),
        from_to(move),
        cell(move.start_s - offset, 1),
        cell(move.seconds, 2),
        cell(move.reach_bl, 2),
        cell(move.rest_before_s, 1),
        cell(move.peak_speed_bl_s, 2),
        cell(move.ldlj, 1),
        data_move=move.number,
    )


def limb_cell(event: Move | Contact) -> Markup:
    """A limb's name with the colour of its side."""
    return element(
        "td",
        element("span", class_=f"pip {event.limb.word}", aria_hidden="true"),
        wording.limb(event.limb),
        data_value=int(event.limb),
        class_="limb",
    )


def from_to(move: Move) -> Markup:
    """From which hold to which."""
    start, end = wording.hold(move.from_hold), wording.hold(move.to_hold)
    key = move.from_hold if move.from_hold is not None else ""
    return element("td", f"{start}\u202f→\u202f{end}", data_value=key, class_="holds-cell")


def holds(measures: Measures) -> Markup:
    """The holds and who held them how long."""
    if not measures.holds:
        words = "No hold was found: no hand or foot was seen to rest on the wall."
        content = element("p", words, class_="absent")
    else:
        columns = (
            Column("Hold", is_number=False),
            Column("Held by", is_number=False),
            Column("Contacts"),
            Column("Held", "seconds, all contacts together", "s"),
            Column("Adjustments", "regrips and re-placements"),
        )
        rows = [_hold(hold, measures.contacts) for hold in measures.holds]
        content = table(columns, rows, "Holds, in order of first use")
    return element("section", element("h2", "Holds"), content, class_="hold-list panel")


def _hold(hold: Hold, contacts: Sequence[Contact]) -> Markup:
    own = [contact for contact in contacts if contact.hold == hold.number]
    go = element(
        "button",
        hold.number,
        type="button",
        data_goes_to_hold=hold.number,
        aria_label=f"Go to hold {hold.number}",
    )
    return element(
        "tr",
        element("th", go, scope="row", data_value=hold.number),
        element("td", ", ".join(wording.limb(limb) for limb in hold.limbs)),
        cell(float(len(own)), 0),
        cell(math.fsum(contact.seconds for contact in own), 1),
        cell(float(sum(contact.adjustments for contact in own)), 0),
    )


def contacts(climb: Climb) -> Markup | None:
    """Each contact: the timeline's lanes as text."""
    if not climb.measures.contacts:
        return None
    columns = (
        Column("At", "seconds from the video's beginning", "s", is_number=False),
        Column("Limb", is_number=False),
        Column("Hold"),
        Column("For", "how long it lasted", "s"),
        Column("Adjustments", "regrips and re-placements"),
        Column("Confidence", "mean of the keypoints', 0 to 1"),
    )
    rows = [_contact(contact, climb.offset_s) for contact in climb.measures.contacts]
    return element(
        "details",
        element("summary", f"All {wording.plural(len(rows), 'contact')}"),
        table(columns, rows, "Contacts, in order of time"),
        class_="panel more",
    )


def _contact(contact: Contact, offset: float) -> Markup:
    start = contact.start_s - offset
    go = element(
        "button",
        wording.fixed(start, 1),
        type="button",
        data_goes_to=f"{start:.4f}",
        aria_label=f"Go to {start:.1f} seconds",
    )
    return element(
        "tr",
        element("th", go, scope="row", data_value=f"{start:.4f}"),
        limb_cell(contact),
        element("td", wording.hold(contact.hold), class_="number", data_value=contact.hold),
        cell(contact.seconds, 2),
        cell(float(contact.adjustments), 0),
        cell(contact.confidence, 2),
    )


def printed_moves(climb: Climb) -> Markup:
    """A short table for paper."""
    moves = climb.measures.moves
    if not moves:
        return element("p", "No move was found.", class_="absent")
    heads = [
        element("th", title, scope="col")
        for title in ("Move", "Limb", "Holds", "At", "Takes", "Reach")
    ]
    rows = [
        element(
            "tr",
            element("th", move.number, scope="row"),
            element("td", wording.limb(move.limb)),
            from_to(move),
            element("td", f"{wording.fixed(move.start_s - climb.offset_s, 1)}\u202fs"),
            element("td", f"{wording.fixed(move.seconds, 2)}\u202fs"),
            element("td", f"{wording.fixed(move.reach_bl, 2)}\u202fBL"),
        )
        for move in moves[:_PRINTED_MOVES]
    ]
    left = len(moves) - len(rows)
    more = element("p", f"and {wording.plural(left, 'move')} more", class_="lead") if left else None
    table = element(
        "table",
        element("caption", "Moves", class_="unseen"),
        element("thead", element("tr", heads)),
        element("tbody", rows),
    )
    return element("div", table, more, class_="printed-moves")
