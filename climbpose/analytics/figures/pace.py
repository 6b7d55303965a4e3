"""How long, how high, how fast: what predicts ability best, and the first thing to look at."""

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import (
    NO_CLIMBING,
    NO_MOVES,
    NOT_SEEN,
    Findings,
    in_metres_too,
    median,
    register,
    series_in_metres_too,
)
from climbpose.analytics.values import Figure, Series

_OF_PACE = "definition; pace and time explain ability best, CM-PAT, IJSPP 2020"
_DEFINITION = "definition"


@register("pace")
def pace(climb: Climb) -> Findings:
    """Time on the wall, height, moves and pace."""
    minutes = climb.climbing_s / 60
    yield Figure(
        name="time_on_wall_s", label="time on the wall", group="overview", unit="s",
        value=climb.climbing_s if minutes else float("nan"), missing="" if minutes else NO_CLIMBING,
        meaning="From the first hold of a hand to the last one.",
        caveat="Begins with the video where that begins on the wall.",
        source=_OF_PACE,
    )  # fmt: skip
    yield from _height(climb)
    yield from _moves(climb)


def _height(climb: Climb) -> Findings:
    height = (-climb.centre[:, 1]) / climb.body_px
    known = height[climb.is_climbing & np.isfinite(height)]
    start = float(np.median(known[: max(len(known) // 50, 1)])) if len(known) else float("nan")
    gained = float(np.percentile(known, 99)) - start if len(known) else float("nan")
    missing = "" if len(known) else (NOT_SEEN if climb.is_climbing.any() else NO_CLIMBING)
    rows = height - (start if np.isfinite(start) else 0.0)
    yield from series_in_metres_too(
        climb,
        Series("height_bl", "height of the centre of mass", "height", "BL", rows,
               np.isfinite(rows)),
    )  # fmt: skip
    caveat = "In the picture: on a leaning wall, or filmed from below, less than climbed."
    yield from in_metres_too(
        climb,
        Figure(
            name="height_gained_bl", label="height gained", group="overview", unit="BL",
            value=gained, missing=missing,
            meaning="How far the centre of mass rose from the start to its highest point.",
            caveat=caveat, source=_DEFINITION,
        ),
    )  # fmt: skip
    minutes = climb.climbing_s / 60
    yield from in_metres_too(
        climb,
        Figure(
            name="ascent_bl_min", label="rate of ascent", group="overview", unit="BL/min",
            value=gained / minutes if minutes else float("nan"),
            missing=missing,
            meaning="Height gained for each minute on the wall.",
            caveat=caveat, source=_OF_PACE,
        ),
    )  # fmt: skip


def _moves(climb: Climb) -> Findings:
    moves, minutes = climb.moves, climb.climbing_s / 60
    missing = "" if minutes else NO_CLIMBING
    yield Figure(
        name="moves", label="hand moves", group="overview", unit="",
        value=float(len(moves)) if minutes else float("nan"), missing=missing,
        meaning="How often a hand went from one hold to another.",
        caveat="Moves between holds closer than 0.2 body lengths are not seen.",
        source=_DEFINITION,
    )  # fmt: skip
    yield Figure(
        name="moves_per_minute", label="tempo", group="overview", unit="1/min",
        value=len(moves) / minutes if minutes else float("nan"), missing=missing,
        meaning="Hand moves for each minute on the wall.",
        caveat="Says nothing of how hard the moves are.", source=_OF_PACE,
    )  # fmt: skip
    missing = "" if moves else NO_MOVES
    yield Figure(
        name="move_seconds", label="duration of a move", group="overview", unit="s",
        value=median([move.seconds for move in moves]), missing=missing,
        meaning="Half of the hand moves are shorter: from leaving a hold to reaching the next.",
        caveat="To within a frame or two; a hand that shakes out with the arm bent counts.",
        source=_DEFINITION,
    )  # fmt: skip
    pauses = [move.rest_before_s for move in moves]
    yield Figure(
        name="longest_pause_s", label="longest pause between moves", group="overview", unit="s",
        value=max(pauses, default=float("nan")), missing=missing,
        meaning="Where the climber was stuck, rested or read the route.",
        caveat="The footage tells which of them.", source="coaches' practice: look there first",
    )  # fmt: skip
