"""What an exporter is: a suffix and a method that writes one file."""

from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from climbpose.errors import TracksError
from climbpose.poses import Analysis
from climbpose.registry import Registry

FIRST_PIXEL_CENTRE = 0.5
"""Where the first pixel's centre is; tools that count from there have our coordinates less this."""

_MAX_ROWS = 2_000_000
"""More than eighteen hours of video."""


@runtime_checkable
class Exporter(Protocol):
    """Writes what is known of a video in one format."""

    suffix: ClassVar[str]
    """What follows the video's stem in the name of the file, such as ``_tracks.csv``."""

    def write(self, analysis: Analysis, path: Path) -> None:
        """Writes the file ``path``, whose folder exists."""
        ...


@runtime_checkable
class Telling(Protocol):
    """An exporter that has something to tell of what it wrote.

    Attributes:
        warnings: One line each, filled while writing.
    """

    warnings: list[str]


def check_rows(count: int, path: Path) -> None:
    """Makes sure that a format that knows no holes can hold the frames or the time between them.

    Raises:
        TracksError: There are more rows than any video has.
    """
    if count > _MAX_ROWS:
        raise TracksError(
            f"{path.name} would have {count} rows, expected at most {_MAX_ROWS}; are the tracks' "
            "frames and times those of one video?"
        )


registry: Registry[Exporter] = Registry("exporter", "climbpose.exporters")
register = registry.register
