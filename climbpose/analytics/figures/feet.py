"""What the feet do: placements, quiet feet, cutting loose, and the body over them."""

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.climb import Climb
from climbpose.analytics.figures.base import NO_CLIMBING, NOT_SEEN, Findings, median, register
from climbpose.analytics.filtering import stretches
from climbpose.analytics.values import Figure, Limb, Series

FEET = (Limb.LEFT_FOOT, Limb.RIGHT_FOOT)

_SHORTEST_CUT_S = 0.2

_SEEN = "Standing is being still before the wall: a foot that dangles still counts as standing."


@register("feet")
def feet(climb: Climb) -> Findings:
    """Time on holds, placements, quiet feet, cut loose."""
    missing = "" if climb.climbing_s else NO_CLIMBING
    for limb in FEET:
        yield Figure(
            name=f"{limb.word}_standing", label=f"{limb.word.replace('_', ' ')} on holds",
            group="feet", unit="%", value=climb.share_of_time(climb.in_contact[:, limb]),
            missing=missing, meaning="Share of the time on the wall.", caveat=_SEEN,
            source="contact detection; see README",
        )  # fmt: skip
    contacts = climb.contacts_of(*FEET)
    yield Figure(
        name="foot_placements", label="foot placements", group="feet", unit="",
        value=float(len(contacts)) if not missing else float("nan"), missing=missing,
        meaning="How often a foot was put on a place of the wall.", caveat=_SEEN,
        source="definition",
    )  # fmt: skip
    adjusted = sum(one.adjustments for one in contacts)
    yield Figure(
        name="foot_adjustments", label="adjustments for each placement", group="feet", unit="",
        value=adjusted / len(contacts) if contacts else float("nan"),
        missing="" if contacts else (missing or "no foot was seen to stand on the wall"),
        meaning="How often a foot left its place a little and came back; quiet feet have few.",
        caveat="Toes are tracked least surely: trembling may count as an adjustment.",
        source="quiet feet; exploratory movements, Pijpers et al. 2006",
    )  # fmt: skip
    cuts = _cuts(climb)
    for name, label, unit, value in (
        ("cut_loose", "feet cut loose", "", float(len(cuts))),
        ("cut_loose_s", "time without feet", "s", sum(cuts, 0.0)),
    ):
        yield Figure(
            name=name, label=label, group="feet", unit=unit,
            value=float("nan") if missing else value, missing=missing,
            meaning="Both feet off, hands on holds, for at least 0.2 s.",
            caveat="Feet that hang without swinging are not told from standing ones.",
            source="definition",
        )  # fmt: skip


def _cuts(climb: Climb) -> list[float]:
    """Seconds of each time that both feet were off while a hand held."""
    off = ~climb.in_contact[:, FEET].any(axis=1) & climb.in_contact[:, :2].any(axis=1)
    is_seen = np.isfinite(climb.limbs.speed[:, FEET]).all(axis=1)
    times = [
        float(climb.seconds[a:b].sum()) for a, b in stretches(off & climb.is_climbing & is_seen)
    ]
    return [seconds for seconds in times if seconds >= _SHORTEST_CUT_S]


@register("support")
def support(climb: Climb) -> Findings:
    """How far beside its feet the body is."""
    offset = _offset(climb)
    yield Series(
        "support_offset_bl", "body beside its feet", "balance", "BL", offset, np.isfinite(offset)
    )
    known = np.abs(offset[np.isfinite(offset) & climb.is_climbing])
    yield Figure(
        name="support_offset_bl", label="body beside its feet", group="feet", unit="BL",
        value=median(known),
        missing="" if len(known) else (NOT_SEEN if climb.is_climbing.any() else NO_CLIMBING),
        meaning="Median sideways distance of the centre of mass from the middle of its feet.",
        caveat="On a leaning wall hands carry much of the weight; how near the hips are to the "
        "wall cannot be known from the front.",
        source="definition",
    )  # fmt: skip


def _offset(climb: Climb) -> Float64[np.ndarray, " frames"]:
    """Of the centre of mass to the right of the feet that stand, body lengths."""
    standing = np.where(climb.in_contact[:, FEET], climb.limbs.xy[:, FEET, 0], np.nan)
    is_known = np.isfinite(standing)
    count = is_known.sum(axis=1)
    total = np.where(is_known, standing, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(count > 0, total / count, np.nan)
    offset: np.ndarray = (climb.centre[:, 0] - middle) / climb.body_px
    return offset
