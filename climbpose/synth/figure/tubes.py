"""Loose ends of clothes: shirt tails, sleeves and trouser legs that hang free of the body."""

import numpy as np
from jaxtyping import Float32

from climbpose.synth.figure.hair import AROUND
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.paint import noise, top_colours
from climbpose.synth.figure.piece import Piece, Wearer, tube_grid
from climbpose.synth.figure.sites import Sites, bottom_length, sleeve_length, top_hem

_SUNK = -0.006
"""Where a tube of cloth begins, it lies under the surface so that no edge is seen, metres."""


def make_tubes(wearer: Wearer, rng: np.random.Generator) -> list[Piece]:
    """The loose ends of an outfit's clothes."""
    tubes = [_shirt_tail(wearer, rng)] if _has_tail(wearer.outfit) else []
    if _has_sleeves(wearer.outfit):
        tubes += [_sleeve(wearer, side, rng) for side in (1.0, -1.0)]
    if _has_legs(wearer.outfit):
        tubes += [_leg(wearer, side, rng) for side in (1.0, -1.0)]
    return tubes


def under_tubes(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, "*n"]:
    """1 well under a loose end of cloth, 0 where the body's own surface is to be seen."""
    covered = np.zeros(sites.arm.shape)

    def between(place: np.ndarray, low: float, high: float, edge: float) -> np.ndarray:
        share: np.ndarray = np.clip(np.minimum(place - low, high - place) / edge, 0, 1)
        return share

    if _has_tail(outfit):
        tail = between(sites.xyz[..., 2], top_hem(outfit) + 0.005, 1.05, 0.02)
        covered = np.maximum(covered, tail * (sites.arm < 0.02))
    if _has_sleeves(outfit):
        sleeve = between(sites.arm_along, 0.3, sleeve_length(outfit), 0.08)
        covered = np.maximum(covered, sleeve * (sites.arm > 0.45))
    if _has_legs(outfit):
        leg = between(sites.leg_along, _leg_begin(outfit) + 0.08, bottom_length(outfit), 0.06)
        covered = np.maximum(covered, leg * (sites.leg > 0.6))
    return covered.astype(np.float32)


def _has_tail(outfit: Outfit) -> bool:
    return outfit.top not in ("bare", "bra") and outfit.top_cloth.looseness > 0.15


def _has_sleeves(outfit: Outfit) -> bool:
    return outfit.top == "t_shirt" and outfit.top_cloth.looseness > 0.25


def _has_legs(outfit: Outfit) -> bool:
    return outfit.bottom != "leggings" and outfit.bottom_cloth.looseness > 0.2


def _leg_begin(outfit: Outfit) -> float:
    """Where the loose end of a trouser leg begins: 0 hip, 1 knee, 2 ankle."""
    reach = bottom_length(outfit)
    return max(reach - 0.45, 0.32 if reach < 1 else 1.05)


def _ring(
    points: np.ndarray, middle: np.ndarray, across: np.ndarray, back: np.ndarray
) -> np.ndarray:
    """How far points reach from a middle in each direction around it, smoothly."""
    offset = points - middle
    angle = np.arctan2(offset @ back, offset @ across)
    reach = np.hypot(offset @ back, offset @ across)
    turns = 2 * np.pi * np.arange(AROUND) / AROUND
    gap = np.abs((angle[None] - turns[:, None] + np.pi) % (2 * np.pi) - np.pi)
    radius = np.max(np.where(gap < 0.35, reach * np.cos(gap), 0), axis=1, initial=0.02)
    radius = np.maximum(radius, 0.6 * np.median(radius))
    kernel = (np.roll(radius, 1) + 2 * radius + np.roll(radius, -1)) / 4
    return np.asarray(kernel)


