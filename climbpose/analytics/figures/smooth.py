"""Smoothness of the moves, and whether it changes as the climb goes on."""

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import NO_MOVES, Findings, median, register
from climbpose.analytics.moves import rows_around
from climbpose.analytics.smoothness import spectral_arc_length
from climbpose.analytics.values import Figure

_FEWEST_FOR_A_TREND = 6

_PER_MOVE = "Of short movements at few frames a second; compare like moves, of like length."


@register("smoothness")
def smoothness(climb: Climb) -> Findings:
    """LDLJ and SPARC of the moves, and trends."""
    moves = climb.moves
    jerks = [move.ldlj for move in moves]
    arcs = [
        spectral_arc_length(climb.centre[rows], climb.time[rows])
        for rows in (rows_around(climb.time, move.start_s, move.end_s) for move in moves)
    ]
    for name, label, values, source in (
        ("ldlj", "log dimensionless jerk of a move", jerks,
         "Hogan and Sternad 2009; Balasubramanian et al. 2015"),
        ("sparc", "spectral arc length of a move", arcs, "Balasubramanian et al. 2012, 2015"),
    ):  # fmt: skip
        value = median(values)
        yield Figure(
            name=name, label=label, group="smoothness", unit="",
            value=value, missing="" if np.isfinite(value) else _why(climb),
            meaning="Median of the centre of mass over the hand moves; nearer to 0 is smoother.",
            caveat=_PER_MOVE, source=source,
        )  # fmt: skip
    yield from _trends(climb, jerks)


def _why(climb: Climb) -> str:
    return "no move was seen whole" if climb.moves else NO_MOVES


def _trends(climb: Climb, jerks: list[float]) -> Findings:
    seconds = [move.seconds for move in climb.moves]
    for name, label, unit, values in (
        ("trend_move_seconds", "moves take longer", "s/move", seconds),
        ("trend_ldlj", "moves become smoother", "1/move", jerks),
    ):
        known = np.flatnonzero(np.isfinite(values))
        is_enough = len(known) >= _FEWEST_FOR_A_TREND
        slope = float(np.polyfit(known, np.array(values)[known], 1)[0]) if is_enough else np.nan
        yield Figure(
            name=name, label=label, group="smoothness", unit=unit, value=slope,
            missing="" if is_enough else f"fewer than {_FEWEST_FOR_A_TREND} moves",
            meaning="Change with each hand move, on a straight line; below 0 the reverse.",
            caveat="Exploratory: routes get harder, and moves differ.", source="ours",
        )  # fmt: skip
