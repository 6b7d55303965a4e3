"""Exporters: each writes an analysis as one file beside the video."""

from climbpose.exporters.base import Exporter, register, registry

__all__ = ["Exporter", "create", "names", "register"]

names = registry.names


def create(name: str) -> Exporter:
    """The exporter of a name.

    Raises:
        UsageError: There is none; the message lists the names.
    """
    return registry.factory(name)()
