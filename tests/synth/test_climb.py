"""The wall's coordinates, and light on a surface."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.synth.climb import Hold, Limb, Wall
from climbpose.synth.light import Light

angles = st.floats(-15, 60)
points = st.tuples(*(st.floats(-5, 5) for _ in range(3)))


@given(angles, points)
def test_the_walls_coordinates_go_there_and_back(angle: float, point: tuple[float, ...]) -> None:
    wall, xyz = Wall(angle), np.array(point)
    assert wall.to_world(wall.to_wall(xyz)) == pytest.approx(xyz, abs=1e-9)
    assert np.cross(wall.axes[0], wall.axes[1]) == pytest.approx(wall.axes[2], abs=1e-12)


def test_an_overhang_leans_towards_the_viewer() -> None:
    top = Wall(30.0).to_world(np.array([0.0, 4.0, 0.0]))
    assert top == pytest.approx([0, -2, 4 * np.cos(np.radians(30))])
    assert Wall(30.0).axes[2][2] < 0 < Wall(-10.0).axes[2][2]


def test_hands_and_feet_touch_the_front_of_a_hold() -> None:
    hold = Hold(0.5, 2.0, 0.06, 0.08, "jug")
    for limb in Limb:
        u, v, w = hold.contact(limb)
        assert abs(u - 0.5) <= 0.06
        assert abs(v - 2.0) <= 0.06
        assert 0 < w <= 0.08


@given(st.integers(0, 2**32 - 1))
def test_a_lamp_lights_what_faces_it(seed: int) -> None:
    light = Light.sample(np.random.default_rng(seed))
    towards = np.array(light.direction, np.float32)
    assert np.linalg.norm(towards) == pytest.approx(1, abs=1e-5)
    assert towards[1] < 0, "a lamp inside the wall lights nothing"
    facing, averted = light.shade(np.stack([towards, -towards]))
    assert (facing > averted).all()
    shadowed = light.shade(towards[None], np.zeros(1, np.float32))[0]
    assert shadowed == pytest.approx(np.array(light.ambient) * (0.75 + 0.25 * towards[2]), abs=1e-5)
