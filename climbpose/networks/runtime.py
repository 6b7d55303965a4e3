"""Runs a graph on the CPU with OpenVINO."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import openvino
from jaxtyping import Float32, UInt8
from openvino import opset13 as operations

from climbpose import processes
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


Outputs = dict[str, Float32[np.ndarray, "batch ..."]]
"""What a network says, by meaning."""

_MAX_STREAMS = 4
"""More pictures at once than anybody has for it."""


class Runtime:
    """A network that is ready to run, several pictures at the same time.

    Each picture is one thread's work: batches gain nothing on a CPU, a second thread little on
    networks of this size, and the numbers do not depend on how many threads there are.

    Args:
        graph: The network.
        threads: Pictures at the same time; by default one for each thread of the process.
        precision: Of the numbers it computes with.
    """

    def __init__(
        self, graph: Graph, *, threads: int | None = None, precision: Precision = "float32"
    ) -> None:
        streams = threads or min(processes.threads(), _MAX_STREAMS)
        self._compiled = core().compile_model(
            _model(graph, is_int8=precision == "int8"),
            "CPU",
            {
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
                "INFERENCE_PRECISION_HINT": _hint(precision),
                # Decoder and encoder run beside it on the same cores.
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._idle: deque[openvino.InferRequest] = deque()
        self._shape = graph.input_shape
        self._meanings = tuple(graph.outputs)

    def __call__(self, images: UInt8[np.ndarray, "batch rows columns 3"]) -> Outputs:
        """The outputs by meaning; each picture has the shape of the graph's input."""
        parts = [
            self.begin(images[first : first + _MAX_STREAMS]).outputs()
            for first in range(0, max(len(images), 1), _MAX_STREAMS)
        ]
        return {meaning: np.concatenate([p[meaning] for p in parts]) for meaning in self._meanings}

    def begin(self, images: UInt8[np.ndarray, "batch rows columns 3"]) -> "Pending":
        """Begins with some pictures while the caller does something else."""
        return Pending(self, [self._started(image) for image in images])

    def room(self, count: int) -> Outputs:
        """Room for the outputs of some pictures, in the network's order."""
        return {
            meaning: np.empty((count, *self._compiled.output(index).shape[1:]), np.float32)
            for index, meaning in enumerate(self._meanings)
        }

    def take_back(self, requests: list[openvino.InferRequest]) -> None:
        """Has requests to give to others again; they may still be at work."""
        self._idle.extend(requests)

    def _started(self, image: UInt8[np.ndarray, "rows columns 3"]) -> openvino.InferRequest:
        assert image.shape == self._shape, f"expected {self._shape}, got {image.shape}"
        request = self._idle.popleft() if self._idle else self._compiled.create_infer_request()
        # One that was dropped may still be at work.
        request.wait()
        request.start_async([image[None]])
        return request


class Pending:
    """Pictures that a network is at work on: either waited for or dropped, once.

    Args:
        runtime: The network.
        requests: One for each picture.
    """

    def __init__(self, runtime: Runtime, requests: list[openvino.InferRequest]) -> None:
        self._runtime, self._requests = runtime, requests

    def outputs(self) -> Outputs:
        """Waits for the outputs."""
        made = self._runtime.room(len(self._requests))
        for row, request in enumerate(self._requests):
            request.wait()
            for index, outputs in enumerate(made.values()):
                outputs[row] = request.get_output_tensor(index).data[0]
        self.drop()
        return made

    def drop(self) -> None:
        """Lets others have the requests."""
        self._runtime.take_back(self._requests)


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
