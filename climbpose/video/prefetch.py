"""Run an iterator ahead of its consumer, in a thread of its own."""

import threading
from collections import deque
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(iterable: Iterable[Item], depth: int = 4) -> Generator[Item]:
    """Yield the items of an iterable while a background thread makes the next ones.

    The thread starts with the first item that is asked for. It ends, and the underlying iterator is
    closed, when the items are used up, when making one fails, and when this generator is closed.

    Args:
        iterable: Where the items come from; it is used only in the thread.
        depth: How many finished items may wait to be taken.

    Yields:
        The items, in order. An exception raised while making an item comes out in its place.

    Raises:
        ValueError: The depth is below 1.
    """
    if depth < 1:
        raise ValueError(f"the depth is at least 1, got {depth}")
    waiting: deque[Item] = deque()
    changed = threading.Condition()
    failure: BaseException | None = None
    has_begun = has_ended = is_abandoned = False

    def make() -> None:
        nonlocal failure, has_begun, has_ended
        with changed:
            if is_abandoned:
                return
            has_begun = True
        try:
            iterator = iter(iterable)
            try:
                for item in iterator:
                    with changed:
                        changed.wait_for(lambda: is_abandoned or len(waiting) < depth)
                        if is_abandoned:
                            break
                        waiting.append(item)
                        changed.notify_all()
            finally:
                if isinstance(iterator, Generator):
                    iterator.close()
        except BaseException as error:
            failure = error
        with changed:
            has_ended = True
            changed.notify_all()

    thread = threading.Thread(target=make, name="climbpose-prefetch", daemon=True)
    try:
        # A Ctrl-C may come while the thread starts; then it must not go on by itself.
        thread.start()
        while True:
            with changed:
                changed.wait_for(lambda: bool(waiting) or has_ended)
                if not waiting:
                    break
                item = waiting.popleft()
                changed.notify_all()
            yield item
            del item
        if failure is not None:
            raise failure
    finally:
        with changed:
            is_abandoned = True
            changed.notify_all()
        if has_begun:
            thread.join()
        failure = None
