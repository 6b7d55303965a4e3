"""A rope, from above or from below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from climbpose.synth.body import Body
from climbpose.synth.camera import Shot
from climbpose.synth.climb import Wall
from climbpose.synth.figure.figure import Box, Drawn, SceneDistance
from climbpose.synth.light import Light

_BAND = 96
"""Rows of the picture that are compared with the scene at once."""


@dataclass(frozen=True)
class Rope:
    """Whether the climber hangs on a rope.

    Attributes:
        kind: None, from above, or up to the climber from below.
        colour: Of the rope.
        slack_m: How far its middle sags.
    """

    kind: Literal["none", "top", "lead"] = "none"
    colour: tuple[float, float, float] = (0.3, 0.55, 0.35)
    slack_m: float = 0.05

    @classmethod
    def base(cls) -> "Rope":
        """No rope."""
        return cls()

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Rope":
        """Mostly none, as for bouldering."""
        kinds: tuple[Literal["none", "top", "lead"], ...] = ("none", "top", "lead")
        kind = kinds[int(rng.choice(3, p=[0.8, 0.13, 0.07]))]
        colours = ((0.3, 0.55, 0.35), (0.75, 0.35, 0.2), (0.3, 0.42, 0.7), (0.7, 0.68, 0.6))
        colour = colours[int(rng.integers(len(colours)))]
        return cls(kind, colour, round(float(rng.uniform(0.01, 0.12)), 3))

    def path(
        self, knot: Float[np.ndarray, "3"], wall: Wall, anchor_u: float
    ) -> Float[np.ndarray, "points 3"]:
        """Points along the rope.

        Args:
            knot: Where it is tied to the climber; see `tie_in`.
            wall: From which it hangs, or along which it comes up.
            anchor_u: Across the wall, where it is fixed, metres.
        """
        if self.kind == "top":
            anchor = wall.to_world(np.array([anchor_u, wall.height_m - 0.1, 0.15]))
            return hanging_rope(np.asarray(knot, np.float64), anchor, self.slack_m)
        below = float(wall.to_wall(np.asarray(knot, np.float64))[1]) - 0.9
        clip = wall.to_world(np.array([anchor_u, max(below, 0.4), 0.08]))
        floor = np.array([anchor_u + 0.3, float(clip[1]) - 0.7, 0.02])
        upper = hanging_rope(np.asarray(knot, np.float64), clip, self.slack_m, 24)
        return np.concatenate([upper, hanging_rope(clip, floor, 0.6 * self.slack_m, 24)])


def tie_in(
    body: Body,
    rotations: Float[np.ndarray, "bones 3 3"],
    joints: Float[np.ndarray, "bones 3"],
) -> Float[np.ndarray, "3"]:
    """Where a rope is tied to a climber: before the waist."""
    root = body.heads[0]
    knot = root + np.array([0, -0.16, 0.06]) * (root[2] / 0.937)
    tied: np.ndarray = joints[0] + rotations[0] @ (knot - root)
    return tied


def hanging_rope(
    start: Float[np.ndarray, "3"], end: Float[np.ndarray, "3"], slack: float, points: int = 48
) -> Float[np.ndarray, "points 3"]:
    """A rope between two points; `slack` is how far its middle sags, metres."""
    share = np.linspace(0, 1, points)[:, None]
    line: np.ndarray = start + share * (end - start)
    line[:, 2] -= slack * 4 * (share * (1 - share))[:, 0]
    line[:, 2] = np.maximum(line[:, 2], 0.01)
    return line


def draw_rope(
    image: UInt8[np.ndarray, "rows cols 3"],
    shot: Shot,
    path: Float[np.ndarray, "points 3"],
    colour: tuple[float, float, float],
    light: Light,
    scene_distance: SceneDistance,
    others: Sequence[Drawn] = (),
    thickness_m: float = 0.011,
) -> Drawn:
    """Draw a rope where nothing is before it.

    Args:
        image: The picture, which is changed.
        shot: The camera.
        path: Points along the rope, in the world.
        colour: Of the rope.
        light: That falls on it.
        scene_distance: Of what may hide it.
        others: Persons who may hide it.
        thickness_m: Metres.
    """
    xy, depth = shot.project(path)
    reach = np.linalg.norm(path - shot.position, axis=1)
    nothing = np.zeros((0, 0), np.float32)
    if depth.min() < 0.1:
        return Drawn((0, 0, 0, 0), nothing, nothing)
    limit = np.array([shot.width, shot.height])
    low = np.clip(np.floor(xy.min(axis=0)) - 4, 0, limit).astype(int)
    high = np.clip(np.ceil(xy.max(axis=0)) + 4, 0, limit).astype(int)
    left, top, right, bottom = int(low[0]), int(low[1]), int(high[0]), int(high[1])
    if right <= left or bottom <= top:
        return Drawn((0, 0, 0, 0), nothing, nothing)
    box = (left, top, right, bottom)
    wide = float(np.median(thickness_m * shot.focal_px / depth))
    cover, distance = _stroke(xy - low, reach, (bottom - top, right - left), wide)
    _hide(cover, distance, box, scene_distance, others)
    shade = light.shade(np.array([0, -0.9, 0.44], np.float32))
    tone = 255 * np.array(colour, np.float32) * shade
    rows, cols = np.nonzero(cover > 0)
    part = image[top:bottom, left:right]
    below = part[rows, cols].astype(np.float32)
    mixed = below + cover[rows, cols][:, None] * (tone - below)
    part[rows, cols] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return Drawn(box, np.where(cover > 0.4, distance, np.inf).astype(np.float32), cover)


def _hide(
    cover: np.ndarray,
    distance: np.ndarray,
    box: Box,
    scene_distance: SceneDistance,
    others: Sequence[Drawn],
) -> None:
    """Uncover what is behind the scene or others; band by band, as a rope's box is mostly empty."""
    left, top = box[:2]
    for begin in range(0, len(cover), _BAND):
        band = slice(begin, begin + _BAND)
        touched = np.flatnonzero((cover[band] > 0).any(axis=0))
        if len(touched) == 0:
            continue
        first, last = int(touched[0]), int(touched[-1]) + 1
        piece = (left + first, top + begin, left + last, top + min(begin + _BAND, len(cover)))
        nearest = scene_distance(piece).copy()
        for other in others:
            _nearer(nearest, piece, other)
        far = np.minimum(distance[band, first:last], 1e4)
        free = np.minimum(nearest, 1e4) - far + np.float32(0.02)
        cover[band, first:last] *= np.clip(free / np.float32(0.02), 0, 1)


