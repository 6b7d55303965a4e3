"""What an exporter is: a suffix and a method that writes one file."""

from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from climbpose.poses import Analysis
from climbpose.registry import Registry

FIRST_PIXEL_CENTRE = 0.5
"""Where the first pixel's centre is; tools that count from there have our coordinates less this."""


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


registry: Registry[Exporter] = Registry("exporter", "climbpose.exporters")
register = registry.register
