"""The still picture of all that does not move, and its view in each frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from climbpose.synth.camera import CameraPath, Shot
from climbpose.synth.climb import Hold, Wall
from climbpose.synth.gym import finish, layout
from climbpose.synth.gym.canvas import Canvas
from climbpose.synth.gym.lighting import daylight, lit_texture
from climbpose.synth.gym.props import Props
from climbpose.synth.gym.scenery import Look, Part, Room, Surface
from climbpose.synth.light import Light

MEGAPIXELS = 4.0
"""Of the plate, at most."""

DRAWN_MEGAPIXELS = 7.0
"""Of the larger picture that the plate is shrunk from, at most."""

FINEST = 2.0
"""How much larger that picture is, where it may be."""

TEXTURE_MEGAPIXELS = {Part.WALL: 5.0, Part.SIDE: 2.0, Part.HEAD: 1.0, Part.MAT: 2.5}
"""Of a surface's texture, at most; half a megapixel for parts not named."""

TEXTURE_SCALE = {Part.WALL: 500.0, Part.SIDE: 320.0, Part.HEAD: 250.0, Part.MAT: 250.0}
"""Pixels a metre, at most; 90 for parts not named, 400 for small ones."""


@dataclass(frozen=True, eq=False)
class Plate:
    """A still picture of a scene in all directions that a camera looks in.

    Attributes:
        picture: RGB.
        nearness: One over the depth along the plate's axis, 1/m; 0 is the sky.
        projection: World directions to the picture's homogeneous pixels.
    """

    picture: UInt8[np.ndarray, "rows columns 3"]
    nearness: Float32[np.ndarray, "rows columns"]
    projection: Float[np.ndarray, "3 3"]

    @classmethod
    def render(
        cls,
        wall: Wall,
        holds: Sequence[Hold],
        look: Look,
        light: Light,
        path: CameraPath,
        rng: np.random.Generator,
    ) -> "Plate":
        """Builds and pictures a scene.

        Args:
            wall: The climbed wall.
            holds: On it.
            look: Of wall and gym.
            light: That falls on them.
            path: Of the camera; the plate holds what it sees.
            rng: For all that the arguments leave open.
        """
        small = Canvas(path, 1e6 * MEGAPIXELS, 1.0)
        canvas = Canvas(path, 1e6 * DRAWN_MEGAPIXELS, FINEST)
        if look.room == Room.OUTDOOR:
            daylight(canvas, light, rng)
        surfaces = layout.build(wall, look, path.position, rng)
        props = [
            Props.on(surface, _held(surface, holds, look, rng), look, rng) for surface in surfaces
        ]
        for surface, prop in zip(surfaces, props, strict=True):
            scale = _scale(surface, canvas)
            if scale > 0:
                albedo = finish.paint(surface, look, prop.holds, scale, rng)
                canvas.hang(surface, lit_texture(surface, albedo, prop.casters, light, rng))
        Props.draw([prop for prop in props if prop.holds], canvas, look, light, rng)
        rows, columns = small.nearness.shape
        picture, nearness = canvas.colour, canvas.nearness
        # The two canvases have edges of equal pixels, so not quite the same cut.
        into = small.matrix @ np.linalg.inv(canvas.matrix)
        halves = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        ratio = canvas.focal_px / small.focal_px
        if ratio > 1.01:
            picture = cv2.blur(picture, (2, 2), anchor=(0, 0)) if ratio > 1.6 else picture
        to_small = (np.linalg.inv(halves) @ into @ halves)[:2]
        picture = cv2.warpAffine(
            picture,
            to_small,
            (columns, rows),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        nearness = cv2.warpAffine(
            nearness,
            to_small,
            (columns, rows),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return cls(picture, nearness, small.projection)

    def view(self, shot: Shot) -> UInt8[np.ndarray, "rows columns 3"]:
        """What a camera at the plate's place sees, RGB."""
        return cv2.warpPerspective(
            self.picture,
            self._from_shot(shot),
            (shot.width, shot.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def distance(
        self, shot: Shot, box: tuple[int, int, int, int]
    ) -> Float32[np.ndarray, "rows columns"]:
        """Metres from the camera to what stands still, along each pixel's ray; infinite for sky.

        Args:
            shot: The camera.
            box: Left, upper, right and lower edge of the part that is asked for, pixels.
        """
        left, upper, right, lower = box
        shift = np.array([[1, 0, left], [0, 1, upper], [0, 0, 1.0]])
        matrix = self._from_shot(shot) @ shift
        nearness = cv2.warpPerspective(
            self.nearness,
            matrix,
            (right - left, lower - upper),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        # Pixels to camera directions of depth 1, and those to depth along the plate's axis.
        x = np.arange(left, right, dtype=np.float32) + np.float32(0.5 - shot.width / 2)
        y = np.arange(upper, lower, dtype=np.float32) + np.float32(0.5 - shot.height / 2)
        x, y = x / np.float32(shot.focal_px), y / np.float32(shot.focal_px)
        along = (shot.rotation @ self._axis()).astype(np.float32)
        depth = (along[0] * x)[None] + (along[1] * y + along[2])[:, None]
        length = np.sqrt((x * x)[None] + (y * y + 1)[:, None])
        with np.errstate(divide="ignore"):
            distance = length / (depth * nearness)
        return np.asarray(np.where(nearness > 0, distance, np.float32(np.inf)))

    def _axis(self) -> np.ndarray:
        """The plate's viewing direction in the world."""
        axis: np.ndarray = self.projection[2]
        return axis

    def _from_shot(self, shot: Shot) -> np.ndarray:
        """From a shot's pixels to the plate's, both counted as OpenCV does."""
        seen = shot.intrinsics @ shot.rotation
        # OpenCV counts from the middle of the first pixel.
        halves = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        matrix: np.ndarray = np.linalg.inv(halves) @ self.projection @ np.linalg.inv(seen) @ halves
        return matrix


def _scale(surface: Surface, canvas: Canvas) -> float:
    """Pixels a metre for a surface's texture, 0 where it is not seen."""
    area = surface.width * surface.height
    most = TEXTURE_SCALE.get(surface.part, 90.0 if area > 3 else 400.0)
    finest = np.sqrt(1e6 * TEXTURE_MEGAPIXELS.get(surface.part, 0.5) / area)
    return float(min(canvas.finest_scale(surface), most, finest))


def _held(
    surface: Surface, route: Sequence[Hold], look: Look, rng: np.random.Generator
) -> list[Hold]:
    """The holds of a surface: the climb's own on the wall, any on the panels beside it."""
    if surface.part == Part.WALL:
        return list(route)
    if surface.part != Part.SIDE:
        return []
    count = int(rng.uniform(0.5, 2.5) * surface.width * surface.height)
    kinds = ["jug", "crimp", "sloper", "pinch", "foothold", "foothold", "volume"]
    made: list[Hold] = []
    for _ in range(count):
        kind = str(rng.choice(kinds))
        size = float(rng.uniform(0.25, 0.6) if kind == "volume" else rng.gamma(4, 0.022) + 0.02)
        half = max(surface.width / 2 - size, 0.05)
        u, v = float(rng.uniform(-half, half)), float(rng.uniform(0.3, surface.height - 0.2))
        if all(np.hypot(u - o.u, v - o.v) > size + o.size_m for o in made):
            depth = size * float(rng.uniform(0.3, 0.9))
            made.append(Hold(u, v, size, depth, kind, float(rng.uniform(0, 360)), False))
    return made
