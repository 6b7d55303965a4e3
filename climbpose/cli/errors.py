"""Errors as the user meets them: one line on stderr and the right exit code."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from climbpose.errors import ClimbposeError

INTERRUPTED = 130


@contextmanager
def reported() -> Generator[None]:
    """Turns what a user can mend, and Ctrl-C, into one line and an exit code."""
    try:
        yield
    except ClimbposeError as error:
        complain(str(error))
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        complain("interrupted; unfinished files were removed")
        raise typer.Exit(INTERRUPTED) from error


def complain(message: str) -> None:
    """Prints an error on stderr, in one line whatever a file's name holds."""
    print(f"climbpose: error: {one_line(message)}", file=sys.stderr)


def one_line(text: str) -> str:
    """The text with control characters escaped and what cannot be encoded replaced."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return shown.encode("utf-8", "replace").decode("utf-8")
