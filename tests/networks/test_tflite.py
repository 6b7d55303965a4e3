"""The published networks as graphs, beside LiteRT, which they are published for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from climbpose import assets
from climbpose.assets import Asset
from climbpose.detectors.blazepose import LANDMARK_ASSET, PERSON_ASSET
from climbpose.errors import ModelError
from climbpose.networks.graph import Graph
from climbpose.networks.runtime import Runtime
from climbpose.networks.tflite import read_landmarks, read_person
from climbpose.video import VideoReader

EXAMPLE = Path(__file__).parents[2] / "examples" / "boulder.mp4"
COUNT = 3
PUBLISHED_NAMES = {
    "points": "Identity",
    "person": "Identity_1",
    "heatmaps": "Identity_3",
    "world": "Identity_4",
    "boxes": "Identity",
    "scores": "Identity_1",
}
# What a pixel of a crop or a logit may be off.
LARGEST = {"points": 0.01, "person": 1e-3, "world": 1e-3, "boxes": 0.01, "scores": 2e-3}
HEATMAP = 1e-3

both = pytest.mark.parametrize(
    ("asset", "read"), [(LANDMARK_ASSET, read_landmarks), (PERSON_ASSET, read_person)]
)


def crops(graph: Graph) -> np.ndarray:
    rows, columns, _ = graph.input_shape
    made = []
    with VideoReader(EXAMPLE) as reader:
        for frame in reader:
            if frame.index % 20 == 0:
                top = (frame.image.shape[0] - rows) // 2
                left = (frame.image.shape[1] - columns) // 2
                made.append(frame.image[top : top + rows, left : left + columns])
            if len(made) == COUNT:
                return np.stack(made)
    raise AssertionError("the example is too short")


def published(content: bytes, graph: Graph, images: np.ndarray) -> dict[str, np.ndarray]:
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    places = {detail["name"]: detail["index"] for detail in interpreter.get_output_details()}
    made: dict[str, list[np.ndarray]] = {meaning: [] for meaning in graph.outputs}
    for image in images:
        scaled = image.astype(np.float32) * np.float32(graph.input_scale)
        scaled += np.float32(graph.input_offset)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], scaled[None])
        interpreter.invoke()
        for meaning, outputs in made.items():
            outputs.append(interpreter.get_tensor(places[PUBLISHED_NAMES[meaning]])[0])
    return {meaning: np.stack(outputs) for meaning, outputs in made.items()}


def assert_near(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for meaning, output in found.items():
        wanted = expected[meaning].reshape(output.shape)
        if meaning == "heatmaps":
            output, wanted = (1 / (1 + np.exp(-logits)) for logits in (output, wanted))
        error = np.abs(output - wanted).max()
        assert error < LARGEST.get(meaning, HEATMAP), f"{meaning}: {error}"


@pytest.mark.weights
@pytest.mark.usefixtures("models")
@both
def test_runtime_agrees_with_litert(asset: Asset, read: Callable[[bytes], Graph]) -> None:
    content = assets.load(asset)
    graph = read(content)
    images = crops(graph)
    assert_near(Runtime(graph, threads=1)(images), published(content, graph, images))


@pytest.mark.weights
@pytest.mark.usefixtures("models")
@both
def test_torch_agrees_with_litert(asset: Asset, read: Callable[[bytes], Graph]) -> None:
    torch = pytest.importorskip("torch")
    from climbpose.networks.module import GraphModule

    content = assets.load(asset)
    graph = read(content)
    images = crops(graph)
    scaled = images.astype(np.float32) * np.float32(graph.input_scale)
    with torch.no_grad():
        made = GraphModule(graph)(torch.from_numpy(scaled + np.float32(graph.input_offset)))
    found = {meaning: tensor.numpy() for meaning, tensor in made.items()}
    assert_near(found, published(content, graph, images))


@pytest.mark.weights
@pytest.mark.usefixtures("models")
def test_landmarks_come_without_the_branch_that_cuts_people_out() -> None:
    graph = read_landmarks(assets.load(LANDMARK_ASSET))
    sizes = [node.attributes["size"] for node in graph.nodes if node.op == "resize"]
    assert (256, 256) not in sizes
    assert not graph.missing()


@pytest.mark.weights
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("kept", [7, 8, 100, 5000])
def test_a_damaged_file_is_refused(kept: int) -> None:
    with pytest.raises(ModelError, match="fetch"):
        read_landmarks(assets.load(LANDMARK_ASSET)[:kept])


@pytest.mark.weights
@pytest.mark.usefixtures("models")
def test_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="BlazePose"):
        read_landmarks(assets.load(PERSON_ASSET))
    with pytest.raises(ModelError, match="BlazePose"):
        read_person(assets.load(LANDMARK_ASSET))


def test_anything_else_is_refused() -> None:
    with pytest.raises(ModelError, match="TensorFlow Lite"):
        read_person(b"a zip file, say")
