"""Processes that make things ahead of their use, one after another and not too many."""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import sleep
from typing import Any

from climbpose.errors import ClimbposeError
from climbpose.processes import become_worker, signals_held_back, threads_each

_AHEAD = 4
"""Things that each process makes beyond the one that is waited for."""

_POLL_S = 0.2

Make = Callable[..., Iterator[int]]


@dataclass(frozen=True)
class _Producer:
    """A process, and what it says when it fails."""

    process: BaseProcess
    failure: Connection


class Producers:
    """Processes that make numbered things until they are stopped, or this process ends.

    Args:
        jobs: How many.
        make: Yields the number of what it makes next; it is let go on when that is soon needed.
        arguments: Of ``make``, by the process's number from 0.
    """

    def __init__(self, jobs: int, make: Make, arguments: Callable[[int], tuple[Any, ...]]) -> None:
        self._jobs, self._make, self._arguments = jobs, make, arguments
        # Threads and locks of this process must not be copied into half-dead ones.
        self._context = multiprocessing.get_context("spawn")
        # Without a lock, which a process that is killed could hold for ever.
        self._needed: Any = self._context.Value("q", 0, lock=False)
        self._producers: list[_Producer] = []

    def start(self, needed: int) -> None:
        """Begins to make what is needed from a number on."""
        self._needed.value = needed
        with threads_each(1), signals_held_back("SIGINT"):
            for number in range(self._jobs):
                ours, theirs = self._context.Pipe(duplex=False)
                given = (self._make, self._arguments(number), self._needed, self._jobs, theirs)
                process = self._context.Process(target=_produce, args=given, daemon=True)
                process.start()
                theirs.close()
                self._producers.append(_Producer(process, ours))

    def allow(self, needed: int) -> None:
        """What is below a number is no longer waited for."""
        self._needed.value = needed

    def check(self) -> None:
        """Makes sure that what is waited for is still being made.

        Raises:
            ClimbposeError: A process has ended.
        """
        for producer in self._producers:
            if not producer.process.is_alive():
                try:
                    reason = producer.failure.recv()
                except EOFError:
                    reason = (
                        "a process that made samples was killed (exit code "
                        f"{producer.process.exitcode}), perhaps for lack of memory; go on with "
                        "--resume and fewer --jobs"
                    )
                raise ClimbposeError(reason)

    def stop(self) -> None:
        """Ends the processes; what they are making is given up."""
        for producer in self._producers:
            producer.process.terminate()
        for producer in self._producers:
            producer.process.join()
            producer.failure.close()
        self._producers.clear()


def _produce(
    make: Make, arguments: tuple[Any, ...], needed: Any, jobs: int, failure: Connection
) -> None:
    """What a process does."""
    become_worker()
    try:
        for number in make(*arguments):
            while number >= needed.value + _AHEAD * jobs:
                sleep(_POLL_S)
    except ClimbposeError as error:
        failure.send(str(error))
