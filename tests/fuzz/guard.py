"""What a worker may not do while it reads a damaged file, and how much memory it took."""

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FORBIDDEN = frozenset(
    {
        *("pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "os.fork"),
        *("subprocess.Popen", "socket.connect", "socket.bind", "urllib.Request", "webbrowser.open"),
        *("ctypes.dlopen", "os.putenv", "os.symlink", "os.link", "shutil.rmtree"),
    }
)
"""Audit events of Python by which a file would run code or reach out."""

_WRITING = frozenset({"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"})

_MB = 1 << 20


class Guard:
    """Notes what is done that reading a file must not do.

    Args:
        sources: Folders that may be read, beside the one that is watched.
    """

    def __init__(self, *sources: Path) -> None:
        paths = sysconfig.get_paths()
        system: list[str | Path] = [
            paths["stdlib"],
            paths["purelib"],
            paths["platlib"],
            sys.prefix,
            sys.base_prefix,
        ]
        system += ["/proc", "/sys", "/dev", "/usr", "/lib", "/etc/localtime", "/etc/ssl"]
        self._sources = tuple(os.path.realpath(folder) for folder in (*system, *map(str, sources)))
        self._folder: str | None = None
        self._escapes: list[str] = []
        sys.addaudithook(self._see)

    def watched(self, folder: Path, work: Callable[[], None]) -> list[str]:
        """What ``work`` does outside the folder, one line each; nothing should be among it."""
        self._escapes = []
        self._folder = os.path.realpath(folder)
        try:
            work()
        finally:
            self._folder = None
        return self._escapes

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._folder is None:
            return
        if event in _FORBIDDEN:
            self._note(f"{event} {arguments[:2]!r}")
        elif event == "open":
            path, _, flags = arguments
            is_writing = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
            self._check(path, is_writing=is_writing, event=event)
        elif event in _WRITING:
            self._check(arguments[0], is_writing=True, event=event)

    def _check(self, path: Any, *, is_writing: bool, event: str) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        try:
            real = os.path.realpath(os.fsdecode(path))
        except ValueError:
            return
        assert self._folder is not None
        allowed = (self._folder,) if is_writing else (self._folder, *self._sources)
        is_inside = any(real == root or real.startswith(root + os.sep) for root in allowed)
        if not (is_inside or real == os.devnull):
            self._note(f"{event} {'writes' if is_writing else 'reads'} {real}")

    def _note(self, line: str) -> None:
        if len(self._escapes) < 20:
            self._escapes.append(line)


def forget_peak() -> None:
    """The most memory that this process took is counted anew from now on, where Linux lets us."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_mb() -> int:
    """The most memory that this process took, megabytes."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 // _MB
