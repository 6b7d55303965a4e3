"""A clothed body in a picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int64, UInt8

from climbpose.synth.body import Body
from climbpose.synth.camera import Shot
from climbpose.synth.climb import Wall
from climbpose.synth.figure.compositing import composite, hide, look_up
from climbpose.synth.figure.doll import TEXEL, Doll
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.pose import Pose, Poser
from climbpose.synth.figure.radii import keypoint_radii
from climbpose.synth.figure.raster import Raster, rasterise
from climbpose.synth.figure.shadow import cast_shadow
from climbpose.synth.light import Light

Box = tuple[int, int, int, int]
"""First column, first row, column after the last, row after the last; pixels."""

SceneDistance = Callable[[Box], Float32[np.ndarray, "rows cols"]]
"""Metres from the camera to the scene along the rays through a box's pixels."""

_SMALL = 260
"""Height in pixels below which a figure is drawn twice as large."""
_LARGE = 620
"""Height in pixels above which it is drawn smaller: a phone's picture is no sharper than that."""
_EXPOSURES = ((1, 1.8), (3, 6.0), (5, 16.0), (7, np.inf))
"""How many moments of an exposure are drawn, where the figure moves less than so many pixels."""
_COARSE_EXPOSURES = 5
"""From so many moments on, the figure is so blurred that half the pixels will do."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Where a figure is in a picture.

    Attributes:
        box: The part of the picture.
        distance: Metres from the camera in it, at the middle of the exposure; infinite where the
            figure is not seen.
        coverage: 0 to 1, averaged over the exposure.
        scene: Metres to what was there before; None where that is not known.
    """

    box: Box
    distance: Float32[np.ndarray, "rows cols"]
    coverage: Float32[np.ndarray, "rows cols"]
    scene: Float32[np.ndarray, "rows cols"] | None = None

    def distance_at(self, pixel: tuple[int, int]) -> float:
        """Metres to the figure in a pixel (column, row) of the picture; infinite beside it."""
        place = self._place(pixel)
        return float("inf") if place is None else float(self.distance[place])

    def scene_at(self, pixel: tuple[int, int]) -> float | None:
        """Metres to what was there before the figure, None beside its box."""
        place = self._place(pixel)
        return None if place is None or self.scene is None else float(self.scene[place])

    def _place(self, pixel: tuple[int, int]) -> tuple[int, int] | None:
        """Row and column in the box."""
        col, row = pixel[0] - self.box[0], pixel[1] - self.box[1]
        is_inside = 0 <= row < self.distance.shape[0] and 0 <= col < self.distance.shape[1]
        return (row, col) if is_inside else None


