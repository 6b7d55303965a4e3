from pathlib import Path

import pytest

from tests.faults.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A video and all that a run could hurt."""
    return Scene.at(tmp_path)
