"""A graph as a torch module, to train it and to run it on a GPU."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from climbpose.networks.graph import LAYERS, Graph, Node


class _Relu6(torch.autograd.Function):
    """Clips to 0..6 in place; torch's own keeps a copy of what it clips, for nothing."""

    @staticmethod
    def forward(context: Any, tensor: Tensor) -> Tensor:
        tensor.clamp_(0, 6)
        context.mark_dirty(tensor)
        context.save_for_backward(tensor)
        return tensor

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        (clipped,) = context.saved_tensors
        made: Tensor = torch.ops.aten.hardtanh_backward(gradient, clipped, 0, 6)
        return made


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution with gradients that a CPU computes fast.

    oneDNN has none in bfloat16 (it falls back to a plain loop), and its weights' gradient is seven
    times slower than one more convolution where the kernel is not 3x3.
    """

    @staticmethod
    def forward(
        context: Any,
        picture: Tensor,
        weight: Tensor,
        bias: Tensor,
        strides: tuple[int, int],
        pads: tuple[int, int],
    ) -> Tensor:
        context.save_for_backward(picture, weight)
        context.strides, context.pads = strides, pads
        return functional.conv2d(picture, weight, bias, strides, pads, groups=len(weight))

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        picture, weight = context.saved_tensors
        is_small = max(weight.shape[2:]) <= 3
        to_picture, to_weight, _ = torch.ops.aten.convolution_backward(
            gradient.float(),
            picture.float(),
            weight,
            [len(weight)],
            context.strides,
            context.pads,
            dilation=(1, 1),
            transposed=False,
            output_padding=(0, 0),
            groups=len(weight),
            output_mask=(context.needs_input_grad[0], is_small, False),
        )
        if not is_small:
            to_weight = _correlate(picture.float(), gradient.float(), weight, context)
        to_picture = None if to_picture is None else to_picture.to(picture.dtype)
        return to_picture, to_weight, gradient.float().sum((0, 2, 3)), None, None


def _correlate(picture: Tensor, gradient: Tensor, weight: Tensor, context: Any) -> Tensor:
    """The weights' gradient: each channel of each picture correlated with its own gradient."""
    batch, channels, rows, columns = gradient.shape
    made = functional.conv2d(
        picture.contiguous().view(1, batch * channels, *picture.shape[2:]),
        gradient.contiguous().view(batch * channels, 1, rows, columns),
        padding=context.pads,
        dilation=context.strides,
        groups=batch * channels,
    )
    height, width = weight.shape[2:]
    return made[0, :, :height, :width].reshape(batch, *weight.shape).sum(0)


class _Convolution(nn.Module):
    """A convolution and what follows it, on tensors (batch, channels, rows, columns)."""

    def __init__(self, node: Node, graph: Graph, *, is_last: bool) -> None:
        super().__init__()
        self.is_last = is_last
        weight, bias = (torch.from_numpy(np.array(graph.weights[name])) for name in node.inputs[1:])
        self.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last))
        self.bias = nn.Parameter(bias)
        self.strides = node.integers("strides")
        self.groups = len(weight) if node.op == "depthwise_conv" else 1
        self.has_relu6 = node.attributes["activation"] == "relu6"
        self.even, self.extra = _split(node.integers("pads"))

    def forward(self, picture: Tensor) -> Tensor:
        if not self.is_last:
            return self._run(picture)
        # A bfloat16 between 128 and 256 would be a whole pixel wide.
        with torch.autocast(picture.device.type, enabled=False):
            return self._run(picture.float())

    def _run(self, picture: Tensor) -> Tensor:
        if any(self.extra):
            picture = functional.pad(picture, self.extra)
        is_depthwise = self.groups > 1 and picture.device.type == "cpu"
        convolve = _depthwise if is_depthwise else functional.conv2d
        made: Tensor = convolve(
            picture, self.weight, self.bias, self.strides, padding=self.even, groups=self.groups
        )
        return _relu6(made) if self.has_relu6 else made


