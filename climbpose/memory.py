"""Want of memory, which every library tells in a way of its own."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from climbpose.errors import ClimbposeError

_WORDS = (
    "can't start new thread",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "bad_alloc",
    "bad allocation",
    "Insufficient memory",
    "failed to map segment",
)
"""What Python, the system, FFmpeg, OpenVINO and OpenCV say."""


@contextmanager
def shortage_told(video: Path) -> Generator[None]:
    """Turns a want of memory in the block into one line.

    Raises:
        ClimbposeError: There was one; anything else that is raised stays as it is.
    """
    try:
        yield
    except ClimbposeError:
        raise
    except Exception as error:
        if not isinstance(error, MemoryError) and not any(word in str(error) for word in _WORDS):
            raise
        raise ClimbposeError(
            f"{video} needs more memory than there is; close other programs, or try fewer --jobs"
        ) from error
