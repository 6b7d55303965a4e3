"""Runs climbpose in a process of its own, which waits or does itself harm in a chosen stage.

The stages, in order: ``start`` (before anything is read), ``models`` (the
video is open, the models come next), ``detect`` (a few frames are
decoded and seen), ``smooth``, ``tracks`` (a few rows are written), ``draw`` (a few frames are
encoded), ``mux`` (all are, the file is not finished), ``report``.
"""

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from climbpose import detectors, exporters, files, smoothers
from climbpose.cli import main
from climbpose.detectors.precomputed import Precomputed
from climbpose.pipeline import analysing
from climbpose.pipeline import run as annotating
from climbpose.poses import Frame, PoseTrack
from climbpose.report import RunReport
from climbpose.video import VideoWriter

if sys.platform != "win32":
    import resource

STAGES = ("start", "models", "detect", "smooth", "tracks", "draw", "mux", "report")

NOWHERE = ""

PAUSE, FILL, STARVE = "pause", "fill", "starve"

# Loaded here, once for all the processes that are begun from this one.
for family in (detectors, exporters, smoothers):
    family.names()

_FRAMES = 4
_CAPABILITY_VERSION = 0x20080522
_OVERRIDES = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_SPARE = 2 << 20


def run(
    stage: str,
    action: str,
    folder: Path,
    wire: Connection | None,
    output: Path,
    arguments: list[str],
) -> None:
    """Runs the command line.

    Args:
        stage: Where something is to happen, or `NOWHERE`.
        action: `PAUSE` tells ``wire`` and waits for an answer, `FILL` fills the disk, `STARVE`
            leaves hardly any memory.
        folder: Of the disk that is filled.
        wire: To the test, needed for `PAUSE` alone.
        output: Takes stdout, and with ``.err`` added stderr.
        arguments: Of the command line.
    """
    for number, path in ((1, output), (2, output.with_name(f"{output.name}.err"))):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _obey_permissions()

    def act() -> None:
        if wire is not None and action == PAUSE:
            wire.send(stage)
            wire.recv()
        elif action == FILL:
            _fill(folder)
        else:
            _starve()

    if stage != NOWHERE:
        _hook(stage, act)
    sys.argv = ["climbpose", *arguments]
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _obey_permissions() -> None:
    """Gives up root's right to write where nobody may."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    # Effective, permitted and inheritable, the lower halves of all three first.
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0, os.strerror(ctypes.get_errno())
    sets[0] &= ~_OVERRIDES
    assert libc.capset(header, sets) == 0, os.strerror(ctypes.get_errno())


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC, error


def _starve() -> None:
    """Allows hardly more memory than is in use."""
    assert sys.platform != "win32"
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + _SPARE
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def _hook(stage: str, act: Callable[[], None]) -> None:
    """Makes something happen, once, in a stage."""
    calls = 0

    def once(at: int = 1) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            act()

    if stage == "start":
        claimed = files.claimed

        @contextmanager
        def claim(path: Path) -> Generator[None]:
            with claimed(path):
                once()
                yield

        _replace(annotating, "claimed", claim)
    elif stage == "detect":
        _hook_detector(once)
    elif stage == "tracks":
        rows = PoseTrack.__iter__

        def slowly(track: PoseTrack) -> Iterator[Any]:
            for row in rows(track):
                once(_FRAMES)
                yield row

        _replace(PoseTrack, "__iter__", slowly)
    else:
        owner, name, at = {
            "models": (analysing, "output_size", 1),
            "smooth": (analysing, "follow", 1),
            "draw": (VideoWriter, "write", _FRAMES),
            "mux": (VideoWriter, "close", 1),
            "report": (RunReport, "write", 1),
        }[stage]
        _call_before(owner, name, lambda: once(at))


def _hook_detector(once: Callable[[int], None]) -> None:
    detect = Precomputed.__call__

    def wait(frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            once(_FRAMES)
            yield frame

    _replace(Precomputed, "__call__", lambda self, frames: detect(self, wait(frames)))


def _call_before(owner: Any, name: str, act: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def hooked(*arguments: Any, **options: Any) -> Any:
        act()
        return original(*arguments, **options)

    _replace(owner, name, hooked)


def _replace(owner: Any, name: str, new: Any) -> None:
    setattr(owner, name, new)
