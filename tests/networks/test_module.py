import numpy as np
import pytest
import torch

from climbpose.networks import module
from climbpose.networks.module import GraphModule
from tests.networks.small import pictures, small_graph


def scaled(count: int) -> torch.Tensor:
    graph = small_graph()
    images = pictures(count).astype(np.float32)
    return torch.from_numpy(images * np.float32(graph.input_scale) + np.float32(graph.input_offset))


def gradients(network: GraphModule, *, is_bfloat16: bool = False) -> dict[str, torch.Tensor]:
    network.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=is_bfloat16):
        outputs = network(scaled(3))
    total = sum(output.float().sin().sum() for output in outputs.values())
    total.backward()
    made = {}
    for name, value in network.named_parameters():
        assert value.grad is not None
        made[name] = value.grad.clone()
    return made


def test_every_parameter_gets_a_gradient() -> None:
    network = GraphModule(small_graph().pruned())
    found = gradients(network)
    assert len(found) == 2 * 6
    assert all(gradient.abs().max() > 0 for gradient in found.values())


def test_gradients_are_those_of_torch_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    network = GraphModule(small_graph().pruned())
    ours = gradients(network)
    monkeypatch.setattr(module, "_relu6", torch.nn.functional.relu6)
    monkeypatch.setattr(module, "_depthwise", torch.nn.functional.conv2d)
    theirs = gradients(network)
    for name, gradient in ours.items():
        torch.testing.assert_close(gradient, theirs[name], rtol=1e-4, atol=1e-5)


def test_gradients_in_bfloat16_are_near_those_in_float32() -> None:
    network = GraphModule(small_graph().pruned())
    exact, rough = gradients(network), gradients(network, is_bfloat16=True)
    for name, gradient in rough.items():
        assert gradient.dtype == torch.float32
        assert (gradient - exact[name]).norm() < 0.15 * exact[name].norm()


def test_last_layers_stay_in_float32_under_autocast() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        outputs = GraphModule(small_graph())(scaled(1))
    assert {output.dtype for output in outputs.values()} == {torch.float32}


def test_graph_has_the_weights_as_they_are_now() -> None:
    graph = small_graph().pruned()
    network = GraphModule(graph)
    before = network.graph()
    for name, weight in graph.weights.items():
        np.testing.assert_array_equal(before.weights[name], weight)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    for name, weight in graph.weights.items():
        np.testing.assert_array_equal(before.weights[name], weight)
        np.testing.assert_array_equal(network.graph().weights[name], weight + 1)
