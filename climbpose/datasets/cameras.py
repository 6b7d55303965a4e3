"""Cameras that might have filmed a motion: pixels from metres.

World coordinates are metres, y up; pixels as everywhere, x to the right, y down. Climbers are
mostly filmed from behind and from below, by hand or from a tripod, with a phone that is not quite
level; some cameras follow the climber.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.ndimage import gaussian_filter1d

_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class CameraRanges:
    """What the cameras are drawn from; pairs are lowest and highest.

    Attributes:
        behind_deg: Standard deviation of the bearing, from straight behind the person.
        anywhere: Share of cameras whose bearing is any.
        elevation_deg: Of the camera seen from the person; below 0 it looks up.
        roll_deg: Standard deviation of the roll about the line of sight.
        distance_m: To the middle of the motion; more where the person moves about further.
        height_px: How tall the person would be standing.
        following: Share of cameras that pan and tilt after the person.
        following_s: How sluggishly they do.
        shake_deg: Greatest standard deviation of a hand's shaking.
        shake_s: How slow the shaking is.
        picture_px: Width and height of the picture, in whose middle the person is aimed at.
    """

    behind_deg: float = 45.0
    anywhere: float = 0.3
    elevation_deg: tuple[float, float] = (-35.0, 20.0)
    roll_deg: float = 6.0
    distance_m: tuple[float, float] = (2.5, 9.0)
    height_px: tuple[float, float] = (120.0, 900.0)
    following: float = 0.5
    following_s: tuple[float, float] = (0.2, 1.5)
    shake_deg: float = 0.6
    shake_s: tuple[float, float] = (0.15, 0.6)
    picture_px: tuple[float, float] = (1080.0, 1920.0)


STATURE_M = 1.75
"""Of the person that `CameraRanges.height_px` speaks of."""


def film(
    xyz: Float64[np.ndarray, "frames keypoints 3"],
    left: Float64[np.ndarray, "frames 3"],
    fps: float,
    rng: np.random.Generator,
    ranges: CameraRanges | None = None,
) -> Float64[np.ndarray, "frames keypoints 2"]:
    """A motion as one random camera sees it, pixels.

    Every point lies before the camera, though not always in its picture.

    Args:
        xyz: Where the keypoints are, metres, y up.
        left: To the person's left, of any length, not upright.
        fps: Frames a second.
        rng: Draws the camera.
        ranges: What it is drawn from.
    """
    ranges = ranges or CameraRanges()
    centre = (xyz.min(axis=(0, 1)) + xyz.max(axis=(0, 1))) / 2
    reach = float(np.linalg.norm(xyz - centre, axis=2).max())
    distance = _between(rng, ranges.distance_m, is_ratio=True)
    # Twice the reach keeps all points in front even of a camera that aims elsewhere.
    distance = max(distance, 2 * reach + 1)
    position = centre + distance * _bearing(left[rng.integers(len(left))], rng, ranges)
    aim = np.tile(centre, (len(xyz), 1))
    if rng.random() < ranges.following:
        sigma = _between(rng, ranges.following_s) * fps
        aim = gaussian_filter1d(xyz.mean(axis=1), sigma, axis=0, mode="nearest")
    axes = _axes(aim - position)
    shake = _shake(len(xyz), fps, rng, ranges)
    shake[:, 2] += rng.normal(0, np.radians(ranges.roll_deg))
    seen = np.einsum("fij,fkj->fki", _turned(axes, shake), xyz - position)
    focal = _between(rng, ranges.height_px, is_ratio=True) * distance / STATURE_M
    pixels: np.ndarray = focal * seen[:, :, :2] / seen[:, :, 2:] + np.array(ranges.picture_px) / 2
    return pixels


def _between(
    rng: np.random.Generator, bounds: tuple[float, float], is_ratio: bool = False
) -> float:
    """A number between two, their ratios rather than their differences being even."""
    if is_ratio:
        return float(np.exp(rng.uniform(*np.log(bounds))))
    return float(rng.uniform(*bounds))


def _bearing(left: np.ndarray, rng: np.random.Generator, ranges: CameraRanges) -> np.ndarray:
    """The direction from the person to the camera."""
    behind = np.cross(_UP, left)
    # Who lies on one side faces any way.
    behind = behind / length if (length := np.linalg.norm(behind)) > 1e-6 else np.eye(3)[2]
    side = np.cross(behind, _UP)
    angle = np.radians(rng.normal(0, ranges.behind_deg))
    if rng.random() < ranges.anywhere:
        angle = rng.uniform(-np.pi, np.pi)
    elevation = np.radians(_between(rng, ranges.elevation_deg))
    level = np.cos(angle) * behind + np.sin(angle) * side
    direction: np.ndarray = np.cos(elevation) * level + np.sin(elevation) * _UP
    return direction


def _axes(sight: np.ndarray) -> np.ndarray:
    """Right, down and forward of level cameras that look along these lines."""
    forward = sight / np.linalg.norm(sight, axis=1, keepdims=True)
    right = np.cross(forward, _UP)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(forward, right), forward], axis=1)


def _shake(frames: int, fps: float, rng: np.random.Generator, ranges: CameraRanges) -> np.ndarray:
    """Small angles about a camera's axes, radians."""
    # Noise is made longer than needed, so that its first and last frames are as smooth as others.
    sigma = _between(rng, ranges.shake_s) * fps
    margin = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.normal(size=(frames + 2 * margin, 3)), sigma, axis=0)
    # Filtering white noise leaves it this much weaker.
    noise *= np.sqrt(2 * np.sqrt(np.pi) * sigma)
    amount = np.radians(rng.uniform(0, ranges.shake_deg))
    shake: np.ndarray = amount * noise[margin:-margin]
    return shake


def _turned(axes: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """The axes of cameras tilted, panned and rolled by these angles, in this order."""
    for first, second, column in ((1, 2, 0), (2, 0, 1), (0, 1, 2)):
        cosine, sine = np.cos(angles[:, column, None]), np.sin(angles[:, column, None])
        turned = axes.copy()
        turned[:, first] = cosine * axes[:, first] + sine * axes[:, second]
        turned[:, second] = cosine * axes[:, second] - sine * axes[:, first]
        axes = turned
    return axes
