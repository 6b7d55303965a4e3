"""On the mat: walking, standing, getting on the wall."""

import numpy as np

from climbpose.synth.climb import Limb, Move, Touch
from climbpose.synth.planning.moves import (
    ELBOW,
    FEET,
    HANDS,
    KNEE,
    KNEE_WALKING,
    Climber,
    other,
    side,
    sided,
)
from climbpose.synth.planning.script import FLOOR, Stay, beside, ease, fixed

UP = np.array([0, 0, 1.0])
ELBOW_HANGING = np.array([0.35, 0.9, -0.1])


def forward(heading: float) -> np.ndarray:
    """Where someone looks, in the world."""
    return np.array([-np.sin(heading), np.cos(heading), 0.0])


def leftward(heading: float) -> np.ndarray:
    """To the left of someone, in the world."""
    return np.array([-np.cos(heading), -np.sin(heading), 0.0])


def upright(climber: Climber, place: np.ndarray, heading: float, low: float = 0.985) -> np.ndarray:
    """The body's course value of someone who stands somewhere."""
    height = climber.measures.standing * low
    return np.array([place[0], place[1], height, heading, -0.05, 0.0, 0.0, 0.9])


def tread(climber: Climber, foot: Limb, place: np.ndarray, leave: float, arrive: float) -> None:
    """Put a foot flat on the floor."""
    point = np.array([place[0], place[1], 0.0])
    climber.script.leave(foot, leave)
    stay = Stay(arrive, fixed(point), Touch.FLAT, FLOOR, climber.uniform(0.06, 0.11), UP)
    climber.script.place(foot, stay)
    climber.points[foot] = climber.wall.to_wall(point)
    climber.rows[foot] = FLOOR


def arm_place(climber: Climber, hand: Limb) -> np.ndarray:
    """Where a hanging hand is, from the middle of the hips."""
    measures = climber.measures
    low = measures.joints[0, 2] - 0.94 * measures.reach[hand]
    return sided(hand, np.array([measures.joints[0, 0] + 0.07, -0.05, low]))


def hang_arms(climber: Climber, begin: float, end: float) -> None:
    """Let the arms hang."""
    for hand in HANDS:
        climber.free(hand, beside(arm_place(climber, hand)), begin, end)
        climber.bend(hand, ELBOW_HANGING, begin, end)


def stand_at(climber: Climber, place: np.ndarray, heading: float) -> None:
    """Begin standing on the floor."""
    script = climber.script
    start = upright(climber, place, heading)
    script.body.start[:] = script.body.goal[:] = start
    gaze = place + 3 * forward(heading) + np.array([0, 0, 1.5])
    script.gaze.start[:] = script.gaze.goal[:] = gaze
    for limb in Limb:
        pole = script.poles[limb]
        direction = sided(limb, ELBOW_HANGING if limb.is_hand else KNEE_WALKING)
        pole.start[:] = pole.goal[:] = direction
        if limb.is_hand:
            script.place(limb, Stay(script.time, beside(arm_place(climber, limb))))
        else:
            point = place - side(limb) * 0.1 * leftward(heading) + 0.08 * forward(heading)
            point[2] = 0.0
            script.place(limb, Stay(script.time, fixed(point), Touch.FLAT, FLOOR))
            climber.points[limb] = climber.wall.to_wall(point)
            climber.rows[limb] = FLOOR


def stand(climber: Climber, duration: float, gaze: np.ndarray | None = None) -> None:
    """Stand and look, shifting the weight a little."""
    script = climber.script
    goal = script.body.goal.copy()
    goal[:2] += climber.rng.normal(0, 0.02, 2)
    script.body.go(goal, script.time, script.time + max(0.6, 0.8 * duration))
    if gaze is not None:
        script.gaze.go(gaze, script.time, script.time + 0.5)
    script.time += duration
    script.mark(Move.REST)


def walk(climber: Climber, place: np.ndarray, heading: float) -> None:
    """Turn, walk straight to a place, and turn there."""
    here = climber.script.body.goal[:3] * [1, 1, 0]
    way = (place - here) * [1, 1, 0]
    distance = float(np.linalg.norm(way))
    if distance > 0.25:
        bearing = float(np.arctan2(-way[0], way[1]))
        turn_to(climber, bearing)
        _stride(climber, here, way / distance, distance)
    turn_to(climber, heading)


def turn_to(climber: Climber, heading: float) -> None:
    """Turn on the spot in small steps."""
    script = climber.script
    goal = script.body.goal
    change = float((heading - goal[3] + np.pi) % (2 * np.pi) - np.pi)
    count = int(np.ceil(abs(change) / np.radians(50)))
    here = goal[:3] * [1, 1, 0]
    foot = FEET[int(change < 0)]
    beat = climber.uniform(0.44, 0.56)
    start = float(goal[3])
    for k in range(count + 1 if count else 0):
        now = script.time
        turned = start + change * min(1.0, (k + 1) / count)
        spot = here - side(foot) * 0.1 * leftward(turned) + 0.08 * forward(turned)
        tread(climber, foot, spot, now + 0.1 * beat, now + 0.85 * beat)
        script.body.go(upright(climber, here, turned), now - 0.1 * beat, now + 1.2 * beat)
        gaze = here + 3 * forward(turned) + np.array([0, 0, 1.4])
        script.gaze.go(gaze, now - 0.2, now + beat)
        for leg in FEET:
            climber.bend(leg, KNEE_WALKING, now, now + beat)
        script.time = now + beat
        script.mark(Move.WALK, (foot,))
        foot = other(foot)