class Figure:
    """A person: a body, what it wears, and the light that it stands in."""

    def __init__(
        self, body: Body, outfit: Outfit, light: Light, wall: Wall, rng: np.random.Generator
    ) -> None:
        """Dress a body, which takes a moment.

        Args:
            body: Whose.
            outfit: What is worn.
            light: Where it stands.
            wall: Before which wall.
            rng: For folds, prints and hair.
        """
        self.body = body
        self.outfit = outfit
        self.light = light
        self.wall = wall
        self._doll = Doll.of(body, outfit, rng)
        self._poser = Poser(self._doll, light, wall)
        self._radii = keypoint_radii(body, self._doll.body.vertices)

    def pose(
        self, rotations: Float[np.ndarray, "bones 3 3"], joints: Float[np.ndarray, "bones 3"]
    ) -> Pose:
        """The clothed surface in a posture, and its light.

        Args:
            rotations: Of each bone, from rest directions to the world's.
            joints: Where each bone begins, metres.
        """
        return self._poser.pose(rotations, joints)

    def cast_shadow(self, image: UInt8[np.ndarray, "rows cols 3"], shot: Shot, pose: Pose) -> None:
        """Darken a scene that the figure has not been drawn on yet.

        Args:
            image: The scene, which is changed.
            shot: The camera.
            pose: The figure's.
        """
        cast_shadow(image, shot, pose.light_view, pose.vertices, self.wall, self.light)

    def draw(
        self,
        image: UInt8[np.ndarray, "rows cols 3"],
        shot: Shot,
        pose: Pose,
        scene_distance: SceneDistance,
    ) -> Drawn:
        """Draw a figure that stands still.

        Args:
            image: The scene with the figure's shadow, which is changed.
            shot: The camera.
            pose: The figure's.
            scene_distance: Of what may hide the figure.
        """
        return self.draw_blurred(image, (shot, shot), (pose, pose), scene_distance)

    def draw_blurred(
        self,
        image: UInt8[np.ndarray, "rows cols 3"],
        shots: tuple[Shot, Shot],
        poses: tuple[Pose, Pose],
        scene_distance: SceneDistance,
    ) -> Drawn:
        """Draw a figure that moves while the picture is exposed.

        Labels belong to the middle of the exposure, halfway between the two moments.

        Args:
            image: The scene with the figure's shadow, which is changed.
            shots: The camera when the exposure begins and when it ends.
            poses: The figure's at the same moments.
            scene_distance: Of what may hide the figure.
        """
        begin, end = (_seen(shot, pose) for shot, pose in zip(shots, poses, strict=True))
        box = _box(np.concatenate([begin, end]), image.shape[1], image.shape[0])
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            nothing = np.zeros((0, 0), np.float32)
            return Drawn((0, 0, 0, 0), nothing, nothing)
        shift = np.abs(end - begin)
        moved = float(np.percentile(np.maximum(shift[:, 0], shift[:, 1]), 97))
        times = next(n for n, bound in _EXPOSURES if moved < bound)
        rows, cols = bottom - top, right - left
        scale = _scale(rows, times)
        size = (round(rows * scale), round(cols * scale)) if min(rows, cols) > 1 else (rows, cols)
        scene = scene_distance(box)
        total, middle = self._exposed((begin, end), poses[0], shots[0], box, size, times, scene)
        if size[0] < rows:
            total = np.asarray(cv2.resize(total, (cols, rows), interpolation=cv2.INTER_LINEAR))
            middle = np.asarray(
                cv2.resize(middle, (cols, rows), interpolation=cv2.INTER_NEAREST_EXACT)
            )
        composite(image[top:bottom, left:right], total)
        return Drawn(box, middle, total[..., 3], scene)

    def _exposed(
        self,
        seen: tuple[np.ndarray, np.ndarray],
        pose: Pose,
        shot: Shot,
        box: Box,
        size: tuple[int, int],
        times: int,
        scene: Float32[np.ndarray, "_rows _cols"],
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mean of several moments, and the distance at the middle one.

        Args:
            seen: Pixels and distance of the vertices when the exposure begins and ends.
            pose: For the light.
            shot: For the size of a pixel.
            box: Part of the picture.
            size: Rows and columns to draw in; if more than the box's, they are brought down to it.
            times: How many moments, odd.
            scene: Distance of what may hide the figure.
        """
        if size[0] < len(scene):
            scene = np.asarray(cv2.resize(scene, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT))
        total = np.zeros((*scene.shape, 4), np.float32)
        for k in range(times):
            share = np.float32((k + 0.5) / times)
            now = seen[0] + share * (seen[1] - seen[0])
            colour, distance = self._layer(now, pose, shot, box, size)
            if colour.shape != total.shape:
                whole = scene.shape[::-1]
                colour = cv2.resize(colour, whole, interpolation=cv2.INTER_AREA)
                distance = cv2.resize(distance, whole, interpolation=cv2.INTER_NEAREST_EXACT)
            hidden = hide(colour, distance, scene)
            cv2.accumulate(colour, total)
            if k == times // 2:
                distance[hidden] = np.inf
                middle = distance
        total *= np.float32(1 / times)
        return total, middle

    def _layer(
        self, seen: np.ndarray, pose: Pose, shot: Shot, box: Box, size: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The figure alone: colours times coverage with coverage, and distance.

        Args:
            seen: Pixels and distance of the vertices.
            pose: For the light.
            shot: For the size of a pixel.
            box: Part of the picture.
            size: Rows and columns to draw it in.
        """
        left, top, right, bottom = box
        scale = np.array([size[1] / (right - left), size[0] / (bottom - top)])
        triangles = self._doll.body.triangles
        raster = rasterise(
            (seen[:, :2] - np.array([left, top])) * scale, seen[:, 2], triangles, size
        )
        if len(raster.pixels) == 0:
            return np.zeros((*size, 4), np.float32), np.full(size, np.inf, np.float32)
        metres = float(raster.depth[len(raster.depth) // 2]) / (shot.focal_px * float(scale[1]))
        tone = self._tones(raster, pose, metres)
        colour = raster.image(np.concatenate([tone, np.ones((len(tone), 1), np.float32)], axis=1))
        distance = raster.image(raster.depth, np.inf)
        if scale[1] == 1:
            colour = np.asarray(cv2.GaussianBlur(colour, (3, 3), 0.75))
        return colour, distance

    def _tones(self, raster: Raster, pose: Pose, metres: float) -> Float32[np.ndarray, "hits 3"]:
        """The colour of each covered pixel; `metres` is a pixel's size there."""
        doll, light = self._doll, self.light
        level = int(np.clip(np.round(np.log2(max(metres / TEXEL, 1e-3)) - 0.2), 0, 3))
        uv = (raster.blend(doll.uv) - 0.5) / np.float32(2**level)
        own = look_up(doll.colour[level], uv)
        slope = look_up(doll.fold[level], uv)
        triangles = doll.body.triangles
        first = triangles[raster.triangle, 0]
        bend = np.minimum(pose.bend, 1.3)[first]
        across, up = slope[:, 0] + slope[:, 2] * bend, slope[:, 1] + slope[:, 3] * bend
        smooth = raster.blend_vertices(np.stack([pose.facing, pose.above], axis=1), triangles)
        lamp, sky = pose.lamp[first], pose.sky[first]
        facing = smooth[:, 0]
        key = facing * np.float32(0.85) + np.float32(0.06)
        key -= (across * lamp[:, 0] + up * lamp[:, 1]) * (facing > 0)
        room = smooth[:, 1] - np.float32(0.45) * (across * sky[:, 0] + up * sky[:, 1])
        strength = np.maximum(key, 0)[:, None] * np.array(light.key, np.float32)
        strength += np.maximum(room, np.float32(0.05))[:, None] * np.array(
            light.ambient, np.float32
        )
        own *= strength
        return np.asarray(np.minimum(own, 1, out=own))

    def visibility(
        self,
        keypoints: Float[np.ndarray, "25 3"],
        shot: Shot,
        drawn: Drawn,
        scene_distance: SceneDistance,
        others: Sequence[Drawn] = (),
    ) -> Int64[np.ndarray, "25"]:
        """COCO's visibility of the keypoints: 2 visible, 1 hidden, 0 outside the picture.

        A keypoint lies within a limb; it is visible if nothing on its ray is nearer than the
        limb's own surface can be.

        Args:
            keypoints: In the world, at the middle of the exposure.
            shot: The camera at that moment.
            drawn: What drawing the figure gave.
            scene_distance: Of what may hide it.
            others: Other persons in the picture.
        """
        xy, depth = shot.project(keypoints)
        reach = np.linalg.norm(keypoints - shot.position, axis=1)
        visible = np.zeros(25, np.int64)
        for row, ((x, y), metres) in enumerate(zip(xy, reach, strict=True)):
            is_inside = depth[row] > 0 and 0 <= x < shot.width and 0 <= y < shot.height
            if not is_inside:
                continue
            pixel = (int(x), int(y))
            nearest = drawn.scene_at(pixel)
            if nearest is None:
                nearest = float(scene_distance((*pixel, pixel[0] + 1, pixel[1] + 1))[0, 0])
            for other in (drawn, *others):
                nearest = min(nearest, other.distance_at(pixel))
            visible[row] = 2 if nearest >= metres - self._radii[row] else 1
        return visible


def _seen(shot: Shot, pose: Pose) -> Float32[np.ndarray, "vertices 3"]:
    """Pixels of the vertices and their distance from the camera; 0 where they are behind it."""
    offset = pose.vertices - shot.position.astype(np.float32)
    seen = offset @ shot.rotation.T.astype(np.float32)
    distance = np.sqrt(np.einsum("vc,vc->v", offset, offset))
    depth = np.maximum(seen[:, 2], np.float32(0.01))
    middle = np.array([shot.width / 2, shot.height / 2], np.float32)
    xy = seen[:, :2] / depth[:, None] * np.float32(shot.focal_px) + middle
    distance = np.where(seen[:, 2] > 0.05, distance, 0)
    return np.concatenate([xy, distance[:, None]], axis=1).astype(np.float32)


def _box(seen: np.ndarray, width: int, height: int) -> Box:
    """The pixels around vertices, within the picture."""
    seen = seen[seen[:, 2] > 0]
    if len(seen) == 0:
        return 0, 0, 0, 0
    x, y = seen[:, 0], seen[:, 1]
    left, right = (min(max(int(n), 0), width) for n in (x.min() - 3, x.max() + 4))
    top, bottom = (min(max(int(n), 0), height) for n in (y.min() - 3, y.max() + 4))
    return left, top, right, bottom


def _scale(height: int, times: int) -> float:
    """Pixels drawn to one of the picture along each side: more for small, less for blurred ones."""
    if times >= _COARSE_EXPOSURES:
        return 0.5 if height > _SMALL else 1.0
    if height > _LARGE or (times > 1 and height > _SMALL):
        return 0.75
    return 2.0 if height < _SMALL and times == 1 else 1.0
