"""Which moves of two climbs are the same, and what differs between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.values import Measures, Move
from climbpose.comparing.registration import Registration

SAME_HOLD_BL = 0.35
"""Places closer than this are one hold, body lengths: hands take a large hold here or there."""


@dataclass(frozen=True, slots=True)
class MoveDifference:
    """A move of both climbs, or one that the other climb lacks; differences are B less A.

    Attributes:
        first: Of A, None where A has no such move.
        second: Of B, None where B has no such move.
        seconds: How much longer it takes; this and the following are NaN where one is not known.
        rest_before_s: How much longer the rest before is.
        reach_bl: How much farther it reaches, each in the climber's own body lengths.
        ldlj: How much smoother it is (log dimensionless jerk of the centre of mass).
        peak_speed_bl_s: How much higher the highest speed is.
        path_bl: How much longer the centre of mass's path is, each in own body lengths.
    """

    first: Move | None
    second: Move | None
    seconds: float
    rest_before_s: float
    reach_bl: float
    ldlj: float
    peak_speed_bl_s: float
    path_bl: float

    @property
    def is_matched(self) -> bool:
        """Whether both climbs have the move."""
        return self.first is not None and self.second is not None


def compare_moves(a: Measures, b: Measures, registration: Registration) -> list[MoveDifference]:
    """All moves of both climbs, in order, those together that have one limb and one goal.

    Args:
        a: One climb.
        b: The other.
        registration: How the wall of B lies on that of A.
    """
    pairs = _same_moves(_targets(a, None), _targets(b, registration), a, b)
    rows: list[tuple[Move | None, Move | None]] = []
    next_a = next_b = 0
    for i, j in [*pairs, (len(a.moves), len(b.moves))]:
        rows += [(move, None) for move in a.moves[next_a:i]]
        rows += [(None, move) for move in b.moves[next_b:j]]
        if i < len(a.moves):
            rows.append((a.moves[i], b.moves[j]))
        next_a, next_b = i + 1, j + 1
    return [_difference(a, b, first, second) for first, second in rows]


def _targets(measures: Measures, registration: Registration | None) -> np.ndarray:
    """Where the moves go in the common wall frame, NaN where that is not known."""
    places = {hold.number: hold.xy for hold in measures.holds}
    nowhere = (np.nan, np.nan)
    goals = [
        nowhere if move.to_hold is None else places.get(move.to_hold, nowhere)
        for move in measures.moves
    ]
    xy = np.array(goals, np.float64).reshape(-1, 2)
    return xy if registration is None else registration.on_a(xy)


def _same_moves(
    first: Float64[np.ndarray, "moves_a 2"],
    second: Float64[np.ndarray, "moves_b 2"],
    a: Measures,
    b: Measures,
) -> list[tuple[int, int]]:
    """Places of the moves that are the same, ascending in both; as many as can be in order.

    Among ways with as many, the one whose goals lie closest (Needleman and Wunsch 1970).
    """
    limbs_a, limbs_b = ([int(move.limb) for move in one.moves] for one in (a, b))
    apart = np.linalg.norm(first[:, None] - second[None], axis=2) / a.scale.length_px
    is_same = (np.array(limbs_a)[:, None] == np.array(limbs_b)) & (apart < SAME_HOLD_BL)
    # One more in order is worth more than any closeness.
    worth = np.where(is_same, 1 - apart / SAME_HOLD_BL / (2 * max(apart.shape, default=1) + 2), 0)
    best = np.zeros((len(first) + 1, len(second) + 1))
    for i in range(len(first)):
        for j in range(len(second)):
            best[i + 1, j + 1] = max(best[i, j] + worth[i, j], best[i, j + 1], best[i + 1, j])
    pairs = []
    i, j = len(first), len(second)
    while i and j:
        if is_same[i - 1, j - 1] and best[i, j] == best[i - 1, j - 1] + worth[i - 1, j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _difference(
    a: Measures, b: Measures, first: Move | None, second: Move | None
) -> MoveDifference:
    if first is None or second is None:
        return MoveDifference(first, second, *(float("nan"),) * 6)
    return MoveDifference(
        first=first,
        second=second,
        seconds=second.seconds - first.seconds,
        rest_before_s=second.rest_before_s - first.rest_before_s,
        reach_bl=second.reach_bl - first.reach_bl,
        ldlj=second.ldlj - first.ldlj,
        peak_speed_bl_s=second.peak_speed_bl_s - first.peak_speed_bl_s,
        path_bl=_path_bl(b, second) - _path_bl(a, first),
    )


def _path_bl(measures: Measures, move: Move) -> float:
    """Length of the centre of mass's path during a move, body lengths; NaN where it is unknown."""
    xy = measures.centre_of_mass[move.start : move.end]
    if len(xy) < 2:
        return float("nan")
    return float(np.linalg.norm(np.diff(xy, axis=0), axis=1).sum()) / measures.scale.length_px


def unmatched(differences: Sequence[MoveDifference]) -> list[str]:
    """What one climb did and the other did not, one line each."""
    lines = []
    for one in differences:
        for own, name, other in ((one.first, "A", "B"), (one.second, "B", "A")):
            if own is not None and not one.is_matched:
                limb = own.limb.word.replace("_", " ")
                lines.append(f"{name}'s move {own.number} ({limb}) has no counterpart in {other}")
    return lines
