"""Where a body keeps the light off: itself, the wall and the floor."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Int64, UInt8

from climbpose.synth.camera import Shot
from climbpose.synth.climb import Wall
from climbpose.synth.figure.raster import rasterise
from climbpose.synth.light import Light

_COARSE = 4
"""Pixels of the picture to one of the shadow's."""
_GAPS = (0.0, 0.12, 0.3, 0.6, 1.2, 99.0)
"""Distances between a body and its shadow, metres, from one softness of the edge to the next."""
_CONTACT = 0.4
"""Share of the room's light that a touching body keeps off."""
_CONTACT_TEXEL = 0.04
"""Metres."""


@dataclass(frozen=True, eq=False)
class LightView:
    """A surface seen along parallel rays.

    Attributes:
        axes: Directions in the world: to the view's right, down, and away from the lamp.
        corner: What `axes` give at the view's top left corner, first two.
        texel: Metres.
        depth: Of the surface nearest to the lamp, metres along the rays; infinite where none is.
    """

    axes: Float[np.ndarray, "3 3"]
    corner: Float[np.ndarray, "2"]
    texel: float
    depth: Float32[np.ndarray, "rows cols"]

    @classmethod
    def of(
        cls,
        vertices: Float32[np.ndarray, "vertices 3"],
        direction: Float[np.ndarray, "3"],
        texel: float,
        triangles: Int64[np.ndarray, "triangles 3"] | None = None,
    ) -> "LightView":
        """A surface seen from afar.

        Args:
            vertices: Of the surface.
            direction: To the lamp, unit.
            texel: Metres.
            triangles: Of the surface; without them its vertices alone are seen, which is enough
                where texels are larger than triangles.
        """
        beside = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.8 else np.array([0, 1.0, 0])
        across = np.cross(beside, direction)
        across /= np.linalg.norm(across)
        axes = np.stack([across, np.cross(across, -direction), -direction])
        seen = vertices @ axes.T
        corner = np.array([seen[:, k].min() - 2 * texel for k in (0, 1)])
        xy = (seen[:, :2] - corner) / texel
        cols, rows = (int(xy[:, k].max()) + 3 for k in (0, 1))
        if triangles is None:
            depth = np.full((rows, cols), np.inf, np.float32)
            place = xy.astype(np.int64)
            np.minimum.at(depth, (place[:, 1], place[:, 0]), seen[:, 2].astype(np.float32))
        else:
            near = float(seen[:, 2].min()) - 1
            raster = rasterise(xy, seen[:, 2] - near, triangles, (rows, cols), is_two_sided=True)
            depth = raster.image(raster.depth + np.float32(near), np.inf)
        return cls(axes, corner, texel, depth)

    def lit(
        self, points: Float32[np.ndarray, "n 3"], bias: float, spread: float
    ) -> Float32[np.ndarray, " n"]:
        """Share of the lamp that each point sees past the surface.

        Args:
            points: In the world.
            bias: Metres that a point may lie behind the surface and still be lit.
            spread: Half-width of the shadow's edge, texels.
        """
        seen = points @ self.axes.T.astype(np.float32)
        xy = (seen[:, :2] - self.corner.astype(np.float32)) / np.float32(self.texel)
        limit = np.array(self.depth.shape[::-1]) - 1
        lit = np.zeros(len(points), np.float32)
        taps = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
        for tap in taps:
            place = np.clip((xy + spread * np.array(tap, np.float32)).astype(np.int64), 0, limit)
            lit += seen[:, 2] < self.depth[place[:, 1], place[:, 0]] + bias
        share: np.ndarray = lit / np.float32(len(taps))
        return share

    def on_plane(self, normal: Float[np.ndarray, "3"], shot: Shot) -> Float[np.ndarray, "3 3"]:
        """The homography from a shot's pixels to the view's, by way of a plane through the origin.

        A pixel's ray d meets the plane in c - d (n c) / (n d).
        """
        reach = np.outer(shot.position, normal) - (normal @ shot.position) * np.eye(3)
        texels = self.axes[:2] @ reach - np.outer(self.corner, normal)
        to_view = np.vstack([texels / self.texel, normal[None]])
        rays: np.ndarray = shot.rotation.T @ np.linalg.inv(shot.intrinsics)
        return np.asarray(to_view @ rays)

    def gap(self, normal: Float[np.ndarray, "3"]) -> Float32[np.ndarray, "rows cols"]:
        """Metres along the rays from the surface to a plane through the origin."""
        rows, cols = self.depth.shape
        across = (np.arange(cols) + 0.5) * self.texel + self.corner[0]
        down = (np.arange(rows) + 0.5) * self.texel + self.corner[1]
        side, fall, away = self.axes @ normal
        plane = -(across[None] * side + down[:, None] * fall) / away
        return np.asarray(plane - self.depth, np.float32)


