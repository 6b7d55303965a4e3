import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose.networks.rounding import rounded
from climbpose.networks.runtime import Precision, Runtime, supports_bfloat16
from tests.networks.small import pictures, small_graph


def test_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    from climbpose.networks.module import GraphModule

    graph = small_graph()
    images = pictures(3).astype(np.float32) * np.float32(graph.input_scale)
    with torch.no_grad():
        expected = GraphModule(graph)(torch.from_numpy(images + np.float32(graph.input_offset)))
    found = Runtime(graph, threads=1)(pictures(3))
    assert list(found) == list(expected)
    for meaning, output in found.items():
        assert output.shape == tuple(expected[meaning].shape)
        np.testing.assert_allclose(output, expected[meaning].numpy(), atol=1e-5)


def test_a_batch_is_its_pictures_one_by_one() -> None:
    runtime = Runtime(small_graph(), threads=1)
    together = runtime(pictures(3))
    apart = [runtime(image[None]) for image in pictures(3)]
    for meaning, output in together.items():
        np.testing.assert_array_equal(output, np.concatenate([one[meaning] for one in apart]))


def test_no_picture_gives_no_output() -> None:
    found = Runtime(small_graph(), threads=1)(pictures(0))
    assert {meaning: output.shape for meaning, output in found.items()} == {
        "points": (0, 6, 2),
        "heatmaps": (0, 16, 16, 2),
        "person": (0,),
    }


def test_outputs_do_not_change_with_the_next_picture() -> None:
    runtime = Runtime(small_graph(), threads=1)
    first = runtime(pictures(1))
    kept = {meaning: output.copy() for meaning, output in first.items()}
    runtime(255 - pictures(1))
    for meaning, output in first.items():
        np.testing.assert_array_equal(output, kept[meaning])


@pytest.mark.skipif(not supports_bfloat16(), reason="this CPU has no bfloat16")
def test_bfloat16_is_near_float32() -> None:
    exact = Runtime(small_graph(), threads=1)(pictures(2))
    rough = Runtime(small_graph(), threads=1, precision="bfloat16")(pictures(2))
    for meaning, output in rough.items():
        assert output.dtype == np.float32
        assert np.abs(output - exact[meaning]).max() < 0.05 * np.abs(exact[meaning]).max()


def test_int8_is_near_float32() -> None:
    # The small network has no deep layer of its own, so one is declared.
    graph = small_graph().pruned()
    made = replace(rounded(graph, pictures(4)), ranges={"image": (-1.0, 1.0)})
    exact = Runtime(made, threads=1)(pictures(2))
    rough = Runtime(made, threads=1, precision="int8")(pictures(2))
    assert any((rough[meaning] != exact[meaning]).any() for meaning in exact)
    for meaning, output in rough.items():
        assert np.abs(output - exact[meaning]).max() < 0.05 * np.abs(exact[meaning]).max()


def test_int8_without_ranges_changes_nothing_but_the_rest() -> None:
    rest: Precision = "bfloat16" if supports_bfloat16() else "float32"
    plain = Runtime(small_graph(), threads=1, precision=rest)(pictures(1))
    for meaning, output in Runtime(small_graph(), threads=1, precision="int8")(pictures(1)).items():
        np.testing.assert_array_equal(output, plain[meaning])


def test_nothing_of_telemetry_is_loaded_or_left_in_the_home(tmp_path: Path) -> None:
    code = "import sys, climbpose.networks.runtime as r; print(sys.modules['openvino_telemetry'])"
    environment = os.environ | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"
    assert list(tmp_path.iterdir()) == []


def test_several_pictures_are_worked_on_at_the_same_time() -> None:
    runtime, images = Runtime(small_graph(), threads=2), pictures(5)
    begun = [runtime.begin(image[None]) for image in images]
    for pending, image in reversed(list(zip(begun, images, strict=True))):
        expected = runtime(image[None])
        for meaning, output in pending.outputs().items():
            np.testing.assert_array_equal(output, expected[meaning])


def test_what_is_dropped_is_in_nobodys_way() -> None:
    runtime, images = Runtime(small_graph(), threads=1), pictures(3)
    expected = runtime(images[:1])
    for image in images:
        runtime.begin(image[None]).drop()
    for meaning, output in runtime(images[:1]).items():
        np.testing.assert_array_equal(output, expected[meaning])


def test_threads_change_no_number() -> None:
    graph, images = small_graph(), pictures(4)
    one, two = (Runtime(graph, threads=threads)(images) for threads in (1, 2))
    for meaning, output in one.items():
        np.testing.assert_array_equal(output, two[meaning])
