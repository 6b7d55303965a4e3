"""An exposure lies evenly around its middle, and a camera that is still blurs nothing."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from climbpose.synth.camera import CameraPath
from climbpose.synth.exposure import Backdrop, expose, exposed_shots
from climbpose.synth.gym.plate import Plate

WIDTH, HEIGHT, FOCAL = 64, 96, 80.0


def path_of(yaw_deg: float, zoom: float = 1.0) -> CameraPath:
    """A camera that turns so far, and zooms so much, in each of four frames."""
    turns = Rotation.from_euler("y", yaw_deg * np.arange(4)[:, None], degrees=True).as_matrix()
    ahead = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    return CameraPath(
        WIDTH, HEIGHT, np.array([0.0, -3, 1]), turns @ ahead, FOCAL * zoom ** np.arange(4.0)
    )


def plate_of(path: CameraPath) -> Plate:
    """A picture of white and black columns."""
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[:, np.arange(300) // 6 % 2 == 0] = 255
    shot = path.shot(1.0)
    intrinsics = np.array([[FOCAL, 0, 150], [0, FOCAL, 150], [0, 0, 1.0]])
    return Plate(picture, np.full((300, 300), 0.3, np.float32), intrinsics @ shot.rotation)


def contrast(image: np.ndarray) -> float:
    return float(image[48].astype(float).std())


@pytest.mark.parametrize(("yaw", "zoom"), [(0.7, 1.0), (0.0, 1.02), (-0.4, 0.97)])
def test_shots_are_even_around_the_middle(yaw: float, zoom: float) -> None:
    path = path_of(yaw, zoom)
    begin, end = exposed_shots(path, 1, 0.4)
    point = np.array([[0.2, 0.0, 1.3]])
    middle = path.shot(1.0).project(point)[0]
    assert (begin.project(point)[0] + end.project(point)[0]) / 2 == pytest.approx(middle, abs=0.05)
    later = path.shot(1.4).project(point)[0]
    assert end.project(point)[0] == pytest.approx(later, abs=0.05)


def test_no_exposure_is_one_moment() -> None:
    path = path_of(3.0)
    begin, end = exposed_shots(path, 1, 0.0)
    assert begin is end
    np.testing.assert_array_equal(expose(plate_of(path), (begin, end)), plate_of(path).view(begin))


def test_still_camera_blurs_nothing() -> None:
    path = path_of(0.0)
    plate = plate_of(path)
    image = expose(plate, exposed_shots(path, 1, 0.45))
    np.testing.assert_array_equal(image, plate.view(path.shot(1.0)))


def test_the_faster_the_camera_turns_the_more_is_blurred() -> None:
    contrasts = []
    for yaw in (0.0, 1.0, 3.0, 6.0):
        path = path_of(yaw)
        contrasts.append(contrast(expose(plate_of(path), exposed_shots(path, 1, 0.45))))
    assert contrasts == sorted(contrasts, reverse=True)
    assert contrasts[-1] < 0.6 * contrasts[0]


def test_a_resting_camera_sees_the_same_untouched_picture_again() -> None:
    still, turning = path_of(0.0), path_of(3.0)
    backdrop = Backdrop(plate_of(still))
    first = backdrop.expose(exposed_shots(still, 1, 0.4))
    before = first.copy()
    first[:] = 7
    np.testing.assert_array_equal(backdrop.expose(exposed_shots(still, 2, 0.4)), before)
    moved = exposed_shots(turning, 2, 0.4)
    np.testing.assert_array_equal(backdrop.expose(moved), expose(plate_of(still), moved))
