"""The shapes of holds and volumes: small closed meshes that stand on the wall."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from climbpose.synth.climb import Hold

RINGS: tuple[float, ...] = (0.0, 0.3, 0.55, 0.75, 0.88, 0.96, 1.0)
"""Radii of the rings of a hold's mesh, shares of its outline's."""

SPOKES = 18

COARSE_RINGS: tuple[float, ...] = (0.0, 0.55, 0.88, 1.0)
"""The same of a hold with flat faces."""

COARSE_SPOKES = 8

LARGE_M = 0.13
"""Half-width from which a hold's outline gets twice the corners."""

_ANGULAR = 0.3
"""Share of the holds whose outline is a rounded polygon's."""

_CURVED = 0.4
"""Share of the large holds that are bent like a bow."""

PATCH_M = 0.07
"""Longest edge in a volume: small triangles let the painter sort them among the holds."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in the wall's coordinates.

    Attributes:
        points: Corners (u, v, w), metres.
        normals: Of the surface at the corners, outwards, unit, in the wall's coordinates.
        local: Corners (x, y) before the hold is turned, metres from its middle.
        triangles: Rows of corners, counter-clockwise seen from outside.
    """

    points: Float[np.ndarray, "points 3"]
    normals: Float[np.ndarray, "points 3"]
    local: Float[np.ndarray, "points 2"]
    triangles: Int64[np.ndarray, "triangles 3"]


@dataclass(frozen=True)
class _Profile:
    """How a kind of hold looks.

    Attributes:
        aspect: Height of its outline as a share of the width.
        wobble: How far the outline strays from an ellipse.
        power: Of the dome: small is a flat top with steep sides, large a cone.
        lift: How much higher the upper part stands than the lower one; makes an edge.
        dent: Depth of the hollow, a share of the hold's.
        dent_y: Where the hollow is, in half-heights above the middle.
        bend: How far both ends hang down or stick up.
    """

    aspect: tuple[float, float]
    wobble: float
    power: tuple[float, float]
    lift: float
    dent: tuple[float, float]
    dent_y: float
    bend: float


_PROFILES = {
    "jug": _Profile((0.55, 1.0), 0.16, (0.35, 0.6), 0.5, (0.35, 0.85), 0.4, 0.25),
    "crimp": _Profile((0.36, 0.62), 0.12, (0.3, 0.5), 0.9, (0.0, 0.15), 0.5, 0.1),
    "sloper": _Profile((0.7, 1.0), 0.12, (0.45, 0.65), 0.1, (0.0, 0.0), 0.0, 0.0),
    "pinch": _Profile((0.38, 0.6), 0.14, (0.5, 0.9), 0.0, (0.0, 0.1), 0.0, 0.35),
    "foothold": _Profile((0.6, 1.0), 0.16, (0.35, 0.7), 0.4, (0.0, 0.2), 0.4, 0.1),
}


