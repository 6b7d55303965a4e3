"""Moves of the hands from hold to hold, and the rests between."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float64

from climbpose.analytics.filtering import rates, stretches
from climbpose.analytics.smoothness import log_dimensionless_jerk
from climbpose.analytics.values import Contact, Limb, Move, Rest

STILL_BL_S = 0.10
"""A body that is slower than this is at rest, body lengths a second. There is no agreed value."""

SHORTEST_REST_S = 1.0

_SHAKEN_S = 0.5
"""An arm that hangs for so long is shaken out, or chalked; else it only starts from a low hold."""

_MARGIN_S = 0.2
"""The body begins before the hand leaves and settles after it has arrived."""


def find_moves(
    contacts: Sequence[Contact],
    is_hanging: Bool[np.ndarray, "frames 2"],
    centre: Float64[np.ndarray, "frames 2"],
    time: Float64[np.ndarray, " frames"],
    body_px: float,
) -> list[Move]:
    """The hands' moves, in the order in which they arrive.

    A hand that comes back to the hold that it left has not moved; one that was shaken out or
    chalked on its way sets out when the arm hangs no more.

    Args:
        contacts: In order of time.
        is_hanging: Whether the left and the right arm hang down.
        centre: The centre of mass in the wall frame, NaN where missing.
        time: Of each row, seconds.
        body_px: A body length in the wall frame.
    """
    pairs: list[tuple[int, Contact, Contact]] = []
    for limb in (Limb.LEFT_HAND, Limb.RIGHT_HAND):
        own = [one for one in contacts if one.limb == limb]
        pairs += [
            (_set_out(is_hanging[:, limb], time, before.end, after.start), before, after)
            for before, after in pairwise(own)
            if before.hold != after.hold
        ]
    pairs.sort(key=lambda pair: (pair[2].start, pair[2].limb))
    speed = np.linalg.norm(rates(centre, time), axis=1) / body_px
    moves: list[Move] = []
    last_end_s = contacts[0].start_s if contacts else 0.0
    for number, (start, before, after) in enumerate(pairs, start=1):
        start_s = before.end_s if start == before.end else float(time[start])
        rows = rows_around(time, start_s, after.start_s)
        known = speed[rows][np.isfinite(speed[rows])]
        reach = np.hypot(after.xy[0] - before.xy[0], after.xy[1] - before.xy[1])
        moves.append(
            Move(
                number=number,
                limb=before.limb,
                start=start,
                end=max(after.start, start),
                start_s=start_s,
                end_s=after.start_s,
                from_hold=before.hold,
                to_hold=after.hold,
                reach_bl=float(reach) / body_px,
                rest_before_s=max(start_s - last_end_s, 0.0),
                ldlj=log_dimensionless_jerk(centre[rows], time[rows]),
                peak_speed_bl_s=float(known.max()) if len(known) else float("nan"),
            )
        )
        last_end_s = max(last_end_s, after.start_s)
    return moves


def _set_out(
    is_hanging: Bool[np.ndarray, " frames"],
    time: Float64[np.ndarray, " frames"],
    left: int,
    arrived: int,
) -> int:
    """The row in which a hand sets out that left its hold in one row and arrives in another."""
    start = left
    for first, end in stretches(is_hanging[left:arrived]):
        if time[left + end - 1] - time[left + first] >= _SHAKEN_S:
            start = left + end
    return start


def rows_around(time: Float64[np.ndarray, " frames"], start_s: float, end_s: float) -> slice:
    """The rows of a move, and of how the body begins and ends it."""
    first = int(np.searchsorted(time, start_s - _MARGIN_S))
    return slice(first, int(np.searchsorted(time, end_s + _MARGIN_S, side="right")))


def find_rests(
    speed: Float64[np.ndarray, " frames"], time: Float64[np.ndarray, " frames"]
) -> list[Rest]:
    """Stretches of at least `SHORTEST_REST_S` in which the body hardly moves.

    Args:
        speed: Of the body, body lengths a second, NaN where it is not known.
        time: Of each row, seconds.
    """
    with np.errstate(invalid="ignore"):
        is_still = speed < STILL_BL_S
    rests = []
    for start, end in stretches(is_still):
        end_s = float(time[min(end, len(time) - 1)])
        if end_s - float(time[start]) >= SHORTEST_REST_S:
            rests.append(Rest(start, end, float(time[start]), end_s))
    return rests
