"""What the processes of the tests make."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from climbpose.errors import ClimbposeError


def numbers(folder: Path, first: int, jobs: int) -> Iterator[int]:
    """Makes a file for every so-manyth number."""
    number = first
    while True:
        yield number
        (folder / str(number)).touch()
        number += jobs


def failing(folder: Path, first: int, jobs: int) -> Iterator[int]:
    yield first
    raise ClimbposeError("the disk is full; make room")


def killed(folder: Path, first: int, jobs: int) -> Iterator[int]:
    yield first
    os.kill(os.getpid(), signal.SIGKILL)
