"""What an importer is: it knows a file by its content, and reads one climber's keypoints."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from climbpose.errors import TracksError
from climbpose.registry import Registry

MAX_FRAMES = 500_000
"""More than four hours of video; what claims more is damaged or hostile."""

MAX_TEXT_BYTES = 1 << 28
"""What a text may take: the tracks of two hours."""

START_BYTES = 4096
"""How much of a file an importer sees before it says whether it knows it."""

_DAMAGE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, EOFError),
    *(OSError, RuntimeError, NotImplementedError, RecursionError, StopIteration),
)
"""What is raised where a damaged file is read."""


@dataclass(frozen=True, eq=False)
class Readings:
    """One climber's keypoints as a file has them.

    Attributes:
        frame_index: Of each row; None if the rows are at times of their own.
        keypoints: Names in the file's words.
        xy: Pixels from the picture's top left corner; NaN where missing.
        confidence: In [0, 1]; NaN where the file does not say.
        time: Seconds; None where the file does not say.
        status: A `Status` each; None where the file does not say.
    """

    frame_index: Int64[np.ndarray, " rows"] | None
    keypoints: tuple[str, ...]
    xy: Float64[np.ndarray, "rows keypoints 2"]
    confidence: Float64[np.ndarray, "rows keypoints"]
    time: Float64[np.ndarray, " rows"] | None = None
    status: UInt8[np.ndarray, "rows keypoints"] | None = None


@runtime_checkable
class Importer(Protocol):
    """Reads tracks in one format."""

    description: ClassVar[str]
    """What such a file is, such as ``DeepLabCut CSV``."""

    def knows(self, path: Path, start: bytes) -> bool:
        """Whether a file is of this format.

        Args:
            path: The file, or a folder.
            start: How it begins; empty for a folder.
        """
        ...

    def read(self, path: Path) -> Readings:
        """Reads the file.

        Raises:
            TracksError: It is damaged, or has several people.
            UsageError: It cannot be opened, or a package is not installed.
        """
        ...


@contextmanager
def damage_told(path: Path, description: str) -> Generator[None]:
    """Turns what a library says of a damaged file into one line.

    Raises:
        TracksError: Something was wrong in the block.
    """
    try:
        yield
    except MemoryError:
        raise
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise TracksError(
            f"{path} is no whole file of {description} ({reason}); export it again"
        ) from error


registry: Registry[Importer] = Registry("importer", "climbpose.importers")
register = registry.register
