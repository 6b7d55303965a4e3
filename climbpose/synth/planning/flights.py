"""Feet that cut loose, swings, dynos and campus moves: when the body swings or flies."""

import numpy as np
from scipy.interpolate import BPoly

from climbpose.synth.climb import Limb, Move, Touch
from climbpose.synth.planning.moves import FEET, HANDS, Climber, other, side
from climbpose.synth.planning.script import ease
from climbpose.synth.planning.specials import dangle, has_all

GRAVITY = 9.81
_RATE = 120.0


def sampled(seconds: np.ndarray, values: np.ndarray) -> BPoly:
    """A smooth curve through samples, relative to the first."""
    values = values - values[0]
    slope = np.gradient(values, seconds, axis=0)
    bend = np.gradient(slope, seconds, axis=0)
    return BPoly.from_derivatives(seconds, np.stack([values, slope, bend], axis=1))


def plumb(climber: Climber, share: float = 0.93) -> np.ndarray:
    """Where the pelvis hangs below the hands, in the world.

    Args:
        climber: Who hangs.
        share: Of the arms' reach.
    """
    hands = climber.wall.to_world(climber.points[list(HANDS)])
    hands = hands[~np.isnan(hands[:, 0])]
    measures = climber.measures
    half = 0.5 * float(np.ptp(hands[:, 0])) if len(hands) == 2 else 0.0
    aside = max(0.0, half - measures.joints[0, 0])
    drop = np.sqrt(max(0.05, (share * measures.reach[0]) ** 2 - aside**2))
    pelvis = hands.mean(axis=0) - [0, 0, drop + measures.joints[0, 2]]
    if len(hands) == 2:
        pelvis[2] = min(pelvis[2], hands[:, 2].min() - 0.3)
    wall = climber.wall.to_wall(pelvis)
    wall[2] = max(wall[2], 0.24)
    world: np.ndarray = climber.wall.to_world(wall)
    return world


def swing(
    climber: Climber, begin: float, speed: np.ndarray, duration: float, goal: np.ndarray
) -> None:
    """Let the body swing under the hands until it hangs still.

    Args:
        climber: Who swings, from where the body is going.
        begin: When.
        speed: Of the pelvis at the beginning, metres a second, in the world.
        duration: Until it hangs still, seconds.
        goal: Where the pelvis comes to hang, in the world.
    """
    body = climber.script.body
    seconds = np.linspace(0, duration, max(8, int(duration * 30)))
    pelvis = _pendulum(seconds, body.goal[:3] - goal, speed, duration) + goal
    climber.script.body.follow(
        sampled(begin + seconds, _with_lean(climber, seconds, pelvis, body.goal))
    )


def _pendulum(
    seconds: np.ndarray, offset: np.ndarray, speed: np.ndarray, duration: float
) -> np.ndarray:
    """Offsets of a damped swing, brought to rest at its end."""
    sway = []
    # Sideways and to and fro the body swings; up and down the arms damp at once.
    for axis, (rate, damping) in enumerate(((3.9, 0.1), (3.9, 0.1), (7.0, 0.75))):
        beat = rate * np.sqrt(1 - damping**2)
        start, run = offset[axis], (speed[axis] + damping * rate * offset[axis]) / beat
        wave = start * np.cos(beat * seconds) + run * np.sin(beat * seconds)
        sway.append(np.exp(-damping * rate * seconds) * wave)
    fade = 1 - ease((seconds - 0.55 * duration) / (0.45 * duration))
    offsets: np.ndarray = np.stack(sway, axis=1) * fade[:, None]
    return offsets


