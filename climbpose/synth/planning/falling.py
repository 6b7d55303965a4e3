"""Falling off, landing on both feet, standing up."""

import numpy as np

from climbpose.synth.climb import Limb, Move
from climbpose.synth.planning.flights import GRAVITY, plumb, sampled
from climbpose.synth.planning.ground import forward, hang_arms, leftward, tread, upright
from climbpose.synth.planning.moves import ELBOW, FEET, HANDS, KNEE_WALKING, Climber, side, sided
from climbpose.synth.planning.script import Trunk, beside, ease, hanging
from climbpose.synth.planning.specials import dangle

HIGHEST_FALL = 3.0
"""Height of the hips from which a climber still lets go, metres."""


def fall(climber: Climber) -> None:
    """Let go, drop to the mat, land on both feet with bending knees, and stand up."""
    script, measures = climber.script, climber.measures
    body = script.body
    _hang_first(climber)
    off = script.time
    start = body.goal.copy()
    landing = min(0.94 * measures.standing, float(start[2]) - 0.05)
    drop = float(start[2]) - landing
    flight = float(np.sqrt(2 * drop / GRAVITY))
    down = GRAVITY * flight
    crouch = measures.stature * climber.uniform(0.24, 0.34) + 0.02
    # A quintic that stops within a distance takes about twice as long as at constant speed.
    stop = float(np.clip(2.1 * (landing - crouch) / down, 0.16, 0.45))
    out = start[1] - climber.uniform(0.15, 0.45) if climber.wall.angle_deg < 15 else start[1] - 0.15
    # Far enough from the wall's foot to crouch.
    out = min(out, -0.42)
    on = off + flight
    seconds = np.linspace(off, on + stop, max(16, int((flight + stop) * 60)))
    fallen = np.clip(seconds - off, 0, flight)
    height = start[2] - 0.5 * GRAVITY * fallen**2 * (drop / (0.5 * GRAVITY * flight**2))
    share = np.clip((seconds - on) / stop, 0, 1)
    height = height - _braked(share, landing - crouch, down * stop)
    path = np.tile(start, (len(seconds), 1))
    gone = ease((seconds - off) / (flight + stop))[:, None]
    path[:, 2] = height
    path[:, 1:2] += (out - start[1]) * np.sqrt(gone)
    tilt = np.array([-0.05, 0.0, 0.0, 0.7])
    path[:, 4:] += np.minimum(1, ease((seconds - off) / flight))[:, None] * (tilt - start[4:])
    path[:, 4] -= 0.5 * ease(share)
    body.follow(sampled(seconds, path))
    script.flights.append((off, on))
    touched = np.array([np.interp(on, seconds, path[:, axis]) for axis in range(3)])
    _land_limbs(climber, off, on, touched, float(start[3]))
    script.gaze.go(np.array([start[0], out - 0.2, 0.3]), off, on)
    script.time = on
    script.mark(Move.FALL, tuple(Limb))
    recovered = on + stop + climber.uniform(0.05, 0.2)
    rise = climber.uniform(0.7, 1.1)
    place = np.array([body.goal[0], body.goal[1], 0.0])
    body.go(upright(climber, place, float(start[3])), recovered, recovered + rise)
    hang_arms(climber, recovered, recovered + rise)
    for foot in FEET:
        climber.bend(foot, KNEE_WALKING, recovered, recovered + rise)
    ahead = place + 3 * forward(float(start[3])) + np.array([0, 0, 1.6])
    script.gaze.go(ahead, recovered, recovered + rise)
    script.time = recovered + rise
    script.mark(Move.LAND, FEET)


def _hang_first(climber: Climber) -> None:
    """Let the feet go first where the drop would be too short to bring them down."""
    script = climber.script
    drop = float(script.body.goal[2]) - 0.94 * climber.measures.standing
    is_hanging = any(climber.holds_on(hand) for hand in HANDS)
    if drop > 1.2 or not is_hanging or not any(climber.holds_on(foot) for foot in FEET):
        return
    now = script.time
    wait = climber.uniform(0.45, 0.65)
    for foot in FEET:
        dangle(climber, foot, now + climber.uniform(0.0, 0.05), 0.42)
    goal = script.body.goal.copy()
    goal[:3] = plumb(climber)
    goal[2] = max(goal[2], 0.9 * climber.measures.standing)
    goal[4:7] = 0.3 * goal[4:7]
    script.body.go(goal, now, now + wait)
    script.time = now + wait
    script.mark(Move.CUT_LOOSE, FEET)


def upright_axes(trunk: Trunk) -> np.ndarray:
    """The world's own directions, in each frame."""
    return np.broadcast_to(np.eye(3), trunk.rotation.shape)


def _braked(share: np.ndarray, distance: float, speed: float) -> np.ndarray:
    """Way covered while a speed, per unit of `share`, dies down to rest at a distance."""
    a, b, c = np.linalg.solve([[1, 1, 1], [2, 3, 4], [2, 6, 12]], [distance - speed, -speed, 0])
    way: np.ndarray = speed * share + a * share**2 + b * share**3 + c * share**4
    return way


def _land_limbs(
    climber: Climber, off: float, on: float, pelvis: np.ndarray, heading: float
) -> None:
    """Arms up in the flight and forward in the landing; feet flat below the body.

    Args:
        climber: Who falls.
        off: When the flight begins.
        on: When the feet touch the floor.
        pelvis: Where it is then, in the world.
        heading: Of the body.
    """
    flight = on - off
    place = pelvis * [1, 1, 0]
    for foot in FEET:
        # Feet that hang already need not wait to be brought below the body.
        begin = off - 0.2
        if climber.holds_on(foot):
            dangle(climber, foot, off, 0.5 * flight, lift=0.05)
            begin = off + 0.5 * flight
        apart = climber.uniform(0.12, 0.2)
        spot = place - side(foot) * apart * leftward(heading) + 0.08 * forward(heading)
        # Falls with the body until it meets the floor.
        below = beside(spot * [1, 1, 0] - pelvis, None, upright_axes)
        climber.free(foot, below, begin, on - 0.02, lift=0.0)
        tread(climber, foot, spot, on, on)
        climber.bend(foot, np.array([0.45, -1.0, 0.2]), off, on)
    for hand in HANDS:
        high = sided(hand, np.array([climber.uniform(0.3, 0.5), -0.25, climber.uniform(0.45, 0.8)]))
        low = sided(hand, np.array([0.3, -0.35, climber.uniform(0.1, 0.3)]))
        if flight > 0.4:
            climber.free(hand, beside(high, None, hanging), off, off + 0.8 * flight, lift=0.1)
            climber.free(hand, beside(low, None, hanging), on - 0.1 * flight, on + 0.3)
        else:
            climber.free(hand, beside(low, None, hanging), off, on + 0.35, lift=0.1)
        climber.bend(hand, ELBOW, off, on)
