"""The shapes of a graph's tensors, by which a graph from a file shows that it can run."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, prod
from types import MappingProxyType

from climbpose.networks.graph import Graph, Node

_MAX_SIDE = 1 << 16
_MAX_NUMBERS = 1 << 26
"""Of one tensor; ours have a million at most."""

_ACTIVATIONS = ("none", "relu6")
_ANY_NUMBER = -1

Shape = tuple[int, ...]


LANDMARKS: Mapping[str, Shape] = MappingProxyType(
    {
        "input": (256, 256, 3),
        "points": (39, 5),
        "heatmaps": (64, 64, 39),
        "world": (39, 3),
        "person": (),
    }
)
"""Of a network that finds a climber's landmarks."""


def shapes_of(graph: Graph) -> Mapping[str, Shape]:
    """The shape of the input and of each output by meaning, the batch apart.

    That of a picture is rows, columns, channels.

    Raises:
        ValueError: The graph cannot run: an operation is not known, lacks something or is given
            what it cannot take, or a tensor would be far too large.
    """
    # As they lie when the graph runs: channels first.
    rows, columns, channels = _numbers(graph.input_shape, 3, "the input")
    found: dict[str, Shape] = {graph.input: (channels, rows, columns)}
    given: dict[str, Shape] = {name: weight.shape for name, weight in graph.weights.items()}
    for name, ends in graph.ranges.items():
        if not all(type(end) in (int, float) and isfinite(end) for end in ends):
            raise ValueError(f"the range of {name} is {ends}")
    for node in graph.nodes:
        if not isinstance(node.op, str) or node.op not in _OPERATIONS:
            raise ValueError(f"no operation is called {node.op!r:.40}")
        count, work = _OPERATIONS[node.op]
        if not node.inputs or count not in (_ANY_NUMBER, len(node.inputs)):
            raise ValueError(f"{node.op} has {len(node.inputs)} inputs")
        source, *others = [_of(name, found, given) for name in node.inputs]
        shape = work(node, source, others)
        if min(shape, default=1) < 1 or prod(shape) > _MAX_NUMBERS:
            raise ValueError(f"{node.op} makes a tensor of {shape}")
        found[node.output] = shape
    outputs = {meaning: _of(name, found, {}) for meaning, name in graph.outputs.items()}
    return {"input": graph.input_shape} | {
        meaning: (*shape[1:], shape[0]) if len(shape) == 3 else shape
        for meaning, shape in outputs.items()
    }


def _of(name: object, found: Mapping[str, Shape], given: Mapping[str, Shape]) -> Shape:
    if not isinstance(name, str) or (name not in found and name not in given):
        raise ValueError(f"no {name!s:.40}")
    return found[name] if name in found else given[name]


def _numbers(value: object, count: int | None, name: str, low: int = 1) -> Shape:
    if (
        not isinstance(value, tuple)
        or count not in (None, len(value))
        or not all(type(n) is int and low <= n <= _MAX_SIDE for n in value)
    ):
        raise ValueError(f"{name}: expected {count or 'some'} whole numbers, found {value!r:.40}")
    return value


def _attribute(node: Node, name: str, count: int | None, low: int = 1) -> Shape:
    return _numbers(node.attributes.get(name), count, f"{name} of {node.op}", low)


def _integer(node: Node, name: str, low: int) -> int:
    return _numbers((node.attributes.get(name),), 1, f"{name} of {node.op}", low)[0]


def _check_activation(node: Node) -> None:
    if node.attributes.get("activation") not in _ACTIVATIONS:
        raise ValueError(f"no activation is called {node.attributes.get('activation')!r:.40}")


def _check_picture(node: Node, shape: Shape) -> None:
    if len(shape) != 3:
        raise ValueError(f"{node.op} takes pictures, found {shape}")


def _slid(node: Node, picture: Shape, size: Sequence[int]) -> Shape:
    """Rows and columns of what a window of this size makes of a picture."""
    top, bottom, left, right = _attribute(node, "pads", 4, low=0)
    steps = _attribute(node, "strides", 2)
    sides = (picture[1] + top + bottom, picture[2] + left + right)
    return tuple(
        (side - window) // step + 1 if side >= window else 0
        for side, window, step in zip(sides, size, steps, strict=True)
    )


def _conv(node: Node, picture: Shape, others: Sequence[Shape]) -> Shape:
    weight, bias = others
    _check_picture(node, picture)
    _check_activation(node)
    is_depthwise = node.op == "depthwise_conv"
    into = 1 if is_depthwise else picture[0]
    if (
        len(weight) != 4
        or weight[1] != into
        or bias != weight[:1]
        or (is_depthwise and weight[0] != picture[0])
    ):
        raise ValueError(f"{node.op} of {picture} with weights {weight} and {bias}")
    return (weight[0], *_slid(node, picture, weight[2:]))


def _add(node: Node, first: Shape, others: Sequence[Shape]) -> Shape:
    _check_activation(node)
    if others[0] != first:
        raise ValueError(f"add of {first} and {others[0]}")
    return first


def _max_pool(node: Node, picture: Shape, others: Sequence[Shape]) -> Shape:
    _check_picture(node, picture)
    return (picture[0], *_slid(node, picture, _attribute(node, "size", 2)))


def _resize(node: Node, picture: Shape, others: Sequence[Shape]) -> Shape:
    _check_picture(node, picture)
    return (picture[0], *_attribute(node, "size", 2))


def _pad_channels(node: Node, picture: Shape, others: Sequence[Shape]) -> Shape:
    _check_picture(node, picture)
    return (picture[0] + _integer(node, "after", 0), *picture[1:])


def _depth_to_space(node: Node, picture: Shape, others: Sequence[Shape]) -> Shape:
    _check_picture(node, picture)
    block = _integer(node, "block", 1)
    if picture[0] % block**2:
        raise ValueError(f"depth_to_space of {picture} by {block}")
    return (picture[0] // block**2, picture[1] * block, picture[2] * block)


def _concat(node: Node, first: Shape, others: Sequence[Shape]) -> Shape:
    # The batch is the first axis.
    axis = _integer(node, "axis", 1) - 1
    shapes = [first, *others]
    if len({len(shape) for shape in shapes}) > 1 or axis >= len(first):
        raise ValueError(f"concat of {shapes} along {axis + 1}")
    if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) > 1:
        raise ValueError(f"concat of {shapes} along {axis + 1}")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def _sigmoid(node: Node, value: Shape, others: Sequence[Shape]) -> Shape:
    return value


def _reshape(node: Node, value: Shape, others: Sequence[Shape]) -> Shape:
    shape = _attribute(node, "shape", None)
    if prod(shape) != prod(value):
        raise ValueError(f"reshape of {value} to {shape}")
    return shape


_OPERATIONS: Mapping[str, tuple[int, Callable[[Node, Shape, Sequence[Shape]], Shape]]] = {
    "conv": (3, _conv),
    "depthwise_conv": (3, _conv),
    "add": (2, _add),
    "max_pool": (1, _max_pool),
    "resize": (1, _resize),
    "pad_channels": (1, _pad_channels),
    "depth_to_space": (1, _depth_to_space),
    "concat": (_ANY_NUMBER, _concat),
    "sigmoid": (1, _sigmoid),
    "reshape": (1, _reshape),
}
"""How many inputs each takes, and the shape that it makes."""
