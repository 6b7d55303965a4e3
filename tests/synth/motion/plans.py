"""Small plans that a person could write down, for the tests of what makes them true."""

from collections.abc import Callable

import numpy as np

from climbpose.synth.climb import Contact, Limb, Move, Phase, Plan, Touch, Wall

FPS = 20.0

Way = tuple[float, float, tuple[float, float, float]]
"""From when to when (seconds) a limb goes to where (wall coordinates)."""

TOE = list(Touch).index(Touch.TOE)
GRIP = list(Touch).index(Touch.GRIP)
FLAT = list(Touch).index(Touch.FLAT)


def eased(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    result: np.ndarray = share**3 * (10 - 15 * share + 6 * share**2)
    return result


def path(
    start: tuple[float, float, float], ways: list[Way], frames: int, lift: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """A point's way and whether it is at rest, by minimum-jerk stretches."""
    seconds = np.arange(frames) / FPS
    points = np.tile(np.array(start, float), (frames, 1))
    still = np.ones(frames, bool)
    for begin, end, goal in ways:
        share = eased((seconds - begin) / (end - begin))[:, None]
        points += share * (np.array(goal) - points[-1])
        points[:, 2] += lift * np.sin(np.pi * share[:, 0])
        still &= (seconds < begin) | (seconds > end)
    return points, still


def plan_of(
    wall: Wall,
    seconds: float,
    start: dict[Limb, tuple[float, float, float]],
    ways: dict[Limb, list[Way]] | None = None,
    pelvis: tuple[float, float, float] = (0, 1.0, 0.3),
    pelvis_ways: list[Way] | None = None,
    extension: tuple[float, float] = (0.85, 0.75),
    airborne: tuple[float, float] | None = None,
    loose: tuple[Limb, ...] = (),
    tilt_deg: float = 0.0,
) -> Plan:
    """A plan from its limbs' and pelvis's ways, in the wall's coordinates."""
    frames = round(seconds * FPS)
    target = np.zeros((frames, 4, 3))
    held = np.zeros((frames, 4), bool)
    is_loose = np.zeros((frames, 4), bool)
    for limb in Limb:
        points, still = path(start[limb], (ways or {}).get(limb, []), frames, 0.08)
        target[:, limb] = wall.to_world(points)
        held[:, limb] = still & (limb not in loose)
        is_loose[:, limb] = limb in loose
    flight = np.zeros(frames, bool)
    if airborne:
        flight[round(airborne[0] * FPS) : round(airborne[1] * FPS)] = True
        held[flight] = False
    hips, _ = path(pelvis, pelvis_ways or [], frames)
    lean = np.radians(wall.angle_deg + tilt_deg)
    trunk = np.array(
        [[1, 0, 0], [0, -np.cos(lean), -np.sin(lean)], [0, -np.sin(lean), np.cos(lean)]]
    )
    trunk[:, 0] *= -1 if np.linalg.det(trunk) < 0 else 1
    pole = np.zeros((4, 3))
    for limb in Limb:
        side = -1.0 if limb.is_left else 1.0
        local = [side, -0.9, 0.5] if limb.is_hand else [0.9 * side, 0.3, 0.5]
        pole[limb] = wall.to_world(np.array(local) / np.linalg.norm(local))
    contacts = []
    for limb in Limb:
        edges = np.flatnonzero(np.diff(np.r_[False, held[:, limb], False].astype(int)))
        touch = Touch.GRIP if limb.is_hand else Touch.TOE
        for k, (first, last) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
            contacts.append(Contact(limb, int(limb) + 4 * k, touch, int(first), int(last)))
    gaze = wall.to_world(hips * np.array([1.0, 1, 0]) + np.array([0, 0.9, 0]))
    return Plan(
        wall=wall,
        fps=FPS,
        holds=(),
        contacts=tuple(contacts),
        phases=(Phase(Move.REST, 0, frames),),
        in_contact=held,
        target=target,
        touch=np.tile([GRIP, GRIP, TOE, TOE], (frames, 1)),
        is_loose=is_loose,
        pelvis=wall.to_world(hips),
        trunk=np.tile(trunk, (frames, 1, 1)),
        trunk_weight=np.full(frames, 0.3),
        extension=np.tile([extension[0]] * 2 + [extension[1]] * 2, (frames, 1)),
        pole=np.tile(pole, (frames, 1, 1)),
        airborne=flight,
        gaze=gaze,
    )


def four(
    hands: float, feet: float, wide: float = 0.25, step: float = 0.2
) -> dict[Limb, tuple[float, float, float]]:
    """Four contacts at two heights along the wall."""
    return {
        Limb.LEFT_HAND: (-wide, hands, 0.05),
        Limb.RIGHT_HAND: (wide, hands + 0.1, 0.05),
        Limb.LEFT_FOOT: (-step, feet, 0.04),
        Limb.RIGHT_FOOT: (step, feet + 0.05, 0.04),
    }


def hang() -> Plan:
    return plan_of(Wall(), 1.0, four(2.2, 0.6), pelvis=(0, 1.25, 0.3))


def reach() -> Plan:
    return plan_of(
        Wall(),
        2.0,
        four(2.1, 0.6),
        {Limb.RIGHT_HAND: [(1.0, 1.7, (0.2, 2.65, 0.05))]},
        pelvis=(0, 1.15, 0.3),
        pelvis_ways=[(0.6, 1.7, (0.05, 1.4, 0.25))],
    )


def high_step() -> Plan:
    return plan_of(
        Wall(),
        2.8,
        four(2.2, 0.5),
        {Limb.LEFT_FOOT: [(0.8, 1.6, (-0.4, 1.2, 0.04))]},
        pelvis=(0, 1.2, 0.35),
        pelvis_ways=[(1.8, 2.6, (-0.25, 1.45, 0.25))],
    )


def overhang() -> Plan:
    return plan_of(
        Wall(40.0),
        2.0,
        four(2.3, 0.9, 0.3, 0.3),
        {Limb.LEFT_HAND: [(1.0, 1.6, (-0.2, 2.75, 0.05))]},
        pelvis=(0, 1.4, 0.45),
        pelvis_ways=[(0.8, 1.6, (-0.05, 1.6, 0.4))],
        extension=(0.95, 0.8),
        tilt_deg=-20.0,
    )


def slab() -> Plan:
    return plan_of(
        Wall(-12.0),
        1.6,
        four(1.9, 0.5),
        {Limb.RIGHT_FOOT: [(0.6, 1.3, (0.25, 0.9, 0.04))]},
        pelvis=(0, 1.25, 0.3),
        tilt_deg=12.0,
    )


def dyno() -> Plan:
    """Up by 0.75 m; the hips' wished way is only roughly that of a flight."""
    goal = four(3.0, 1.35)
    return plan_of(
        Wall(),
        2.2,
        four(2.15, 0.6),
        {limb: [(1.2, 1.6, goal[limb])] for limb in Limb},
        pelvis=(0, 1.1, 0.4),
        pelvis_ways=[(0.95, 1.6, (0, 2.0, 0.35))],
        airborne=(1.2, 1.6),
    )


def loose_foot() -> Plan:
    start = four(2.2, 0.6) | {Limb.RIGHT_FOOT: (0.5, 0.4, 0.15)}
    return plan_of(
        Wall(),
        1.0,
        start,
        loose=(Limb.RIGHT_FOOT,),
        pelvis=(-0.15, 1.3, 0.25),
        extension=(0.85, 0.9),
    )


def walk() -> Plan:
    """Two steps to the wall, the arms at ease."""
    wall = Wall()
    start = {
        Limb.LEFT_HAND: (-0.3, 0.6, 1.6),
        Limb.RIGHT_HAND: (0.3, 0.6, 1.6),
        Limb.LEFT_FOOT: (-0.1, 0.0, 1.6),
        Limb.RIGHT_FOOT: (0.1, 0.0, 1.6),
    }
    ways: dict[Limb, list[Way]] = {
        Limb.LEFT_FOOT: [(0.4, 0.9, (-0.1, 0.0, 1.0))],
        Limb.RIGHT_FOOT: [(1.0, 1.6, (0.1, 0.0, 0.5))],
        Limb.LEFT_HAND: [(0.4, 1.6, (-0.3, 0.6, 0.6))],
        Limb.RIGHT_HAND: [(0.4, 1.6, (0.3, 0.6, 0.6))],
    }
    plan = plan_of(
        wall,
        2.4,
        start,
        ways,
        pelvis=(0, 0.91, 1.7),
        pelvis_ways=[(0.3, 1.7, (0, 0.91, 0.75))],
        extension=(0.93, 0.97),
        loose=(Limb.LEFT_HAND, Limb.RIGHT_HAND),
    )
    plan.touch[:, 2:] = FLAT
    plan.target[..., 2:, 2] = np.minimum(plan.target[..., 2:, 2], 0.1)
    plan.pole[:, 2:] = [0.0, 1.0, 0.0]
    plan.pole[:, :2] = [[-0.5, -1.0, 0.0], [0.5, -1.0, 0.0]]
    plan.trunk_weight[:] = 0.8
    return plan


def fall() -> Plan:
    """Off the wall, half a second through the air, and onto both feet."""
    plan = plan_of(
        Wall(),
        2.4,
        four(2.9, 1.25),
        pelvis=(0, 1.95, 0.35),
        extension=(0.85, 0.8),
        airborne=(1.0, 1.5),
    )
    seconds = np.arange(len(plan)) / FPS
    after = np.clip(seconds - 1.0, 0, 0.5)
    landed = seconds >= 1.5
    plan.in_contact[landed, :2] = False
    plan.is_loose[seconds >= 1.0] = True
    plan.is_loose[landed, 2:] = False
    plan.pelvis[:, 2] -= 0.5 * 9.81 * after**2
    plan.pelvis[:, 1] -= 0.8 * after
    low = np.exp(-(((seconds - 1.75) / 0.15) ** 2))
    plan.pelvis[landed, 2] = 0.85 - 0.4 * low[landed]
    off = eased((seconds - 1.0) / 0.4)[:, None]
    on = eased((seconds - 1.3) / 0.2)[:, None]
    for limb in Limb:
        side = -1.0 if limb.is_left else 1.0
        at_ease = [0.5 * side, 0.3, 0.5] if limb.is_hand else [0.15 * side, 0.1, -0.85]
        plan.target[:, limb] += off * (plan.pelvis + at_ease - plan.target[:, limb])
        if not limb.is_hand:
            plan.target[:, limb] += on * ([0.17 * side, -0.65, 0.0] - plan.target[:, limb])
            plan.pole[:, limb] += off * ([0.3 * side, 0.9, 0.2] - plan.pole[:, limb])
    plan.touch[seconds > 1.0, 2:] = FLAT
    return plan


PLANS: dict[str, Callable[[], Plan]] = {
    make.__name__: make
    for make in (hang, reach, high_step, overhang, slab, dyno, loose_foot, walk, fall)
}
