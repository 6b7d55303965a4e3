"""The shapes that are foretold are those that come out; what cannot run is refused."""

from dataclasses import replace
from typing import Any

import pytest

from climbpose import checkpoint
from climbpose.networks.graph import Graph, Node
from climbpose.networks.runtime import Runtime
from climbpose.networks.shapes import LANDMARKS, shapes_of
from tests.networks.small import pictures, small_graph


def test_they_are_those_that_come_out() -> None:
    graph = small_graph()
    found = Runtime(graph.pruned())(pictures(1))
    foretold = dict(shapes_of(graph))
    assert foretold.pop("input") == pictures(1).shape[1:]
    assert foretold == {name: array.shape[1:] for name, array in found.items()}


@pytest.mark.parametrize("name", ["climbing", "climbing_fast"])
def test_shipped_networks_find_landmarks(name: str) -> None:
    assert dict(shapes_of(checkpoint.load(name).graph)) == LANDMARKS


def changed(number: int, **changes: Any) -> Graph:
    """The small graph with another operation at a place."""
    graph = small_graph()
    nodes = list(graph.nodes)
    nodes[number] = replace(nodes[number], **changes)
    return replace(graph, nodes=tuple(nodes))


CONV, POOL, RESIZE = 0, 3, 6


def of_conv(**attributes: Any) -> dict[str, Any]:
    return {"attributes": {**small_graph().nodes[CONV].attributes, **attributes}}


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (changed(CONV, op="run"), "no operation is called 'run'"),
        (changed(CONV, inputs=("image", "w0")), "conv has 2 inputs"),
        (changed(CONV, inputs=()), "conv has 0 inputs"),
        (changed(CONV, inputs=("image", "w0", "lost")), "no lost"),
        (changed(CONV, inputs=("image", "b0", "w0")), "conv of"),
        (changed(CONV, **of_conv(strides=(0, 1))), "strides of conv"),
        (changed(CONV, **of_conv(pads=(0, 1))), "pads of conv"),
        (changed(CONV, **of_conv(pads=(0, 1, 0, True))), "pads of conv"),
        (changed(CONV, **of_conv(activation="tanh")), "no activation is called 'tanh'"),
        (changed(POOL, attributes={}), "size of max_pool"),
        (
            changed(POOL, attributes={"size": (99, 99), "strides": (1, 1), "pads": (0,) * 4}),
            "makes",
        ),
        (changed(RESIZE, attributes={"size": (60_000, 60_000)}), "resize makes a tensor of"),
        (changed(RESIZE, attributes={"size": (10**9, 1)}), "size of resize"),
        (replace(small_graph(), outputs={"points": "lost"}), "no lost"),
        (replace(small_graph(), input_shape=(16, 16, 4)), "conv of"),
        (replace(small_graph(), ranges={"image": (0.0, float("nan"))}), "range of image"),
        (
            replace(
                small_graph(),
                nodes=(*small_graph().nodes, Node("reshape", ("image",), "x", {"shape": (5,)})),
            ),
            "reshape of",
        ),
    ],
)
def test_what_cannot_run_is_refused(graph: Graph, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shapes_of(graph)
