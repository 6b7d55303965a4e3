"""What processes need that are begun to make things at the same time."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, resource_tracker
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Any

import cv2

_THREADS = "CLIMBPOSE_THREADS"
_THREAD_COUNTS = (_THREADS, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_GRACE_S = 3.0


def threads() -> int:
    """How many threads this process may compute with: all cores it may run on, unless told."""
    told = os.environ.get(_THREADS, "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    return cores()


def cores() -> int:
    """On how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory() -> int | None:
    """Bytes that programs may still take, None where the system does not say."""
    free = []
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    with suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit = int((group / "memory.max").read_text(encoding="ascii"))
        free.append(limit - int((group / "memory.current").read_text(encoding="ascii")))
    return min(free, default=None)


def become_worker(threads: int = 1) -> None:
    """Makes this process one of several: few threads, deaf to Ctrl-C, ended with its parent."""
    # Where none can be held back; the first process tells the others to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose first process was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    # First as if it were told to end, so that one which removes its half files then does.
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(_GRACE_S)
    os._exit(1)


@contextmanager
def signals_held_back(*names: str) -> Generator[None]:
    """These signals take effect after this block only; processes begun in it never get them.

    Ctrl-C reaches all processes of a terminal, and one that is still being started would answer
    with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its start lets held back signals through, so it must not come in between.
    resource_tracker.ensure_running()
    numbers = [getattr(signal, name) for name in names]
    handlers = _handlers(numbers)
    came: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    try:
        # Processes inherit the mask. It is that of this thread: another one (of OpenCV, say) may
        # take a signal of the whole process, whose handler then runs in the main thread at once.
        for number in handlers:
            signal.signal(number, lambda number, _: came.append(number))
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


def _handlers(numbers: Sequence[int]) -> dict[int, Callable[[int, FrameType | None], Any]]:
    """The handlers of signals that have one, none where they are not this thread's to change."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    handlers = {number: signal.getsignal(number) for number in numbers}
    return {number: handler for number, handler in handlers.items() if callable(handler)}


@contextmanager
def threads_each(count: int) -> Generator[None]:
    """Processes begun in this block compute with so many threads, as there are several of them."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in _THREAD_COUNTS}
    os.environ.update(dict.fromkeys(_THREAD_COUNTS, str(count)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
