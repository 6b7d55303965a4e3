"""Where the time goes: seconds spent in each stage."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


class Timings:
    """Adds up the seconds of each stage; stages that overlap add up to more than the whole."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def measure(self, stage: str) -> Generator[None]:
        """Adds the block's duration to ``stage``."""
        start = perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] += perf_counter() - start

    def watch(self, items: Iterable[T], stage: str) -> Iterator[T]:
        """Passes ``items`` on and adds the time that making them took to ``stage``."""
        iterator = iter(items)
        while True:
            with self.measure(stage):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    def seconds(self) -> dict[str, float]:
        """Seconds by stage, in the order in which the stages began, to the millisecond."""
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}