def build(hold: Hold, rng: np.random.Generator, is_faceted: bool = False) -> Mesh:
    """A mesh of the hold, different for each draw.

    Args:
        hold: Where, how large and of which kind.
        rng: For its shape.
        is_faceted: Flat faces instead of a smooth surface; volumes always have them.
    """
    if hold.kind == "volume":
        local, triangles = _pyramid(hold, rng)
        is_faceted = True
    else:
        spokes = SPOKES if hold.size_m < LARGE_M else 2 * SPOKES
        rings, spokes = (COARSE_RINGS, COARSE_SPOKES) if is_faceted else (RINGS, spokes)
        local, triangles = _dome(hold, _PROFILES[hold.kind], rings, spokes, rng)
    if is_faceted:
        local = local[triangles].reshape(-1, 3)
        triangles = np.arange(len(local), dtype=np.int64).reshape(-1, 3)
    turn = np.radians(hold.turn_deg)
    turned = np.array(
        [[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    points = local @ turned + np.array([hold.u, hold.v, 0])
    return Mesh(points, _normals(points, triangles), local[:, :2].copy(), triangles)


def _normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Means of the adjoining faces' normals, weighted by their areas."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    unit: np.ndarray = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return unit


def _grid(rings: int, spokes: int) -> np.ndarray:
    """Triangles of a disc: the middle first, then the rings' corners counter-clockwise."""
    spoke = np.arange(spokes)
    after = (spoke + 1) % spokes
    parts = [np.stack([np.zeros(spokes, np.int64), 1 + spoke, 1 + after], axis=1)]
    for ring in range(rings - 1):
        inner, outer = 1 + ring * spokes, 1 + (ring + 1) * spokes
        parts.append(np.stack([inner + spoke, outer + spoke, outer + after], axis=1))
        parts.append(np.stack([inner + spoke, outer + after, inner + after], axis=1))
    return np.concatenate(parts).astype(np.int64)


def _dome(
    hold: Hold,
    profile: _Profile,
    rings: tuple[float, ...],
    spokes: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Corners and triangles of a rounded hold, its middle on the wall at the origin."""
    angle = 2 * np.pi * (np.arange(spokes) + rng.uniform(0, 1)) / spokes
    outline = np.ones(spokes)
    for wave in range(2, 6):
        strength = profile.wobble * rng.normal() * 4 / wave**2
        outline += strength * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    if rng.random() < _ANGULAR:
        outline /= _polygon(angle, rng)
    else:
        # Ends of real holds are blunt: between an ellipse and a box.
        blunt = rng.uniform(2.0, 3.4)
        sides = np.abs(np.cos(angle)) ** blunt + np.abs(np.sin(angle)) ** blunt
        outline /= sides ** (1 / blunt)
    outline = np.clip(outline, 0.5, 1.4)
    share = np.concatenate([[0.0], np.repeat(rings[1:], spokes)])
    theta = np.concatenate([[0.0], np.tile(angle, len(rings) - 1)])
    radius = share * np.concatenate([[1.0], np.tile(outline, len(rings) - 1)])
    x, y = radius * np.cos(theta), radius * np.sin(theta)
    aspect = rng.uniform(*profile.aspect)
    dome = np.maximum(1 - share**2, 0) ** rng.uniform(*profile.power)
    # Many shapes run out towards the wall instead of bulging over it.
    flare = rng.uniform(0, 0.6)
    dome = (1 - flare) * dome + flare * (1 - share) ** 1.2
    lobe = rng.uniform(-0.5, 0.5, 2)
    bump = np.exp(-((x - lobe[0]) ** 2 + (y - lobe[1]) ** 2) / 0.12)
    dome = dome * (1 + rng.uniform(-0.2, 0.5) * bump) / 1.15
    height = dome * (1 + profile.lift * np.tanh(2.5 * y)) / (1 + profile.lift)
    for wave in (1, 2):
        height *= 1 + 0.1 * rng.normal() * np.cos(wave * theta + rng.uniform(0, 6)) * share
    dent = rng.uniform(*profile.dent)
    reach = (x / rng.uniform(0.45, 0.75)) ** 2 + ((y - profile.dent_y) / 0.35) ** 2
    height *= 1 - dent * np.exp(-reach)
    bend = profile.bend * rng.uniform(-1, 1)
    if hold.size_m > LARGE_M and rng.random() < _CURVED:
        bend += rng.choice([-1, 1]) * rng.uniform(0.3, 0.7)
    y = y + bend * (x**2 - 0.3)
    # The outer wall of real holds stands nearly upright on a rim of a few millimetres.
    local = np.stack(
        [hold.size_m * x, hold.size_m * aspect * y, hold.depth_m * np.clip(height, 0, 1.15)],
        axis=1,
    )
    return local, _grid(len(rings) - 1, spokes)


def _polygon(angle: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One over the radius, about, of a triangle to a pentagon with round corners."""
    corners = int(rng.integers(3, 6))
    ways = 2 * np.pi * np.arange(corners) / corners + rng.uniform(0, 2 * np.pi)
    across = np.maximum(np.cos(angle[:, None] - ways), 0)
    sharp = rng.uniform(4, 9)
    # Where one side is met squarely the outline is nearest to the middle.
    reach: np.ndarray = 1.25 * (across**sharp).sum(axis=1) ** (1 / sharp)
    return reach


def _pyramid(hold: Hold, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Corners and small triangles of a pyramid or a wedge with a ridge."""
    count = int(rng.choice([3, 4, 4, 5]))
    angle = 2 * np.pi * (np.arange(count) + rng.uniform(-0.2, 0.2, count)) / count
    angle += rng.uniform(0, 2 * np.pi)
    reach = hold.size_m * rng.uniform(0.7, 1.0, count)
    base = np.stack([reach * np.cos(angle), reach * np.sin(angle), np.zeros(count)], axis=1)
    tip = np.append(rng.uniform(-0.3, 0.3, 2) * hold.size_m, hold.depth_m)
    faces = []
    flat_top = rng.random() < 0.4
    # A cut pyramid has a top of its own, parallel to the wall.
    top = tip + (base - base.mean(axis=0)) * (rng.uniform(0.15, 0.45) if flat_top else 0.0)
    for k in range(count):
        after = (k + 1) % count
        if flat_top:
            faces.append([base[k], base[after], top[after]])
            faces.append([base[k], top[after], top[k]])
            faces.append([tip, top[k], top[after]])
        else:
            faces.append([base[k], base[after], tip])
    return _split(np.array(faces))


def _split(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts triangles (n, 3, 3) into four until no edge is long."""
    done = []
    while len(corners):
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
        done.append(corners[edges <= PATCH_M])
        a, b, c = np.moveaxis(corners[edges > PATCH_M], 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        corners = np.concatenate(
            [np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )
    points = np.concatenate(done).reshape(-1, 3)
    return points, np.arange(len(points), dtype=np.int64).reshape(-1, 3)
