"""Rounds a network's weights to bytes so that what it says hardly changes.

Plain rounding costs the heavy landmark network 17 points of PCK@0.1. Here each weight's error is
made up for by the weights of the same channel that are not rounded yet, as far as the pictures seen
tell (GPTQ: Frantar et al. 2023), and what is left on average goes into the bias.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from climbpose.networks.graph import Graph, Node
from climbpose.networks.runtime import Runtime

_LARGEST = 127
_DAMPING = 0.01
_BLOCK = 64
_PLACES = 1000
"""Of each picture and layer, drawn at random: neighbours tell little more."""


def rounded(graph: Graph, images: UInt8[np.ndarray, "batch rows columns 3"]) -> Graph:
    """The graph with rounded weights and ranges; a hundred typical ``images`` are enough.

    Depthwise and last layers stay as they are: they are small, and every error of theirs shows.
    """
    last = graph.last_layers()
    layers = [node for node in graph.nodes if node.op == "conv" and node.output not in last]
    seen = _watch(graph, layers, images)
    weights, scales = dict(graph.weights), {}
    for node in layers:
        name, bias = node.inputs[1:]
        rows = graph.weights[name].reshape(len(graph.weights[name]), -1).astype(np.float64)
        scales[name] = _scale(rows)
        kept = _round(rows, scales[name].astype(np.float64), seen[node.output].second)
        weights[name] = kept.astype(np.float32).reshape(graph.weights[name].shape)
        weights[bias] = (graph.weights[bias] + (rows - kept) @ seen[node.output].mean).astype(
            np.float32
        )
    ranges = {
        node.inputs[0]: seen[node.output].ends for node in layers if seen[node.output].is_deep
    }
    return replace(graph, weights=weights, scales=scales, ranges=ranges)


def _scale(rows: Float64[np.ndarray, "out size"]) -> Float32[np.ndarray, " out"]:
    """The least that lets each row's largest weight be a byte, among float16's numbers."""
    wanted = np.abs(rows).max(axis=1) / _LARGEST
    near = wanted.astype(np.float16)
    above = np.nextafter(near, np.float16(np.inf))
    return np.asarray(np.where((near < wanted) | (near == 0), above, near), np.float32)


@dataclass(slots=True)
class _Seen:
    """What one layer's weights are multiplied by.

    Attributes:
        second: Mean of x times x transposed.
        mean: Of x.
        ends: Least and largest.
        is_deep: Whether the layer takes pictures of at most a quarter of the input's side; bytes
            are too coarse for those before.
    """

    second: Float64[np.ndarray, "size size"]
    mean: Float64[np.ndarray, " size"]
    ends: tuple[float, float]
    is_deep: bool


def _watch(
    graph: Graph, layers: list[Node], images: UInt8[np.ndarray, "batch rows columns 3"]
) -> dict[str, _Seen]:
    sources = dict.fromkeys(node.inputs[0] for node in layers)
    runtime = Runtime(replace(graph, outputs={name: name for name in sources}))
    random = np.random.default_rng(0)
    made: dict[str, _Seen] = {}
    for image in images:
        tensors = runtime(image[None])
        for node in layers:
            picture = tensors[node.inputs[0]][0]
            taken = _multiplied(node, picture, graph, random)
            second, mean = taken.T @ taken / len(taken), taken.mean(axis=0)
            held = made.setdefault(
                node.output,
                _Seen(
                    second=np.zeros(second.shape),
                    mean=np.zeros(mean.shape),
                    ends=(0.0, 0.0),
                    is_deep=4 * len(picture) <= graph.input_shape[0],
                ),
            )
            held.second += second / len(images)
            held.mean += mean / len(images)
            least, largest = held.ends
            held.ends = min(least, float(picture.min())), max(largest, float(picture.max()))
    return made


def _multiplied(
    node: Node,
    picture: Float32[np.ndarray, "rows columns channels"],
    graph: Graph,
    random: np.random.Generator,
) -> Float32[np.ndarray, "places size"]:
    """What the weights of one output channel meet, at some places of a picture."""
    top, bottom, left, right = node.integers("pads")
    padded = np.pad(picture, ((top, bottom), (left, right), (0, 0)))
    size = graph.weights[node.inputs[1]].shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(0, 1))
    down, across = node.integers("strides")
    windows = windows[::down, ::across]
    rows, columns = windows.shape[:2]
    drawn = random.permutation(rows * columns)[:_PLACES]
    taken: np.ndarray = windows[drawn // columns, drawn % columns]
    return taken.reshape(len(drawn), -1)


def _round(
    rows: Float64[np.ndarray, "out size"],
    scale: Float64[np.ndarray, " out"],
    second: Float64[np.ndarray, "size size"],
) -> Float64[np.ndarray, "out size"]:
    """Rounds column by column, the loudest inputs first, and lets the others make up for it."""
    loud = np.diag(second)
    order = np.argsort(-loud)
    damped = second + np.diag(np.where(loud > 0, _DAMPING * loud.mean(), 1.0))
    spread = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    open_rows, kept = rows[:, order], np.empty_like(rows)
    for start in range(0, len(order), _BLOCK):
        stop = min(start + _BLOCK, len(order))
        errors = np.zeros((len(rows), stop - start))
        for column in range(start, stop):
            codes = np.rint(open_rows[:, column] / scale).clip(-_LARGEST, _LARGEST)
            kept[:, order[column]] = codes * scale
            error = (open_rows[:, column] - codes * scale) / spread[column, column]
            open_rows[:, column:stop] -= np.outer(error, spread[column, column:stop])
            errors[:, column - start] = error
        open_rows[:, stop:] -= errors @ spread[start:stop, stop:]
    return kept
