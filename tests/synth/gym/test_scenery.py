import json
from dataclasses import asdict

import numpy as np
import pytest

from climbpose.synth.climb import Wall
from climbpose.synth.gym.finish import paint
from climbpose.synth.gym.layout import build, climbed
from climbpose.synth.gym.lighting import exposed
from climbpose.synth.gym.scenery import Look, Part, Room
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
