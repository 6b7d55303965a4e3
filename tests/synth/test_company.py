"""People on the floor stand on it, where they were put, and in nobody's way."""

import numpy as np
import pytest

from climbpose.synth.body import BodyShape
from climbpose.synth.climb import Wall
from climbpose.synth.company import Bystander
from climbpose.synth.figure.extras import Person
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.light import Light

FRAMES = 5


@pytest.fixture(scope="module")
def bystander() -> Bystander:
    person = Person(BodyShape.base(), Outfit.base(), "hips", 1.2, 1.5, 20.0)
    return Bystander.of(person, Wall(), Light(), FRAMES, 30.0, np.random.default_rng(0))


def test_stands_on_the_floor_where_put(bystander: Bystander) -> None:
    vertices = bystander.pose(2).vertices
    assert vertices[:, 2].min() == pytest.approx(0, abs=0.06)
    assert vertices[:, 2].max() == pytest.approx(1.76, abs=0.12)
    assert vertices[:, :2].mean(axis=0) == pytest.approx([1.2, -1.5], abs=0.2)


@pytest.mark.parametrize(
    ("x", "y", "z", "is_clear"),
    [(1.2, -1.4, 1.0, False), (1.2, -1.4, 2.6, True), (0.0, -0.4, 1.0, True)],
)
def test_keeps_out_of_the_way(
    bystander: Bystander, x: float, y: float, z: float, is_clear: bool
) -> None:
    way = np.tile(np.array([x, y, z]), (FRAMES, 1))
    assert bystander.is_clear_of(way) == is_clear
    assert bystander.is_clear_of(way[:1]) == is_clear
