import cv2
import numpy as np
import pytest

from climbpose.comparing.registration import register_walls
from climbpose.errors import WallsDifferError
from climbpose.wall.motion import apply
from climbpose.wall.picture import WallPicture
from tests.wall.films import CENTRED, painted_wall, turned

WIDTH, HEIGHT = 480, 640
MIDDLE = np.array([[1, 0, 120], [0, 1, 160], [0, 0, 1.0]])


def picture(
    image: np.ndarray, from_wall: np.ndarray | None = None, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> WallPicture:
    """A wall as seen through a homography; all of it."""
    matrix = np.eye(3) if from_wall is None else from_wall
    centred = np.linalg.inv(CENTRED) @ matrix @ CENTRED
    shown = np.asarray(cv2.warpPerspective(image, centred, size), np.uint8)
    seen = np.asarray(cv2.warpPerspective(np.ones(image.shape[:2], np.uint8), centred, size), bool)
    return WallPicture(shown, seen, np.eye(3))


def moved(angle: float, scale: float, slant: float) -> np.ndarray:
    """A homography about the middle of a wall."""
    matrix: np.ndarray = MIDDLE @ turned(angle, scale, (10, -20), slant) @ np.linalg.inv(MIDDLE)
    return matrix


@pytest.mark.parametrize(
    ("angle", "scale", "slant"), [(0, 1, 0), (10, 0.8, 0.1), (-5, 1.2, -0.15), (2, 0.6, 0.05)]
)
def test_one_wall_from_two_places(angle: float, scale: float, slant: float) -> None:
    wall, matrix = painted_wall(3, WIDTH, HEIGHT), moved(angle, scale, slant)
    # Another day: other light, and noise.
    rng = np.random.default_rng(0)
    dull = np.clip(0.7 * wall + 15 + rng.normal(0, 4, wall.shape), 0, 255).astype(np.uint8)
    found = register_walls(picture(wall), picture(dull, matrix))
    places = np.array([(240.0, 320), (150, 200), (300, 400), (200, 450)])
    np.testing.assert_allclose(found.on_a(apply(matrix, places)), places, atol=1)
    assert found.alike > 0.6 and found.matches >= 16 and 0 < found.error_px < 1


def test_the_other_way_round_is_the_inverse() -> None:
    wall, matrix = painted_wall(3, WIDTH, HEIGHT), moved(5, 0.9, 0.05)
    a, b = picture(wall), picture(wall, matrix)
    places = np.array([(240.0, 320), (150, 200), (300, 400)])
    there = register_walls(b, a).on_a(places)
    np.testing.assert_allclose(register_walls(a, b).on_a(there), places, atol=1)


def test_wall_frames_may_begin_anywhere() -> None:
    wall = painted_wall(3, WIDTH, HEIGHT)
    a, b = picture(wall), picture(wall)
    shifted = WallPicture(b.image, b.is_seen, np.array([[0.5, 0, 30], [0, 0.5, -8], [0, 0, 1.0]]))
    found = register_walls(a, shifted)
    place = np.linalg.solve(shifted.from_wall, np.array([200.0, 300, 1]))[:2]
    np.testing.assert_allclose(found.on_a(place[None]), [(200, 300)], atol=0.3)


def test_portrait_lies_on_landscape() -> None:
    wall = painted_wall(4, 640, 640)
    tall = picture(wall, np.array([[1, 0, -100], [0, 1, 0], [0, 0, 1.0]]), (400, 640))
    wide = picture(wall, np.array([[1, 0, 0], [0, 1, -130], [0, 0, 1.0]]), (640, 400))
    found = register_walls(tall, wide)
    np.testing.assert_allclose(found.on_a(np.array([(300.0, 200)])), [(200, 330)], atol=0.5)


def test_two_walls_are_refused() -> None:
    with pytest.raises(WallsDifferError, match="places that look and lie alike"):
        register_walls(
            picture(painted_wall(1, WIDTH, HEIGHT)), picture(painted_wall(2, WIDTH, HEIGHT))
        )


def test_a_logo_in_common_makes_no_common_wall() -> None:
    first, second = painted_wall(1, WIDTH, HEIGHT), painted_wall(2, WIDTH, HEIGHT)
    second[40:200, 100:400] = first[40:200, 100:400]
    with pytest.raises(WallsDifferError, match="looks alike"):
        register_walls(picture(first), picture(second))


def test_a_wall_without_any_mark_is_refused() -> None:
    blank = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    with pytest.raises(WallsDifferError):
        register_walls(picture(blank), picture(blank))


def test_what_was_never_seen_does_not_count() -> None:
    wall = painted_wall(3, WIDTH, HEIGHT)
    a, b = picture(wall), picture(wall)
    b.image[300:], b.is_seen[300:] = 90, False
    found = register_walls(a, b)
    assert found.alike > 0.9


def test_places_behind_the_camera_are_nowhere() -> None:
    found = register_walls(
        picture(painted_wall(3, WIDTH, HEIGHT)),
        picture(painted_wall(3, WIDTH, HEIGHT), moved(0, 1, 0.3)),
    )
    line = found.b_to_a[2]
    behind = -line[:2] * (line[2] + 1) / (line[:2] @ line[:2])
    assert np.isnan(found.on_a(behind[None])).all()
