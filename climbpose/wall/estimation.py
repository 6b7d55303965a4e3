"""How the camera moved, from the wall that its pictures show."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64, Int64

from climbpose.poses import PoseTrack
from climbpose.video import prefetch
from climbpose.wall.looking import looks
from climbpose.wall.mapping import Placed, WallMap
from climbpose.wall.motion import CameraMotion, apply
from climbpose.wall.stillness import stood_still

_STILL_PX = 0.5
"""A camera whose pictures nowhere moved by more, pixels of small pictures, stood still."""


def estimate_motion(
    video: Path,
    poses: PoseTrack,
    *,
    rotate: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> CameraMotion:
    """How the camera moved before the wall.

    Args:
        video: What it filmed.
        poses: The climber, who is no part of the wall.
        rotate: Degrees clockwise that make the pictures upright; None takes what the file says.
        advance: Called after each picture that is looked at.

    Raises:
        UsageError: There is no such video.
        VideoError: It cannot be read.
    """
    if len(poses) and stood_still(video, poses, rotate):
        return CameraMotion.static(poses.frame_index)
    wall = WallMap()
    placed: list[Placed] = []
    to_full, size = np.ones(2), np.ones(2)
    with closing(prefetch(looks(video, poses, rotate))) as pictures:
        for look in pictures:
            to_full, size = look.to_full, np.array(look.size, np.float64)
            place = wall.place(look)
            if place is not None:
                placed.append(place)
            advance()
    if not placed:
        return _unknown(poses)
    return _motion(wall, placed, poses, to_full, size)


def _motion(
    wall: WallMap, placed: list[Placed], poses: PoseTrack, to_full: np.ndarray, size: np.ndarray
) -> CameraMotion:
    """All pictures in the frame of the keyframe in the middle of the others."""
    middle = _middle(wall, placed, size)
    to_middle = np.linalg.inv(wall.keyframes[middle].to_wall)
    scale = np.diag([*to_full, 1.0])
    frames = len(poses)
    homographies = np.tile(np.eye(3), (frames, 1, 1))
    errors = np.full(frames, np.nan)
    known = np.zeros(frames, bool)
    drift = _drift(wall, middle)
    for place in placed:
        small = to_middle @ wall.keyframes[place.keyframe].to_wall @ place.homography
        whole = scale @ small @ np.linalg.inv(scale)
        homographies[place.row] = whole / whole[2, 2]
        errors[place.row] = np.hypot(place.error, drift[place.keyframe]) * to_full.max()
        known[place.row] = True
    if _stood_still(homographies[known], size * to_full, _STILL_PX * to_full.max()):
        return CameraMotion.static(poses.frame_index)
    nearest = _nearest_known(known)
    return CameraMotion(
        frame_index=poses.frame_index,
        to_wall=homographies[nearest],
        is_known=known,
        error_px=errors,
        reference=int(poses.frame_index[wall.keyframes[middle].look.row]),
        is_static=False,
    )


def _nearest_known(known: Bool[np.ndarray, " frames"]) -> Int64[np.ndarray, " frames"]:
    """For each row the nearest one that is known, the earlier of two that are as near."""
    rows, every = np.flatnonzero(known), np.arange(len(known))
    after = np.minimum(np.searchsorted(rows, every), len(rows) - 1)
    before = np.maximum(after - 1, 0)
    is_before = np.abs(every - rows[before]) <= np.abs(rows[after] - every)
    nearest: np.ndarray = rows[np.where(is_before, before, after)]
    return nearest


def _middle(wall: WallMap, placed: list[Placed], size: np.ndarray) -> int:
    """The keyframe from whose picture the others are the least away, most of the time."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
    pictures = np.bincount([place.keyframe for place in placed], minlength=len(wall.keyframes))
    distances = []
    for one in wall.keyframes:
        to_one = np.linalg.inv(one.to_wall)
        others = np.stack([to_one @ other.to_wall for other in wall.keyframes])
        there = apply(others, corners[None]) - corners
        distances.append(float(np.linalg.norm(there, axis=2).max(axis=1) @ pictures))
    return int(np.argmin(distances))


def _drift(wall: WallMap, middle: int) -> Float64[np.ndarray, " keyframes"]:
    """What the errors of the links from the middle keyframe to each of the others add up to."""
    count = len(wall.keyframes)
    drift = np.full(count, np.nan)
    drift[middle] = 0.0
    links = [(number, *link) for number, link in enumerate(wall.links, start=1)]
    for _ in range(count):
        for one, other, error in links:
            for known, new in ((one, other), (other, one)):
                if np.isfinite(drift[known]) and np.isnan(drift[new]):
                    drift[new] = np.hypot(drift[known], error)
        if np.isfinite(drift).all():
            break
    return drift


def _stood_still(homographies: np.ndarray, size: np.ndarray, tolerance: float) -> bool:
    """Whether the corners of no picture moved by more than noise."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
    moved = apply(homographies, corners[None]) - corners
    from_usual = np.linalg.norm(moved - np.median(moved, axis=0), axis=2).max(axis=1)
    return bool(np.percentile(from_usual, 99) <= tolerance)


def _unknown(poses: PoseTrack) -> CameraMotion:
    """No picture shows a wall that another one shows too."""
    frames = len(poses)
    return CameraMotion(
        frame_index=poses.frame_index,
        to_wall=np.tile(np.eye(3), (frames, 1, 1)),
        is_known=np.zeros(frames, bool),
        error_px=np.full(frames, np.nan),
        reference=int(poses.frame_index[0]) if frames else 0,
        is_static=False,
    )
