import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.video import VideoReader, prefetch
from tests import clips


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


class Counted:
    """Numbers that remember how many were made and whether their maker was closed."""

    def __init__(self, count: int, fails_at: int | None = None) -> None:
        self.count, self.fails_at = count, fails_at
        self.made = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[int]:
        try:
            for n in range(self.count):
                if n == self.fails_at:
                    raise OSError(n)
                self.made += 1
                yield n
        finally:
            self.is_closed = True


@given(st.lists(st.integers()), st.integers(1, 5))
def test_order_and_number_stay(items: list[int], depth: int) -> None:
    assert list(prefetch(items, depth)) == items


def test_an_error_comes_out_in_its_place() -> None:
    numbers = Counted(10, fails_at=4)
    seen = []
    with pytest.raises(OSError, match="4"):
        for n in prefetch(numbers):
            seen.append(n)
    assert seen == [0, 1, 2, 3]
    assert numbers.is_closed


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_failing_consumer_stops_the_maker(error: type[BaseException]) -> None:
    numbers = Counted(1000)
    items = prefetch(numbers, depth=2)
    with pytest.raises(error):
        try:
            for n in items:
                if n == 3:
                    raise error
        finally:
            items.close()
    assert numbers.is_closed
    assert numbers.made <= 7


def test_no_more_is_made_than_may_wait() -> None:
    numbers = Counted(1000)
    items = prefetch(numbers, depth=3)
    assert next(items) == 0
    time.sleep(0.05)
    assert numbers.made <= 5
    items.close()
    assert numbers.is_closed


def test_a_depth_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next(prefetch([1], 0))


def test_frames_of_a_video(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4")
    with VideoReader(path) as reader:
        frames = prefetch(reader)
        assert next(frames).index == 0
        frames.close()
    with VideoReader(path) as reader:
        assert [frame.index for frame in prefetch(reader, 1)] == list(range(10))


@pytest.mark.parametrize("is_running", [True, False])
def test_an_interrupt_while_the_thread_starts_ends_it(
    monkeypatch: pytest.MonkeyPatch, is_running: bool
) -> None:
    begun = threading.Event()
    start = threading.Thread.start

    def items() -> Generator[int]:
        for number in range(10**6):
            begun.set()
            yield number

    def interrupted(thread: threading.Thread) -> None:
        if is_running:
            start(thread)
            begun.wait(10)
        raise KeyboardInterrupt

    source = items()
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(prefetch(source))
    # Python refuses to close a generator that a thread is still in.
    source.close()
    assert not any(one.name == "climbpose-prefetch" for one in threading.enumerate())
