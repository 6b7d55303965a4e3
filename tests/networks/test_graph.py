import json
from dataclasses import replace

from climbpose.networks.graph import Graph
from tests.networks.small import small_graph


def test_pruning_drops_what_no_output_needs() -> None:
    graph = small_graph()
    pruned = graph.pruned()
    dropped = {node.output for node in graph.nodes} - {node.output for node in pruned.nodes}
    assert [node.output for node in graph.nodes if node.output in dropped] == ["conv_15"]
    assert set(graph.weights) - set(pruned.weights) == {"w15", "b15"}


def test_pruning_to_some_outputs_keeps_only_them() -> None:
    pruned = small_graph().pruned(["heatmaps"])
    assert list(pruned.outputs) == ["heatmaps"]
    assert "sigmoid" not in {node.op for node in pruned.nodes}
    assert not pruned.missing()


def test_structure_survives_json() -> None:
    graph = replace(small_graph(), ranges={"conv_0": (0.0, 6.0)})
    structure = json.loads(json.dumps(graph.structure()))
    again = Graph.from_structure(structure, graph.weights, graph.scales)
    assert again.ranges == graph.ranges
    assert again.nodes == graph.nodes
    assert again.structure() == graph.structure()


def test_last_layers_are_those_before_outputs() -> None:
    assert small_graph().last_layers() == {"conv_7", "conv_9", "conv_12"}
