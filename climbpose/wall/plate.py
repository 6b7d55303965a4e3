"""The wall without the climber, from pictures in which the climber is elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float64, UInt8

from climbpose.errors import TracksError
from climbpose.pixels import Pixels
from climbpose.poses import PoseTrack
from climbpose.video import VideoReader
from climbpose.video.glimpses import glimpses
from climbpose.wall.motion import CameraMotion, apply
from climbpose.wall.picture import WallPicture

MAX_SIDE = 1600
"""Pixels of a side of the wall's picture."""

_PICTURES = 20
_MIN_PICTURES = 8
"""With fewer glimpses nobody is got rid of who rests; then the video is gone through."""

_BEYOND = 1.0
"""The wall's picture goes beyond the reference picture by so many times its sides at most."""

_STRIP = 64
_MARGIN = 0.15
"""Of the keypoints' extent, around them: hands, feet, clothes and some of the shadow."""

_TOLERANCE_S = 2e-3
"""Tracks are written with six decimals; neighbouring pictures are farther apart."""


@dataclass(frozen=True, slots=True, eq=False)
class _Canvas:
    """What the wall's picture is painted on.

    Attributes:
        width: Pixels.
        height: Pixels.
        from_wall: Homography from the wall frame to its pixels; a scale and a shift.
    """

    width: int
    height: int
    from_wall: Float64[np.ndarray, "3 3"]

    @classmethod
    def of(cls, to_wall: np.ndarray, width: int, height: int) -> "_Canvas":
        """Large enough for some pictures.

        Args:
            to_wall: Their homographies.
            width: Of each, pixels.
            height: Of each, pixels.
        """
        size = np.array([width, height], np.float64)
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
        moved = apply(to_wall, corners[None]).reshape(-1, 2)
        low = np.floor(np.clip(moved.min(axis=0), -_BEYOND * size, size - 1))
        high = np.ceil(np.clip(moved.max(axis=0), low + 1, (1 + _BEYOND) * size))
        scale = min(1.0, MAX_SIDE / float((high - low).max()))
        columns, rows = np.maximum(np.round((high - low) * scale), 1).astype(int)
        matrix = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale], [0, 0, 1.0]])
        return cls(int(columns), int(rows), matrix)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A picture that the wall is put together from.

    Attributes:
        image: RGB, no larger than it is shown.
        is_free: Where the climber is not: 255, elsewhere 0.
        to_canvas: From its pixels, counted from the first one's centre, to the canvas's.
    """

    image: UInt8[np.ndarray, "height width 3"]
    is_free: UInt8[np.ndarray, "height width"]
    to_canvas: Float64[np.ndarray, "3 3"]

    @classmethod
    def of(cls, pixels: Pixels, xy: np.ndarray, to_wall: np.ndarray, canvas: _Canvas) -> "_Seen":
        """A picture that is to be laid on a canvas.

        Args:
            pixels: The picture.
            xy: The climber's keypoints, pixels; NaN where missing.
            to_wall: From its pixels to the wall frame.
            canvas: What it is laid on.
        """
        scale = float(canvas.from_wall[0, 0])
        width, height = (max(round(side * scale), 2) for side in (pixels.width, pixels.height))
        image = pixels.reduced(width, height).rgb()
        height, width = image.shape[:2]
        share = np.array([width / pixels.width, height / pixels.height])
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        to_canvas = canvas.from_wall @ to_wall @ np.diag([*(1 / share), 1.0])
        centred = np.linalg.inv(half) @ to_canvas @ half
        seen = xy[np.isfinite(xy).all(axis=1)].astype(np.float64) * share
        return cls(image, _free(seen, width, height), centred)


def wall_picture(
    video: Path,
    poses: PoseTrack,
    motion: CameraMotion,
    *,
    rotate: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> WallPicture:
    """The wall without the climber, put together where the camera panned.

    The memory that it takes does not depend on the video's length.

    Args:
        video: What was filmed.
        poses: The climber.
        motion: The camera's motion.
        rotate: Degrees clockwise that make the pictures upright; None takes what the file says.
        advance: Called after each picture that is looked at.

    Raises:
        UsageError: There is no such video.
        VideoError: It cannot be read.
        TracksError: The poses are of another video.
    """
    rows = np.flatnonzero(motion.is_known) if motion.is_known.any() else np.arange(len(poses))[:1]
    canvas: _Canvas | None = None
    seen: list[_Seen] = []
    for source in (_glimpsed, _picked):
        seen.clear()
        for row, pixels in source(video, poses, rows, rotate):
            canvas = canvas or _Canvas.of(motion.to_wall[rows], pixels.width, pixels.height)
            seen.append(_Seen.of(pixels, poses.xy[row], motion.to_wall[row], canvas))
            advance()
        if len(seen) >= _MIN_PICTURES:
            break
    if canvas is None:
        raise TracksError(
            f"expected tracks of {video}, found none for any of its pictures; are they of another "
            "video?"
        )
    return _cropped(*_medians(seen, canvas), canvas.from_wall)


def _glimpsed(
    video: Path, poses: PoseTrack, rows: np.ndarray, rotate: int | None
) -> Iterator[tuple[int, Pixels]]:
    """Pictures that are quickly had, with their rows."""
    for glimpse in glimpses(video, _PICTURES, rotate):
        row = int(rows[np.abs(poses.time[rows] - glimpse.time).argmin()])
        if abs(poses.time[row] - glimpse.time) < _TOLERANCE_S:
            yield row, glimpse.pixels


def _picked(
    video: Path, poses: PoseTrack, rows: np.ndarray, rotate: int | None
) -> Iterator[tuple[int, Pixels]]:
    """Pictures from all over the video, with their rows."""
    spread = rows[np.unique(np.linspace(0, len(rows) - 1, _PICTURES).round().astype(int))]
    wanted = {int(poses.frame_index[row]): int(row) for row in spread}
    with VideoReader(video, rotate=rotate) as reader:
        for frame in reader:
            if frame.index in wanted:
                yield wanted.pop(frame.index), frame.pixels
            if not wanted:
                return


def _free(xy: np.ndarray, width: int, height: int) -> UInt8[np.ndarray, "height width"]:
    """Where the climber is not."""
    mask = np.full((height, width), 255, np.uint8)
    if len(xy):
        corners = np.clip(cv2.convexHull(xy.astype(np.float32)), -4 * MAX_SIDE, 4 * MAX_SIDE)
        outline = [np.asarray(corners).round().astype(np.int32)]
        thickness = round(2 * _MARGIN * float(np.ptp(xy, axis=0).max()))
        cv2.fillPoly(mask, outline, 0)
        cv2.polylines(mask, outline, isClosed=True, color=0, thickness=min(max(thickness, 2), 2000))
    return mask


def _medians(
    seen: list[_Seen], canvas: _Canvas
) -> tuple[UInt8[np.ndarray, "height width 3"], Bool[np.ndarray, "height width"]]:
    """The middle colour of each place, of the pictures that show it, and where any does."""
    image = np.zeros((canvas.height, canvas.width, 3), np.uint8)
    is_seen = np.zeros((canvas.height, canvas.width), bool)
    for top in range(0, canvas.height, _STRIP):
        size = (canvas.width, min(_STRIP, canvas.height - top))
        up = np.array([[1, 0, 0], [0, 1, -top], [0, 0, 1.0]])
        colours, free = [], []
        for one in seen:
            colours.append(cv2.warpPerspective(one.image, up @ one.to_canvas, size))
            shown = cv2.warpPerspective(one.is_free, up @ one.to_canvas, size)
            free.append(np.asarray(shown) == 255)
        strip = slice(top, top + size[1])
        image[strip] = _median(np.stack(colours).astype(np.uint8), np.stack(free))
        is_seen[strip] = np.stack(free).any(axis=0)
    return image, is_seen


def _median(
    colours: UInt8[np.ndarray, "pictures rows columns 3"],
    free: Bool[np.ndarray, "pictures rows columns"],
) -> UInt8[np.ndarray, "rows columns 3"]:
    """The middle of the free ones; the others are made brightest and darkest by turns."""
    turns = np.cumsum(~free, axis=0, dtype=np.uint8) % 2 * np.uint8(255)
    colours = np.where(free[..., None], colours, turns[..., None])
    half = (len(colours) - 1) // 2
    middle: np.ndarray = np.partition(colours, half, axis=0)[half]
    return middle


def _cropped(
    image: UInt8[np.ndarray, "height width 3"],
    is_seen: Bool[np.ndarray, "height width"],
    from_wall: Float64[np.ndarray, "3 3"],
) -> WallPicture:
    """The picture without the edges that nothing of the wall was seen in."""
    if not is_seen.any():
        return WallPicture(image, is_seen, from_wall)
    rows, columns = np.flatnonzero(is_seen.any(axis=1)), np.flatnonzero(is_seen.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    shift = np.array([[1, 0, -columns[0]], [0, 1, -rows[0]], [0, 0, 1.0]])
    image, is_seen = image[part], is_seen[part]
    return WallPicture(_filled(image, is_seen), is_seen, shift @ from_wall)


def _filled(
    image: UInt8[np.ndarray, "height width 3"], is_seen: Bool[np.ndarray, "height width"]
) -> UInt8[np.ndarray, "height width 3"]:
    """What was not seen gets the colours around it, the farther away the calmer."""
    if is_seen.all() or not is_seen.any():
        return image
    weight = is_seen.astype(np.float32)
    levels: list[tuple[np.ndarray, np.ndarray]] = [(image * weight[..., None], weight)]
    while max(levels[-1][1].shape) > 1:
        colours, weight = levels[-1]
        size = (max(weight.shape[1] // 2, 1), max(weight.shape[0] // 2, 1))
        smaller = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (colours, weight)]
        levels.append((np.asarray(smaller[0]), np.asarray(smaller[1])))
    colours, weight = levels.pop()
    calm: Float[np.ndarray, "rows columns 3"] = colours / weight[..., None]
    for colours, weight in reversed(levels):
        rows, columns = weight.shape
        calm = np.asarray(cv2.resize(calm, (columns, rows), interpolation=cv2.INTER_LINEAR))
        calm = colours + calm.reshape(rows, columns, 3) * (1 - weight[..., None])
    return np.where(is_seen[..., None], image, calm.round().astype(np.uint8))
