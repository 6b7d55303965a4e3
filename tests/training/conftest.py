from pathlib import Path

import pytest

from climbpose import detectors
from tests.training.stand_in import DotDetector


@pytest.fixture
def dots(monkeypatch: pytest.MonkeyPatch) -> type[DotDetector]:
    """A detector of this name; its ``people`` are to be set."""
    detectors.names()
    monkeypatch.setitem(detectors.registry._factories, "dots", DotDetector)
    monkeypatch.setattr(DotDetector, "people", {})
    return DotDetector


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The file of a network that is small enough to train in a test."""
    from climbpose import checkpoint
    from tests.training.stand_in import tiny_graph

    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, tiny_graph(), {"family": "landmarks", "name": "tiny"})
    return path
