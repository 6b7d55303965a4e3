"""Several processes that make things at the same time, and end together whatever stops them."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

import cv2

from climbpose.errors import ClimbposeError

_POLL_S = 0.1
_THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Task = TypeVar("Task")
Make = Callable[[Task, Callable[[int], None]], None]


class _StopError(Exception):
    """Ends the work on a clip that nobody waits for any more."""


@dataclass(frozen=True)
class _Signals:
    """What passes between a worker and the process that began it."""

    frames: "Synchronized[int]"
    is_over: Event

    def advance(self, frames: int) -> None:
        """So many frames are drawn; goes no further where the run is over."""
        with self.frames.get_lock():
            self.frames.value += frames
        if self.is_over.is_set():
            raise _StopError


_signals: _Signals | None = None


def _begin(signals: _Signals) -> None:
    """Makes a process ready to be a worker."""
    global _signals
    _signals = signals
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


def _work(make: Make[Task], task: Task) -> None:
    assert _signals is not None
    if not _signals.is_over.is_set():
        make(task, _signals.advance)


def make_all(
    make: Make[Task], tasks: Sequence[Task], jobs: int, advance: Callable[[int], None]
) -> None:
    """Makes things in several processes; the first that fails ends the others.

    Args:
        make: Makes one, and tells how many frames it has drawn since it last told; what that
            raises ends the work. It is sent to the processes, as are the tasks.
        tasks: What is to be made.
        jobs: Processes at the same time.
        advance: Is told how many frames have been drawn since it was last told.

    Raises:
        ClimbposeError: A process was killed.
    """
    if not tasks:
        return
    # Threads and locks of this process must not be copied into half-dead ones.
    context = multiprocessing.get_context("spawn")
    # Its start lets held back signals through, so it must not come in between.
    resource_tracker.ensure_running()
    with _one_thread_each(), ExitStack() as stack:
        # A worker takes over which signals are held back: Ctrl-C reaches all processes of a
        # terminal, and a worker that is still being started would answer with a traceback. Nor may
        # it come between the making of a lock and the note that the lock is to be removed.
        with _signals_held_back():
            signals = _Signals(context.Value("Q", 0), context.Event())
            pool = stack.enter_context(
                ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(signals,))
            )
            stack.callback(_end, pool, signals)
            futures = [pool.submit(_work, make, task) for task in tasks]
        _watch(futures, signals, advance)


def _end(pool: ProcessPoolExecutor, signals: _Signals) -> None:
    """Lets no worker begin or finish another clip."""
    signals.is_over.set()
    pool.shutdown(cancel_futures=True)


def _watch(
    futures: Sequence["Future[None]"], signals: _Signals, advance: Callable[[int], None]
) -> None:
    """Waits for the clips and tells how the work goes on."""
    told, pending = 0, set(futures)
    while pending:
        done, pending = wait(pending, timeout=_POLL_S, return_when=FIRST_EXCEPTION)
        # Not under the lock, which a killed process may still hold.
        frames = int(signals.frames.get_obj().value)
        if frames > told:
            advance(frames - told)
        told = frames
        try:
            for future in done:
                future.result()
        except BrokenProcessPool as error:
            raise ClimbposeError(
                "a process that made a clip was killed, perhaps for lack of memory; go on with "
                "--resume and fewer --jobs"
            ) from error


@contextmanager
def _signals_held_back() -> Generator[None]:
    """Ctrl-C and a hang-up take effect after this block only."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held_back = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held_back)


@contextmanager
def _one_thread_each() -> Generator[None]:
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
