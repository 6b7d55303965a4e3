"""What the wall's frame is drawn on: the part of its picture where the climb went."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64

from climbpose.pages.pictures import jpeg
from climbpose.poses import VideoInfo
from climbpose.wall.motion import apply
from climbpose.wall.picture import WallPicture

_MARGIN = 0.12
"""Around what is drawn, of its longer side."""

_NARROWEST = 0.5
"""Width of a part at least, for its height."""

_MAX_SIDE = 1600


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What the wall's frame is drawn on.

    Attributes:
        width: Pixels.
        height: Pixels.
        from_wall: From the wall frame to these pixels.
        picture: The wall as JPEG, None where nobody made a picture of it.
    """

    width: int
    height: int
    from_wall: Float64[np.ndarray, "3 3"]
    picture: bytes | None

    def place(self, xy: Float64[np.ndarray, "points 2"]) -> Float64[np.ndarray, "points 2"]:
        """Points of the wall frame on the picture, to a tenth of a pixel."""
        if not len(xy):
            return xy
        placed: np.ndarray = apply(self.from_wall, xy).round(1)
        return placed


def ground_for(
    wall: WallPicture | None, video: VideoInfo, drawn: Float64[np.ndarray, "points 2"]
) -> Ground:
    """The part of the wall's picture, or of empty ground of the video's size, that is drawn on.

    Args:
        wall: The picture.
        video: Whose picture the wall frame is.
        drawn: What will be drawn, wall frame; NaN is left out.
    """
    from_wall = np.eye(3) if wall is None else wall.from_wall
    placed = apply(from_wall, drawn) if len(drawn) else drawn
    known = placed[np.isfinite(placed).all(axis=1)]
    if wall is not None:
        size = np.array(wall.image.shape[1::-1], float)
        left, top, right, bottom = _part(known, np.zeros(2), size)
    else:
        # A camera that moved saw more of the wall than one picture holds.
        low = np.minimum(known.min(axis=0), 0) if len(known) else np.zeros(2)
        high = np.array([video.width, video.height], float)
        high = np.maximum(known.max(axis=0), high) if len(known) else high
        left, top, right, bottom = _part(known, low, high)
    scale = min(1.0, _MAX_SIDE / max(right - left, bottom - top))
    shift = np.array([[scale, 0, -scale * left], [0, scale, -scale * top], [0, 0, 1.0]])
    if wall is None:
        width, height = round(scale * (right - left)), round(scale * (bottom - top))
        return Ground(width, height, shift @ from_wall, None)
    image = wall.image[top:bottom, left:right]
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Ground(image.shape[1], image.shape[0], shift @ from_wall, jpeg(image))


def _part(
    placed: Float64[np.ndarray, "points 2"],
    first: Float64[np.ndarray, "2"],
    last: Float64[np.ndarray, "2"],
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part that holds some points, whole pixels.

    Args:
        placed: The points.
        first: Top left corner of the whole.
        last: Bottom right corner of the whole.
    """
    start, end = np.floor(first), np.ceil(last)
    whole = end - start
    if len(placed):
        low, high = placed.min(axis=0).clip(start, end), placed.max(axis=0).clip(start, end)
        extent = high - low + 2 * _MARGIN * (high - low).max()
        extent = np.maximum(extent, _NARROWEST * extent[::-1])
        # A climb of a few moves still shows where on the wall it is.
        extent = np.minimum(np.maximum(extent, whole.max() / 4), whole)
        corner = np.floor(((low + high - extent) / 2).clip(start, end - extent))
        start, end = corner, np.minimum(np.ceil(corner + extent), end)
    left, top, right, bottom = (int(side) for side in (*start, *end))
    return left, top, right, bottom
