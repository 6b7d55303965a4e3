from dataclasses import replace

import numpy as np
import pytest

from climbpose.detectors.following.regions import Region
from climbpose.training.cutting import region_of
from climbpose.training.samples import POINTS
from climbpose.training.teacher import EIGHT_VIEWS, ONE_VIEW, Teacher, graph_key
from tests.training.stand_in import CHANNELS, OF_25, DotNetwork, dots_of, picture_of, tiny_graph

DOTS = dots_of(150, 100, lean=30)
REGION = region_of(DOTS[OF_25]) or Region(0, 0, 0, 0)


def test_views_agree_on_what_is_there() -> None:
    opinion = Teacher(DotNetwork(), "").look(picture_of(DOTS), REGION)
    assert np.abs(opinion.points - DOTS[CHANNELS]).max() < 0.5
    assert opinion.spread.max() < 0.005
    assert opinion.person == 1
    # The same depth, in shares of the region, whatever part of the picture a view shows.
    assert opinion.depth == pytest.approx(np.full(POINTS, 16 / 256), rel=0.1)


def test_slip_of_the_network_is_seen_and_outvoted() -> None:
    """A mirrored view slips to the other side."""
    network = DotNetwork(slip=12)
    once = Teacher(network, "").look(picture_of(DOTS), REGION, ONE_VIEW)
    assert once.spread.max() == 0
    often = Teacher(network, "").look(picture_of(DOTS), REGION)
    assert network.looks == 1 + len(EIGHT_VIEWS)
    assert often.spread.min() > 0.02
    error = [np.abs(look.points - DOTS[CHANNELS]).mean() for look in (once, often)]
    assert error[1] < error[0] / 3


def test_world_is_along_the_pictures_sides() -> None:
    once = Teacher(DotNetwork(), "").look(picture_of(DOTS), REGION, ONE_VIEW)
    angle = REGION.rotation
    wanted = [np.cos(angle) - np.sin(angle), np.sin(angle) + np.cos(angle), 1]
    np.testing.assert_allclose(once.world, np.tile(wanted, (POINTS, 1)), atol=1e-5)


def test_graph_teaches() -> None:
    opinion = Teacher.of(tiny_graph()).look(picture_of(DOTS), REGION)
    assert np.isfinite(opinion.points).all()
    assert 0 <= opinion.person <= 1


def test_key_tells_networks_apart() -> None:
    graph = tiny_graph()
    assert graph_key(graph) == graph_key(tiny_graph())
    assert graph_key(graph) != graph_key(tiny_graph(seed=1))
    assert graph_key(graph) != graph_key(replace(graph, input_offset=0.5))