def _with_lean(
    climber: Climber, seconds: np.ndarray, pelvis: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """The body's course while the trunk points to the hands."""
    hands = climber.wall.to_world(climber.points[list(HANDS)])
    up = np.nanmean(hands, axis=0) - pelvis
    turned = ease(seconds / 0.45)[:, None]
    roll = 0.7 * np.arctan2(-up[:, 0], up[:, 2])
    lean = np.arctan2(-up[:, 1], up[:, 2]) * 0.75
    angles = np.stack([0 * lean + start[3], lean, roll, 0.3 * start[6] + 0 * lean], axis=1)
    angles = (1 - turned) * start[3:7] + turned * angles
    weight = np.full((len(seconds), 1), 0.6)
    return np.concatenate([pelvis, angles, weight + (1 - turned) * (start[7] - 0.6)], axis=1)


def has_room(climber: Climber) -> bool:
    """Whether the climber could hang on straight arms without touching the floor."""
    return bool(plumb(climber)[2] > 0.5 * climber.measures.stature)


def cut_loose(climber: Climber) -> bool:
    """Let both feet go, swing out, and step on again."""
    if not has_all(climber, feet_too=False) or not has_room(climber):
        return False
    if climber.wall.angle_deg < 5:
        return False
    script = climber.script
    now = script.time
    for foot in FEET:
        dangle(climber, foot, now + climber.uniform(0.0, 0.1), 0.4, size=climber.uniform(0.1, 0.35))
    duration = climber.uniform(1.5, 2.5) * (1 - 0.35 * climber.haste)
    push = -climber.uniform(0.0, 0.9) * climber.wall.axes[2] * [0, -1, 0] + climber.rng.normal(
        0, 0.25, 3
    ) * [1, 0, 0]
    swing(climber, now, push, duration, plumb(climber))
    script.time = now + (climber.uniform(0.75, 0.95) - 0.2 * climber.haste) * duration
    script.mark(Move.CUT_LOOSE, FEET)
    if climber.chance(climber.style.campus):
        campus(climber)
    return feet_on(climber)


def feet_on(climber: Climber) -> bool:
    """Pull the knees up and put both feet on; move to nearer holds if they are out of reach."""
    stature = climber.measures.stature
    hands = climber.points[list(HANDS)]
    first = FEET[int(climber.chance(0.5))]
    for foot in (first, other(first)):
        for drop in (0.86, 0.93, 0.78, 0.68, 0.58):
            u = hands[:, 0].mean() + side(foot) * stature * climber.uniform(0.05, 0.17)
            found = climber.try_step(foot, u, hands[:, 1].mean() - drop * stature)
            if found is not None:
                climber.step(foot, *found, move=Move.CUT_LOOSE)
                break
    return any(climber.holds_on(foot) for foot in FEET)


def campus(climber: Climber) -> bool:
    """Climb on with the hands alone, legs dangling."""
    script = climber.script
    for _ in range(int(climber.rng.integers(1, 4))):
        hands = climber.points[list(HANDS)]
        hand = HANDS[int(np.argmin(hands[:, 1]))]
        stature = climber.measures.stature
        low = plumb(climber, 0.9)
        distance = float(climber.wall.to_wall(low)[2])
        found = climber.try_reach(
            hand,
            hands[:, 0].mean() + side(hand) * 0.13 * stature,
            hands[:, 1].max() + climber.uniform(0.05, 0.2) * stature,
            lean=-np.radians(climber.wall.angle_deg),
            distance=distance,
        )
        if found is None or found[1].v < climber.points[hand, 1] + 0.06:
            return False
        climber.reach(hand, *found)
        now = script.time
        swing(climber, now - 0.05, np.zeros(3), 0.9, plumb(climber))
        script.time = now + climber.uniform(0.25, 0.6)
        script.mark(Move.CUT_LOOSE, FEET)
    return True


def dyno(climber: Climber) -> bool:
    """Dip, push off, fly, and catch a far hold with one hand or both."""
    if not has_all(climber):
        return False
    script, wall = climber.script, climber.wall
    low = climber.stance(extension=np.array([0.97, 0.97, 0.55, 0.55]))
    high = climber.stance(
        extension=np.array([0.5, 0.5, 0.95, 0.95]), firmness=np.array([0.8, 0.8, 3.0, 3.0])
    )
    start, top = wall.to_world(low.pelvis), wall.to_world(high.pelvis)
    if top[2] - start[2] < 0.12 or not (low.is_reachable and high.is_reachable):
        return False
    catch = _catch(climber, top + np.array([0, 0, climber.uniform(0.22, 0.55)]))
    if catch is None:
        return False
    holds, pelvis = catch
    rise = float(pelvis[2] - top[2])
    flight = float(np.clip(np.sqrt(2 * max(rise, 0.3) / GRAVITY), 0.25, 0.45))
    leave_speed = (pelvis - top) / flight + [0, 0, GRAVITY * flight / 2]
    catch_speed = leave_speed - [0, 0, GRAVITY * flight]

    now = script.time
    climber.shift(low, now - 0.1, now + 0.42)
    dip = now + climber.uniform(0.42, 0.6)
    push = float(np.clip(2.2 * np.linalg.norm(top - start) / np.linalg.norm(leave_speed), 0.2, 0.4))
    off, on = dip + push, dip + push + flight
    first = HANDS[int(climber.chance(0.5))]
    is_double = climber.chance(0.55)
    for hand in HANDS:
        row, point = holds[hand]
        arrive = on if hand == first or is_double else on + climber.uniform(0.18, 0.35)
        climber.put(hand, row, point, off, arrive, Touch.GRIP)
    _launch(climber, dip, off, on, top, leave_speed, pelvis)
    climber.look(climber.points[first])
    for foot in FEET:
        dangle(climber, foot, off - climber.uniform(0.0, 0.03), flight + 0.2, size=0.25)
    script.flights.append((off, on))
    duration = climber.uniform(1.5, 2.3) * (1 - 0.35 * climber.haste)
    swing(climber, on, catch_speed, duration, plumb(climber))
    script.time = on + 0.4
    script.mark(Move.DYNO, (*HANDS, *FEET))
    script.time = on + (climber.uniform(0.65, 0.9) - 0.2 * climber.haste) * duration
    script.mark(Move.CUT_LOOSE, FEET)
    feet_on(climber)
    return True


def _catch(
    climber: Climber, pelvis: np.ndarray
) -> tuple[dict[Limb, tuple[int, np.ndarray]], np.ndarray] | None:
    """The holds of a dyno above where the pelvis should come to, and where it really comes to."""
    measures = climber.measures
    up = 0.9 * measures.reach[0] + measures.joints[0, 2]
    aim = climber.wall.to_wall(pelvis)
    v = aim[1] + np.sqrt(max(0.1, up**2 - (aim[2] - 0.04) ** 2))
    u = aim[0] + climber.style.slope * 0.1 + climber.uniform(-0.12, 0.12)
    if v > climber.wall.height_m - 0.45:
        return None
    holds: dict[Limb, tuple[int, np.ndarray]] = {}
    taken = climber.taken()
    for hand in HANDS:
        row, hold = climber.route.find(hand, u + 0.2 * side(hand), v, taken)
        climber.route.keep(row, hold)
        taken = taken | {row}
        holds[hand] = row, climber.grip(hand, hold)
    hands = np.array([holds[hand][1] for hand in HANDS])
    middle = climber.wall.to_world(hands.mean(axis=0))
    aside = max(0.0, 0.5 * float(np.ptp(hands[:, 0])) - measures.joints[0, 0])
    arm = np.sqrt((0.93 * measures.reach[0]) ** 2 - min(aside, 0.3) ** 2)
    line = middle - pelvis
    found = middle - line / np.linalg.norm(line) * (arm + measures.joints[0, 2])
    return holds, found


def _launch(
    climber: Climber,
    dip: float,
    off: float,
    on: float,
    top: np.ndarray,
    speed: np.ndarray,
    pelvis: np.ndarray,
) -> None:
    """The body's course from the dip until the hands catch."""
    body = climber.script.body
    start = body.goal.copy()
    push = BPoly.from_derivatives(
        [0, off - dip], [[start[:3], 0 * top, 0 * top], [top, speed, [0, 0, -GRAVITY]]]
    )
    seconds = np.linspace(dip, on, max(12, int((on - dip) * _RATE)))
    flown = np.clip(seconds - off, 0, None)[:, None]
    path = np.where(
        flown > 0,
        top + speed * flown - 0.5 * GRAVITY * flown**2 * np.array([0, 0, 1.0]),
        push(np.minimum(seconds, off) - dip),
    )
    turned = ease((seconds - dip) / (on - dip))[:, None]
    line = np.mean(climber.wall.to_world(climber.points[list(HANDS)]), axis=0) - pelvis
    angles = np.array([start[3], 0.4 * start[4] - 0.3 * np.arctan2(line[1], line[2]), 0.0, 0.0])
    rest = start[3:7] + turned * (angles - start[3:7])
    weight = start[7] + turned * (0.6 - start[7])
    values = np.concatenate([path, rest, weight], axis=1)
    curve = sampled(seconds, values)
    body.follow(curve)
