"""Our own detector's files: what it loads, what it refuses, what it tells; tiny random networks."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from climbpose import checkpoint, detectors
from climbpose.detectors.base import DetectorOptions, Quality, RegionDetector
from climbpose.detectors.climbing import LANDMARKS, PERSON, Climbing
from climbpose.detectors.following.regions import Region
from climbpose.errors import ModelError
from climbpose.networks.graph import Attribute, Graph, Node
from climbpose.pixels import RgbPixels
from tests.cli.stage import run


def pooled(size: int, outputs: dict[str, tuple[int, tuple[int, ...]]], pool: int) -> Graph:
    """A network that pools the picture, then has one small convolution for each output."""
    rng = np.random.default_rng(1)
    nodes = [pooling("image", "small", pool)]
    weights = {}
    for meaning, (channels, shape) in outputs.items():
        source = "small"
        if len(shape) < 3 and meaning not in ("boxes", "scores"):
            source = f"{meaning}.one"
            nodes.append(pooling("small", source, size // pool))
        names = (f"{meaning}.weight", f"{meaning}.bias")
        weights[names[0]] = rng.normal(size=(channels, 3, 1, 1)).astype(np.float32)
        weights[names[1]] = np.zeros(channels, np.float32)
        attributes: dict[str, Attribute] = {
            "strides": (1, 1),
            "pads": (0, 0, 0, 0),
            "activation": "none",
        }
        nodes.append(Node("conv", (source, *names), f"{meaning}.map", attributes))
        if len(shape) < 3:
            nodes.append(Node("reshape", (f"{meaning}.map",), meaning, {"shape": shape}))
    return Graph(
        input="image",
        input_shape=(size, size, 3),
        input_scale=1 / 255,
        input_offset=0.0,
        nodes=tuple(nodes),
        outputs={
            meaning: meaning if len(shape) < 3 else f"{meaning}.map"
            for meaning, (_, shape) in outputs.items()
        },
        weights=weights,
    )


def pooling(source: str, output: str, size: int) -> Node:
    attributes: dict[str, Attribute] = {
        "size": (size, size),
        "strides": (size, size),
        "pads": (0, 0, 0, 0),
    }
    return Node("max_pool", (source,), output, attributes)


def landmark_graph() -> Graph:
    outputs = {
        "points": (195, (39, 5)),
        "heatmaps": (39, (64, 64, 39)),
        "world": (117, (39, 3)),
        "person": (1, ()),
    }
    return pooled(256, outputs, 4)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped checkpoints."""
    folder = tmp_path / "weights"
    folder.mkdir()
    person = pooled(224, {"boxes": (552, (2254, 12)), "scores": (46, (2254,))}, 32)
    said = {"family": "person", "licence": "Apache-2.0", "origin": "a test"}
    checkpoint.save(folder / "person.safetensors", person, said | {"name": PERSON})
    for name in set(LANDMARKS.values()):
        said = {"family": "landmarks", "name": name, "licence": "Apache-2.0", "origin": "a test"}
        checkpoint.save(folder / f"{name}.safetensors", landmark_graph(), said)
    monkeypatch.setattr(checkpoint, "shipped_folders", lambda: (folder,))
    monkeypatch.setattr(checkpoint, "SHIPPED", {})
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("quality", ["fast", "normal", "best"])
def test_the_files_of_a_quality_are_loaded_and_told(shipped: Path, quality: Quality) -> None:
    detector = detectors.create("climbing", DetectorOptions(quality))
    names = ["person.safetensors", f"{LANDMARKS[quality]}.safetensors"]
    assert [model.name for model in detector.models] == names
    assert [model.sha256 for model in detector.models] == [digest(shipped / n) for n in names]
    assert isinstance(detector, RegionDetector)
    image = np.full((90, 120, 3), 99, np.uint8)
    seen = detector.look(RgbPixels(image), Region(60.0, 40.0, 80.0, 0.0))
    assert np.isfinite(seen.keypoints()[0]).all()


def test_nothing_is_fetched() -> None:
    assert detectors.assets_of("climbing") == ()


def test_weights_of_ones_own_take_the_place_of_the_landmark_network(
    shipped: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "best.safetensors"
    checkpoint.save(mine, landmark_graph(), {"family": "landmarks", "name": "mine"})
    detector = Climbing(DetectorOptions(weights=mine))
    assert [model.name for model in detector.models] == ["person.safetensors", "best.safetensors"]
    assert detector.models[1].sha256 == digest(mine)


def test_weights_of_another_family_are_refused(shipped: Path) -> None:
    with pytest.raises(ModelError, match="family person, expected landmarks"):
        Climbing(DetectorOptions(weights=shipped / "person.safetensors"))


def test_the_listing_names_shipped_files_with_hash_and_origin(shipped: Path) -> None:
    (shipped / "person.safetensors").write_bytes(b"damaged")
    text = run("models", "list").stdout
    assert digest(shipped / "climbing.safetensors") in text
    assert "climbing.safetensors  Apache-2.0  comes with climbpose" in text
    assert "from a test" in text
    assert "is no whole checkpoint" in text
