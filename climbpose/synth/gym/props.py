"""Holds and volumes with their colours, and their picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32

from climbpose.synth.climb import Hold
from climbpose.synth.gym import holds as shapes
from climbpose.synth.gym.canvas import Canvas
from climbpose.synth.gym.scenery import Look, Surface
from climbpose.synth.gym.sheet import CHALK, noise
from climbpose.synth.light import Light

BOLT_M = 0.007
"""Radius of the hole in a hold's middle."""

LINES_M = 2.5
"""How far routes are from the middle of a wall, at most."""

STRAY_M = 0.6
"""How far holds are from their route's line."""

DUAL = 0.45
"""Share of the holds with two textures."""

GRAIN_PX = 512
"""Side of the noise that specks and chalk are taken from."""


BEND = 0.75
"""Brightness above which highlights are compressed."""

FOLD = 1024
"""Pixels in a row of a folded list."""


@dataclass(frozen=True, eq=False)
class Props:
    """What is bolted to one surface.

    Attributes:
        holds: Their places, in metres from the middle of the surface's lower edge.
        meshes: Their shapes.
        points: All corners in the world, metres.
        normals: Of the corners, in the world, unit.
        casters: Triangles in the surface's own coordinates.
    """

    holds: tuple[Hold, ...]
    meshes: tuple[shapes.Mesh, ...]
    points: Float[np.ndarray, "points 3"]
    normals: Float[np.ndarray, "points 3"]
    casters: Float[np.ndarray, "triangles 3 3"]

    @classmethod
    def on(
        cls, surface: Surface, held: Sequence[Hold], look: Look, rng: np.random.Generator
    ) -> "Props":
        """Holds on a surface."""
        meshes = tuple(
            shapes.build(hold, rng, is_faceted=bool(rng.random() < look.facets)) for hold in held
        )
        nothing = np.zeros((0, 3))
        local = np.concatenate([nothing, *(mesh.points for mesh in meshes)])
        # On a slanted panel a hold's place goes along the edges, its shape stays upright.
        places = np.concatenate(
            [
                nothing,
                *(
                    np.tile([h.u, h.v, 0], (len(m.points), 1))
                    for h, m in zip(held, meshes, strict=True)
                ),
            ]
        )
        out = surface.normal
        frame = np.array([surface.right, np.cross(out, surface.right), out])
        edges = np.array([surface.right, surface.up, out])
        middle = surface.origin + surface.width / 2 * surface.right
        points = middle + places @ edges + (local - places) @ frame
        normals = np.concatenate([nothing, *(mesh.normals for mesh in meshes)]) @ frame
        casters = np.concatenate([np.zeros((0, 3, 3)), *(m.points[m.triangles] for m in meshes)])
        return cls(tuple(held), meshes, points, normals, casters)

    @staticmethod
    def draw(
        groups: Sequence["Props"],
        canvas: Canvas,
        look: Look,
        light: Light,
        rng: np.random.Generator,
    ) -> None:
        """Draws holds in front of what the canvas shows already."""
        if not groups:
            return
        held = [hold for group in groups for hold in group.holds]
        meshes = [mesh for group in groups for mesh in group.meshes]
        counts = [len(mesh.points) for mesh in meshes]
        starts = np.cumsum([0, *counts[:-1]])
        triangles = np.concatenate(
            [mesh.triangles + start for mesh, start in zip(meshes, starts, strict=True)]
        )
        points = np.concatenate([group.points for group in groups])
        cover = canvas.cover(points, triangles)
        if len(cover.x) == 0:
            return
        owner = np.repeat(np.arange(len(held)), counts)[cover.corners[:, 0]]
        out = np.concatenate([mesh.points[:, 2:] for mesh in meshes])
        local = np.concatenate([mesh.local for mesh in meshes])
        normals = np.concatenate([group.normals for group in groups])
        mixed = cover.blend(np.concatenate([points, normals, local, out], axis=1))
        colour = _shaded(held, owner, mixed, canvas.position, look, light, rng)
        canvas.colour[cover.y, cover.x] = colour


def _colours(
    held: Sequence[Hold], look: Look, rng: np.random.Generator
) -> Float32[np.ndarray, "holds 3"]:
    """Of each hold, a little faded each in its own way."""
    look = look.suited(held)
    others = look.other_colours or (look.route_colour,)
    count = len(others)
    # Each colour is a route of its own, a line up the wall.
    feet, slants = rng.uniform(-LINES_M, LINES_M, count), rng.normal(0, 0.4, count)
    chosen = []
    for hold in held:
        if hold.kind == "volume" and rng.random() < 0.8:
            colour = look.volume_colour
        elif hold.is_used and not look.mixed:
            colour = look.route_colour
        else:
            gaps = np.abs(hold.u - feet - slants * (hold.v - 2)) + rng.exponential(STRAY_M, count)
            colour = others[int(np.argmin(gaps))]
        fade = rng.uniform(0, 0.1) ** 1.5 * 2
        chosen.append((1 - fade) * np.array(colour) * rng.uniform(0.9, 1.08) + fade * 0.55)
    return np.array(chosen, np.float32)


