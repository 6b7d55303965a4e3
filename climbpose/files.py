"""Files that get their names only when they are whole."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from climbpose.errors import ClimbposeError

PART_SUFFIX = ".part"


@contextmanager
def part_file(path: Path) -> Generator[Path]:
    """A file to write that takes the name ``path`` when the block ends well, and else vanishes.

    What has the name already stays whole until then. A symbolic link is replaced, never written
    through, so that what it points to stays as it is.

    Raises:
        ClimbposeError: The operating system refused; the message names the file and the reason.
    """
    part = path.with_name(f"{path.name}{PART_SUFFIX}")
    try:
        # Killed runs leave one behind; if it is a link, what it points to is not ours.
        part.unlink(missing_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise ClimbposeError(
            f"{path} could not be written ({error.strerror or error}); make room or choose another "
            "folder"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
