"""What processes need that are begun to make things at the same time."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any

import cv2

_THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def become_worker() -> None:
    """Makes this process one of several: one thread, deaf to Ctrl-C, ended with its parent."""
    # Where none can be held back; the first process tells the others to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose first process was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
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
    held_back = signal.pthread_sigmask(signal.SIG_BLOCK, {getattr(signal, name) for name in names})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)


@contextmanager
def one_thread_each() -> Generator[None]:
    """Processes begun in this block compute with one thread each, as there are enough of them."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in _THREAD_COUNTS}
    os.environ.update(dict.fromkeys(_THREAD_COUNTS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