class GraphModule(nn.Module):
    """Runs a graph and holds its weights as parameters, all of them trainable."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._graph = graph
        last = graph.last_layers()
        self.layers = nn.ModuleDict(
            {
                node.output: _Convolution(node, graph, is_last=node.output in last)
                for node in graph.nodes
                if node.op in LAYERS
            }
        )

    def forward(self, images: Float[Tensor, "batch rows columns 3"]) -> dict[str, Tensor]:
        """The outputs by meaning, as the graph says them, of pictures already scaled."""
        tensors = {self._graph.input: images.movedim(3, 1)}
        for node in self._graph.nodes:
            if node.op in LAYERS:
                tensors[node.output] = self.layers[node.output](tensors[node.inputs[0]])
            else:
                tensors[node.output] = _RUN[node.op](node, *(tensors[name] for name in node.inputs))
        made = {meaning: tensors[name] for meaning, name in self._graph.outputs.items()}
        return {
            meaning: tensor.movedim(1, 3) if tensor.ndim == 4 else tensor
            for meaning, tensor in made.items()
        }

    def graph(self) -> Graph:
        """The graph with the weights as they are now."""
        weights = {}
        for node in self._graph.nodes:
            if node.op in LAYERS:
                layer = self.layers[node.output]
                assert isinstance(layer, _Convolution)
                for name, value in zip(node.inputs[1:], (layer.weight, layer.bias), strict=True):
                    # A copy: the parameters change in place while training goes on.
                    weights[name] = np.array(value.detach().float().cpu().contiguous().numpy())
        # Whatever was rounded is so no longer.
        return replace(self._graph, weights=weights, scales={}, ranges={})


def _split(pads: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """What a convolution pads by itself (rows, columns), and what is left, in torch's order."""
    top, bottom, left, right = pads
    if (top, left) == (bottom, right):
        return (top, left), (0, 0, 0, 0)
    return (0, 0), (left, right, top, bottom)


def _relu6(made: Tensor) -> Tensor:
    clipped: Tensor = _Relu6.apply(made)  # type: ignore[no-untyped-call]
    return clipped


def _depthwise(
    picture: Tensor,
    weight: Tensor,
    bias: Tensor,
    strides: tuple[int, ...],
    *,
    padding: tuple[int, int],
    groups: int,
) -> Tensor:
    assert groups == len(weight)
    made: Tensor = _Depthwise.apply(picture, weight, bias, strides, padding)  # type: ignore[no-untyped-call]
    return made


def _add(node: Node, first: Tensor, second: Tensor) -> Tensor:
    made = first + second
    is_clipped = node.attributes["activation"] == "relu6"
    return _relu6(made) if is_clipped else made


def _max_pool(node: Node, picture: Tensor) -> Tensor:
    even, extra = _split(node.integers("pads"))
    if any(extra):
        picture = functional.pad(picture, extra, value=-torch.inf)
    return functional.max_pool2d(
        picture, node.integers("size"), node.integers("strides"), padding=even
    )


def _resize(node: Node, picture: Tensor) -> Tensor:
    size = list(node.integers("size"))
    return functional.interpolate(picture, size=size, mode="bilinear", align_corners=False)


def _pad_channels(node: Node, picture: Tensor) -> Tensor:
    return functional.pad(picture, (0, 0, 0, 0, 0, node.integer("after")))


def _depth_to_space(node: Node, picture: Tensor) -> Tensor:
    block = node.integer("block")
    batch, channels, rows, columns = picture.shape
    # Unlike pixel_shuffle, the place within the block varies slower than the channel.
    parts = picture.reshape(batch, block, block, channels // block**2, rows, columns)
    made = parts.permute(0, 3, 4, 1, 5, 2)
    return made.reshape(batch, channels // block**2, rows * block, columns * block)


def _concat(node: Node, *tensors: Tensor) -> Tensor:
    return torch.cat(tensors, dim=node.integer("axis"))


def _sigmoid(node: Node, tensor: Tensor) -> Tensor:
    return torch.sigmoid(tensor)


def _reshape(node: Node, picture: Tensor) -> Tensor:
    return picture.movedim(1, 3).reshape(len(picture), *node.integers("shape"))


_RUN: dict[str, Callable[..., Any]] = {
    "add": _add,
    "max_pool": _max_pool,
    "resize": _resize,
    "pad_channels": _pad_channels,
    "depth_to_space": _depth_to_space,
    "concat": _concat,
    "sigmoid": _sigmoid,
    "reshape": _reshape,
}
