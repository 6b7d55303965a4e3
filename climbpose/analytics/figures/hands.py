"""What the hands do: holding, reaching, matching, adjusting grips; straight arms and lock-offs."""

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
)
from climbpose.analytics.filtering import stretches
from climbpose.analytics.moves import STILL_BL_S
from climbpose.analytics.values import Contact, Figure, Limb

HANDS = (Limb.LEFT_HAND, Limb.RIGHT_HAND)

_STRAIGHT_DEG = 150.0
_LOCKED_DEG = 110.0
_SHORTEST_LOCK_S = 0.3

_SEEN = "Holding is standing still before the wall: load on the hand is not seen."


@register("hands")
def hands(climb: Climb) -> Findings:
    """Time on holds, balance between the hands, reach, matches and regrips."""
    missing = "" if climb.climbing_s else NO_CLIMBING
    for limb in HANDS:
        yield Figure(
            name=f"{limb.word}_holding", label=f"{limb.word.replace('_', ' ')} on holds",
            group="hands", unit="%", value=climb.share_of_time(climb.in_contact[:, limb]),
            missing=missing, meaning="Share of the time on the wall.", caveat=_SEEN,
            source="contact detection; see README",
        )  # fmt: skip
    counts = [sum(move.limb == limb for move in climb.moves) for limb in HANDS]
    moves_missing = "" if climb.moves else NO_MOVES
    yield Figure(
        name="hand_balance", label="moves of the right hand more than the left", group="hands",
        unit="%",
        value=100 * (counts[1] - counts[0]) / sum(counts) if sum(counts) else float("nan"),
        missing=moves_missing,
        meaning="(right - left) / all hand moves: 0 is balanced, above 0 the right leads.",
        caveat="Routes ask for one side or the other.", source="laterality index",
    )  # fmt: skip
    reaches = [move.reach_bl for move in climb.moves]
    for name, label, value, meaning in (
        ("reach_bl", "reach", median(reaches), "Half of the hand moves are shorter."),
        ("longest_reach_bl", "longest reach", max(reaches, default=float("nan")),
         "From the hold left to the hold reached."),
    ):  # fmt: skip
        yield from in_metres_too(
            climb,
            Figure(
                name=name, label=label, group="hands", unit="BL", value=value,
                missing=moves_missing, meaning=meaning,
                caveat="In the picture: on a leaning wall less than the way along it.",
                source="distance between contacts",
            ),
        )  # fmt: skip
    yield from _holds(climb, missing)


def _holds(climb: Climb, missing: str) -> Findings:
    contacts = climb.contacts_of(*HANDS)
    yield Figure(
        name="matches", label="matches", group="hands", unit="",
        value=float(_matches(contacts)) if not missing else float("nan"), missing=missing,
        meaning="How often a second hand came to the hold of the first.",
        caveat="Hands side by side on two small holds look the same.", source="definition",
    )  # fmt: skip
    adjustments = sum(one.adjustments for one in contacts)
    yield Figure(
        name="regrips_per_hold", label="regrips for each hold", group="hands", unit="",
        value=adjustments / len(contacts) if contacts else float("nan"),
        missing="" if contacts else NO_CLIMBING,
        meaning="How often a hand left its place a little and came back.",
        caveat="Trembling of the tracks may count as one; many may be care, or doubt.",
        source="exploratory against performatory movements, Pijpers et al. 2006",
    )  # fmt: skip


def _matches(contacts: list[Contact]) -> int:
    return sum(
        any(
            other.limb != one.limb
            and other.hold == one.hold
            and other.start < one.start < other.end
            for other in contacts
        )
        for one in contacts
    )


@register("arms")
def arms(climb: Climb) -> Findings:
    """Straight arms while holding, and lock-offs while the other hand moves."""
    locked = np.zeros(len(climb.poses), bool)
    for limb in HANDS:
        side = "left" if limb == Limb.LEFT_HAND else "right"
        angle, is_sure = climb.angle_deg(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
        is_holding = climb.in_contact[:, limb] & climb.is_climbing
        judged = is_holding & is_sure
        seconds = float(climb.seconds[judged].sum())
        with np.errstate(invalid="ignore"):
            is_straight, is_bent = angle > _STRAIGHT_DEG, angle < _LOCKED_DEG
            is_slow = climb.slow_speed < 2 * STILL_BL_S
        straight = float(climb.seconds[judged & is_straight].sum())
        yield Figure(
            name=f"{side}_arm_straight", label=f"{side} arm straight", group="hands", unit="%",
            value=100 * straight / seconds if seconds else float("nan"),
            missing="" if seconds else (NOT_SEEN if is_holding.any() else NO_CLIMBING),
            meaning=f"Of the time that the hand holds, elbow beyond {_STRAIGHT_DEG:g} degrees.",
            caveat="Judged only where the arm is not foreshortened; pulling needs bent arms.",
            source="coaches' practice, 150 to 160 degrees",
        )  # fmt: skip
        other = climb.in_contact[:, HANDS[1 - limb]]
        locked |= judged & is_bent & is_slow & ~other
    times = [float(climb.seconds[a:b].sum()) for a, b in stretches(locked)]
    times = [seconds for seconds in times if seconds >= _SHORTEST_LOCK_S]
    missing = "" if climb.climbing_s else NO_CLIMBING
    for name, label, unit, value in (
        ("lock_offs", "lock-offs", "", float(len(times))),
        ("lock_off_s", "time in lock-offs", "s", sum(times, 0.0)),
    ):
        yield Figure(
            name=name, label=label, group="hands", unit=unit,
            value=float("nan") if missing else value, missing=missing,
            meaning=f"A hand holds, its elbow below {_LOCKED_DEG:g} degrees, the body slow, the "
            "other hand off.",
            caveat="An arm bent to or from the camera is not seen as bent.",
            source="after climb-sensei's 110 degrees",
        )  # fmt: skip