def _shaded(
    held: Sequence[Hold],
    owner: np.ndarray,
    mixed: np.ndarray,
    phone: np.ndarray,
    look: Look,
    light: Light,
    rng: np.random.Generator,
) -> np.ndarray:
    """Colours of pixels; mixed holds place, normal, place on the hold, height over the wall."""
    place, normal, local, out = mixed[:, :3], mixed[:, 3:6], mixed[:, 6:8], mixed[:, 8]
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    count = len(held)
    size = np.array([hold.size_m for hold in held], np.float32)[owner]
    depth = np.array([hold.depth_m for hold in held], np.float32)[owner]
    is_volume = np.array([hold.kind == "volume" for hold in held])[owner]
    used = np.array([1.0 if hold.is_used else 0.45 for hold in held], np.float32)
    offset = rng.uniform(0, GRAIN_PX, (count, 2)).astype(np.float32)[owner]

    def speckle(cell_m: float) -> np.ndarray:
        grain = noise((GRAIN_PX, GRAIN_PX), (2.0, 2.0), rng)
        # OpenCV wants maps with few rows and columns: the list of pixels is folded.
        texel = np.zeros((-(-len(local) // FOLD) * FOLD, 2), np.float32)
        texel[: len(local)] = (local / np.float32(cell_m / 2) + offset) % GRAIN_PX
        folded = texel.reshape(-1, FOLD, 2)
        values = cv2.remap(
            grain, folded[..., 0], folded[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        flat: np.ndarray = values.ravel()[: len(local)]
        return flat

    albedo = _colours(held, look, rng)[owner]
    fine, cloud, coarse = speckle(0.004), speckle(0.012), speckle(0.04)
    albedo = albedo * (1 + 0.015 * fine + 0.02 * cloud + 0.025 * coarse)[:, None]
    # Two textures: the lower part of some holds is smooth and shiny.
    is_dual = (rng.random(count) < DUAL)[owner] & ~is_volume
    bow = rng.uniform(-0.8, 0.8, count).astype(np.float32)[owner]
    edge = rng.uniform(-0.3, 0.1, count).astype(np.float32)[owner]
    smooth = is_dual & (local[:, 1] + bow * local[:, 0] ** 2 / size < edge * size)
    gloss = np.clip(look.gloss + 0.2 * rng.normal(size=count), 0.03, 1).astype(np.float32)[owner]
    gloss = np.where(smooth, np.maximum(gloss, 0.5), np.where(is_volume, 0.06, gloss))
    albedo = np.where(smooth[:, None], 0.8 * albedo, albedo)
    # Chalk lies where hands grip: on top, towards the upper edge.
    taken = look.chalk * used * rng.uniform(0.1, 1.0, count)
    high = np.clip(0.4 + 0.8 * local[:, 1] / size + 0.5 * normal[:, 2], 0, 1)
    dust = (
        taken.astype(np.float32)[owner]
        * high
        * np.clip(0.5 + 0.35 * coarse + 0.12 * cloud + 0.03 * fine, 0, 1)
    )
    dust = np.where(is_volume, 0.15 * dust, np.clip(1.5 * dust, 0, 0.88))
    albedo = albedo + dust[:, None] * (np.array(CHALK, np.float32) - albedo)
    gloss = gloss * (1 - dust)
    radius = np.hypot(local[:, 0], local[:, 1])
    albedo = np.where(((radius < BOLT_M) & ~is_volume)[:, None], 0.12 * albedo, albedo)
    ring = (radius >= BOLT_M) & (radius < 1.5 * BOLT_M) & ~is_volume
    albedo = np.where(ring[:, None], 0.75 * albedo, albedo)
    albedo = _bolted(albedo, local, is_volume, look)
    shade = light.shade(normal.astype(np.float32), 1.0)
    # Room light reaches the foot of a hold less than its top.
    shade = shade * (0.74 + 0.26 * np.clip(out / np.maximum(0.6 * depth, 0.02), 0, 1))[:, None]
    towards = phone.astype(np.float32) - place
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    half = towards + np.array(light.direction, np.float32)
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = np.maximum((normal * half).sum(axis=1), 0)
    sharp = 8 + 60 * gloss**2
    mirrored = gloss * (0.55 * shine**sharp + 0.06 * np.clip(normal[:, 2], 0, 1))
    colour = albedo * shade + mirrored[:, None] * np.array(light.key, np.float32)
    # A sensor's response bends before it clips, so that white holds keep their shape.
    over = np.maximum(colour - BEND, 0) / (1 - BEND)
    colour = np.minimum(colour, BEND) + (1 - BEND) * np.tanh(over)
    picture: np.ndarray = np.clip(255 * colour, 0, 255).astype(np.uint8)
    return picture


def _bolted(albedo: np.ndarray, local: np.ndarray, is_volume: np.ndarray, look: Look) -> np.ndarray:
    """Bolt holes in volumes too, on the wall's own grid."""
    pitch = look.bolt_pitch_m
    if pitch <= 0:
        return albedo
    cell = (local / pitch) % 1 - 0.5
    hole = is_volume & (np.hypot(cell[:, 0], cell[:, 1]) * pitch < 0.006)
    drilled: np.ndarray = np.where(hole[:, None], 0.15 * albedo, albedo)
    return drilled
