"""What several tests need: the real clips beside the checkout and the default detector's files."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from climbpose import assets, detectors
from climbpose.errors import ModelError

# How long an example takes says nothing here: speed is measured in tests/bench.
settings.register_profile("climbpose", deadline=None)
settings.load_profile("climbpose")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def _skip(reason: str) -> None:
    """Skips where a developer lacks something, but fails in CI, which must have it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def climbing_clips() -> Path:
    """The folder of real climbing clips."""
    folder = SHARED_DATA / "climbing_clips"
    if not folder.is_dir():
        _skip(f"real clips are not in {folder}")
    return folder


@pytest.fixture(scope="session")
def models() -> None:
    """BlazePose's published files, in the cache."""
    try:
        assets.fetch(detectors.assets_of("blazepose"), print)
    except ModelError as error:
        _skip(str(error))
