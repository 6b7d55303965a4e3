"""BlazePose's published files as graphs.

Field numbers and codes are those of TensorFlow Lite's schema (schema.fbs, version 3).
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from climbpose.errors import ModelError
from climbpose.networks.flatbuffer import Table
from climbpose.networks.graph import Attribute, Graph, Node

_IDENTIFIER = b"TFL3"
_DTYPES = {0: np.float32, 1: np.float16, 2: np.int32}
_ACTIVATIONS = {0: "none", 3: "relu6"}
_DENSE = 0
_INDEX_DTYPES = {1: np.int32, 2: np.uint16, 3: np.uint8}
_DEQUANTIZE, _DENSIFY, _PAD = 6, 124, 34

_LANDMARK_OUTPUTS = {
    "points": ("Identity", (39, 5)),
    "person": ("Identity_1", ()),
    "heatmaps": ("Identity_3", None),
    "world": ("Identity_4", (39, 3)),
}


def read_landmarks(content: bytes) -> Graph:
    """The landmark network (lite, full or heavy), without the branch that cuts the person out.

    Raises:
        ModelError: ``content`` is not such a file.
    """
    return _guarded(content, _landmarks)


def read_person(content: bytes) -> Graph:
    """The network that finds people.

    Raises:
        ModelError: ``content`` is not such a file.
    """
    return _guarded(content, _person)


def _guarded(content: bytes, read: Callable[[bytes], Graph]) -> Graph:
    if content[4:8] != _IDENTIFIER:
        raise ModelError("expected a TensorFlow Lite file, found something else; fetch it again")
    try:
        return read(content)
    except (struct.error, KeyError, ValueError, IndexError) as error:
        raise ModelError(
            f"expected a network of BlazePose, found another or a damaged one ({error!r}); fetch "
            "the file again"
        ) from error


def _landmarks(content: bytes) -> Graph:
    reader = _Reader(content, input_scale=1 / 255, input_offset=0.0)
    outputs = {meaning: reader.outputs[name] for meaning, (name, _) in _LANDMARK_OUTPUTS.items()}
    shapes = {outputs[meaning]: shape for meaning, (_, shape) in _LANDMARK_OUTPUTS.items()}
    nodes = [
        replace(node, attributes={"shape": shape})
        if node.op == "reshape" and (shape := shapes[node.output]) is not None
        else node
        for node in reader.nodes
    ]
    return reader.graph(nodes, outputs).pruned()


def _person(content: bytes) -> Graph:
    reader = _Reader(content, input_scale=2 / 255, input_offset=-1.0)
    if len(reader.outputs) != 2:
        raise ValueError(f"{len(reader.outputs)} outputs, expected 2")
    outputs = {"boxes": reader.outputs["Identity"], "scores": reader.outputs["Identity_1"]}
    nodes = [
        replace(node, attributes={"shape": shape[:-1]})
        if isinstance(shape := node.attributes.get("shape"), tuple) and shape[-1] == 1
        else node
        for node in reader.nodes
    ]
    return reader.graph(nodes, outputs).pruned()


class _Reader:
    """Walks through a file's operations and gathers what a graph needs."""

    def __init__(self, content: bytes, *, input_scale: float, input_offset: float) -> None:
        model = Table.root(content)
        part = model.tables(2)[0]
        self._buffers = model.tables(4)
        self._tensors = part.tables(0)
        self._codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
        self._constants: dict[int, np.ndarray] = {}
        self._pads: dict[int, tuple[int, tuple[int, ...]]] = {}
        self._scale, self._offset = input_scale, input_offset
        self._input = int(part.array(1, np.int32)[0])
        self.weights: dict[str, np.ndarray] = {}
        self.nodes: list[Node] = []
        self.outputs = {
            self._tensors[index].text(3): self._name(index)
            for index in part.array(2, np.int32).tolist()
        }
        for operator in part.tables(3):
            self._read(operator)

    def graph(self, nodes: list[Node], outputs: Mapping[str, str]) -> Graph:
        rows, columns, channels = self._shape(self._input)
        return Graph(
            input=self._name(self._input),
            input_shape=(rows, columns, channels),
            input_scale=self._scale,
            input_offset=self._offset,
            nodes=tuple(nodes),
            outputs=outputs,
            weights=self.weights,
        )

    def _read(self, operator: Table) -> None:
        code = self._codes[operator.number(0, "I")]
        inputs = [int(index) for index in operator.array(1, np.int32)]
        output = int(operator.array(2, np.int32)[0])
        if code in (_DEQUANTIZE, _DENSIFY):
            self._constants[output] = self._constant(inputs[0])
        elif code == _PAD and not self._constant(inputs[1])[3].any():
            # The convolution that follows pads by itself.
            rows, columns = self._constant(inputs[1])[1:3].tolist()
            self._pads[output] = (inputs[0], (*rows, *columns))
        else:
            # A table without any field is left out by some writers, hence the stand-in.
            options = operator.table(4) or operator
            op, sources, attributes = _TRANSLATIONS[code](self, inputs, output, options)
            self.nodes.append(Node(op, sources, self._name(output), attributes))

    def _conv(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        # Conv2DOptions and DepthwiseConv2DOptions differ from their fourth field on.
        return self._convolution("conv", inputs, output, options, activation=3, axes=(0, 3, 1, 2))

    def _depthwise(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return self._convolution(
            "depthwise_conv", inputs, output, options, activation=4, axes=(3, 0, 1, 2)
        )

    def _convolution(
        self,
        op: str,
        inputs: list[int],
        output: int,
        options: Table,
        *,
        activation: int,
        axes: tuple[int, ...],
    ) -> "_Translated":
        picture, weight, bias = inputs
        name = self._name(output)
        kernel = np.ascontiguousarray(self._constant(weight).transpose(axes), np.float32)
        self.weights[f"{name}.weight"] = kernel
        self.weights[f"{name}.bias"] = self._constant(bias).astype(np.float32)
        source, pads = self._pads.get(picture, (picture, (0, 0, 0, 0)))
        attributes: dict[str, Attribute] = {
            "strides": (strides := (options.number(2, "i"), options.number(1, "i"))),
            "pads": pads
            if any(pads)
            else self._padding(picture, kernel.shape[2:], strides, options),
            "activation": _ACTIVATIONS[options.number(activation, "b")],
        }
        return op, (self._name(source), f"{name}.weight", f"{name}.bias"), attributes

    def _padding(
        self, picture: int, size: tuple[int, ...], strides: tuple[int, int], options: Table
    ) -> tuple[int, ...]:
        is_valid = options.number(0, "b") == 1
        pads: list[int] = []
        for length, extent, stride in zip(self._shape(picture)[:2], size, strides, strict=True):
            # SAME: as many cells as whole strides, the odd zero behind.
            missing = max((-(-length // stride) - 1) * stride + extent - length, 0)
            pads += (0, 0) if is_valid else (missing // 2, missing - missing // 2)
        return tuple(pads)

    def _pool(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        size = (options.number(4, "i"), options.number(3, "i"))
        strides = (options.number(2, "i"), options.number(1, "i"))
        pads = self._padding(inputs[0], size, strides, options)
        return "max_pool", self._names(inputs), {"size": size, "strides": strides, "pads": pads}

    def _add(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return "add", self._names(inputs), {"activation": _ACTIVATIONS[options.number(0, "b")]}

    def _resize(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        if options.number(2, "b") or not options.number(3, "b"):
            raise ValueError("resizing between cell corners")
        return "resize", self._names(inputs[:1]), {"size": self._shape(output)[:2]}

    def _pad_channels(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        after = self._shape(output)[2] - self._shape(inputs[0])[2]
        return "pad_channels", self._names(inputs[:1]), {"after": after}

    def _depth_to_space(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return "depth_to_space", self._names(inputs), {"block": options.number(0, "i")}

    def _concat(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return "concat", self._names(inputs), {"axis": options.number(0, "i")}

    def _sigmoid(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return "sigmoid", self._names(inputs), {}

    def _reshape(self, inputs: list[int], output: int, options: Table) -> "_Translated":
        return "reshape", self._names(inputs[:1]), {"shape": self._shape(output)}

    def _name(self, index: int) -> str:
        return f"t{index}"

    def _names(self, indices: list[int]) -> tuple[str, ...]:
        return tuple(self._name(index) for index in indices)

    def _shape(self, index: int) -> tuple[int, ...]:
        """Of one picture of the batch."""
        return tuple(self._tensors[index].array(0, np.int32)[1:].tolist())

    def _constant(self, index: int) -> np.ndarray:
        if index not in self._constants:
            self._constants[index] = self._stored(self._tensors[index])
        return self._constants[index]

    def _stored(self, tensor: Table) -> np.ndarray:
        shape = tensor.array(0, np.int32).tolist()
        raw = self._buffers[tensor.number(2, "I")].array(0, np.uint8)
        values = raw.view(_DTYPES[tensor.number(1, "b")])
        sparsity = tensor.table(6)
        return values.reshape(shape) if sparsity is None else _densify(values, sparsity, shape)


_Translated = tuple[str, tuple[str, ...], Mapping[str, Attribute]]

_TRANSLATIONS: Mapping[int, Callable[[_Reader, list[int], int, Table], _Translated]] = {
    0: _Reader._add,
    2: _Reader._concat,
    3: _Reader._conv,
    4: _Reader._depthwise,
    5: _Reader._depth_to_space,
    14: _Reader._sigmoid,
    17: _Reader._pool,
    22: _Reader._reshape,
    23: _Reader._resize,
    _PAD: _Reader._pad_channels,
}


def _densify(values: np.ndarray, sparsity: Table, shape: list[int]) -> np.ndarray:
    """Spreads what is stored over the whole tensor; the rest is zero.

    Dimensions are walked in the stored order, each either dense or a list of the places it fills;
    those behind the tensor's own are blocks within a dimension.
    """
    order = sparsity.array(0, np.int32).tolist()
    blocked = sparsity.array(1, np.int32).tolist()
    places = np.zeros((1, 0), np.int64)
    for dimension in sparsity.tables(2):
        places = _descend(places, dimension)
    at = [np.zeros(len(places), np.int64) for _ in shape]
    sizes = {
        order[level]: dimension.number(1, "i") for level, dimension in enumerate(sparsity.tables(2))
    }
    columns = {axis: places[:, level] for level, axis in enumerate(order)}
    for axis in range(len(shape)):
        at[axis] = columns[axis]
    for block, axis in enumerate(blocked):
        at[axis] = at[axis] * sizes[len(shape) + block] + columns[len(shape) + block]
    dense = np.zeros(shape, values.dtype)
    dense[tuple(at)] = values
    return dense


def _descend(places: np.ndarray, dimension: Table) -> np.ndarray:
    """Adds one dimension to the places filled so far."""
    if dimension.number(0, "b") == _DENSE:
        size = dimension.number(1, "i")
        inner = np.tile(np.arange(size), len(places))
        return np.column_stack([places.repeat(size, axis=0), inner])
    segments, indices = (_index_vector(dimension, kind=kind, vector=kind + 1) for kind in (2, 4))
    return np.column_stack([places.repeat(np.diff(segments), axis=0), indices])


def _index_vector(dimension: Table, *, kind: int, vector: int) -> np.ndarray:
    found = dimension.table(vector)
    if found is None:
        raise ValueError("a sparse dimension without its indices")
    return found.array(0, _INDEX_DTYPES[dimension.number(kind, "B")]).astype(np.int64)