def _stride(climber: Climber, here: np.ndarray, ahead: np.ndarray, distance: float) -> None:
    """Walk straight on."""
    script, stature = climber.script, climber.measures.stature
    length = stature * climber.uniform(0.33, 0.4)
    count = max(1, int(np.ceil(distance / length - 0.5)))
    length = distance / count
    beat = max(0.42, length / climber.uniform(1.0, 1.3))
    heading = float(script.body.goal[3])
    aside = leftward(heading)
    first = FEET[int(climber.chance(0.5))]
    _swing_arms(climber, first, count, beat)
    foot, begin = first, script.time
    for k in range(count + 1):
        now = begin + k * beat
        reached = min(k + 1, count) * length
        middle = distance if k == count else (k + 0.5) * length
        spot = here + ahead * (reached + 0.06) - side(foot) * 0.085 * aside
        tread(climber, foot, spot, now + 0.12 * beat, now + 0.9 * beat)
        sway = 0.0 if k == count else 0.02 * side(foot)
        low = 0.985 if k == count else 0.97
        body = upright(climber, here + ahead * middle + sway * aside, heading, low)
        body[6] = 0.0 if k == count else 0.09 * side(foot)
        script.body.go(body, now - 0.35 * beat, now + 1.35 * beat)
        bob = script.body.goal + np.array([0, 0, 0.02, 0, 0, 0, 0, 0])
        script.body.go(bob, now, now + 0.5 * beat)
        script.body.go(bob - [0, 0, 0.02, 0, 0, 0, 0, 0], now + 0.5 * beat, now + beat)
        script.time = now + beat
        script.mark(Move.WALK, (foot,))
        foot = other(foot)


def _swing_arms(climber: Climber, first: Limb, count: int, beat: float) -> None:
    """Swing the arms against the legs."""
    begin = climber.script.time
    end = begin + (count + 1) * beat
    size = climber.uniform(0.1, 0.2)
    for hand in HANDS:
        sign = 1.0 if hand.is_left == first.is_left else -1.0

        def sway(seconds: np.ndarray, sign: float = sign) -> np.ndarray:
            wave = -np.cos(np.pi * (seconds - begin) / beat)
            wave = wave * ease((seconds - begin) / beat) * ease((end - seconds) / beat)
            return size * np.stack([0 * wave, sign * wave, 0.12 * wave**2], axis=1)

        climber.free(hand, beside(arm_place(climber, hand), sway), begin - 0.2, begin + 0.1)
        climber.bend(hand, ELBOW_HANGING, begin, begin + 0.4)


def rub_chalk(climber: Climber) -> None:
    """Chalk up standing: one hand behind the back, then rub both in front."""
    script = climber.script
    now = script.time
    hand = HANDS[int(climber.chance(0.5))]

    def stir(seconds: np.ndarray) -> np.ndarray:
        wave = np.sin(2 * np.pi * 1.8 * seconds)
        return 0.02 * np.stack([wave, 0 * wave, wave], axis=1)

    def rub(seconds: np.ndarray) -> np.ndarray:
        wave = np.sin(2 * np.pi * 2.2 * seconds)
        return 0.03 * np.stack([0.3 * wave, 0.5 * wave, wave], axis=1)

    climber.free(hand, beside(sided(hand, np.array([0.05, 0.17, 0.1])), stir), now, now + 0.6)
    climber.bend(hand, np.array([0.8, 0.6, -0.1]), now, now + 0.5)
    leave = now + climber.uniform(1.2, 2.0)
    for limb in HANDS:
        place = beside(sided(limb, np.array([0.05, -0.3, 0.28])), rub)
        climber.free(limb, place, leave - (0.0 if limb == hand else 0.4), leave + 0.5)
        climber.bend(limb, ELBOW, leave, leave + 0.4)
    script.time = leave + climber.uniform(1.0, 2.0)
    script.mark(Move.CHALK, HANDS)
    hang_arms(climber, script.time, script.time + 0.5)
    script.time += 0.3
    script.mark(Move.REST)


def standing_place(climber: Climber, u: float) -> np.ndarray:
    """Where to stand to get on the wall, without the head in it."""
    lean = np.tan(np.radians(max(0.0, climber.wall.angle_deg)))
    return np.array([u, -max(0.36, climber.measures.stature * lean + 0.34), 0.0])


def mount(climber: Climber) -> bool:
    """Take the first holds with both hands and get off the floor; facing the wall."""
    script, wall, stature = climber.script, climber.wall, climber.measures.stature
    u = float(script.body.goal[0])
    height = stature * climber.uniform(0.85, 1.02)
    v = height / np.cos(np.radians(wall.angle_deg))
    distance = float(wall.to_wall(script.body.goal[:3])[2])
    first = HANDS[int(climber.chance(0.5))]
    for hand in (first, other(first)):
        found = climber.try_reach(
            hand,
            u + side(hand) * 0.13 * stature,
            v + climber.uniform(-0.08, 0.08),
            lean=-np.radians(wall.angle_deg) - 0.05,
            distance=distance,
            clearance=0.96 * climber.measures.standing,
        )
        if found is None:
            hang_arms(climber, script.time, script.time + 0.6)
            return False
        climber.reach(hand, *found)
    begin = script.time
    for foot in FEET:
        climber.bend(foot, KNEE, begin, begin + 0.6)
    return True
