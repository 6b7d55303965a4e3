"""Rests, and how the time on the wall divides into stillness and movement."""

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import NO_CLIMBING, Findings, register
from climbpose.analytics.filtering import stretches
from climbpose.analytics.moves import SHORTEST_REST_S, STILL_BL_S
from climbpose.analytics.values import Figure

_SHORTEST_IMMOBILITY_S = 0.5

_STATES = "after Dovgalecs et al. 2015; ours of hips and limbs in the picture"
_THRESHOLD = f"There is no agreed threshold; ours is {STILL_BL_S:g} BL/s."


@register("rest")
def rest(climb: Climb) -> Findings:
    """Immobility, rests and the four states."""
    missing = "" if climb.climbing_s else NO_CLIMBING
    with np.errstate(invalid="ignore"):
        is_slow = climb.slow_speed < STILL_BL_S
    is_still = np.zeros(len(is_slow), bool)
    for start, end in stretches(is_slow & climb.is_climbing):
        if climb.seconds[start:end].sum() >= _SHORTEST_IMMOBILITY_S:
            is_still[start:end] = True
    yield Figure(
        name="immobility_ratio", label="immobility", group="rest", unit="%",
        value=climb.share_of_time(is_still), missing=missing,
        meaning="Share of the time on the wall in which the body stood still for half a second.",
        caveat=f"Not bad in itself: experts rest more. {_THRESHOLD}",
        source="Billat et al. 1995; Boulanger et al. 2016",
    )  # fmt: skip
    rests = climb.rests
    yield Figure(
        name="rests", label="rests", group="rest", unit="",
        value=float(len(rests)) if not missing else float("nan"), missing=missing,
        meaning=f"Stretches of at least {SHORTEST_REST_S:g} s in which the body hardly moved.",
        caveat=f"Reading the route, shaking out and being stuck look alike. {_THRESHOLD}",
        source="definition",
    )  # fmt: skip
    yield Figure(
        name="longest_rest_s", label="longest rest", group="rest", unit="s",
        value=max((one.seconds for one in rests), default=float("nan")),
        missing=missing or ("" if rests else "the climber did not rest for a second"),
        meaning="The longest of them.", caveat=_THRESHOLD, source="definition",
    )  # fmt: skip
    yield from _states(climb, is_slow, missing)


def _states(climb: Climb, is_slow: np.ndarray, missing: str) -> Findings:
    is_known = np.isfinite(climb.slow_speed)
    is_holding = climb.in_contact.all(axis=1)
    states = (
        ("immobile", "body and limbs still", is_slow & is_holding),
        ("exploring", "only limbs move: hold exploration", is_slow & ~is_holding),
        ("regulating", "only the body moves: postural regulation", ~is_slow & is_holding),
        ("moving", "body and limbs move", ~is_slow & ~is_holding),
    )
    for name, label, rows in states:
        yield Figure(
            name=f"state_{name}", label=label, group="rest", unit="%",
            value=climb.share_of_time(rows & is_known), missing=missing,
            meaning="Share of the time on the wall.",
            caveat="A limb counts as moving while it holds nothing, feet that dangle too.",
            source=_STATES,
        )  # fmt: skip
