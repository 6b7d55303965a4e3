import numpy as np
import pytest

from climbpose.synth.camera import CameraPath, Handling, View, film_path
from climbpose.synth.climb import Wall

FRAMES, WIDTH, HEIGHT = 60, 180, 320


def climb(wall: Wall) -> tuple[np.ndarray, np.ndarray]:
    """A pelvis that goes up the wall, and points of a body around it."""
    uvw = np.stack(
        [
            np.linspace(-0.5, 0.6, FRAMES),
            np.linspace(0.95, 2.8, FRAMES),
            np.full(FRAMES, 0.3),
        ],
        axis=1,
    )
    pelvis = wall.to_world(uvw)
    limbs = np.array([[0.6, 0, 0.8], [-0.6, -0.3, -0.9], [0.3, 0.2, 0], [0, 0, 0]])
    return pelvis, (pelvis[:, None] + limbs).reshape(-1, 3)


def film(view: View, handling: Handling, wall: Wall, seed: int = 0) -> CameraPath:
    pelvis, points = climb(wall)
    rng = np.random.default_rng(seed)
    return film_path(view, handling, wall, pelvis, points, WIDTH, HEIGHT, 30.0, rng)


def placed(path: CameraPath, points: np.ndarray) -> np.ndarray:
    """Points in each frame, as shares of the picture's size."""
    shots = [path.shot(float(frame)) for frame in range(len(path))]
    return np.array([shot.project(points)[0] / [WIDTH, HEIGHT] for shot in shots])


@pytest.mark.parametrize("angle", [-10, 0, 45])
@pytest.mark.parametrize("seed", range(6))
def test_a_phone_that_does_not_follow_keeps_the_whole_climb_in_the_picture(
    angle: int, seed: int
) -> None:
    wall = Wall(float(angle))
    rng = np.random.default_rng(seed)
    view = View(float(rng.uniform(-60, 60)), float(rng.uniform(2, 12)), margin=0.04)
    handling = Handling(shake_deg=0.4, drift_deg=0.8, zoom=1.2, roll_deg=2.0)
    path = film(view, handling, wall, seed)
    _, points = climb(wall)
    shares = placed(path, points)
    assert shares.min() > 0
    assert shares.max() < 1


@pytest.mark.parametrize("seed", range(12))
def test_every_draw_stands_on_the_floor_in_front_of_the_wall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wall = Wall(float(rng.uniform(-10, 45)))
    path = film(View.sample(rng), Handling.sample(rng), wall, seed)
    assert path.position[2] >= 0.3
    assert wall.to_wall(path.position)[2] >= 0.6
    np.testing.assert_allclose(
        path.rotation @ path.rotation.swapaxes(1, 2), np.tile(np.eye(3), (FRAMES, 1, 1)), atol=1e-9
    )
    # A phone's field of view along the longer side.
    fov = 2 * np.degrees(np.arctan(HEIGHT / 2 / path.focal_px))
    assert fov.min() > 5
    assert fov.max() < 70.5


def test_a_phone_that_follows_turns_late_and_smoothly() -> None:
    wall = Wall(0.0)
    pelvis, _ = climb(wall)
    handling = Handling(follow=1.0, lag_s=0.4)
    path = film(View(distance_m=4.0, share=0.4), handling, wall)
    pitch = np.arcsin(path.rotation[:, 2, 2])
    assert pitch[-1] > pitch[0] + np.radians(10)
    assert np.abs(np.diff(pitch, 2)).max() < np.radians(0.3)
    y = np.array([path.shot(float(f)).project(pelvis[f])[0][1] for f in range(FRAMES)]) / HEIGHT
    # The climber is ahead of the phone: above the middle while going up.
    assert y[FRAMES // 2] < y[0]
    assert np.all((y > 0.15) & (y < 0.85))


def test_a_tripod_does_not_move() -> None:
    path = film(View.base(), Handling.base(), Wall())
    assert np.ptp(path.rotation, axis=0).max() == 0
    assert np.ptp(path.focal_px) == 0


def test_shaking_is_as_strong_as_asked_and_has_no_steps() -> None:
    turns = Handling(shake_deg=0.5).turns(1800, 30.0, np.random.default_rng(0))
    assert np.degrees(turns[:, :2].std()) == pytest.approx(0.5, rel=0.2)
    spectrum = np.abs(np.fft.rfft(turns[:, 0] * np.hanning(1800))) ** 2
    hz = np.fft.rfftfreq(1800, 1 / 30)
    assert spectrum[(hz < 0.3) | (hz > 8.5)].sum() < 0.02 * spectrum.sum()


def test_zoom_is_the_ratio_of_the_focal_lengths() -> None:
    path = film(View.base(), Handling(zoom=0.8), Wall())
    assert path.focal_px[-1] / path.focal_px[0] == pytest.approx(0.8)
