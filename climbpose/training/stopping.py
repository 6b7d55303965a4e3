"""Ctrl-C and a hang-up, held back until what is being done is done."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class StopRequest:
    """Within it, the first Ctrl-C only asks to stop; the second one stops at once.

    Attributes:
        number: The signal that came, 0 where none did.
    """

    class Stopped(Exception):  # noqa: N818 - no error
        """The work was stopped as asked, and what is done is kept.

        Attributes:
            exit_code: As a shell has it.
        """

        def __init__(self, message: str, number: int) -> None:
            super().__init__(message)
            self.exit_code = 128 + number

    def __init__(self) -> None:
        self.number = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopRequest":
        # Only the main thread may say what signals do.
        if threading.current_thread() is threading.main_thread():
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._let_through()

    def obey(self, message: str) -> None:
        """Ends the work.

        Raises:
            Stopped: Always.
        """
        raise self.Stopped(message, self.number)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._let_through()

    def _let_through(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
