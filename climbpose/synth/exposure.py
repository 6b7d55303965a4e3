"""What the phone sees while the shutter is open: the camera's own motion in a still scene."""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from scipy.spatial.transform import Rotation

from climbpose.synth.camera import CameraPath, Shot
from climbpose.synth.gym.plate import Plate

_EXPOSURES = ((1.5, 1), (4.0, 2), (8.0, 3), (16.0, 5), (np.inf, 7))
"""Pixels that the picture moves while it is exposed, and how many moments then make it."""


def exposed_shots(path: CameraPath, frame: int, half: float) -> tuple[Shot, Shot]:
    """The camera when an exposure begins and ends, as far from its middle on both sides.

    Args:
        path: Of the camera.
        frame: In its middle; where ``half`` is above 0, one with a frame before and after it.
        half: Frames from the middle to the end.
    """
    middle = path.shot(float(frame))
    if half == 0:
        return middle, middle
    before, after = path.shot(frame - 1.0), path.shot(frame + 1.0)
    turn = Rotation.from_matrix(after.rotation @ before.rotation.T).as_rotvec() / 2
    zoom = (after.focal_px / before.focal_px) ** 0.5

    def moved(frames: float) -> Shot:
        return replace(
            middle,
            rotation=Rotation.from_rotvec(frames * turn).as_matrix() @ middle.rotation,
            focal_px=middle.focal_px * zoom**frames,
        )

    return moved(-half), moved(half)


def expose(plate: Plate, shots: tuple[Shot, Shot]) -> UInt8[np.ndarray, "rows cols 3"]:
    """What stands still, blurred by the camera's own motion.

    Args:
        plate: It.
        shots: The camera when the exposure begins and when it ends.
    """
    begin, end = shots
    corners = np.array([[0.0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
    corners *= [begin.width, begin.height, 1]
    rays = corners @ np.linalg.inv(begin.intrinsics @ begin.rotation).T
    moved = np.linalg.norm(end.project(end.position + rays)[0] - corners[:, :2], axis=1).max()
    times = next(count for bound, count in _EXPOSURES if moved < bound)
    if times == 1:
        middle = replace(
            begin,
            rotation=_halfway(begin.rotation, end.rotation),
            focal_px=(begin.focal_px * end.focal_px) ** 0.5,
        )
        return plate.view(middle)
    total = np.zeros((begin.height, begin.width, 3), np.float32)
    for k in range(times):
        share = (k + 0.5) / times
        shot = replace(
            begin,
            rotation=_halfway(begin.rotation, end.rotation, share),
            focal_px=begin.focal_px ** (1 - share) * end.focal_px**share,
        )
        cv2.accumulate(plate.view(shot), total)
    return np.asarray(cv2.convertScaleAbs(total, alpha=1 / times))


class Backdrop:
    """A plate as seen from frame to frame; where the camera rests, it is drawn once."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._last: tuple[tuple[Shot, Shot], UInt8[np.ndarray, "rows cols 3"]] | None = None

    def expose(self, shots: tuple[Shot, Shot]) -> UInt8[np.ndarray, "rows cols 3"]:
        """As the function `expose`; the picture is the caller's to draw on."""
        if self._last is None or not all(map(_is_same, shots, self._last[0])):
            self._last = shots, expose(self._plate, shots)
        return self._last[1].copy()


def _is_same(one: Shot, other: Shot) -> bool:
    """Whether two shots of a path are the same."""
    return one.focal_px == other.focal_px and np.array_equal(one.rotation, other.rotation)


def _halfway(
    begin: Float[np.ndarray, "3 3"], end: Float[np.ndarray, "3 3"], share: float = 0.5
) -> Float[np.ndarray, "3 3"]:
    """The turn a share of the way from one to another."""
    way = Rotation.from_matrix(end @ begin.T).as_rotvec()
    turned: np.ndarray = Rotation.from_rotvec(share * way).as_matrix() @ begin
    return turned
