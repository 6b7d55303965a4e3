"""A network as a list of operations on pictures, the one definition that trains and runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float32

Attribute = int | float | str | tuple[int, ...]

OPERATIONS = (
    "conv",
    "depthwise_conv",
    "add",
    "max_pool",
    "resize",
    "pad_channels",
    "depth_to_space",
    "concat",
    "sigmoid",
    "reshape",
)
"""What a node may do.

conv, depthwise_conv: picture, weight, bias; ``strides``, ``pads``, ``activation``.
add: two tensors of one shape; ``activation``.
max_pool: ``size``, ``strides``, ``pads``.
resize: bilinear between cell centres, to ``size``.
pad_channels: ``after`` channels of zeros.
depth_to_space: ``block``.
concat: any number of tensors along ``axis``.
sigmoid: no attribute.
reshape: to ``shape``, the batch apart.

``pads`` are rows before and after, then columns before and after, of zeros; ``activation`` is
"none" or "relu6". Tensors are pictures of rows, columns and channels, in this order.
"""

LAYERS = ("conv", "depthwise_conv")
"""The operations that have weights."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph.

    Attributes:
        op: One of ``OPERATIONS``.
        inputs: Names of tensors made before, and of weights.
        output: Name of the tensor it makes.
        attributes: As ``OPERATIONS`` lists them.
    """

    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Attribute]

    def integer(self, name: str) -> int:
        """An attribute that is a whole number."""
        value = self.attributes[name]
        assert isinstance(value, int)
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """An attribute that is a few whole numbers."""
        value = self.attributes[name]
        assert isinstance(value, tuple)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A network: its operations in an order that runs, and its weights.

    Attributes:
        input: Name of the tensor of pictures, RGB.
        input_shape: Rows, columns and channels of a picture.
        input_scale: What a byte of a picture is multiplied by before the first operation.
        input_offset: What is added after that.
        nodes: Each after those whose tensors it takes.
        outputs: From meaning ("points", "heatmaps", ...) to tensor.
        weights: Convolutions' weights (out, in, rows, columns) and biases (out).
        scales: Of rounded weights, for each output channel: the weights are whole multiples of it,
            127 at most. Files keep them in float16.
        ranges: Least and largest value of tensors that rounded layers may take as bytes.
    """

    input: str
    input_shape: tuple[int, int, int]
    input_scale: float
    input_offset: float
    nodes: tuple[Node, ...]
    outputs: Mapping[str, str]
    weights: Mapping[str, Float32[np.ndarray, "..."]]
    scales: Mapping[str, Float32[np.ndarray, " out"]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def pruned(self, outputs: Iterable[str] | None = None) -> "Graph":
        """The graph with only what its outputs need, or those of the given meanings."""
        kept = (
            dict(self.outputs)
            if outputs is None
            else {name: self.outputs[name] for name in outputs}
        )
        needed = set(kept.values())
        nodes = []
        for node in reversed(self.nodes):
            if node.output in needed:
                needed.update(node.inputs)
                nodes.append(node)
        return replace(
            self,
            nodes=tuple(reversed(nodes)),
            outputs=kept,
            weights={name: value for name, value in self.weights.items() if name in needed},
            scales={name: value for name, value in self.scales.items() if name in needed},
            ranges={name: value for name, value in self.ranges.items() if name in needed},
        )

    def last_layers(self) -> frozenset[str]:
        """The tensors of those layers after which only shapes change on the way to an output."""
        reached = set(self.outputs.values())
        for node in reversed(self.nodes):
            if node.output in reached and node.op not in LAYERS:
                reached.update(node.inputs)
        return frozenset(
            node.output for node in self.nodes if node.op in LAYERS and node.output in reached
        )

    def missing(self) -> frozenset[str]:
        """Names that nodes or outputs take and nothing gives; none in a graph that can run."""
        given = {self.input, *self.weights, *(node.output for node in self.nodes)}
        taken = {name for node in self.nodes for name in node.inputs} | set(self.outputs.values())
        return frozenset(taken - given)

    def structure(self) -> dict[str, Any]:
        """Everything but the weights and their scales, as plain JSON values."""
        return {
            "input": self.input,
            "input_shape": list(self.input_shape),
            "input_scale": self.input_scale,
            "input_offset": self.input_offset,
            "nodes": [
                [node.op, list(node.inputs), node.output, dict(node.attributes)]
                for node in self.nodes
            ],
            "outputs": dict(self.outputs),
            "ranges": {name: list(ends) for name, ends in self.ranges.items()},
        }

    @staticmethod
    def from_structure(
        structure: Mapping[str, Any],
        weights: Mapping[str, Float32[np.ndarray, "..."]],
        scales: Mapping[str, Float32[np.ndarray, " out"]],
    ) -> "Graph":
        """The graph that ``structure`` was made from, with these weights and scales."""
        rows, columns, channels = structure["input_shape"]
        return Graph(
            input=structure["input"],
            input_shape=(rows, columns, channels),
            input_scale=float(structure["input_scale"]),
            input_offset=float(structure["input_offset"]),
            nodes=tuple(
                Node(
                    op=op,
                    inputs=tuple(inputs),
                    output=output,
                    attributes={
                        name: tuple(value) if isinstance(value, list) else value
                        for name, value in attributes.items()
                    },
                )
                for op, inputs, output, attributes in structure["nodes"]
            ),
            outputs=dict(structure["outputs"]),
            weights=dict(weights),
            scales=dict(scales),
            ranges={name: (low, high) for name, (low, high) in structure.get("ranges", {}).items()},
        )
