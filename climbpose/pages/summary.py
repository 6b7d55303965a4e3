"""The page on paper: one sheet for a climb."""

from climbpose.pages import figures, tables, wall
from climbpose.pages.ground import Ground
from climbpose.pages.markup import Markup, element
from climbpose.pages.values import Climb

_WARNINGS = 3


def sheet(climb: Climb, ground: Ground, number: int) -> Markup:
    """One page: the wall with its holds, the key figures and the moves; screens do not show it."""
    lines = [*climb.measures.warnings, *climb.notes]
    more = len(lines) - _WARNINGS
    shown = [*lines[:_WARNINGS], *([f"and {more} more in the report"] if more > 0 else [])]
    shape = "wide" if ground.width > 1.2 * ground.height else "tall"
    return element(
        "section",
        element("p", climb.title, class_="sheet-title"),
        element("p", "; ".join(shown), class_="sheet-warnings") if shown else None,
        element(
            "div",
            wall.again(ground, climb, number),
            element(
                "div",
                element("p", "Key figures", class_="sheet-head"),
                figures.printed(climb.measures.figures),
                class_="sheet-figures",
            ),
            element(
                "div",
                element("p", "Moves", class_="sheet-head"),
                tables.printed_moves(climb),
                class_="sheet-moves",
            ),
            class_=f"sheet-body {shape}",
        ),
        element(
            "p",
            "BL: body length, middle of the shoulders to middle of the hips. Round marks: hands, "
            "square: feet; numbers in order of first use. Made with climbpose.",
            class_="sheet-foot",
        ),
        class_="sheet",
    )
