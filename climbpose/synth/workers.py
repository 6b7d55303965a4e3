"""Several processes that make things at the same time, and end together whatever stops them."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import TypeVar

from climbpose.errors import ClimbposeError
from climbpose.processes import become_worker, signals_held_back, threads_each

_POLL_S = 0.1

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
    become_worker()


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
    with threads_each(1), ExitStack() as stack:
        # Nor may they come between the making of a lock and the note that it is to be removed.
        with signals_held_back("SIGINT", "SIGHUP"):
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
