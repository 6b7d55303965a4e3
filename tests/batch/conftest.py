"""Stores of all kinds, each empty for every test."""

import importlib
import importlib.util
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from climbpose.batch.stores import Remote
from tests.batch.s3_server import Server, serving

BUCKET = "wall"


def needed(package: str) -> Any:
    """A package of the extra ``test``; where a developer lacks it, the test is skipped."""
    if importlib.util.find_spec(package) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{package} is not installed")
    return importlib.import_module(package)


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    needed("moto")
    with serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def server(running_server: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """An S3 server that s3:// means here and in processes begun here, with one empty bucket."""
    bucket = _meant(running_server, monkeypatch)
    yield running_server
    running_server.flag.unlink(missing_ok=True)
    bucket.rm(BUCKET, recursive=True)


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """The same, for a test that kills it."""
    needed("moto")
    with serving(tmp_path) as server:
        _meant(server, monkeypatch)
        yield server


def _meant(server: Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(fsspec.config.conf, "s3", server.settings)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(needed("s3fs").S3FileSystem, "retries", 1)
    store = fsspec.filesystem("s3")
    store.mkdir(BUCKET)
    return store


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Remote]:
    """A folder that is not there yet, in a store of each kind."""
    if request.param == "s3":
        request.getfixturevalue("server")
        yield Remote(f"s3://{BUCKET}/season")
    elif request.param == "file":
        yield Remote(f"file://{tmp_path}/{BUCKET}/season")
    else:
        MemoryFileSystem.store.clear()
        yield Remote(f"memory://{BUCKET}/season")
        MemoryFileSystem.store.clear()
