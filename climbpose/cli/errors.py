"""Errors as the user meets them: one line on stderr and the right exit code."""

import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import typer

from climbpose.cli.interrupts import insisted
from climbpose.errors import ClimbposeError

INTERRUPTED = 130

_LONGEST = 2000
"""Characters of a message; what a damaged file is quoted with may be of any length."""


@dataclass
class Answer:
    """What a program reads on stdout: one JSON document, however the command ends.

    Attributes:
        is_wanted: Whether the user asked for it.
        results: One for each video so far.
    """

    is_wanted: bool = False
    results: list[Mapping[str, Any]] = field(default_factory=list)

    def give(self, exit_code: int, error: str | None = None) -> None:
        """Prints the document."""
        if self.is_wanted:
            content = {"exit_code": exit_code, "error": error, "results": self.results}
            print(json.dumps(content, indent=2, default=_plain, allow_nan=False), flush=True)


@contextmanager
def reported(answer: Answer | None = None) -> Generator[None]:
    """Turns what a user can mend, and Ctrl-C, into one line and an exit code.

    Bugs keep their traceback, but ``answer`` is given for them too.
    """
    answer = answer or Answer()
    try:
        with insisted():
            yield
    except ClimbposeError as error:
        complain(str(error))
        answer.give(error.exit_code, str(error))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        complain("interrupted; unfinished files were removed")
        answer.give(INTERRUPTED, "interrupted")
        raise typer.Exit(INTERRUPTED) from error
    except SystemExit as error:
        answer.give(error.code if isinstance(error.code, int) else 1, "terminated")
        raise
    except Exception as error:
        # Ctrl-C while a library is being loaded comes as whatever that library makes of it.
        if isinstance(error, ImportError) and _is_interrupt(error):
            complain("interrupted")
            answer.give(INTERRUPTED, "interrupted")
            raise typer.Exit(INTERRUPTED) from error
        answer.give(1, f"{type(error).__name__}: {error}")
        raise


def _is_interrupt(error: BaseException) -> bool:
    """Whether an error came of Ctrl-C."""
    cause = error.__cause__ or error.__context__
    return cause is not None and (isinstance(cause, KeyboardInterrupt) or _is_interrupt(cause))


def complain(message: str) -> None:
    """Prints an error on stderr, in one line whatever a file's name holds."""
    print(f"climbpose: error: {one_line(message)}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """The text with control characters escaped and what cannot be encoded replaced."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} ..."
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return shown.encode("utf-8", "replace").decode("utf-8")


def _plain(value: object) -> float | str:
    from climbpose.report import plain

    return plain(value)
