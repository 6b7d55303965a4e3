"""Files fetched once: hashes, the cache, and every way in which fetching may fail."""

import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from climbpose import assets
from climbpose.assets import Asset, Download, Wheel, fetch, load
from climbpose.errors import ModelError

CONTENT = b"weights"
WHEEL = Wheel("somebody==1.0", "any", "3.11", 1)
ASSET = Asset("model.bin", hashlib.sha256(CONTENT).hexdigest(), WHEEL, "some/model.bin", "MIT")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The wheel as pip would bring it; counts how often that happens."""
    return publish(tmp_path / "somebody.whl", monkeypatch, {ASSET.member: CONTENT})


def publish(path: Path, monkeypatch: pytest.MonkeyPatch, members: dict[str, bytes]) -> list[int]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    count: list[int] = []

    def download(*_: Any) -> Path:
        count.append(1)
        return path

    monkeypatch.setattr(assets, "_download", download)
    return count


def test_fetched_once_and_checked(cache: Path, published: list[int]) -> None:
    said: list[str] = []
    fetch([ASSET], said.append)
    assert load(ASSET) == CONTENT
    assert "model.bin" in said[0]
    assert "1 MB" in said[0]
    said.clear()
    fetch([ASSET], said.append)
    fetch([ASSET], said.append, is_offline=True)
    assert (said, published) == ([], [1])
    assert names_in(cache) == ["model.bin"]


def test_damaged_file_is_fetched_again(cache: Path, published: list[int]) -> None:
    cache.mkdir(parents=True)
    ASSET.path.write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"has sha256 .* expected .* run `climbpose models fetch`"):
        load(ASSET)
    fetch([ASSET], print)
    assert load(ASSET) == CONTENT


def test_absent_file() -> None:
    with pytest.raises(ModelError, match=r"is not in .*cache; run `climbpose models fetch`"):
        load(ASSET)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({ASSET.member: b"other"}, "was not kept: report this"),
        ({"other": CONTENT}, "holds no some/model.bin"),
    ],
)
def test_wrong_wheel_is_not_kept(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: dict[str, bytes],
    reason: str,
) -> None:
    publish(tmp_path / "wrong.whl", monkeypatch, members)
    with pytest.raises(ModelError, match=reason):
        fetch([ASSET], print)
    assert names_in(cache) == []


def test_broken_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path / "a.whl", monkeypatch, {})
    (tmp_path / "a.whl").write_bytes(b"no archive")
    with pytest.raises(ModelError, match=r"holds no some/model\.bin"):
        fetch([ASSET], print)


def test_full_disk_leaves_no_half_file(
    cache: Path, published: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ModelError, match="No space left on device"):
        fetch([ASSET], print)
    assert names_in(cache) == []


def given_pip(monkeypatch: pytest.MonkeyPatch, code: int, stderr: str) -> list[list[str]]:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> "subprocess.CompletedProcess[str]":
        commands.append(command)
        return subprocess.CompletedProcess(command, code, "", stderr)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_pip_tells_why(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = "WARNING: x\nERROR: No matching distribution found for somebody==1.0\n"
    commands = given_pip(monkeypatch, 1, stderr)
    with pytest.raises(ModelError, match=r"with pip \(No matching distribution found") as caught:
        fetch([ASSET], print)
    assert "\n" not in str(caught.value)
    assert "--no-deps" in commands[0]
    assert commands[0][-1] == "somebody==1.0"


def test_python_without_pip_uses_the_one_it_ships_with(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ensurepip")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pip" else find(name)
    )
    done = subprocess.run(
        [sys.executable, *assets._pip(), "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("pip ")


def test_python_without_any_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"needs pip, which .* lacks; install it, or copy"):
        fetch([ASSET], print)


def test_file_published_by_itself(cache: Path, tmp_path: Path) -> None:
    origin = tmp_path / "published.bin"
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    asset = Asset("large.bin", sha256, Download(origin.as_uri(), 226), "", "MIT", "somebody")
    with pytest.raises(ModelError, match=r"could not be fetched.*models fetch somebody`.*large"):
        fetch([asset], print)
    origin.write_bytes(b"another")
    with pytest.raises(ModelError, match="it was not kept"):
        fetch([asset], print)
    assert names_in(cache) == []
    with pytest.raises(
        ModelError, match="--offline forbids fetching; run `climbpose models fetch s"
    ):
        fetch([asset], print, is_offline=True)
    origin.write_bytes(CONTENT)
    said: list[str] = []
    fetch([asset], said.append)
    assert "226 MB, file:///" in said[0]
    assert load(asset) == CONTENT


def test_default_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(assets.CACHE_VARIABLE)
    assert assets.cache_folder().name == "climbpose"
    monkeypatch.setenv(assets.CACHE_VARIABLE, "~/models")
    assert assets.cache_folder() == Path.home() / "models"
