"""Where published data sets lie beside the checkout."""

from pathlib import Path

import pytest

from tests.conftest import SHARED_DATA, _skip


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data sets."""
    if not (SHARED_DATA / "penn_action").is_dir():
        _skip(f"data sets are not in {SHARED_DATA}")
    return SHARED_DATA
