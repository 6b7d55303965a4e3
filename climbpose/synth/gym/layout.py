"""The flat surfaces that a gym is built from: walls, panels beside them, floor, hall."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from climbpose.synth.climb import Wall
from climbpose.synth.gym.scenery import Look, Part, Room, Surface
from climbpose.synth.light import Colour

_SIGHT_M = 1.4
"""How far things stay from the phone and from the line to the wall's middle."""

_SHOE = 3
"""Row of the kind of thing that comes in pairs."""


def _vector(*values: float | int) -> np.ndarray:
    return np.array(values, float)


def _board(part: Part, low: np.ndarray, right: np.ndarray, up: np.ndarray) -> Surface:
    """A surface from a corner and its two edges."""
    width, height = float(np.linalg.norm(right)), float(np.linalg.norm(up))
    return Surface(part, low, right / width, up / height, width, height)


def climbed(wall: Wall) -> Surface:
    """The climbers' own wall."""
    origin = wall.to_world(_vector(-wall.width_m / 2, 0, 0))
    return Surface(Part.WALL, origin, wall.axes[0], wall.axes[1], wall.width_m, wall.height_m)


def build(
    wall: Wall, look: Look, phone: Float[np.ndarray, "3"], rng: np.random.Generator
) -> list[Surface]:
    """All surfaces of a scene, the climbed wall first.

    Args:
        wall: The climbed one.
        look: Of the gym.
        phone: Where the camera is; nothing is put between it and the wall.
        rng: For widths and places.
    """
    main = climbed(wall)
    surfaces = [main]
    for side in (-1, 1):
        surfaces += _sides(main, side, look.side_deg[(side + 1) // 2], phone, rng)
    if look.head_m > 0:
        for panel in list(surfaces):
            if panel.part != Part.CHEEK:
                low = panel.origin + panel.height * panel.up
                surfaces.append(
                    _board(Part.HEAD, low, panel.width * panel.right, _vector(0, 0, look.head_m))
                )
    top = float(main.corners[2, 2]) + look.head_m
    surfaces += _room(wall, look, phone, top, rng)
    return surfaces + _things(wall, look, phone, rng)


def _sides(
    main: Surface, side: int, turn_deg: float, phone: np.ndarray, rng: np.random.Generator
) -> list[Surface]:
    """Panels that continue the wall to its left (-1) or right (1)."""
    edge = main.corners[0 if side < 0 else 1]
    lean = main.height * main.up
    is_free = turn_deg <= -90
    panels: list[Surface] = []
    for depth in range(2):
        width = float(rng.uniform(0.6, 1.2) if is_free else rng.uniform(1.5, 3.5))
        turn = np.radians(turn_deg)
        along = _vector(side * np.cos(turn), -np.sin(turn), 0) * width
        part = Part.CHEEK if is_free else Part.SIDE
        if side > 0:
            panel = _board(part, edge, along, lean)
        else:
            panel = _board(part, edge + along, -along, lean)
        clear = float(panel.normal @ (phone - panel.origin))
        if turn_deg > 0 and clear < 1.2:
            # The phone would look through this panel: it turns away instead.
            return panels + _sides(main, side, -30.0, phone, rng) if depth == 0 else panels
        panels.append(panel)
        if is_free:
            break
        edge = edge + along
        turn_deg = float(rng.uniform(-30, 25))
    return panels


def _things(wall: Wall, look: Look, phone: np.ndarray, rng: np.random.Generator) -> list[Surface]:
    """Bags, bottles, buckets and pads on the mats, away from the climber and the phone's sight."""
    # Width, depth and height from and to, metres; how many sides.
    kinds = (
        ((0.35, 0.55), (0.22, 0.32), (0.15, 0.32), 4),
        ((0.07, 0.09), (0.07, 0.09), (0.2, 0.28), 8),
        ((0.16, 0.24), (0.16, 0.24), (0.15, 0.22), 8),
        ((0.09, 0.11), (0.25, 0.29), (0.07, 0.1), 4),
        ((0.9, 1.3), (0.7, 1.0), (0.1, 0.3), 4),
        ((1.0, 1.6), (0.35, 0.45), (0.35, 0.42), 4),
    )
    made: list[Surface] = []
    for _ in range(int(rng.uniform(0, 1 + 11 * look.clutter))):
        x, y = rng.choice([-1, 1]) * rng.uniform(1.6, wall.width_m / 2 + 3), rng.uniform(-3, -0.3)
        kind = int(rng.choice(len(kinds), p=[0.26, 0.22, 0.12, 0.24, 0.1, 0.06]))
        *extents, sides = kinds[kind]
        wide, deep, high = (float(rng.uniform(*extent)) for extent in extents)
        yaw = float(rng.uniform(0, np.pi))
        red, green, blue = rng.choice([0.12, 0.45, 0.75]) * rng.uniform(0.55, 1.1, 3)
        colour = float(red), float(green), float(blue)
        sight = phone[:2] / np.linalg.norm(phone[:2])
        place = np.array([x, y])
        beside = abs(float(place[0] * sight[1] - place[1] * sight[0]))
        if beside > _SIGHT_M and np.hypot(*(place - phone[:2])) > _SIGHT_M:
            made += _prism(place, yaw, (wide, deep, high), sides, colour)
            if kind == _SHOE:
                other = place + 0.14 * np.array([np.cos(yaw), np.sin(yaw)])
                made += _prism(other, yaw + 0.1, (wide, deep, high), sides, colour)
    return made


def _prism(
    place: np.ndarray,
    yaw: float,
    size: tuple[float, float, float],
    sides: int,
    colour: Colour,
) -> list[Surface]:
    """An upright thing's sides and top."""
    wide, deep, high = size
    angle = 2 * np.pi * (np.arange(sides + 1) + 0.5) / sides
    reach = np.sqrt(0.5) if sides == 4 else 0.5
    ring = reach * np.stack([wide * np.cos(angle), deep * np.sin(angle)], axis=1)
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    corners = np.column_stack([ring @ turn + place, np.zeros(sides + 1)])
    rise = _vector(0, 0, high)
    faces = [
        _board(Part.THING, corners[k], corners[k + 1] - corners[k], rise) for k in range(sides)
    ]
    step = sides // 4
    low, right, left = corners[2 * step] + rise, corners[3 * step], corners[step]
    top = _board(Part.THING, low, right + rise - low, left + rise - low)
    return [replace(face, colour=colour) for face in (*faces, top)]


def _room(
    wall: Wall, look: Look, phone: np.ndarray, top: float, rng: np.random.Generator
) -> list[Surface]:
    """Floor, mats, and what is behind and above."""
    near = float(phone[1]) - 0.5
    lean_back = max(float(wall.axes[1, 1]) * wall.height_m, 0.0)
    mat_half = wall.width_m / 2 + 4.5
    mat_far = 0.6 + max(lean_back, 0.5)
    surfaces = [
        _board(
            Part.MAT,
            _vector(-mat_half, near, 0),
            _vector(2 * mat_half, 0, 0),
            _vector(0, mat_far - near, 0),
        )
    ]
    # The phone stands inside the room.
    half = max(mat_half + float(rng.uniform(1, 6)), abs(float(phone[0])) + 1)
    far = mat_far + float(rng.uniform(1.5, 8))
    ground = _vector(-half, near, -0.25)
    surfaces.append(_board(Part.GROUND, ground, _vector(2 * half, 0, 0), _vector(0, far - near, 0)))
    if look.room == Room.OUTDOOR:
        return surfaces
    high = max(top + look.ceiling_m, float(phone[2]) + 0.6)
    rise = _vector(0, 0, high + 0.25)
    ahead = _vector(0, far - near, 0)
    surfaces += [
        _board(Part.BACK, _vector(-half, far, -0.25), _vector(2 * half, 0, 0), rise),
        _board(Part.BACK, _vector(-half, near, -0.25), ahead, rise),
        _board(Part.BACK, _vector(half, far, -0.25), -ahead, rise),
        _board(Part.CEILING, _vector(-half, far, high), _vector(2 * half, 0, 0), -ahead),
    ]
    surfaces += _overhead(
        half, near, far, high, float(wall.to_world(_vector(0, wall.height_m, 0))[1]), look, rng
    )
    if look.has_rope:
        # Aside, so that it does not hang before the climber.
        aside = -np.sign(phone[0] + 1e-9) * float(rng.uniform(0.34, 0.5)) * wall.width_m
        place = _vector(aside, 0, float(rng.uniform(0.3, 1)))
        place[1] = min(0.0, -wall.height_m * np.sin(np.radians(wall.angle_deg))) - 0.5
        towards = phone - place
        across = _vector(-towards[1], towards[0], 0)
        across *= 0.03 / np.linalg.norm(across)
        surfaces.append(_board(Part.ROPE, place, across, _vector(0, 0, high - place[2])))
    return surfaces


def _overhead(
    half: float,
    near: float,
    far: float,
    high: float,
    front: float,
    look: Look,
    rng: np.random.Generator,
) -> list[Surface]:
    """Beams and lamps under the ceiling."""
    surfaces: list[Surface] = []

    def put(part: Part, low: np.ndarray, right: np.ndarray, up: np.ndarray) -> None:
        surfaces.append(_board(part, low, right, up))

    for _ in range(int(rng.integers(0, 2 + int(4 * look.clutter)))):
        size, y = float(rng.uniform(0.06, 0.35)), float(rng.uniform(near + 1, far - 1))
        low = high - float(rng.uniform(0, 0.4)) - size
        across = _vector(2 * half, 0, 0)
        put(Part.BEAM, _vector(-half, y, low), across, _vector(0, 0, size))
        put(Part.BEAM, _vector(-half, y + size, low), across, _vector(0, -size, 0))
    for _ in range(int(rng.integers(0, 5))):
        x = float(rng.uniform(-half, half))
        y = float(rng.uniform(near, min(front, far - 2)))
        long, wide = float(rng.uniform(0.6, 1.6)), float(rng.uniform(0.08, 0.3))
        put(Part.LAMP, _vector(x, y + wide, high - 0.02), _vector(long, 0, 0), _vector(0, -wide, 0))
    return surfaces
