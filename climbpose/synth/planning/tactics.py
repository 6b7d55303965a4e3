"""Which move comes next, and how fast: a climber's choices on the wall."""

import numpy as np

from climbpose.synth.climb import Limb, Move
from climbpose.synth.planning import specials
from climbpose.synth.planning.falling import HIGHEST_FALL, fall
from climbpose.synth.planning.flights import cut_loose, dyno, feet_on
from climbpose.synth.planning.moves import FEET, HANDS, Climber, other, side


class Pacer:
    """Keeps the climber at the wished pace.

    Attributes:
        ahead: Height gained beyond the wish so far, metres.
    """

    def __init__(self, climber: Climber) -> None:
        self._climber = climber
        self._time = climber.script.time
        self._height = self._now()
        self.ahead = 0.0

    def _now(self) -> float:
        return float(self._climber.script.body.goal[2])

    def update(self) -> None:
        """Compare height and time; hurry or take it easy."""
        climber = self._climber
        slope = float(np.hypot(1, climber.style.slope))
        wish = climber.style.pace / 10 / slope
        if climber.way < 0:
            # Down is slower: the feet search for their holds.
            wish *= 0.6
        gained = (self._now() - self._height) * climber.way
        self.ahead = gained - wish * (climber.script.time - self._time)
        pace = climber.style.pace
        usual = 0.8 + 0.2 * pace + 0.25 * max(0.0, pace - 2.5)
        climber.hurry = float(np.clip(usual - 0.9 * self.ahead, 0.8, 1.0 + 0.4 * pace))
        climber.haste = float(np.clip(max(0.4 * (pace - 2), -4 * self.ahead), 0, 1))


def climb_on(climber: Climber, pacer: Pacer) -> None:
    """Make the next move: a special one by chance, else a hand or a foot by how one stands."""
    if not all(climber.holds_on(hand) for hand in HANDS):
        let_go(climber)
        return
    if not any(climber.holds_on(foot) for foot in FEET):
        if not feet_on(climber):
            let_go(climber)
        return
    if pacer.ahead > 0.15 and climber.chance(0.7):
        wait(climber, min(1.2, 0.3 + 4 * pacer.ahead / climber.style.pace))
        return
    if climber.chance(0.15 * climber.style.liking(Move.REST) * (1 - climber.haste)):
        climber.pause(climber.uniform(0.3, 1.4))
        return
    if climber.way > 0 and try_special(climber):
        return
    hands, feet = climber.points[list(HANDS)], climber.points[list(FEET)]
    missing = [foot for foot in FEET if not climber.holds_on(foot)]
    lead = (hands[:, 1].mean() - np.nanmean(feet[:, 1])) / climber.measures.stature
    if missing:
        step_on(climber, missing[0])
    elif climber.way < 0:
        down(climber, lead)
    elif lead > 0.96 + climber.uniform(-0.04, 0.06) or any(climber.floor(f) for f in FEET):
        step_up(climber)
    else:
        reach_up(climber)


def wait(climber: Climber, duration: float) -> None:
    """Pass time: shake out, chalk up, or only rest."""
    style = climber.style
    if climber.chance(style.liking(Move.SHAKE)) and specials.shake(climber):
        return
    if climber.chance(style.liking(Move.CHALK)) and specials.chalk(climber):
        return
    climber.pause(duration)


MOVES = {
    Move.HIGH_STEP: specials.high_step,
    Move.FLAG: specials.flag,
    Move.DROP_KNEE: specials.drop_knee,
    Move.HEEL_HOOK: specials.heel_hook,
    Move.MATCH: specials.match,
    Move.CUT_LOOSE: cut_loose,
    Move.DYNO: dyno,
    Move.SHAKE: specials.shake,
    Move.CHALK: specials.chalk,
}
"""Special moves by name."""


def try_special(climber: Climber) -> bool:
    """Make a special move that the style likes, if one is due and possible."""
    for row in climber.rng.permutation(len(MOVES)):
        move = list(MOVES)[row]
        share = climber.style.liking(move)
        if share < 1:
            share *= 0.3 if move in _RARE else 0.6
            # A dyno gains height as fast as plain moves do; all others cost time.
            share *= 1 - (0.3 if move is Move.DYNO else 0.92) * climber.haste
        if climber.last_special is not move and climber.chance(share) and MOVES[move](climber):
            climber.last_special = move
            return True
    climber.last_special = None
    return False


_RARE = (Move.SHAKE, Move.CHALK, Move.MATCH)