def _stroke(
    xy: np.ndarray, reach: np.ndarray, size: tuple[int, int], wide: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coverage and distance of a line `wide` pixels thick."""
    rows, cols = size
    mask = np.zeros((2 * rows, 2 * cols), np.uint8)
    distance = np.full(size, np.inf, np.float32)
    pixels = max(1, round(2 * wide))
    fixed = np.round((2 * xy - 0.5) * 16).astype(np.int64)
    place = np.floor(xy).astype(np.int64)
    for k in range(len(xy) - 1):
        begin, end = (int(n) for n in fixed[k]), (int(n) for n in fixed[k + 1])
        cv2.line(mask, tuple(begin), tuple(end), 255, pixels, cv2.LINE_AA, 4)
        middle = float(reach[k] + reach[k + 1]) / 2
        first, last = (int(n) for n in place[k]), (int(n) for n in place[k + 1])
        cv2.line(distance, tuple(first), tuple(last), middle, int(np.ceil(wide)) + 2)
    cover = cv2.resize(mask, (cols, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    return cover * np.float32(min(2 * wide / pixels, 1.0) / 255), distance


def _nearer(nearest: np.ndarray, box: Box, other: Drawn) -> None:
    """Put another's distance where it is less."""
    left, top = max(box[0], other.box[0]), max(box[1], other.box[1])
    right, bottom = min(box[2], other.box[2]), min(box[3], other.box[3])
    if right <= left or bottom <= top:
        return
    mine = nearest[top - box[1] : bottom - box[1], left - box[0] : right - box[0]]
    rows = slice(top - other.box[1], bottom - other.box[1])
    cols = slice(left - other.box[0], right - other.box[0])
    np.minimum(mine, other.distance[rows, cols], out=mine)
