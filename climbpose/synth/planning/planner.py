"""Plans a climb: which limb goes where and when."""

from dataclasses import replace

import numpy as np

from climbpose.synth.body import Body
from climbpose.synth.climb import Limb, Move, Plan, Touch, Wall
from climbpose.synth.planning import specials
from climbpose.synth.planning.falling import HIGHEST_FALL, fall
from climbpose.synth.planning.ground import (
    mount,
    rub_chalk,
    stand,
    stand_at,
    standing_place,
    walk,
)
from climbpose.synth.planning.moves import ELBOW, FEET, HANDS, KNEE, Climber, side, sided
from climbpose.synth.planning.script import Stay, fixed
from climbpose.synth.planning.stance import Measures
from climbpose.synth.planning.style import Ending, Style
from climbpose.synth.planning.tactics import Pacer, climb_on

__all__ = ["make_plan"]

LONG = 8.0
"""Seconds from which a clip has time for a walk to the wall and an ending."""


def make_plan(
    style: Style, wall: Wall, body: Body, fps: float, frames: int, rng: np.random.Generator
) -> Plan:
    """A climb of exactly so many frames.

    Args:
        style: How the climber climbs.
        wall: Where.
        body: The climber's.
        fps: Frames a second.
        frames: How many.
        rng: Source of all chance; the same gives the same plan.
    """
    duration = frames / fps
    climber = Climber(style, wall, Measures.of(body), rng, -float(rng.uniform(0.2, 1.5)))
    # In a short clip there is little time to climb; so it seldom begins on the floor.
    if style.starts_on_ground and climber.chance((duration / LONG) ** 2):
        walk_up(climber, duration)
    else:
        hang_on(climber, duration)
    write(climber, duration)
    plan = climber.script.compile(fps, frames, ())
    passed = wall.to_wall(plan.target[~plan.in_contact])
    return replace(plan, holds=climber.route.decorate(style.decorations, passed))


def write(climber: Climber, duration: float) -> None:
    """Climb until the clip is over."""
    script, style = climber.script, climber.style
    end = time_of_end(climber, duration)
    pacer = Pacer(climber)
    while script.time < duration + 0.6:
        is_on_ground = all(climber.floor(foot) for foot in FEET) and not any(
            climber.holds_on(hand) for hand in HANDS
        )
        if is_on_ground:
            around(climber)
            pacer = Pacer(climber)
            end = np.inf
        elif script.time > end and climber.way > 0:
            finish(climber)
        elif climber.way < 0 and is_low(climber):
            climber.way = 1.0
            if style.ending is not Ending.STILL_CLIMBING:
                fall(climber)
            pacer = Pacer(climber)
        elif climber.way > 0 and is_high(climber):
            if style.ending in (Ending.FALL, Ending.TOP):
                finish(climber)
            else:
                specials.match(climber)
                climber.pause(climber.uniform(0.4, 1.5))
                climber.way = -1.0
                pacer = Pacer(climber)
        else:
            pacer.update()
            climb_on(climber, pacer)


def time_of_end(climber: Climber, duration: float) -> float:
    """When the ending begins, seconds; in a short clip late or never, for it shows climbing."""
    is_endless = climber.style.ending is Ending.STILL_CLIMBING
    if is_endless or not climber.chance((duration - 2) / (LONG - 2)):
        return np.inf
    begun = max(0.0, climber.script.time)
    if duration >= LONG:
        return begun + climber.uniform(0.45, 0.8) * (duration - begun)
    return begun + climber.uniform(0.6, 0.85) * duration


def is_high(climber: Climber) -> bool:
    """Whether the wall ends soon."""
    return bool(np.nanmax(climber.points[list(HANDS), 1]) > climber.wall.height_m - 0.62)


def is_low(climber: Climber) -> bool:
    """Whether the floor is near."""
    return bool(climber.script.body.goal[2] < 1.25 * climber.measures.standing)


def finish(climber: Climber) -> None:
    """End the climb as the style says."""
    ending = climber.style.ending
    if ending is Ending.TOP:
        specials.match(climber)
        climber.pause(climber.uniform(0.4, 1.2))
    if ending is Ending.DOWN_CLIMB or climber.script.body.goal[2] > HIGHEST_FALL:
        climber.way = -1.0
        climber.pause(climber.uniform(0.2, 0.8))
    else:
        fall(climber)


