"""The other climber on the first one's pictures, as a skeleton and, if wished, as seen."""

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from climbpose.comparing.alignment import Alignment
from climbpose.comparing.playing import Filmed
from climbpose.comparing.registration import Registration
from climbpose.poses import LOW_CONFIDENCE, PoseTrack
from climbpose.render.base import torso_lengths
from climbpose.render.canvas import DARK, RGB, Canvas
from climbpose.video import Picture
from climbpose.wall.motion import apply

GHOST: RGB = (90, 230, 180)
"""Neither of the sides' colours: a light bluish green, after Okabe and Ito."""

_FAINT, _FULL, _HALO = 0.25, 0.9, 0.6
_LIMB, _LIMB_LIMITS = 0.045, (1.5, 4.0)
"""Width of a bone: share of the trunk's length, and pixels of a picture 360 wide."""

_AROUND = 0.14
"""Of the keypoints' extent: how far the climber's body reaches beyond them."""

_CENTRED = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])


class Ghost:
    """Draws climber B where B would be on A's pictures.

    Args:
        a: Whose pictures they are.
        b: The ghost.
        alignment: Which rows belong together.
        registration: How the wall of B lies on that of A.
        shown: From A's and B's pixels to those of their pictures as they are given; diagonal
            matrices.
    """

    def __init__(
        self,
        a: Filmed,
        b: Filmed,
        alignment: Alignment,
        registration: Registration,
        shown: tuple[Float64[np.ndarray, "3 3"], Float64[np.ndarray, "3 3"]],
    ) -> None:
        self._skeleton = b.poses.skeleton
        self._rows = alignment.b_rows
        from_wall = shown[0] @ np.linalg.inv(a.camera.to_wall)[alignment.a_rows]
        on_a = registration.on_a(b.camera.on_wall(b.poses.xy)[alignment.b_rows])
        self._xy: Float64[np.ndarray, "pictures keypoints 2"] = apply(from_wall, on_a)
        to_wall = registration.b_to_a @ b.camera.to_wall[alignment.b_rows]
        self._moved = from_wall @ to_wall @ np.linalg.inv(shown[1])
        self._confidence = b.poses.confidence
        self._bones = np.array(
            [[self._skeleton.index(end) for end in bone] for bone in self._skeleton.bones]
        )
        self._torso = torso_lengths(self._track(b.poses, alignment), default=60.0)

    def _track(self, poses: PoseTrack, alignment: Alignment) -> PoseTrack:
        """The ghost as if it had been tracked on A's pictures."""
        return PoseTrack(
            frame_index=np.arange(len(self._xy), dtype=np.int64),
            time=alignment.time,
            xy=self._xy.astype(np.float32),
            confidence=poses.confidence[self._rows],
            status=poses.status[self._rows],
            skeleton=poses.skeleton,
        )

    def draw(self, picture: Picture, number: int) -> None:
        """Draws the skeleton of one picture of both, in place."""
        ends = self._xy[number][self._bones]
        sure = self._confidence[self._rows[number]][self._bones].min(axis=1) >= LOW_CONFIDENCE
        is_known = np.isfinite(ends).all(axis=(1, 2))
        if not is_known.any():
            return
        unit = min(picture.height, picture.width) / 360
        low, high = _LIMB_LIMITS
        width = float(np.clip(_LIMB * self._torso[number], low * unit, high * unit))
        alphas = np.where(is_known, np.where(sure, _FULL, _FAINT), 0.0)
        count = len(ends)
        canvas = Canvas(picture)
        canvas.draw(
            np.tile(ends, (2, 1, 1)),
            np.repeat([1.7 * width, width], count)[:, None].repeat(2, axis=1),
            [DARK] * count + [GHOST] * count,
            np.concatenate([_HALO * alphas, alphas]),
        )
        canvas.blend()

    def lay(self, picture: Picture, other: Picture, number: int, opacity: float) -> None:
        """Lays B as B's picture shows the climber over one of A's pictures, in place."""
        xy = self._xy[number]
        xy = xy[np.isfinite(xy).all(axis=1)]
        reach = 2.0 * max(picture.width, picture.height)
        if len(xy) < 3 or (np.abs(xy) > reach).any():
            return
        small = _body(xy / 2, *picture.u.shape)
        rows, columns = picture.y.shape
        whole = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR)
        half = np.diag([0.5, 0.5, 1.0])
        halved = half @ self._moved[number] @ np.linalg.inv(half)
        weight = np.asarray(whole, np.float32) * np.float32(opacity)
        _blend(picture.y, other.y, self._moved[number], weight)
        weight = small * np.float32(opacity)
        _blend(picture.u, other.u, halved, weight)
        _blend(picture.v, other.v, halved, weight)


def _body(xy: Float64[np.ndarray, "points 2"], rows: int, columns: int) -> np.ndarray:
    """Where a climber is, 0 to 1, without a hard edge."""
    mask = np.zeros((rows, columns), np.float32)
    hull = [np.asarray(cv2.convexHull(xy.astype(np.float32))).round().astype(np.int32)]
    around = _AROUND * float(np.ptp(xy, axis=0).max())
    cv2.fillPoly(mask, hull, 1.0)
    cv2.polylines(mask, hull, True, 1.0, min(max(round(2 * around), 1), 500))
    side = 2 * round(around / 2) + 1
    return np.asarray(cv2.blur(mask, (side, side)), np.float32)


def _blend(
    plane: UInt8[np.ndarray, "height width"],
    other: UInt8[np.ndarray, "other_height other_width"],
    matrix: Float64[np.ndarray, "3 3"],
    weight: np.ndarray,
) -> None:
    """Lays a plane of another picture, moved, over one, in place."""
    rows, columns = np.flatnonzero(weight.any(axis=1)), np.flatnonzero(weight.any(axis=0))
    if not len(rows):
        return
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    shift = np.array([[1, 0, -columns[0]], [0, 1, -rows[0]], [0, 0, 1.0]])
    centred = shift @ np.linalg.inv(_CENTRED) @ matrix @ _CENTRED
    below = plane[part]
    size = (below.shape[1], below.shape[0])
    moved = cv2.warpPerspective(other, centred, size)
    inside = cv2.warpPerspective(np.ones(other.shape, np.uint8), centred, size)
    share = weight[part] * np.asarray(inside, np.float32)
    mixed = below + share * (np.asarray(moved, np.float32) - below)
    below[:] = mixed.round().astype(np.uint8)
