"""Moves beyond plain reaching and stepping; each returns whether it was possible."""

from typing import Any

import numpy as np

from climbpose.synth.climb import Limb, Move, Touch
from climbpose.synth.planning.moves import (
    ELBOW,
    FEET,
    HANDS,
    KNEE,
    KNEE_DROPPED,
    Climber,
    other,
    side,
    sided,
)
from climbpose.synth.planning.script import beside, fixed, hanging


def has_all(climber: Climber, feet_too: bool = True) -> bool:
    """Whether both hands, and both feet, are on holds of the wall."""
    limbs = (*HANDS, *FEET) if feet_too else HANDS
    return all((climber.rows[limb] or 0) >= 0 and climber.holds_on(limb) for limb in limbs)


def high_step(climber: Climber) -> bool:
    """Put a foot nearly at the height of the hips and stand up over it."""
    if not has_all(climber):
        return False
    stature = climber.measures.stature
    foot = FEET[int(np.argmin(climber.points[list(FEET), 1]))]
    v = climber.pelvis[1] - climber.uniform(0.06, 0.2) * stature
    u = climber.pelvis[0] + side(foot) * stature * climber.uniform(0.16, 0.26)
    if v < climber.points[foot, 1] + 0.2:
        return False
    found = climber.try_step(foot, u, v, roll=-0.1 * side(foot))
    if found is None or found[1].v < climber.points[foot, 1] + 0.25:
        return False
    climber.step(foot, *found, move=Move.HIGH_STEP)
    return True


def flag(climber: Climber) -> bool:
    """Reach on one foot while the other leg is stretched aside for balance."""
    if not has_all(climber):
        return False
    script, stature = climber.script, climber.measures.stature
    hand = _next_hand(climber)
    # The leg on the reaching hand's side would stand; outside, the other one counterbalances.
    is_inside = climber.chance(0.4)
    foot = Limb(hand + 2) if is_inside else other(Limb(hand + 2))
    stand = climber.points[other(foot)]
    across = -side(foot) if is_inside else side(foot)
    spot = stand + np.array([across * stature * climber.uniform(0.24, 0.4), 0.0, 0.0])
    spot[1] += stature * climber.uniform(0.0, 0.14)
    spot[2] = climber.uniform(0.03, 0.1) + (0.12 if is_inside else 0.0)
    points = climber.points.copy()
    points[foot] = np.nan
    turned = across * climber.uniform(0.15, 0.5)
    liking: dict[str, Any] = {"over": 0.75 * stand[0] + 0.25 * points[hand, 0], "yaw": -turned}
    kept = climber.points[foot].copy()
    climber.points[foot] = np.nan
    found = climber.try_reach(hand, *_above(climber, hand), **liking)
    climber.points[foot] = kept
    if found is None or found[1].v < climber.points[hand, 1] + 0.08:
        return False
    now = script.time
    way = float(np.linalg.norm(kept - spot))
    arrive = now + 0.15 + max(0.3, 0.42 * way, climber.uniform(0.35, 0.55) / climber.hurry)
    climber.shift(climber.stance(points, **liking), now - 0.1, arrive)
    climber.free(foot, fixed(climber.wall.to_world(spot)), now + 0.15, arrive, lift=0.1)
    climber.bend(foot, KNEE + np.array([0, 0.3, -0.3]), now, arrive)
    script.time = arrive
    script.mark(Move.FLAG, (foot,))
    climber.reach(hand, *found, move=Move.FLAG)
    return _step_back(climber, foot)