def around(climber: Climber) -> None:
    """On the floor: rest, walk about, come back and get on the wall again."""
    script, wall = climber.script, climber.wall
    here = script.body.goal[:3] * [1, 1, 0]
    half = wall.width_m / 2 - 0.8
    stand(climber, climber.uniform(0.3, 1.2), here + np.array([0, 1.0, 2.2]))
    far = here + np.array([climber.uniform(-1.0, 1.0), -climber.uniform(1.2, 3.5), 0])
    far[0] = np.clip(far[0], -half - 0.5, half + 0.5)
    walk(climber, far, climber.uniform(-0.6, 0.6) + np.pi * climber.chance(0.3))
    stand(climber, climber.uniform(0.4, 1.6), np.array([here[0], -0.3, 2.4]))
    if climber.chance(climber.style.liking(Move.CHALK) + 0.2):
        rub_chalk(climber)
    approach(climber)


def approach(climber: Climber) -> None:
    """Walk to the wall and get on it."""
    half = climber.wall.width_m / 2 - 0.9
    u = float(np.clip(climber.script.body.goal[0] + climber.uniform(-0.5, 0.5), -half, half))
    place = standing_place(climber, u)
    walk(climber, place, 0.0)
    if climber.chance(0.5):
        stand(climber, climber.uniform(0.3, 0.9), place + np.array([0, 0.5, 2.6]))
    mount(climber)


def walk_up(climber: Climber, duration: float) -> None:
    """Begin on the floor, some way from the wall."""
    half = climber.wall.width_m / 2 - 0.9
    u = climber.uniform(-half, half)
    place = standing_place(climber, u)
    distance = climber.uniform(0.5, min(3.2, 0.25 * duration))
    place = place + np.array([climber.uniform(-0.6, 0.6) * distance, -distance, 0])
    stand_at(climber, place, climber.uniform(-0.5, 0.5))
    if duration >= 1.5 * LONG and climber.chance(0.3):
        stand(climber, climber.uniform(0.5, 1.5), np.array([u, -0.3, 2.4]))
    if duration >= 1.5 * LONG and climber.chance(climber.style.liking(Move.CHALK)):
        rub_chalk(climber)
    approach(climber)


def hang_on(climber: Climber, duration: float) -> None:
    """Begin in mid-climb: hands and feet on holds."""
    style, wall, stature = climber.style, climber.wall, climber.measures.stature
    gain = style.pace * duration / 10
    # Not so high that the clip would end at the top.
    top = wall.height_m - 1.2
    low = 1.12 * stature
    high = float(np.clip(top - gain, low, max(low, top)))
    v = low + climber.uniform(0.0, 1.0) ** 1.5 * (high - low)
    half = wall.width_m / 2 - 1.0
    u = climber.uniform(-max(half, 0.0), max(half, 0.0)) * 0.7
    climber.script.body.start[:] = climber.script.body.goal[:] = [
        *wall.to_world(np.array([u, v - 0.55 * stature, 0.3])),
        0,
        0,
        0,
        0,
        0.6,
    ]
    for limb in Limb:
        if limb.is_hand:
            place = (0.17 * style.spread * side(limb), climber.uniform(-0.12, 0.12))
        else:
            place = (0.13 * style.spread * side(limb), -climber.uniform(0.88, 1.02))
        row, hold = climber.route.find(
            limb, u + stature * place[0], v + stature * place[1], climber.taken()
        )
        climber.route.keep(row, hold)
        point = climber.grip(limb, hold)
        climber.points[limb], climber.rows[limb] = point, row
        stay = Stay(
            climber.script.time,
            fixed(wall.to_world(point)),
            Touch.GRIP if limb.is_hand else Touch.TOE,
            row,
        )
        climber.script.place(limb, stay)
        pole = climber.script.poles[limb]
        pole.start[:] = pole.goal[:] = sided(limb, ELBOW if limb.is_hand else KNEE)
    stance = climber.stance()
    start = np.concatenate([wall.to_world(stance.pelvis), stance.angles, [0.6]])
    climber.script.body.start[:] = climber.script.body.goal[:] = start
    gaze = wall.to_world(np.array([u, v + 0.3, 0]))
    climber.script.gaze.start[:] = climber.script.gaze.goal[:] = gaze
