from dataclasses import replace

import numpy as np
import pytest

from climbpose.synth.camera import CameraPath, Handling, View, film_path
from climbpose.synth.climb import Hold, Wall
from climbpose.synth.gym.holds import build
from climbpose.synth.gym.plate import Plate
from climbpose.synth.gym.scenery import Finish, Look, Room
from climbpose.synth.light import Light

WIDTH, HEIGHT, FRAMES = 108, 192, 12
RED = (0.8, 0.05, 0.05)
PLAIN = replace(
    Look.base(), finish=Finish.PAINTED, wall_colour=(0.8, 0.8, 0.8), route_colour=RED, chalk=0.0,
    tags=0.0, gloss=0.0, rubber=0.0, bolt_pitch_m=0.0,
)  # fmt: skip
HOLDS = (
    Hold(0.3, 1.0, 0.16, 0.08, "sloper"),
    Hold(-0.6, 1.8, 0.16, 0.1, "jug", 30.0),
    Hold(0.5, 2.6, 0.16, 0.08, "pinch", 80.0),
    Hold(0.0, 3.3, 0.3, 0.2, "volume", is_used=False),
)


def film(wall: Wall, view: View, handling: Handling, seed: int = 0) -> CameraPath:
    climb = np.stack([np.zeros(FRAMES), np.linspace(1, 2.2, FRAMES), np.full(FRAMES, 0.3)], 1)
    pelvis = wall.to_world(climb)
    points = np.concatenate([pelvis + np.array([0.7, 0, 0.9]), pelvis - np.array([0.7, 0.3, 0.9])])
    rng = np.random.default_rng(seed)
    return film_path(view, handling, wall, pelvis, points, WIDTH, HEIGHT, 30.0, rng)


def render(wall: Wall, path: CameraPath, look: Look = PLAIN, seed: int = 0) -> Plate:
    return Plate.render(wall, HOLDS, look, Light(), path, np.random.default_rng(seed))


WALL = Wall(15.0)
PATH = film(WALL, View(20.0), Handling(shake_deg=0.5, follow=0.8, zoom=1.2, roll_deg=3.0))


@pytest.fixture(scope="module")
def plate() -> Plate:
    return render(WALL, PATH)


def test_the_same_draw_gives_the_same_plate(plate: Plate) -> None:
    again = render(WALL, PATH)
    np.testing.assert_array_equal(plate.picture, again.picture)
    np.testing.assert_array_equal(plate.nearness, again.nearness)


@pytest.mark.parametrize("frame", [0.0, 5.5, FRAMES - 1.0])
def test_holds_are_seen_where_the_shot_projects_them(plate: Plate, frame: float) -> None:
    shot = PATH.shot(frame)
    image = plate.view(shot)
    assert image.shape == (HEIGHT, WIDTH, 3)
    seen = 0
    for hold in HOLDS[:3]:
        # Beside the bolt hole, under the middle.
        place = WALL.to_world(np.array([hold.u, hold.v - 0.03, 0.6 * hold.depth_m]))
        (x, y), _ = shot.project(place)
        if 2 < x < WIDTH - 2 and 2 < y < HEIGHT - 2:
            red, green, blue = (int(c) for c in image[int(y), int(x)])
            assert red > 2 * max(green, blue)
            seen += 1
    assert seen


@pytest.mark.parametrize("box", [(0, 0, WIDTH, HEIGHT), (20, 60, 70, 130)])
def test_the_distance_of_bare_wall_is_the_planes(plate: Plate, box: tuple[int, ...]) -> None:
    shot = PATH.shot(4.0)
    left, upper, right, lower = box
    measured = plate.distance(shot, (left, upper, right, lower))
    assert measured.shape == (lower - upper, right - left)
    pixels = np.stack(np.meshgrid(np.arange(left, right) + 0.5, np.arange(upper, lower) + 0.5), -1)
    rays = np.concatenate([pixels, np.ones((*pixels.shape[:2], 1))], axis=-1)
    rays = rays @ np.linalg.inv(shot.intrinsics @ shot.rotation).T
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    out = WALL.axes[2]
    expected = -(shot.position @ out) / (rays @ out)
    uvw = WALL.to_wall(shot.position + expected[..., None] * rays)
    on_wall = (np.abs(uvw[..., 0]) < 2.4) & (uvw[..., 1] > 0.1) & (uvw[..., 1] < 4.4)
    for hold in HOLDS:
        on_wall &= np.hypot(uvw[..., 0] - hold.u, uvw[..., 1] - hold.v) > 1.6 * hold.size_m
    assert on_wall.mean() > 0.3
    np.testing.assert_allclose(measured[on_wall], expected[on_wall], rtol=2e-3)
    # Holds stand in front of the wall.
    assert (measured - expected)[uvw[..., 1] > 0.1].min() < -0.04


def test_the_sky_is_infinitely_far() -> None:
    low = Wall(0.0, 5.0, 1.5)
    path = film(low, View(height_m=0.5), Handling())
    look = replace(PLAIN, room=Room.OUTDOOR, side_deg=(0.0, 0.0))
    distance = render(low, path, look).distance(path.shot(0.0), (0, 0, WIDTH, HEIGHT))
    assert np.isinf(distance[:5, :20]).all()
    assert np.isfinite(distance[-5:]).all()


@pytest.mark.parametrize("seed", range(4))
def test_every_draw_of_a_look_renders(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wall = Wall(float(rng.uniform(-10, 45)))
    path = film(wall, View.sample(rng), Handling.sample(rng), seed)
    plate = Plate.render(wall, HOLDS, Look.sample(rng), Light.sample(rng), path, rng)
    for frame in (0.0, FRAMES - 1.0):
        image = plate.view(path.shot(frame))
        assert image.std() > 3
        distance = plate.distance(path.shot(frame), (0, 0, WIDTH, HEIGHT))
        assert distance.min() > 0.1


def test_a_wall_without_holds_renders() -> None:
    Plate.render(WALL, (), PLAIN, Light(), PATH, np.random.default_rng(0))


@pytest.mark.parametrize("kind", ["jug", "crimp", "sloper", "pinch", "foothold", "volume"])
@pytest.mark.parametrize("is_faceted", [False, True])
def test_a_hold_stands_on_the_wall_within_its_size(kind: str, is_faceted: bool) -> None:
    hold = Hold(1.0, 2.0, 0.2, 0.1, kind, 40.0)
    for seed in range(5):
        mesh = build(hold, np.random.default_rng(seed), is_faceted)
        reach = np.hypot(mesh.points[:, 0] - 1, mesh.points[:, 1] - 2)
        assert reach.max() < 0.36
        assert mesh.points[:, 2].min() == pytest.approx(0, abs=1e-9)
        assert 0.04 < mesh.points[:, 2].max() < 0.13
        # Seen from the front, nothing of it shows its back.
        a, b, c = (mesh.points[mesh.triangles[:, k], :2] for k in range(3))
        area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
        assert area.sum() > 0
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6)