def reach_up(climber: Climber) -> None:
    """Move the lower hand, or by chance the other, upwards."""
    stature, style = climber.measures.stature, climber.style
    low = HANDS[int(np.argmin(climber.points[list(HANDS), 1]))]
    hand = other(low) if climber.last == low else low
    if climber.points[hand, 1] - climber.points[other(hand), 1] > 0.3 * stature:
        hand = low
    eager = 0.75 + 0.22 * min(style.pace, 4.0) + 0.2 * climber.haste
    base = max(climber.points[hand, 1], climber.points[other(hand), 1] - 0.1 * stature)
    v = base + climber.uniform(0.14, 0.3) * stature * eager
    rise = v - climber.points[hand, 1]
    # Who goes sideways gains less height with each move.
    v -= rise * (1 - 1 / np.hypot(1, 0.7 * style.slope))
    drift = climber.drift_now()
    centre = climber.pelvis[0] + np.clip(drift * rise * 0.6, -0.3 * stature, 0.3 * stature)
    u = centre + side(hand) * stature * climber.uniform(0.06, 0.24) * style.spread
    found = climber.try_reach(hand, u, v, yaw=side(hand) * climber.uniform(0.0, 0.5))
    if found is None or found[1].v < climber.points[hand, 1] + 0.05:
        step_up(climber)
        return
    climber.reach(hand, *found, is_dynamic=climber.chance(style.dynamic))


def step_up(climber: Climber) -> None:
    """Move the lower foot, or by chance the other, upwards."""
    low = FEET[int(np.argmin(climber.points[list(FEET), 1]))]
    foot = other(low) if climber.last == low and not climber.floor(low) else low
    step_on(climber, foot)


def step_on(climber: Climber, foot: Limb) -> None:
    """Put a foot on a hold below the hands."""
    stature, style = climber.measures.stature, climber.style
    hands = climber.points[list(HANDS)]
    eager = 0.05 * (min(style.pace, 4.0) - 2)
    v = hands[:, 1].mean() - (climber.uniform(0.78, 0.93) - eager) * stature
    if climber.holds_on(foot):
        v = max(v, climber.points[foot, 1] + 0.08)
    centre = 0.5 * (climber.pelvis[0] + hands[:, 0].mean())
    u = centre + side(foot) * stature * climber.uniform(0.05, 0.2) * style.spread
    found = climber.try_step(foot, u, v)
    if found is None:
        get_unstuck(climber)
    else:
        climber.step(foot, *found)


def get_unstuck(climber: Climber) -> None:
    """Move any limb to where it can be; let go if there is no such place."""
    stature = climber.measures.stature
    hands = climber.points[list(HANDS)]
    for row in climber.rng.permutation(12):
        foot, hand = FEET[row % 2], HANDS[row % 2]
        aside = side(foot) * stature * climber.uniform(0.04, 0.25)
        if row < 8:
            v = hands[:, 1].mean() - stature * climber.uniform(0.6, 1.05)
            step = climber.try_step(foot, float(hands[:, 0].mean()) + aside, v)
            if step is not None:
                climber.step(foot, *step)
                return
        else:
            v = hands[:, 1].mean() + stature * climber.uniform(-0.15, 0.2)
            reach = climber.try_reach(hand, climber.pelvis[0] + aside, v)
            if reach is not None:
                climber.reach(hand, *reach)
                return
    let_go(climber)


def let_go(climber: Climber) -> None:
    """Drop off when nothing else is possible; high up, wait for a better idea."""
    if climber.script.body.goal[2] < HIGHEST_FALL:
        fall(climber)
    else:
        climber.script.time += 0.3
        climber.script.mark(Move.CUT_LOOSE)


def down(climber: Climber, lead: float) -> None:
    """Move the higher foot, or else the higher hand, downwards."""
    stature = climber.measures.stature
    hands = climber.points[list(HANDS)]
    if lead < 0.98:
        foot = FEET[int(np.argmax(climber.points[list(FEET), 1]))]
        v = hands[:, 1].mean() - climber.uniform(1.0, 1.12) * stature
        u = climber.pelvis[0] + side(foot) * stature * climber.uniform(0.05, 0.18)
        found = climber.try_step(foot, u, v)
        if found is not None and found[1].v < climber.points[foot, 1] - 0.04:
            climber.step(foot, *found, move=Move.DOWN_CLIMB)
            return
    hand = HANDS[int(np.argmax(hands[:, 1]))]
    v = hands[:, 1].mean() - climber.uniform(0.12, 0.3) * stature
    u = climber.pelvis[0] + side(hand) * stature * climber.uniform(0.08, 0.22)
    found = climber.try_reach(hand, u, v)
    if found is None:
        climber.pause(0.3)
        climber.way = 1.0
        return
    climber.reach(hand, *found, move=Move.DOWN_CLIMB)