def drop_knee(climber: Climber) -> bool:
    """Turn one hip to the wall, that knee inwards and down, and reach far above it."""
    if not has_all(climber):
        return False
    script = climber.script
    hand = _next_hand(climber)
    foot = Limb(hand + 2)
    yaw = side(hand) * np.radians(climber.uniform(42.0, 72.0))
    if climber.points[foot, 0] * side(foot) < climber.pelvis[0] * side(foot) + 0.08:
        return False
    distance = 0.22
    turned = climber.stance(yaw=yaw, distance=distance)
    found = climber.try_reach(hand, *_above(climber, hand), yaw=yaw, distance=distance)
    if found is None or not turned.is_reachable or found[1].v < climber.points[hand, 1] + 0.08:
        return False
    now = script.time
    climber.shift(turned, now - 0.1, now + 0.5)
    climber.bend(foot, KNEE_DROPPED, now, now + 0.5)
    climber.bend(other(foot), KNEE + np.array([0.2, 0, 0]), now, now + 0.5)
    script.time = now + climber.uniform(0.38, 0.55) / np.sqrt(climber.hurry)
    script.mark(Move.DROP_KNEE, (foot,))
    climber.reach(hand, *found, move=Move.DROP_KNEE)
    now = script.time
    climber.shift(climber.stance(), now, now + 0.55)
    for leg in FEET:
        climber.bend(leg, KNEE, now, now + 0.5)
    script.time = now + 0.15
    script.mark(Move.DROP_KNEE, (foot,))
    return True


def heel_hook(climber: Climber) -> bool:
    """Put a heel on a hold at the height of the hands, and move a hand with its help."""
    if not has_all(climber):
        return False
    stature = climber.measures.stature
    foot = FEET[int(climber.chance(0.5))]
    low = climber.points[list(HANDS), 1].min()
    low_hand = HANDS[int(np.argmin(climber.points[list(HANDS), 1]))]
    u = climber.points[list(HANDS), 0].mean() + side(foot) * stature * climber.uniform(0.3, 0.42)
    v = low - stature * climber.uniform(0.0, 0.16)
    found = climber.try_step(
        foot,
        u,
        v,
        roll=-side(foot) * climber.uniform(0.15, 0.4),
        extension=np.array([0.6, 0.6, 0.7, 0.7]),
        clearance=0.4,
    )
    if found is None or found[1].v < low - 0.28 * stature:
        return False
    climber.step(foot, *found, touch=Touch.HEEL, move=Move.HEEL_HOOK)
    script = climber.script
    script.time += climber.uniform(0.05, 0.3)
    for hand in (low_hand, other(low_hand))[: 1 + int(climber.chance(0.3))]:
        reached = climber.try_reach(hand, *_above(climber, hand))
        if reached is not None and reached[1].v > climber.points[hand, 1] + 0.05:
            climber.reach(hand, *reached, move=Move.HEEL_HOOK)
    return _step_back(climber, foot)


def match(climber: Climber) -> bool:
    """Take a big hold with one hand and bring the other one to it."""
    if not has_all(climber, feet_too=False):
        return False
    hand = _next_hand(climber)
    found = climber.try_reach(hand, *_above(climber, hand), kind="sloper")
    if found is None:
        return False
    row, hold, stance = found
    apart = max(0.035, 0.45 * hold.size_m)
    climber.reach(hand, row, hold, stance, offset=side(hand) * apart)
    second = other(hand)
    points = climber.points.copy()
    points[second] = climber.grip(second, hold, side(second) * apart)
    stance = climber.stance(points)
    if not stance.is_reachable:
        return False
    climber.script.time += climber.uniform(0.0, 0.3)
    climber.reach(second, row, hold, stance, offset=side(second) * apart, move=Move.MATCH)
    return True


def shake(climber: Climber) -> bool:
    """Hang on one straight arm and shake the other out."""
    rate, size = climber.uniform(3.5, 5.0), climber.uniform(0.03, 0.06)
    offset = np.array([0.3, climber.uniform(0.02, 0.14), climber.uniform(-0.1, 0.08)])

    def sway(seconds: np.ndarray) -> np.ndarray:
        phase = 2 * np.pi * rate * seconds
        return size * np.stack([np.sin(phase), 0.5 * np.cos(phase), 0.7 * np.cos(phase)], axis=1)

    return _let_go(climber, offset, sway, Move.SHAKE, climber.uniform(0.9, 2.2))


def chalk(climber: Climber) -> bool:
    """Hang on one straight arm, the other hand in the chalk bag behind the back."""
    offset = np.array([0.05, 0.17, 0.1])

    def sway(seconds: np.ndarray) -> np.ndarray:
        phase = 2 * np.pi * 1.9 * seconds
        return 0.02 * np.stack([np.sin(phase), 0 * phase, np.cos(1.3 * phase)], axis=1)

    return _let_go(climber, offset, sway, Move.CHALK, climber.uniform(0.6, 1.3))


