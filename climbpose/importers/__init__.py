"""Importers: each reads tracks that climbpose or another tool wrote."""

from climbpose.importers.base import Importer, Readings, register, registry
from climbpose.importers.reading import Times, read_tracks

__all__ = ["Importer", "Readings", "Times", "names", "read_tracks", "register"]

names = registry.names
