"""Ctrl-C and requests to end, which must reach the command wherever they fall.

Python raises them in whatever the main thread is doing, and not everything lets them pass: a
finalizer or the callback of a weak reference reports them and goes on, and some libraries written
in C clear any error while they find out what an object is. The command would then run to its end.
"""

import _thread
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import sleep
from types import FrameType
from typing import Any

_AGAIN_S = 0.02
"""Later than what lost it takes to end."""

_main_thread = threading.get_ident()
_is_insisted = False


class _Insistent(BaseException):
    """Is raised again if nobody lets it pass; see `insisted`."""

    number = signal.SIGINT

    def __del__(self) -> None:
        if _is_insisted:
            # Not of `threading`, whose locks may be held by what was interrupted.
            _thread.start_new_thread(_repeat, (self.number,))


class _Interrupted(_Insistent, KeyboardInterrupt):
    """Ctrl-C."""


class _Ended(_Insistent, SystemExit):
    """A request to end; the command ends as after Ctrl-C, so that unfinished files are removed."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = signal.Signals(number)


def heed() -> None:
    """Makes this process end by Ctrl-C, and as cleanly when it is told to end or hung up."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup wants the hang-up ignored, and a shell Ctrl-C where it runs in the background.
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)
    sys.unraisablehook = _report


@contextmanager
def insisted() -> Generator[None]:
    """What asks to end leaves this block, or is asked again.

    An exception lives as long as it is on its way or being handled; one that is gone while the
    block goes on was lost, unless another one took its place.
    """
    global _is_insisted
    _is_insisted = True
    try:
        yield
    finally:
        _is_insisted = False


def _raise(number: int, frame: FrameType | None) -> None:
    # Without a name, which would keep it alive as long as its traceback, of which it is a part.
    raise _Interrupted if number == signal.SIGINT else _Ended(number)


def _repeat(number: signal.Signals) -> None:
    sleep(_AGAIN_S)
    if not _is_insisted or _is_ending():
        return
    if hasattr(signal, "pthread_kill"):
        # Wakes a main thread that waits, too.
        signal.pthread_kill(_main_thread, number)
    else:
        _thread.interrupt_main(number)


def _is_ending() -> bool:
    """Whether the main thread deals with what ends the command; Ray, for one, makes it anew."""
    # Python 3.11 gives what `sys.exc_info` does.
    dealt_with: Any = sys._current_exceptions().get(_main_thread)
    error = dealt_with[1] if isinstance(dealt_with, tuple) else dealt_with
    while error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        error = error.__context__
    return error is not None


def _report(unraisable: Any) -> None:
    """Tells of an error that can't be raised, unless it comes again."""
    if not isinstance(unraisable.exc_value, _Insistent):
        sys.__unraisablehook__(unraisable)
