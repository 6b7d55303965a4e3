import numpy as np

from climbpose.networks.rounding import rounded
from climbpose.networks.runtime import Runtime
from tests.networks.small import pictures, small_graph


def test_rounded_weights_are_whole_multiples_of_their_scales() -> None:
    graph = small_graph().pruned()
    made = rounded(graph, pictures(4))
    assert set(made.scales) == {"w0"}
    codes = made.weights["w0"] / made.scales["w0"][:, None, None, None]
    np.testing.assert_allclose(codes, codes.round(), atol=1e-4)
    np.testing.assert_array_equal(made.scales["w0"], made.scales["w0"].astype(np.float16))
    assert np.abs(codes).max() <= 127.001
    assert set(made.ranges) <= {node.inputs[0] for node in made.nodes}


def test_rounding_changes_outputs_little() -> None:
    graph = small_graph().pruned()
    made = rounded(graph, pictures(8))
    before, after = (Runtime(each, threads=1)(pictures(8)) for each in (graph, made))
    for meaning, output in after.items():
        assert np.abs(output - before[meaning]).max() < 0.02 * np.ptp(before[meaning])
    assert any((after[meaning] != before[meaning]).any() for meaning in after)


def test_rounding_beats_the_nearest_byte() -> None:
    """On the outputs it is about: what the rounded layer gives for such pictures."""
    graph = small_graph().pruned()
    made = rounded(graph, pictures(16))
    scale = made.scales["w0"][:, None, None, None]
    weight = graph.weights["w0"]
    nearest = np.rint(weight / scale) * scale
    patches = (
        np.lib.stride_tricks.sliding_window_view(pictures(16), (3, 3), axis=(1, 2))
        .reshape(-1, 27)
        .astype(np.float64)
        * graph.input_scale
        + graph.input_offset
    )

    def error(kept: np.ndarray) -> float:
        return float(((patches @ (kept - weight).reshape(8, 27).T).std(axis=0)).mean())

    assert error(made.weights["w0"]) < 1.05 * error(nearest)
