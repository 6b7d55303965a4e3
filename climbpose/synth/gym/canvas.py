"""Draws surfaces and meshes into a wide still picture, with the distance of every pixel."""

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int64, UInt8

from climbpose.synth.camera import CameraPath
from climbpose.synth.gym.scenery import Surface

NEAREST_M = 0.1
"""What is nearer to the phone is cut off."""

SHIFT = 4
"""OpenCV's fraction bits of a drawn coordinate."""

EDGE = 4
"""Spare pixels around what the clip shows."""

BATCH = 200_000
"""Pixels that are shaded at a time, for the memory's sake."""


class Canvas:
    """A still picture that holds all directions a camera looks in during a clip.

    Attributes:
        position: Of the camera, metres.
        rotation: World directions to the canvas's own.
        matrix: From the canvas's directions to its pixels, counted from the top left corner.
        colour: RGB.
        nearness: One over the depth along the canvas's axis, 1/m; 0 is the sky.
    """

    position: Float[np.ndarray, "3"]
    rotation: Float[np.ndarray, "3 3"]
    matrix: Float[np.ndarray, "3 3"]
    colour: UInt8[np.ndarray, "rows columns 3"]
    nearness: Float32[np.ndarray, "rows columns"]

    def __init__(self, path: CameraPath, pixels: float, finest: float) -> None:
        """An empty canvas.

        Args:
            path: What it must hold.
            pixels: How many it may have.
            finest: Its focal length is at most so many times the path's longest.
        """
        left, _, right = np.linalg.svd(path.rotation.sum(axis=0))
        self.position, self.rotation = path.position, left @ right
        half = np.array([path.width, path.height]) / 2
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        flat = signs * half / path.focal_px[:, None, None]
        rays = np.concatenate([flat, np.ones((*flat.shape[:2], 1))], axis=2)
        seen = np.einsum("ij,fkj,fck->fci", self.rotation, path.rotation, rays)
        places = (seen[..., :2] / seen[..., 2:]).reshape(-1, 2)
        low, high = places.min(axis=0), places.max(axis=0)
        area = float(np.prod(high - low))
        focal = min(finest * float(path.focal_px.max()), np.sqrt(pixels / area))
        columns, rows = np.ceil((high - low) * focal).astype(int) + 2 * EDGE
        x, y = EDGE - low * focal
        self.matrix = np.array([[focal, 0, x], [0, focal, y], [0, 0, 1.0]])
        self.colour = np.zeros((rows, columns, 3), np.uint8)
        self.nearness = np.zeros((rows, columns), np.float32)

    @property
    def focal_px(self) -> float:
        """Its focal length, pixels."""
        return float(self.matrix[0, 0])

    @property
    def projection(self) -> Float[np.ndarray, "3 3"]:
        """From world directions to homogeneous pixels."""
        projection: np.ndarray = self.matrix @ self.rotation
        return projection

    def rays(self, step: int) -> Float32[np.ndarray, "rows columns 3"]:
        """World directions, of depth 1, through the middles of squares of so many pixels."""
        rows, columns = (-(-count // step) for count in self.nearness.shape)
        y, x = step * (np.mgrid[:rows, :columns].astype(np.float32) + np.float32(0.5))
        pixels = np.stack([x, y, np.ones_like(x)], axis=-1)
        rays: np.ndarray = pixels @ np.linalg.inv(self.projection).T.astype(np.float32)
        return rays

    def outline(self, corners: Float[np.ndarray, "corners 3"]) -> Float[np.ndarray, "n 2"]:
        """Pixels of the visible part of a convex polygon; empty where none is visible."""
        seen = (corners - self.position) @ self.projection.T
        rows, columns = self.nearness.shape
        # Half-spaces of homogeneous pixels: in front, and within each edge.
        for side in (
            (0, 0, 1, -NEAREST_M),
            (1, 0, EDGE, 0),
            (-1, 0, columns + EDGE, 0),
            (0, 1, EDGE, 0),
            (0, -1, rows + EDGE, 0),
        ):
            seen = _cut(seen, np.array(side, float))
            if len(seen) < 3:
                return np.zeros((0, 2))
        pixels: np.ndarray = seen[:, :2] / seen[:, 2:]
        return pixels

    def finest_scale(self, surface: Surface) -> float:
        """Pixels a metre where a surface comes nearest; 0 where it is not seen."""
        outline = self.outline(surface.corners)
        if len(outline) == 0:
            return 0.0
        nearness = np.column_stack([outline, np.ones(len(outline))]) @ self._nearness(surface)
        return float(self.focal_px * nearness.max())

    def _nearness(self, surface: Surface) -> np.ndarray:
        """One over the depth of a surface's plane: factors of x, y and 1."""
        distance = float(surface.normal @ (surface.origin - self.position))
        if abs(distance) < 1e-6:
            return np.zeros(3)
        # The ray of a pixel, of depth 1, meets the plane at depth distance / (normal . ray).
        factors: np.ndarray = surface.normal @ np.linalg.inv(self.projection) / distance
        return factors

    def hang(self, surface: Surface, texture: UInt8[np.ndarray, "rows columns 3"]) -> None:
        """Paints a surface wherever nothing nearer is.

        Args:
            surface: Which.
            texture: Its picture, the upper edge first, already lit.
        """
        outline = self.outline(surface.corners)
        if len(outline) == 0:
            return
        rows, columns = self.nearness.shape
        low = np.clip(np.floor(outline.min(axis=0)), 0, [columns, rows]).astype(int)
        high = np.clip(np.ceil(outline.max(axis=0)), 0, [columns, rows]).astype(int)
        wide, tall = (int(n) for n in high - low)
        if wide <= 0 or tall <= 0:
            return
        mask = np.zeros((tall, wide), np.uint8)
        corners = np.round((outline - low - 0.5) * 2**SHIFT).astype(np.int32)
        cv2.fillConvexPoly(mask, corners, (255,), cv2.LINE_8, SHIFT)
        x = np.arange(wide, dtype=np.float32) + np.float32(low[0] + 0.5)
        y = np.arange(tall, dtype=np.float32) + np.float32(low[1] + 0.5)
        factors = self._nearness(surface)
        near = (factors[0] * x + factors[2])[None] + (factors[1] * y)[:, None]
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        front = (mask > 0) & (near > self.nearness[box])
        if not front.any():
            return
        texels = texture.shape[1] / surface.width, texture.shape[0] / surface.height
        to_plane = np.column_stack([surface.right, surface.up, surface.origin - self.position])
        # Texture pixels to metres along the edges; the first row is the upper edge.
        to_metres = np.array(
            [
                [1 / texels[0], 0, 0.5 / texels[0]],
                [0, -1 / texels[1], surface.height - 0.5 / texels[1]],
                [0, 0, 1],
            ]
        )
        shift = np.array([[1, 0, -low[0] - 0.5], [0, 1, -low[1] - 0.5], [0, 0, 1.0]])
        whole = shift @ self.projection @ to_plane @ to_metres
        picture = cv2.warpPerspective(
            texture, whole, (wide, tall), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        cv2.copyTo(picture, front.astype(np.uint8), self.colour[box])
        cv2.copyTo(near.astype(np.float32), front.astype(np.uint8), self.nearness[box])

    def cover(
        self, points: Float[np.ndarray, "points 3"], triangles: Int64[np.ndarray, "triangles 3"]
    ) -> "Cover":
        """The pixels that triangles cover in front of all that is drawn yet.

        Small triangles are painted from far to near; the picture's colours are the caller's to
        set.

        Args:
            points: Corners, metres.
            triangles: Rows of corners, counter-clockwise seen from the visible side.
        """
        seen = (points - self.position) @ self.projection.T
        corners = seen[triangles]
        volume = np.linalg.det(corners)
        rows, columns = self.nearness.shape
        pixels = corners[..., :2] / np.maximum(corners[..., 2:], NEAREST_M)
        low, high = pixels.min(axis=1), pixels.max(axis=1)
        is_seen = (
            (volume < -1e-9)
            & (corners[..., 2].min(axis=1) > NEAREST_M)
            & (high > 0).all(axis=1)
            & (low < [columns, rows]).all(axis=1)
        )
        kept = np.flatnonzero(is_seen)
        kept = kept[np.argsort(-corners[kept, :, 2].mean(axis=1))]
        fixed = np.round((pixels[kept] - 0.5) * 2**SHIFT).astype(np.int32)
        numbers = np.zeros((rows, columns), np.int32)
        for number, triangle in enumerate(fixed, 1):
            cv2.fillConvexPoly(numbers, triangle, (number,), cv2.LINE_8, SHIFT)
        y, x = np.nonzero(numbers)
        owner = numbers[y, x] - 1
        # Weights of the corners at a pixel, each divided by the depth, are linear in x and y.
        inverse = np.linalg.inv(corners[kept].swapaxes(1, 2)).astype(np.float32)
        place = np.column_stack([x + 0.5, y + 0.5, np.ones(len(x))]).astype(np.float32)
        weights: np.ndarray = np.empty((len(x), 3), np.float32)
        for start in range(0, len(x), BATCH):
            part = slice(start, start + BATCH)
            weights[part] = np.einsum("pij,pj->pi", inverse[owner[part]], place[part])
        nearness = weights.sum(axis=1)
        # Outlines are drawn half a pixel too wide, where a triangle's plane may run off.
        weights = np.clip(weights / np.maximum(nearness, 1e-9)[:, None], 1e-6, 1)
        weights /= weights.sum(axis=1, keepdims=True)
        depth = np.einsum("pi,pi->p", weights, corners[kept][..., 2].astype(np.float32)[owner])
        front = 1 / depth > self.nearness[y, x]
        y, x, depth = y[front], x[front], depth[front]
        self.nearness[y, x] = 1 / depth
        return Cover(y, x, triangles[kept[owner[front]]], weights[front])


class Cover:
    """Pixels of meshes.

    Attributes:
        y: Rows.
        x: Columns.
        corners: Rows of the corners of each pixel's triangle.
        weights: Of the corners.
    """

    def __init__(
        self, y: np.ndarray, x: np.ndarray, corners: np.ndarray, weights: np.ndarray
    ) -> None:
        self.y, self.x, self.corners, self.weights = y, x, corners, weights

    def blend(self, values: Float[np.ndarray, "points n"]) -> Float32[np.ndarray, "pixels n"]:
        """Values of the corners, mixed at each pixel."""
        values = values.astype(np.float32)
        mixed: np.ndarray = sum(
            self.weights[:, k, None] * values[self.corners[:, k]] for k in range(3)
        )
        return mixed


def _cut(polygon: np.ndarray, plane: np.ndarray) -> np.ndarray:
    """The part of a polygon (n, 3) on the upper side of a plane of four factors."""
    side = polygon @ plane[:3] + plane[3]
    kept = []
    for k in range(len(polygon)):
        before = k - 1
        if (side[before] > 0) != (side[k] > 0):
            share = side[before] / (side[before] - side[k])
            kept.append(polygon[before] + share * (polygon[k] - polygon[before]))
        if side[k] > 0:
            kept.append(polygon[k])
    return np.array(kept).reshape(-1, 3)
