from pathlib import Path

import pytest

from climbpose import checkpoint
from climbpose.errors import ModelError
from climbpose.training.start import BLAZEPOSE, load_landmarks
from tests.training.stand_in import tiny_graph

MEANINGS = {"points", "heatmaps", "world", "person"}


def test_trained_file(tiny: Path) -> None:
    loaded = load_landmarks(str(tiny))
    assert set(loaded.graph.outputs) == MEANINGS
    assert loaded.header["name"] == "tiny"


@pytest.mark.weights
@pytest.mark.usefixtures("models")
def test_published_network() -> None:
    loaded = load_landmarks(BLAZEPOSE)
    assert set(loaded.graph.outputs) == MEANINGS
    assert loaded.header["name"] == BLAZEPOSE


def test_network_for_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "person.safetensors"
    checkpoint.save(path, tiny_graph(), {"family": "person", "name": "person"})
    with pytest.raises(ModelError, match="landmarks"):
        load_landmarks(str(path))


@pytest.mark.parametrize("content", [None, b"", b"TFL3 no network"])
def test_file_that_is_no_network_is_told_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_landmarks(str(path))
    assert "\n" not in str(caught.value)
