"""Where and when each limb stands still before the wall, adjusted grips joined."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.filtering import stretches
from climbpose.analytics.limbs import LimbTracks
from climbpose.analytics.stillness import still_rows
from climbpose.skeleton import Limb

TREMBLE_BL_S = {True: 0.25, False: 0.35}
"""Speed of a hand's (True) and a foot's trembling at rest, body lengths a second."""

SAME_PLACE_BL = 0.2
"""Places nearer than this are one hold: the width of a hand or shoe."""

ADJUSTED_S = 0.6
"""Who comes back to the same place so soon has adjusted a grip, not left the hold."""

HIDDEN_S = 1.5
"""The same for a limb that was not seen meanwhile."""

SHORTEST_S = {True: 0.25, False: 0.3}
"""A hand (True) or foot that is still for less only turns round; swinging feet are for longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Dwell:
    """A limb that stands still, whatever that means.

    Attributes:
        limb: Which.
        start: First row.
        end: Row after the last one.
        xy: Where, wall frame; NaN where only the heel was seen.
        adjustments: How often it left its place a little and came back.
    """

    limb: Limb
    start: int
    end: int
    xy: Float64[np.ndarray, "2"]
    adjustments: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Dwelling:
    """One limb over the climb.

    Attributes:
        limb: Which.
        limbs: All four.
        time: Of each row, seconds.
        body_px: A body length in the wall frame.
    """

    limb: Limb
    limbs: LimbTracks
    time: Float64[np.ndarray, " frames"]
    body_px: float

    def dwells(self) -> list[Dwell]:
        """Where and when it stands still for long enough to mean something."""
        speed = self.limbs.speed[:, self.limb] / self.body_px
        is_still = still_rows(speed, TREMBLE_BL_S[self.limb.is_hand]) & np.isfinite(speed)
        single = [
            Dwell(self.limb, start, end, self._place(start, end))
            for start, end in stretches(is_still)
        ]
        return [one for one in self._joined(single) if self._lasts(one)]

    def _place(self, start: int, end: int) -> Float64[np.ndarray, "2"]:
        known = self.limbs.xy[start:end, self.limb]
        known = known[np.isfinite(known).all(axis=1)]
        return np.median(known, axis=0) if len(known) else np.full(2, np.nan)

    def _joined(self, dwells: Sequence[Dwell]) -> list[Dwell]:
        """The dwells, those at one place with little time between as one."""
        joined: list[Dwell] = []
        for one in dwells:
            back = 1
            # On its way back a limb may stand still for a moment.
            if len(joined) > 1 and not self._lasts(joined[-1]):
                back = 1 if self._is_one(joined[-1], one) else 2
            if joined and self._is_one(joined[-back], one):
                last = joined[-back]
                del joined[-back:]
                one = replace(
                    last,
                    end=one.end,
                    xy=self._place(last.start, one.end),
                    adjustments=last.adjustments + (not self._is_hidden(last.end, one.start)),
                )
            joined.append(one)
        return joined

    def _is_one(self, before: Dwell, after: Dwell) -> bool:
        """Whether the limb came back to its place, and soon."""
        longest = HIDDEN_S if self._is_hidden(before.end, after.start) else ADJUSTED_S
        away = float(self.time[after.start] - self.time[before.end - 1])
        # A place that is not known is not another one.
        is_elsewhere = np.linalg.norm(after.xy - before.xy) > SAME_PLACE_BL * self.body_px
        return away < longest and not is_elsewhere

    def _is_hidden(self, start: int, end: int) -> bool:
        """Whether the limb was mostly not seen in some rows."""
        is_seen = np.isfinite(self.limbs.speed[start:end, self.limb])
        return len(is_seen) > 0 and bool(is_seen.mean() < 0.5)

    def _lasts(self, one: Dwell) -> bool:
        """Whether it stood still for long enough, at a place that is known."""
        seconds = end_time(self.time, one.end) - float(self.time[one.start])
        return bool(np.isfinite(one.xy).all()) and seconds >= SHORTEST_S[self.limb.is_hand]


def end_time(time: Float64[np.ndarray, " frames"], end: int) -> float:
    """When the row before ``end`` ends: as the next one begins, if there is one."""
    return float(time[min(end, len(time) - 1)])
