"""Runs a graph on the CPU with OpenVINO."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import openvino
from jaxtyping import Float32, UInt8
from openvino import opset13 as operations

from climbpose.networks.core import core
from climbpose.networks.graph import Graph, Node

Precision = Literal["float32", "bfloat16", "int8"]
"""What a network computes in.

bfloat16 is nearly twice as fast as float32 on CPUs that have it, and no faster on others. int8 is
for graphs with scales and ranges: their deep layers take bytes, the rest bfloat16 or float32.
"""

_BYTES = 255
_LARGEST = 127
_TO_CHANNELS_FIRST = np.array([0, 3, 1, 2])
_TO_CHANNELS_LAST = np.array([0, 2, 3, 1])
_PICTURE_AXES = np.array([2, 3])

# OpenVINO's own types say nothing to mypy.
_Value = Any


class Runtime:
    """A network that is ready to run, one picture after the other.

    Batches gain nothing on a CPU, and more than two threads little on networks of this size.
    """

    def __init__(self, graph: Graph, *, threads: int = 2, precision: Precision = "float32") -> None:
        compiled = core().compile_model(
            _model(graph, is_int8=precision == "int8"),
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "INFERENCE_PRECISION_HINT": _hint(precision),
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
        self._request = compiled.create_infer_request()
        self._shape = graph.input_shape
        self._meanings = tuple(graph.outputs)

    def __call__(
        self, images: UInt8[np.ndarray, "batch rows columns 3"]
    ) -> dict[str, Float32[np.ndarray, "batch ..."]]:
        """The outputs by meaning; each picture has the shape of the graph's input."""
        places = {meaning: index for index, meaning in enumerate(self._meanings)}
        made = {
            meaning: np.empty((len(images), *self._tensor(index).shape[1:]), np.float32)
            for meaning, index in places.items()
        }
        for row, image in enumerate(images):
            assert image.shape == self._shape, f"expected {self._shape}, got {image.shape}"
            self._request.infer([image[None]])
            for meaning, index in places.items():
                made[meaning][row] = self._tensor(index).data[0]
        return made

    def _tensor(self, index: int) -> openvino.Tensor:
        return self._request.get_output_tensor(index)


def supports_bfloat16() -> bool:
    """Whether this CPU computes in bfloat16, which is nearly twice as fast."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _hint(precision: Precision) -> str:
    return "f32" if precision == "float32" or not supports_bfloat16() else "bf16"


def _model(graph: Graph, *, is_int8: bool) -> openvino.Model:
    """The graph in OpenVINO's operations; its pictures lie channels first."""
    image = operations.parameter([1, *graph.input_shape], openvino.Type.u8)
    scaled = operations.multiply(operations.convert(image, "f32"), np.float32(graph.input_scale))
    scaled = operations.add(scaled, np.float32(graph.input_offset))
    values: dict[str, _Value] = {
        graph.input: operations.transpose(scaled, _TO_CHANNELS_FIRST),
        **{name: np.asarray(weight) for name, weight in graph.weights.items()},
    }
    as_bytes: dict[str, _Value] = {}
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        source = node.inputs[0]
        if (
            is_int8
            and source in graph.ranges
            and node.inputs[1:2]
            and node.inputs[1] in graph.scales
        ):
            if source not in as_bytes:
                as_bytes[source] = _picture_of_bytes(inputs[0], graph.ranges[source])
            scale = graph.scales[node.inputs[1]]
            inputs[:2] = as_bytes[source], _weight_of_bytes(inputs[1], scale)
        values[node.output] = _MAKE[node.op](node, *inputs)
    results = [operations.result(_channels_last(values[name])) for name in graph.outputs.values()]
    return openvino.Model(results, [image], "network")


def _picture_of_bytes(picture: _Value, ends: tuple[float, float]) -> _Value:
    """Rounds to 256 steps, one of which is zero: that is what convolutions pad with."""
    step = (ends[1] - ends[0]) / _BYTES
    low = np.float32(step * round(ends[0] / step))
    high = np.float32(low + step * _BYTES)
    return operations.fake_quantize(picture, low, high, low, high, _BYTES + 1)


def _weight_of_bytes(weight: np.ndarray, scale: Float32[np.ndarray, " out"]) -> _Value:
    """Tells OpenVINO of which steps the weights are; it finds the bytes by itself."""
    high = _LARGEST * scale.reshape(-1, 1, 1, 1)
    return operations.fake_quantize(
        operations.constant(weight), -high, high, -high, high, 2 * _LARGEST + 1
    )


def _channels_last(value: _Value) -> _Value:
    is_picture = len(value.get_output_shape(0)) == 4
    return operations.transpose(value, _TO_CHANNELS_LAST) if is_picture else value


def _activated(node: Node, value: _Value) -> _Value:
    is_clipped = node.attributes["activation"] == "relu6"
    return operations.clamp(value, 0.0, 6.0) if is_clipped else value


def _conv(node: Node, picture: _Value, weight: _Value, bias: _Value) -> _Value:
    top, bottom, left, right = node.integers("pads")
    strides = node.integers("strides")
    before, after, dilations = [top, left], [bottom, right], [1, 1]
    if node.op == "depthwise_conv":
        made = operations.group_convolution(
            picture, weight[:, None], strides, before, after, dilations
        )
    else:
        made = operations.convolution(picture, weight, strides, before, after, dilations)
    return _activated(node, operations.add(made, bias.reshape(1, -1, 1, 1)))


def _add(node: Node, first: _Value, second: _Value) -> _Value:
    return _activated(node, operations.add(first, second))


def _max_pool(node: Node, picture: _Value) -> _Value:
    top, bottom, left, right = node.integers("pads")
    made = operations.max_pool(
        picture,
        node.integers("strides"),
        [1, 1],
        [top, left],
        [bottom, right],
        node.integers("size"),
    )
    return made.output(0)


def _resize(node: Node, picture: _Value) -> _Value:
    return operations.interpolate(
        picture,
        np.array(node.integers("size")),
        mode="linear_onnx",
        shape_calculation_mode="sizes",
        axes=_PICTURE_AXES,
        coordinate_transformation_mode="half_pixel",
    )


def _pad_channels(node: Node, picture: _Value) -> _Value:
    after = np.array([0, node.integer("after"), 0, 0])
    return operations.pad(picture, np.zeros(4, np.int64), after, "constant", np.float32(0))


def _depth_to_space(node: Node, picture: _Value) -> _Value:
    return operations.depth_to_space(picture, "blocks_first", node.integer("block"))


def _concat(node: Node, *values: _Value) -> _Value:
    return operations.concat(list(values), node.integer("axis"))


def _sigmoid(node: Node, value: _Value) -> _Value:
    return operations.sigmoid(value)


def _reshape(node: Node, picture: _Value) -> _Value:
    shape = np.array([1, *node.integers("shape")])
    return operations.reshape(_channels_last(picture), shape, special_zero=False)


_MAKE: Mapping[str, Callable[..., _Value]] = {
    "conv": _conv,
    "depthwise_conv": _conv,
    "add": _add,
    "max_pool": _max_pool,
    "resize": _resize,
    "pad_channels": _pad_channels,
    "depth_to_space": _depth_to_space,
    "concat": _concat,
    "sigmoid": _sigmoid,
    "reshape": _reshape,
}
