"""What an exporter is: a suffix and a method that writes one file."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from climbpose.errors import ClimbposeError
from climbpose.poses import Analysis
from climbpose.registry import Registry

PART_SUFFIX = ".part"


@runtime_checkable
class Exporter(Protocol):
    """Writes what is known of a video in one format."""

    suffix: ClassVar[str]
    """What follows the video's stem in the name of the file, such as ``_tracks.csv``."""

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file ``path``, whose folder exists."""
        ...


registry: Registry[Exporter] = Registry("exporter", "climbpose.exporters")
register = registry.register


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
            "folder with -o"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