def cast_shadow(
    image: UInt8[np.ndarray, "rows cols 3"],
    shot: Shot,
    view: LightView,
    vertices: Float32[np.ndarray, "vertices 3"],
    wall: Wall,
    light: Light,
) -> None:
    """Darken the wall and the floor where a body keeps the light off.

    The lamp's shadow falls on each of the two planes that faces the lamp; in addition both are
    darker close to the body, which hides the room's light from them.

    Args:
        image: The scene without the body, which is changed.
        shot: The camera.
        view: The body as the lamp sees it.
        vertices: Of the body.
        wall: The plane to climb on.
        light: The lamp and the room.
    """
    for is_wall, normal in ((True, wall.axes[2]), (False, np.array([0, 0, 1.0]))):
        facing = np.array(normal, np.float32)
        shares, losses = [], []
        if normal @ np.array(light.direction) > 0.05:
            stopped = np.isfinite(view.depth).astype(np.float32)
            shares.append(_shadow(view, normal, light.softness, shot, stopped))
            losses.append(1 - light.shade(facing, 0.0) / light.shade(facing))
        close = LightView.of(vertices, normal, _CONTACT_TEXEL)
        gap = np.maximum(close.gap(normal), 0)
        near = np.where(gap < _GAPS[3], _CONTACT * np.exp(-gap / np.float32(0.22)), 0)
        if near.max() > 0.02:
            filled = cv2.dilate(near, np.ones((3, 3), np.uint8))
            shares.append(_shadow(close, normal, 0.45, shot, np.asarray(filled)))
            losses.append(np.ones(3, np.float32))
        if shares:
            _darken(image, shares, losses, _region(shot, normal, wall, is_wall))


def _region(
    shot: Shot, normal: np.ndarray, wall: Wall, is_wall: bool
) -> Bool[np.ndarray, "rows cols"]:
    """Which coarse pixels see the plane within its edges."""
    rays = shot.rotation.T @ np.linalg.inv(shot.intrinsics)
    reach = np.outer(shot.position, normal) - (normal @ shot.position) * np.eye(3)
    along = normal @ rays
    if is_wall:
        half, high = wall.width_m / 2, wall.height_m
        axes = np.stack([wall.axes[0], -wall.axes[0], wall.axes[1], -wall.axes[1]])
        offsets = np.array([half, half, 0.0, high])
    else:
        axes, offsets = np.array([[0, -1.0, 0]]), np.zeros(1)
    # Each edge is a line in the picture, on one side of which the plane goes on.
    edges = axes @ reach @ rays + offsets[:, None] * along
    x = (np.arange(-(-shot.width // _COARSE)) + 0.5) * _COARSE
    y = (np.arange(-(-shot.height // _COARSE)) + 0.5) * _COARSE
    is_front = 1.0 if normal @ shot.position > 0 else -1.0
    below = along[0] * x[None] + along[1] * y[:, None] + along[2]
    region: np.ndarray = below * is_front < 0
    for edge in edges:
        region &= (edge[0] * x[None] + edge[1] * y[:, None] + edge[2]) * is_front < 0
    return region


def _shadow(
    view: LightView,
    normal: np.ndarray,
    softness: float,
    shot: Shot,
    strength: Float32[np.ndarray, "_rows _cols"],
) -> Float32[np.ndarray, "_coarse_rows _coarse_cols"]:
    """Share of the rays that the body stops before they reach the plane, in coarse pixels.

    Args:
        view: The body as the lamp sees it.
        normal: Of the plane.
        softness: Half-width of the edge as a share of the gap.
        shot: The camera.
        strength: How much the body stops in each texel of the view.
    """
    gap = view.gap(normal)
    stopping = strength > 0
    widest = float(np.max(gap, where=stopping & np.isfinite(gap), initial=0.0))
    margin = int(min(3 * softness * widest, 1.5) / view.texel) + 2
    free = np.ones((gap.shape[0] + 2 * margin, gap.shape[1] + 2 * margin), np.float32)
    for low, high in pairwise(_GAPS):
        inside = (gap >= low) & (gap < high) & stopping
        if not inside.any():
            continue
        stopped = np.where(inside, strength, 0)
        padded = cv2.copyMakeBorder(stopped, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        sigma = max(softness * float(gap[inside].mean()) / view.texel, 0.6)
        blurred = cv2.GaussianBlur(padded, (0, 0), min(sigma, margin))
        free *= 1 - np.minimum(np.asarray(blurred), 1)
    to_view = view.on_plane(normal, shot)
    shift = np.array([[1, 0, margin - 0.5], [0, 1, margin - 0.5], [0, 0, 1.0]])
    coarse = np.diag([_COARSE, _COARSE, 1.0])
    coarse[:2, 2] = _COARSE / 2
    size = (-(-shot.width // _COARSE), -(-shot.height // _COARSE))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(1 - free, shift @ to_view @ coarse, size, flags=flags)
    return np.asarray(warped, np.float32)


def _darken(
    image: np.ndarray,
    shares: list[np.ndarray],
    losses: list[np.ndarray],
    region: Bool[np.ndarray, "rows cols"],
) -> None:
    """Take light away from a picture.

    Args:
        image: The picture, which is changed.
        shares: How much of each light is stopped, in coarse pixels.
        losses: What of each colour is lost where all of that light is stopped.
        region: Coarse pixels that may change.
    """
    most = shares[0] if len(shares) == 1 else np.maximum(shares[0], shares[1])
    changed = region & (most > np.float32(0.004))
    left, top, wide, high = cv2.boundingRect(changed.astype(np.uint8))
    if wide == 0:
        return
    left, top = max(left - 1, 0), max(top - 1, 0)
    part = slice(top, top + high + 2), slice(left, left + wide + 2)
    factor = np.full((*changed[part].shape, 3), 255, np.float32)
    for share, loss in zip(shares, losses, strict=True):
        factor *= 1 - (share[part] * region[part])[..., None] * loss.astype(np.float32)
    levels = cv2.resize((factor + np.float32(0.5)).astype(np.uint8), None, fx=_COARSE, fy=_COARSE)
    target = image[top * _COARSE :, left * _COARSE :][: levels.shape[0], : levels.shape[1]]
    levels = levels[: target.shape[0], : target.shape[1]]
    target[:] = cv2.multiply(target, levels, scale=1 / 255)
