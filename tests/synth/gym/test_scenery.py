import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from climbpose.synth.climb import Hold, Wall
from climbpose.synth.gym.finish import paint
from climbpose.synth.gym.layout import build, climbed
from climbpose.synth.gym.lighting import exposed
from climbpose.synth.gym.scenery import Finish, Look, Part, Room
from climbpose.synth.light import Light

PHONE = np.array([0.5, -6.0, 1.4])


@pytest.mark.parametrize("seed", range(30))
def test_every_draw_of_a_look_is_written_as_json(seed: int) -> None:
    look = Look.sample(np.random.default_rng(seed))
    assert json.loads(json.dumps(asdict(look)))["finish"] == look.finish
    colours = np.array([look.wall_colour, look.route_colour, *look.other_colours])
    assert colours.min() > 0
    assert colours.max() < 1


@pytest.mark.parametrize("seed", range(10))
def test_the_phone_sees_the_front_of_the_panels_beside_the_wall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wall = Wall(float(rng.uniform(-10, 45)))
    for surface in build(wall, Look.sample(rng), PHONE, rng):
        assert np.linalg.norm(surface.normal) == pytest.approx(1)
        if surface.part == Part.SIDE:
            toe_in = surface.normal[0] * np.sign(surface.origin[0] + 0.01)
            is_towards = toe_in < -1e-6
            assert not is_towards or surface.normal @ (PHONE - surface.origin) > 0.5


def test_the_climbed_surface_is_the_wall() -> None:
    wall = Wall(30.0, 4.0, 5.0)
    surface = climbed(wall)
    uvw = wall.to_wall(surface.corners)
    np.testing.assert_allclose(uvw, [[-2, 0, 0], [2, 0, 0], [2, 5, 0], [-2, 5, 0]], atol=1e-9)
    np.testing.assert_allclose(surface.normal, wall.axes[2], atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_textures_cover_their_surfaces_and_are_not_plain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    look = Look.sample(rng)
    for surface in build(Wall(), look, PHONE, rng):
        texture = paint(surface, look, [], 20.0, rng)
        assert texture.shape[1] == pytest.approx(max(20 * surface.width, 8), abs=1)
        if surface.part != Part.LAMP:
            assert texture.std() > 1


@pytest.mark.parametrize("seed", range(6))
def test_things_lie_on_the_mat_and_out_of_the_phones_sight(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wall = Wall(float(rng.uniform(-10, 45)))
    surfaces = build(wall, Look(clutter=1.0), PHONE, rng)
    things = [surface for surface in surfaces if surface.part == Part.THING]
    assert things
    for thing in things:
        assert thing.corners[:, 2].min() >= 0
        assert thing.corners[:, 2].max() < 0.45
        middle = thing.corners.mean(axis=0)
        along = np.clip(middle[:2] @ PHONE[:2] / (PHONE[:2] @ PHONE[:2]), 0, 1)
        assert np.linalg.norm(middle[:2] - along * PHONE[:2]) > 0.5


def test_the_rope_hangs_aside_of_the_climber() -> None:
    for seed in range(5):
        surfaces = build(Wall(), Look(has_rope=True), PHONE, np.random.default_rng(seed))
        (rope,) = (surface for surface in surfaces if surface.part == Part.ROPE)
        assert rope.origin[0] < -1.5


def test_holds_on_a_grid_make_a_training_board() -> None:
    look = Look.base()
    grid = [Hold(0.2 * k, 0.2 * row, 0.05, 0.03, "jug") for k in range(-3, 4) for row in range(9)]
    assert look.suited(grid).finish == Finish.BOARD
    assert look.suited(grid).other_colours == look.board_holds
    loose = [replace(hold, u=hold.u + 0.07 * (n % 2)) for n, hold in enumerate(grid)]
    assert look.suited(loose) is look
    assert look.suited(()) is look


def test_a_scene_outdoors_has_no_ceiling() -> None:
    rng = np.random.default_rng(0)
    parts = {s.part for s in build(Wall(), Look(room=Room.OUTDOOR), PHONE, rng)}
    assert Part.CEILING not in parts
    assert Part.MAT in parts


def test_exposure_lifts_the_dark_and_leaves_the_common() -> None:
    wall, look = Wall(), Look.base()
    common = exposed(Light(), wall, look)
    assert 1.0 < common.key[0] / Light().key[0] < 1.5
    dim = Light(key=(0.1, 0.1, 0.1), ambient=(0.1, 0.1, 0.1))
    lifted = exposed(dim, wall, look)
    assert 1.5 < lifted.key[0] / dim.key[0] < 4.1
    assert lifted.key[0] < common.key[0]
    black = exposed(Light(), wall, Look(wall_colour=(0.05, 0.05, 0.05)))
    assert np.mean(black.shade(wall.axes[2].astype(np.float32))) < 1.35