def _let_go(climber: Climber, offset: np.ndarray, sway: Any, move: Move, duration: float) -> bool:
    """Take a hand off for a while and put it back."""
    if not has_all(climber):
        return False
    script = climber.script
    hand = HANDS[int(climber.chance(0.5))]
    row, point = climber.rows[hand], climber.points[hand].copy()
    points = climber.points.copy()
    points[hand] = np.nan
    rest = climber.stance(
        points,
        extension=np.array([0.96, 0.96, 0.74, 0.74]),
        firmness=np.array([2.5, 2.5, 0.9, 0.9]),
        yaw=-side(hand) * climber.uniform(0.0, 0.4),
    )
    back = climber.stance()
    if row is None or not rest.is_reachable or not back.is_reachable:
        return False
    now = script.time
    climber.shift(rest, now - 0.1, now + 0.55)
    arrive = now + climber.uniform(0.6, 0.8)
    climber.free(hand, beside(sided(hand, offset), sway), now + 0.2, arrive, lift=0.05)
    if move is Move.CHALK:
        climber.bend(hand, np.array([0.8, 0.6, -0.1]), now + 0.1, arrive)
    leave = arrive + duration
    climber.put(hand, row, point, leave, leave + climber.uniform(0.5, 0.7), Touch.GRIP)
    climber.bend(hand, ELBOW, leave, leave + 0.5)
    climber.shift(back, leave - 0.2, leave + 0.4)
    script.time = script.arrived(hand)
    script.mark(move, (hand,))
    return True


def dangle(
    climber: Climber,
    foot: Limb,
    leave: float,
    duration: float,
    lift: float = 0.0,
    size: float = 0.05,
) -> None:
    """Let a foot hang under the body and swing, first towards the wall, by a size in metres."""
    leg = climber.measures.reach[foot]
    low = -leg * climber.uniform(0.86, 0.95)
    offset = sided(foot, np.array([climber.uniform(0.05, 0.16), -climber.uniform(0.02, 0.2), low]))
    rate = climber.uniform(0.65, 0.85)

    def sway(seconds: np.ndarray) -> np.ndarray:
        since = np.clip(seconds - leave, 0, None)
        angle = 2 * np.pi * rate * since
        wave = np.exp(-since / 1.3)[:, None] * np.stack(
            [0.2 * np.sin(angle), -np.cos(angle), 0.4 * np.cos(angle) ** 2], axis=1
        )
        swung: np.ndarray = size * wave + 0.02 * np.sin(angle)[:, None] * np.array([0, 1.0, 0])
        return swung

    climber.free(foot, beside(offset, sway, hanging), leave, leave + duration, lift)
    climber.bend(foot, np.array([0.3, -1.0, 0.2]), leave, leave + duration)


def _next_hand(climber: Climber) -> Limb:
    """The lower hand."""
    return HANDS[int(np.argmin(climber.points[list(HANDS), 1]))]


def _above(climber: Climber, hand: Limb) -> tuple[float, float]:
    """A place well above a hand."""
    stature = climber.measures.stature
    base = climber.points[other(hand)]
    v = max(base[1], climber.points[hand, 1]) + climber.uniform(0.08, 0.26) * stature
    u = climber.pelvis[0] + side(hand) * stature * climber.uniform(0.05, 0.22)
    return u + 0.06 * climber.drift_now() * stature, v


def _step_back(climber: Climber, foot: Limb) -> bool:
    """Put a free foot, or one on a heel, on a foothold again; always possible."""
    stature = climber.measures.stature
    hands = climber.points[list(HANDS)]
    for drop in (0.86, 0.93, 0.78, 0.7, 0.62):
        u = 0.5 * (climber.pelvis[0] + hands[:, 0].mean()) + side(foot) * stature * climber.uniform(
            0.05, 0.18
        )
        found = climber.try_step(foot, u, hands[:, 1].mean() - drop * stature)
        if found is not None:
            climber.step(foot, *found)
            return True
    return True
