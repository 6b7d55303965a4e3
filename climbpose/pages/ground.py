"""What the wall's frame is drawn on: the part of its picture where the climb went."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64

from climbpose.poses import VideoInfo
from climbpose.wall.motion import apply
from climbpose.wall.picture import WallPicture

_MARGIN = 0.12
"""Around what is drawn, of its longer side."""

_NARROWEST = 0.5
"""Width of a part at least, for its height."""

_MAX_SIDE, _QUALITY = 1600, 82


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
    size, from_wall = (video.width, video.height), np.eye(3)
    if wall is not None:
        size, from_wall = (wall.image.shape[1], wall.image.shape[0]), wall.from_wall
    placed = apply(from_wall, drawn) if len(drawn) else drawn
    left, top, right, bottom = _part(placed[np.isfinite(placed).all(axis=1)], size)
    scale = min(1.0, _MAX_SIDE / max(right - left, bottom - top))
    shift = np.array([[scale, 0, -scale * left], [0, scale, -scale * top], [0, 0, 1.0]])
    if wall is None:
        width, height = round(scale * (right - left)), round(scale * (bottom - top))
        return Ground(width, height, shift @ from_wall, None)
    image = wall.image[top:bottom, left:right]
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return Ground(image.shape[1], image.shape[0], shift @ from_wall, jpeg.tobytes())


def _part(
    placed: Float64[np.ndarray, "points 2"], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part that holds some points, whole pixels."""
    whole = np.array(size, float)
    if not len(placed):
        return 0, 0, size[0], size[1]
    low, high = placed.min(axis=0).clip(0, whole), placed.max(axis=0).clip(0, whole)
    extent = high - low + 2 * _MARGIN * (high - low).max()
    extent = np.maximum(extent, [_NARROWEST * extent[1], _NARROWEST * extent[0]])
    # A climb of a few moves still shows where on the wall it is.
    extent = np.minimum(np.maximum(extent, whole.max() / 4), whole)
    start = ((low + high - extent) / 2).clip(0, whole - extent)
    left, top = np.floor(start).astype(int).tolist()
    right, bottom = np.ceil(start + extent).astype(int).clip(1, size).tolist()
    return left, top, right, bottom
