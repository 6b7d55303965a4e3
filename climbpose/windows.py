"""A stream cut into overlapping windows, and windows blended into a stream again."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from jaxtyping import Float

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Window(Generic[T]):
    """Consecutive items of a stream.

    Attributes:
        start: Position of the first item in the stream.
        items: As many as the window is long.
        count: How many of them are the stream's; the others repeat its last item.
    """

    start: int
    items: list[T]
    count: int


def slide(stream: Iterable[T], length: int, stride: int) -> Iterator[Window[T]]:
    """Windows that begin every ``stride`` items; only the current one is kept.

    The last window is moved back so that it ends with the stream. A stream shorter than one window
    gives one, filled up with its last item.

    Args:
        stream: Any number of items; none give no window.
        length: Items in a window.
        stride: Items between two windows' beginnings, not more than ``length``.
    """
    if not 1 <= stride <= length:
        raise ValueError(f"a stride of 1 to the length {length} is needed, got {stride}")
    latest: deque[T] = deque(maxlen=length)
    count = start = 0
    for item in stream:
        latest.append(item)
        count += 1
        if count == start + length:
            yield Window(start, list(latest), length)
            start += stride
    if 0 < count < length:
        yield Window(0, [*latest, *[latest[-1]] * (length - count)], count)
    elif count > start - stride + length:
        yield Window(count - length, list(latest), length)


@dataclass(slots=True, eq=False)
class _Blend:
    """A weighted mean that leaves NaN out and returns equal values unchanged."""

    mean: np.ndarray
    weight: np.ndarray

    def add(self, item: np.ndarray, weight: int) -> None:
        is_known = ~np.isnan(item)
        self.weight += weight * is_known
        share = weight / np.where(is_known, self.weight, 1.0)
        first = np.where(np.isnan(self.mean), item, self.mean)
        self.mean = np.where(is_known, first + (item - first) * share, self.mean)


def stitch(windows: Iterable[Window[np.ndarray]]) -> Iterator[Float[np.ndarray, "..."]]:
    """The stream whose windows these are; where windows overlap, their middles count most.

    The weights fall off in a straight line from a window's middle to its ends. NaN counts as not
    known: the other windows decide, and it stays NaN where no window knows. An item is emitted as
    soon as no further window can hold it.

    Args:
        windows: In the order of `slide`; all arrays of one shape and of one floating type.
    """
    pending: deque[_Blend] = deque()
    first = 0
    kind = np.dtype(np.float64)
    for window in windows:
        length = len(window.items)
        kind = window.items[0].dtype
        while first < window.start:
            yield pending.popleft().mean.astype(kind)
            first += 1
        for offset, item in enumerate(window.items[: window.count]):
            row = window.start + offset - first
            if row == len(pending):
                nothing = np.full(item.shape, np.nan)
                pending.append(_Blend(nothing, np.zeros(item.shape)))
            pending[row].add(item.astype(np.float64), min(offset + 1, length - offset))
    while pending:
        yield pending.popleft().mean.astype(kind)
