"""Where a body keeps the light off: itself, the wall and the floor."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int64, UInt8
from scipy.sparse import csr_matrix

from climbpose.synth.camera import Shot
from climbpose.synth.climb import Wall
from climbpose.synth.light import Light

_COARSE = 4
"""Pixels of the picture to one of the shadow's."""
_GAPS = (0.0, 0.12, 0.3, 0.6, 1.2, 99.0)
"""Distances between a body and its shadow, metres, from one softness of the edge to the next."""
_CONTACT = 0.4
"""Share of the room's light that a touching body keeps off."""
_CONTACT_TEXEL = 0.04
"""Metres."""
_COARSEST_BLUR = 2.0
"""Least half-width of a blur, in pixels that are as large as it allows."""


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
        points: Float32[np.ndarray, "points 3"],
        direction: Float[np.ndarray, "3"],
        texel: float,
        *,
        is_dense: bool = False,
    ) -> "LightView":
        """A surface seen from afar.

        Args:
            points: On the surface, about a texel apart.
            direction: To the lamp, unit.
            texel: Metres.
            is_dense: Whether holes of up to two texels are to be closed.
        """
        axes = _axes(*(float(n) for n in direction))
        seen = points @ axes.T.astype(np.float32)
        corner = seen[:, :2].min(axis=0) - np.float32(2 * texel)
        place = ((seen[:, :2] - corner) / np.float32(texel)).astype(np.int64)
        cols, rows = (int(n) + 3 for n in place.max(axis=0))
        nearest = np.full(rows * cols, np.inf, np.float32)
        np.minimum.at(nearest, place[:, 1] * cols + place[:, 0], seen[:, 2])
        depth = nearest.reshape(rows, cols)
        if is_dense:
            opened = cv2.morphologyEx(depth, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
            depth = np.asarray(opened, np.float32)
        return cls(axes, corner.astype(np.float64), texel, depth)

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


def surface_samples(
    vertices: Float32[np.ndarray, "vertices 3"],
    triangles: Int64[np.ndarray, "triangles 3"],
    apart: float,
) -> csr_matrix:
    """The matrix from a surface's vertices to points all over it.

    Args:
        vertices: At rest.
        triangles: Of the surface.
        apart: Metres between the points, about.
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    counts = np.ceil(areas / apart**2).astype(np.int64)
    owner = np.repeat(np.arange(len(triangles)), counts)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    # Roberts' sequence spreads any number of points evenly over a square, whose upper half is
    # folded onto the lower one.
    places = (0.5 + turn[:, None] * np.array([0.7548777, 0.5698403])) % 1
    places = np.where(places.sum(axis=1, keepdims=True) > 1, 1 - places, places)
    places[turn == 0] = 1 / 3
    shares = np.column_stack([1 - places.sum(axis=1), places]).astype(np.float32)
    begins = np.arange(0, shares.size + 1, 3)
    shape = (len(owner), len(vertices))
    return csr_matrix((shares.ravel(), triangles[owner].ravel(), begins), shape=shape)


@cache
def _axes(x: float, y: float, z: float) -> Float[np.ndarray, "3 3"]:
    """Directions to the right, down and away of a view from a unit direction."""
    direction = np.array([x, y, z])
    beside = np.array([1.0, 0, 0]) if abs(x) < 0.8 else np.array([0, 1.0, 0])
    across = np.cross(beside, direction)
    across /= np.linalg.norm(across)
    return np.stack([across, np.cross(across, -direction), -direction])


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
        # What is far from the plane throughout needs no closer look.
        if (vertices @ facing).min() < _GAPS[3]:
            close = LightView.of(vertices, normal, _CONTACT_TEXEL)
            gap = np.maximum(close.gap(normal), 0)
            near = np.where(gap < _GAPS[3], _CONTACT * np.exp(-gap / np.float32(0.22)), 0)
            filled = cv2.dilate(near, np.ones((3, 3), np.uint8))
            shares.append(_shadow(close, normal, 0.45, shot, np.asarray(filled)))
            losses.append(np.ones(3, np.float32))
        if shares:
            _darken(image, shares, losses, _edges(shot, normal, wall, is_wall))


def _edges(
    shot: Shot, normal: np.ndarray, wall: Wall, is_wall: bool
) -> Float32[np.ndarray, "edges 3"]:
    """Lines in the picture; where a pixel is below 0 by all of them, it sees the plane."""
    rays = shot.rotation.T @ np.linalg.inv(shot.intrinsics)
    reach = np.outer(shot.position, normal) - (normal @ shot.position) * np.eye(3)
    along = normal @ rays
    if is_wall:
        half, high = wall.width_m / 2, wall.height_m
        axes = np.stack([wall.axes[0], -wall.axes[0], wall.axes[1], -wall.axes[1]])
        offsets = np.array([half, half, 0.0, high])
    else:
        axes, offsets = np.array([[0, -1.0, 0]]), np.zeros(1)
    edges = np.vstack([along, axes @ reach @ rays + offsets[:, None] * along])
    is_front = 1.0 if normal @ shot.position > 0 else -1.0
    return np.asarray(edges * is_front, np.float32)


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
        free *= 1 - np.minimum(_soft(np.asarray(padded), min(sigma, float(margin))), 1)
    to_view = view.on_plane(normal, shot)
    shift = np.array([[1, 0, margin - 0.5], [0, 1, margin - 0.5], [0, 0, 1.0]])
    coarse = np.diag([_COARSE, _COARSE, 1.0])
    coarse[:2, 2] = _COARSE / 2
    size = (-(-shot.width // _COARSE), -(-shot.height // _COARSE))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(1 - free, shift @ to_view @ coarse, size, flags=flags)
    return np.asarray(warped, np.float32)


def _soft(mask: np.ndarray, sigma: float) -> np.ndarray:
    """A blurred mask; a wide blur needs no fine pixels."""
    if sigma < 2 * _COARSEST_BLUR:
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma))
    rows, cols = mask.shape
    shrunk = int(sigma / _COARSEST_BLUR)
    small = cv2.resize(mask, (-(-cols // shrunk), -(-rows // shrunk)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrunk)
    return np.asarray(cv2.resize(small, (cols, rows), interpolation=cv2.INTER_LINEAR))


def _darken(
    image: np.ndarray,
    shares: list[np.ndarray],
    losses: list[np.ndarray],
    edges: Float32[np.ndarray, "edges 3"],
) -> None:
    """Take light away from a picture.

    Args:
        image: The picture, which is changed.
        shares: How much of each light is stopped, in coarse pixels.
        losses: What of each colour is lost where all of that light is stopped.
        edges: Of the part of the picture that may change; see `_edges`.
    """
    most = shares[0] if len(shares) == 1 else np.maximum(shares[0], shares[1])
    left, top, wide, high = cv2.boundingRect((most > np.float32(0.004)).astype(np.uint8))
    if wide == 0:
        return
    left, top = max(left - 1, 0), max(top - 1, 0)
    part = slice(top, top + high + 2), slice(left, left + wide + 2)
    rows, cols = most[part].shape
    x = (np.arange(left, left + cols, dtype=np.float32) + np.float32(0.5)) * _COARSE
    y = (np.arange(top, top + rows, dtype=np.float32) + np.float32(0.5)) * _COARSE
    region = np.ones((rows, cols), bool)
    for by_x, by_y, origin in edges:
        region &= (by_x * x)[None] + (by_y * y + origin)[:, None] < 0
    factor = np.full((rows, cols, 3), 255, np.float32)
    for share, loss in zip(shares, losses, strict=True):
        factor *= 1 - (share[part] * region)[..., None] * loss.astype(np.float32)
    levels = cv2.resize((factor + np.float32(0.5)).astype(np.uint8), None, fx=_COARSE, fy=_COARSE)
    target = image[top * _COARSE :, left * _COARSE :][: levels.shape[0], : levels.shape[1]]
    levels = levels[: target.shape[0], : target.shape[1]]
    target[:] = cv2.multiply(target, levels, scale=1 / 255)
