"""A Ray cluster for the length of a batch, without Ray's noise."""

import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from climbpose.errors import ClimbposeError
from climbpose.processes import cores

_STORE_BYTES = 100_000_000
"""Orders and outcomes are small; the videos never go through Ray."""

_LONGEST_FOLDER = 40
"""Ray makes sockets deep below its folder, whose paths may have 107 bytes."""

_MAX_REASON = 200
_PATIENCE_S = 10.0

_SETTINGS = {
    # Nothing is told to anybody.
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    # Else it warns of what a later version will do with GPUs, which are not asked for.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@contextmanager
def joined(address: str | None) -> Generator[Any]:
    """Joins a cluster, or begins one on this machine, and leaves it; gives the ray module.

    Args:
        address: Of the cluster, None for one of this machine that ends with the block.

    Raises:
        ClimbposeError: It cannot be reached or begun.
    """
    settings = dict(_SETTINGS)
    # Ray reads these two at its import and once only.
    if address is None and "RAY_AUTH_MODE" not in os.environ and not _has_read_them():
        settings |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": _password()}
    with _environment(settings):
        import ray

        _silence()
        if ray.is_initialized():
            yield ray
            return
        if address is not None:
            _knock(address)
        with _folder() as folder, _signals_kept() as keep:
            try:
                _begin(ray, address, folder)
                keep()
                yield ray
            finally:
                ray.shutdown()


@cache
def _password() -> str:
    """The password of this process's clusters: whoever gets into one may run anything on it.

    Ray's own would stay in a file in the user's home.
    """
    return secrets.token_hex(32)


def _has_read_them() -> bool:
    return "ray" in sys.modules and not _password.cache_info().currsize


def _silence() -> None:
    """Keeps Ray from telling of lost workers on stdout, where programs read the answer.

    It has no setting for that; what happened is in the outcomes.
    """
    from ray._private import worker

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *_, **__: None


def _begin(ray: Any, address: str | None, folder: Path) -> None:
    quiet = {"log_to_driver": False, "configure_logging": False}
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    try:
        if address is not None:
            ray.init(address=address, **quiet)
        else:
            ray.init(
                address="local",
                num_cpus=cores(),
                include_dashboard=False,
                object_store_memory=_STORE_BYTES,
                _temp_dir=str(folder),
                _node_ip_address="127.0.0.1",
                **quiet,
            )
    # Ray raises whatever it likes.
    except Exception as error:
        raise _refusal(address, error) from error


def _knock(address: str) -> None:
    """Makes sure that somebody is there; Ray would wait for minutes.

    Raises:
        ClimbposeError: Nobody is.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not (host and port.isdecimal()):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_S).close()
    except (OSError, OverflowError) as error:
        raise _refusal(address, error) from error


def _refusal(address: str | None, error: Exception) -> ClimbposeError:
    reason = " ".join(str(error).split())[:_MAX_REASON] or type(error).__name__
    what = f"be reached at {address}" if address else "be begun on this machine"
    return ClimbposeError(
        f"a Ray cluster could not {what} ({reason}); check --address, and that Ray and Python have "
        "the same versions there"
    )


@contextmanager
def _signals_kept() -> Generator[Callable[[], None]]:
    """Signals end the block as they did before; gives what is to be called once Ray has begun.

    Ray puts a handler of its own in the place of that of SIGTERM, and where a handler ends the
    program while Ray waits, it does so with another exit code.
    """
    caught: list[tuple[int, FrameType | None]] = []
    is_main = threading.current_thread() is threading.main_thread()
    names = [name for name in ("SIGTERM", "SIGHUP") if is_main and hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}

    def keep() -> None:
        for name, handler in before.items():
            number = getattr(signal, name)
            signal.signal(number, note if callable(handler) else handler)

    def note(number: int, frame: FrameType | None) -> None:
        caught.append((number, frame))
        end(number, frame)

    def end(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number).name]
        assert callable(handler)
        handler(number, frame)

    try:
        yield keep
    except SystemExit:
        if caught:
            end(*caught[0])
        raise
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def _folder() -> Generator[Path]:
    """A folder for Ray's own files that vanishes with the block."""
    parent: str | None = tempfile.gettempdir()
    if len(str(parent)) > _LONGEST_FOLDER and Path("/tmp").is_dir():
        parent = "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="cpray", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _environment(settings: dict[str, str]) -> Generator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is not None:
                os.environ[name] = value
            else:
                with suppress(KeyError):
                    del os.environ[name]
