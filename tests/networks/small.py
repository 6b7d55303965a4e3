"""A tiny random network that has every operation, and pictures for it."""

import numpy as np
from jaxtyping import UInt8

from climbpose.networks.graph import Attribute, Graph, Node

SIDE = 16


def pictures(count: int) -> UInt8[np.ndarray, "count rows columns 3"]:
    return np.random.default_rng(1).integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)


def small_graph() -> Graph:
    made = _Making()
    first = made.layer("conv", "image", (8, 3, 3, 3), strides=2, pads=(0, 1, 0, 1))
    deep = made.layer("depthwise_conv", first, (8, 1, 5, 5), strides=2, pads=(1, 2, 1, 2))
    deep = made.layer("depthwise_conv", deep, (8, 1, 3, 3), strides=1, pads=(1, 1, 1, 1))
    pooled = made.node("max_pool", (first,), size=(2, 2), strides=(2, 2), pads=(0, 0, 0, 0))
    deep = made.node("add", (deep, pooled), activation="relu6")
    wide = made.node("pad_channels", (deep,), after=4)
    large = made.node("resize", (wide,), size=(8, 8))
    last = made.layer("conv", large, (8, 12, 1, 1), activation="none")
    heatmaps = made.node("depth_to_space", (last,), block=2)
    flat = made.layer("conv", deep, (6, 8, 4, 4), activation="none")
    flat = made.node("reshape", (flat,), shape=(3, 2))
    points = made.node("concat", (flat, flat), axis=1)
    person = made.layer("conv", deep, (1, 8, 4, 4), activation="none")
    person = made.node("reshape", (made.node("sigmoid", (person,)),), shape=())
    made.layer("conv", deep, (5, 8, 1, 1))  # No output needs it.
    return Graph(
        input="image",
        input_shape=(SIDE, SIDE, 3),
        input_scale=2 / 255,
        input_offset=-1.0,
        nodes=tuple(made.nodes),
        outputs={"points": points, "heatmaps": heatmaps, "person": person},
        weights=made.weights,
    )


class _Making:
    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}
        self._rng = np.random.default_rng(0)

    def node(self, op: str, inputs: tuple[str, ...], **attributes: Attribute) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(Node(op, inputs, name, attributes))
        return name

    def layer(
        self,
        op: str,
        source: str,
        shape: tuple[int, ...],
        *,
        strides: int = 1,
        pads: tuple[int, ...] = (0, 0, 0, 0),
        activation: str = "relu6",
    ) -> str:
        weight, bias = f"w{len(self.nodes)}", f"b{len(self.nodes)}"
        size = (2 / np.prod(shape[1:])) ** 0.5
        self.weights[weight] = self._rng.normal(0, size, shape).astype(np.float32)
        self.weights[bias] = self._rng.normal(0.3, 0.1, shape[0]).astype(np.float32)
        return self.node(
            op,
            (source, weight, bias),
            strides=(strides, strides),
            pads=pads,
            activation=activation,
        )