def _tube(
    wearer: Wearer,
    path: tuple[np.ndarray, np.ndarray],
    rings: int,
    among: np.ndarray,
    ease: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Rings of cloth around a part of the body, and bands in which they wave.

    Args:
        wearer: The body.
        path: Where the tube's axis begins and ends.
        rings: How many.
        among: Which of the body's vertices are within.
        ease: Room between body and cloth at the hem, metres.
        rng: For the waves of the hem.
    """
    begin, end = path
    along = (end - begin) / np.linalg.norm(end - begin)
    across = np.cross(np.array([0, 1.0, 0]), along)
    across = across / np.linalg.norm(across)
    back = np.cross(across, along)
    points = wearer.body.vertices[among]
    place = (points - begin) @ along
    length = float(np.linalg.norm(end - begin))
    turns = 2 * np.pi * np.arange(AROUND) / AROUND
    phase = rng.uniform(0, 6.28, 3)
    hem = sum(np.sin(k * turns + phase[k - 2]) for k in (2, 3, 4)) / 3
    vertices = []
    for share in np.linspace(0, 1, rings):
        middle = begin + share * (end - begin)
        band = np.abs(place - share * length) < 0.03
        radius = _ring(points[band], middle, across, back)
        radius = radius + _SUNK + share * (ease - _SUNK) * (1 + 0.5 * share * hem)
        ring = middle + radius[:, None] * (
            np.cos(turns)[:, None] * across + np.sin(turns)[:, None] * back
        )
        vertices.append(ring + along * (0.006 * share * np.roll(hem, 5))[:, None])
    return np.concatenate(vertices), turns


def _cloth_piece(
    wearer: Wearer,
    vertices: np.ndarray,
    rings: int,
    weights: tuple[np.ndarray, np.ndarray],
    colour: np.ndarray,
    looseness: float,
    rng: np.random.Generator,
) -> Piece:
    """A tube of cloth with long folds, darker at its hem's seam."""
    triangles, uv = tube_grid(rings)
    rows, cols = colour.shape[:2]
    colour = colour * (1 + 0.02 * noise(rng, (rows, cols), (3, 3)))[..., None]
    colour[-max(2, rows // 16) :] *= 0.9
    folds = 0.006 * looseness * noise(rng, (rows, cols), (1.5 * rows, cols / 9))
    folds = folds * np.linspace(0.1, 1, rows)[:, None]
    size = np.array([cols - 1, rows - 1])
    return Piece(
        vertices=vertices.astype(np.float32),
        triangles=triangles,
        uv=(uv * size + 0.5).astype(np.float32),
        bones=weights[0],
        weights=weights[1],
        colour=np.clip(colour, 0.01, 1).astype(np.float32),
        height=folds.astype(np.float32),
    )


def _shirt_tail(wearer: Wearer, rng: np.random.Generator) -> Piece:
    """The shirt below the waist, which hangs over the hips."""
    scale, loose = wearer.scale, wearer.outfit.top_cloth.looseness
    begin, end = (
        np.array([0, 0.0, 1.12]) * scale,
        np.array([0, 0.0, top_hem(wearer.outfit)]) * scale,
    )
    among = wearer.sites.arm < 0.02
    rings = 7
    vertices, _ = _tube(wearer, (begin, end), rings, among, 0.008 + 0.024 * loose, rng)
    size = (40, 120)
    grid = vertices.reshape(rings, AROUND, 3) / scale
    height = np.linspace(grid[0, :, 2].mean(), grid[-1, :, 2].mean(), size[0])
    turns = 2 * np.pi * np.arange(size[1]) / size[1]
    xyz = np.zeros((*size, 3), np.float32)
    # A tube that runs down begins at the body's right and turns by way of its front.
    xyz[..., 0] = -0.15 * np.cos(turns)
    xyz[..., 1] = -0.12 * np.sin(turns)
    xyz[..., 2] = height[:, None]
    zero = np.zeros(size, np.float32)
    sites = Sites(xyz, zero, zero, zero, zero, zero - 1, zero - 1, zero - 1)
    is_back = xyz[..., 1] > 0
    colour = top_colours(sites, is_back, wearer.outfit, wearer.seed)
    follow = wearer.followed(vertices, among, 0.3)
    return _cloth_piece(wearer, vertices, rings, follow, colour, 0.4 + loose, rng)


def _sleeve(wearer: Wearer, side: float, rng: np.random.Generator) -> Piece:
    """The lower end of a short sleeve, on the left for side 1."""
    body, cloth = wearer.body, wearer.outfit.top_cloth
    name = "L" if side > 0 else "R"
    shoulder, elbow = body.head(f"upperarm01.{name}"), body.head(f"lowerarm01.{name}")
    reach = sleeve_length(wearer.outfit)
    begin = shoulder + 0.22 * (elbow - shoulder)
    end = shoulder + reach * (elbow - shoulder)
    among = (wearer.sites.arm > 0.45) & (wearer.sites.xyz[:, 0] * side > 0)
    rings = 5
    vertices, _ = _tube(wearer, (begin, end), rings, among, 0.006 + 0.02 * cloth.looseness, rng)
    size = (30, 60)
    zero = np.zeros(size, np.float32)
    xyz = np.zeros((*size, 3), np.float32) + np.float32(1.3)
    along = np.broadcast_to(np.linspace(0.22, reach, size[0])[:, None], size).astype(np.float32)
    sites = Sites(xyz, zero + 1, zero, zero, zero, along, zero - 1, zero - 1)
    colour = top_colours(sites, zero > 1, wearer.outfit, wearer.seed)
    follow = wearer.followed(vertices, among, 0.7)
    return _cloth_piece(wearer, vertices, rings, follow, colour, cloth.looseness, rng)


def _leg(wearer: Wearer, side: float, rng: np.random.Generator) -> Piece:
    """The lower end of a wide trouser leg, on the left for side 1."""
    body, cloth = wearer.body, wearer.outfit.bottom_cloth
    name = "L" if side > 0 else "R"
    joints = [body.head(f"{bone}.{name}") for bone in ("upperleg01", "lowerleg01", "foot")]
    reach = bottom_length(wearer.outfit)

    def at(along: float) -> np.ndarray:
        low = min(int(along), 1)
        place: np.ndarray = joints[low] + (along - low) * (joints[low + 1] - joints[low])
        return place

    begin = at(_leg_begin(wearer.outfit))
    among = (wearer.sites.leg > 0.6) & (wearer.sites.xyz[:, 0] * side > 0)
    rings = 6
    ease = 0.006 + 0.028 * cloth.looseness
    vertices, _ = _tube(wearer, (begin, at(reach)), rings, among, ease, rng)
    colour = np.broadcast_to(np.array(cloth.colour, np.float32), (30, 80, 3)).copy()
    follow = wearer.followed(vertices, among, 0.7)
    return _cloth_piece(wearer, vertices, rings, follow, colour, 0.3 + cloth.looseness, rng)
