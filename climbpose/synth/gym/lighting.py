"""Light on flat surfaces: lamps' pools, corners, the shadows of holds; and the open sky."""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from climbpose.synth.climb import Wall
from climbpose.synth.gym.canvas import Canvas
from climbpose.synth.gym.scenery import Look, Part, Surface
from climbpose.synth.gym.sheet import noise
from climbpose.synth.light import Light

MIDDLE_GREY = 0.75
"""Brightness of a middle grey among walls and holds, to which phones expose."""

EXPOSURE_SHARE = 0.75
"""Of the gap to the middle grey that the exposure makes up for: dark halls stay a little dark."""

BRIGHTEST = 1.3
"""Light on the wall, at most."""

FLOOR_LEVEL = 0.9
"""Light on the mats, above which it is held back."""

OVERHEAD_LEVEL = 0.5
"""Light on ceilings, as a share of that on a floor."""

SKY_STEP = 3
"""Pixels of the canvas for one of the sky, which has no fine detail."""

SHADE_SCALE = 90.0
"""Pixels a metre of the map of light."""

Casters = Float[np.ndarray, "triangles 3 3"]
"""Triangles that cast shadows: corners (u, v, w) in metres, u from the middle of the lower edge."""


def lit_texture(
    surface: Surface,
    albedo: UInt8[np.ndarray, "rows columns 3"],
    casters: Casters,
    light: Light,
    rng: np.random.Generator,
) -> UInt8[np.ndarray, "rows columns 3"]:
    """A surface's texture as the light shows it.

    Args:
        surface: Which.
        albedo: Its own colours.
        casters: What stands on it.
        light: The lamp and the room.
        rng: For the lamps' pools.
    """
    if surface.part == Part.LAMP:
        return albedo
    area = surface.width * surface.height
    scale = min(SHADE_SCALE, np.sqrt(4e5 / area), albedo.shape[1] / surface.width)
    rows = max(int(surface.height * scale), 2)
    columns = max(int(surface.width * scale), 2)
    lit = np.ones((rows, columns), np.float32)
    near = np.ones((rows, columns), np.float32)
    if len(casters):
        lit, near = _shadows(surface, casters, light, (rows, columns), scale)
    facing = surface.normal
    if surface.part in (Part.CEILING, Part.BEAM):
        # The lamps hang there, and the floor throws their light back.
        facing, near = np.array([0, 0, 1.0]), near * np.float32(OVERHEAD_LEVEL)
    normals = np.broadcast_to(facing.astype(np.float32), (rows, columns, 3))
    shade = light.shade(normals, lit) * (near * _pools(surface, (rows, columns), rng))[..., None]
    if surface.part in (Part.MAT, Part.GROUND):
        # Walls around and above keep lamps from the floor; no phone lets it burn out either.
        shade *= np.float32(min((FLOOR_LEVEL / max(float(shade.mean()), 1e-3)) ** 0.8, 1.0))
    large = cv2.resize(shade, albedo.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    picture: np.ndarray = cv2.multiply(albedo, large, dtype=cv2.CV_8U)
    return picture


def _pools(
    surface: Surface, shape: tuple[int, int], rng: np.random.Generator
) -> Float32[np.ndarray, "rows columns"]:
    """Uneven light: brighter near lamps, darker near the floor and in corners."""
    rows, columns = shape
    y = np.linspace(surface.height, 0, rows, dtype=np.float32)[:, None]
    x = np.linspace(0, surface.width, columns, dtype=np.float32)[None]
    gain = np.full(shape, 0.86, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform(0, 1) * surface.width, rng.uniform(0.3, 1.1) * surface.height
        reach = float(rng.uniform(0.8, 3.0))
        strength = np.float32(rng.uniform(0.04, 0.28))
        gain += strength * np.exp(
            -((x - np.float32(middle[0])) ** 2 + (y - np.float32(middle[1])) ** 2) / reach**2
        ).astype(np.float32)
    gain *= 1 + np.float32(0.02) * noise(shape, (rows / 3, columns / 3), rng)
    if surface.part in (Part.WALL, Part.SIDE, Part.CHEEK):
        gain *= 1 - np.float32(0.28) * np.exp(-y / np.float32(0.22))
    if surface.part == Part.SIDE:
        for edge in (x, np.float32(surface.width) - x):
            gain *= 1 - np.float32(0.12) * np.exp(-edge / np.float32(0.2))
    if surface.part == Part.MAT:
        gain *= 1 - np.float32(0.3) * np.exp(-((y - np.float32(surface.height)) ** 2) / 6)
    return gain


def _shadows(
    surface: Surface, casters: Casters, light: Light, shape: tuple[int, int], scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the lamp, and of the room's light, that holds leave to the wall behind them."""
    out = surface.normal
    across = np.cross(out, surface.right)
    lamp = np.array(light.direction)
    facing = float(lamp @ out)
    lit = np.ones(shape, np.float32)
    middle = surface.width / 2
    # A side panel's left edge leans, and its holds' u, v are counted along its edges.
    slant = float(surface.up @ surface.right)
    rise = float(surface.up @ across)

    def pixels(uv: np.ndarray) -> np.ndarray:
        flat = (uv + np.array([middle, 0])) * [1, -1] + np.array([0, surface.height])
        fixed: np.ndarray = np.round(flat * scale * 16).astype(np.int32)
        return fixed

    if facing > 0.05:
        along_up = float(lamp @ across) / rise
        along_right = float(lamp @ surface.right) - slant * along_up
        cast = casters[..., :2] - casters[..., 2:] * np.array([along_right, along_up]) / facing
        height = casters[..., 2].max(axis=1)
        for low, high in ((0.0, 0.05), (0.05, 0.12), (0.12, 0.25), (0.25, 2.0)):
            inside = (height > low) & (height <= high)
            if not inside.any():
                continue
            mask = np.zeros(shape, np.uint8)
            for triangle in pixels(cast[inside]):
                cv2.fillConvexPoly(mask, triangle, (255,), cv2.LINE_8, 4)
            reach = light.softness * float(height[inside].mean()) / facing
            blurred = cv2.GaussianBlur(mask, (0, 0), max(reach * scale, 0.7))
            lit = np.minimum(lit, 1 - blurred.astype(np.float32) / 255)
    near = np.ones(shape, np.float32)
    # The room's light comes from above too, so holds shade what is under them a little.
    for drop, reach, strength in ((0.15, 0.02, 0.2), (0.6, 0.05, 0.28), (1.1, 0.1, 0.22)):
        mask = np.zeros(shape, np.uint8)
        for triangle in pixels(casters[..., :2] - casters[..., 2:] * np.array([0, drop])):
            cv2.fillConvexPoly(mask, triangle, (255,), cv2.LINE_8, 4)
        blurred = cv2.GaussianBlur(mask, (0, 0), reach * scale)
        near *= 1 - np.float32(strength / 255) * blurred
    return lit, near


def exposed(light: Light, wall: Wall, look: Look) -> Light:
    """The light as a phone's automatic exposure renders it: neither night nor snow.

    Body and plate must be drawn in the same light, so it is the scene's light that changes.

    Args:
        light: Of the scene.
        wall: That fills most of the picture.
        look: Its colours.
    """
    shade = light.shade(wall.axes[2].astype(np.float32), 1.0)
    # Holds and floor make the picture's mean greyer than the wall alone.
    scene = float(np.mean(shade)) * (0.5 * float(np.mean(look.wall_colour)) + 0.25)
    gain = float(np.clip((MIDDLE_GREY / scene) ** EXPOSURE_SHARE, 0.5, 4.0))
    # Before black walls people must not turn white.
    gain = min(gain, BRIGHTEST / float(np.mean(shade)))
    key, ambient = (
        (gain * red, gain * green, gain * blue) for red, green, blue in (light.key, light.ambient)
    )
    return replace(light, key=key, ambient=ambient)


def daylight(canvas: Canvas, light: Light, rng: np.random.Generator) -> None:
    """Paints a sky, hills and trees behind everything."""
    rays = canvas.rays(SKY_STEP)
    focal = canvas.focal_px / SKY_STEP
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    rise = rays[..., 2]
    level = float(np.mean(np.array(light.key) + np.array(light.ambient)))
    zenith = np.array([0.45, 0.62, 0.85], np.float32) * rng.uniform(0.7, 1.15)
    horizon = np.array([0.86, 0.9, 0.94], np.float32)
    share = np.clip(rise, 0, 1)[..., None] ** 0.5
    sky = horizon + share * (zenith - horizon)
    shape = (rise.shape[0], rise.shape[1])
    clouds = noise(shape, (shape[0] / 4, shape[1] / 3), rng)
    clouds += 0.5 * noise(shape, (shape[0] / 12, shape[1] / 9), rng)
    sky += np.clip(0.15 * clouds, 0, 0.4)[..., None]
    trees = noise((1, shape[1]), (1.0, focal / 15), rng)
    trees += noise((1, shape[1]), (1.0, focal / 4), rng)
    trees += 0.4 * noise((1, shape[1]), (1.0, focal / 40), rng)
    trees = trees + 0.12 * noise(shape, (focal / 150, focal / 150), rng)
    edge = 0.12 + 0.035 * trees
    leaves = np.ones(shape, np.float32)
    for cells in (12, 40, 130):
        leaves += 0.2 * noise(shape, (focal / cells, focal / cells), rng)
    green = leaves[..., None] * np.array([0.2, 0.26, 0.14], np.float32)
    wood = np.clip((edge - rise) * focal / 2 + 0.5, 0, 1)[..., None]
    sky += wood * (green - sky)
    coarse = cv2.convertScaleAbs(np.clip(sky, 0, 1), alpha=255 * min(level, 1.1))
    rows, columns = canvas.nearness.shape
    canvas.colour[:] = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
