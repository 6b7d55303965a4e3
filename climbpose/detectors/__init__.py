"""Detectors, by name or from a file of somebody else's detections."""

from pathlib import Path

from climbpose.assets import Asset
from climbpose.detectors.base import Detector, register, registry

__all__ = ["DEFAULT", "Detector", "assets_of", "create", "factory", "names", "register", "registry"]

DEFAULT = "blazepose"

names = registry.names
factory = registry.factory


def assets_of(name: str) -> tuple[Asset, ...]:
    """The model files that a detector loads; none for a file of precomputed detections."""
    chosen = factory("precomputed" if name.endswith(".npz") else name)
    return getattr(chosen, "assets", ())


def create(name: str) -> Detector:
    """A detector for one video.

    Args:
        name: A registered name, or the path of an ``.npz`` file of precomputed detections.

    Raises:
        UsageError: There is no such name or file.
        ModelError: A model file is absent or damaged.
    """
    if name.endswith(".npz"):
        return registry.factory("precomputed")(Path(name))
    return registry.factory(name)()
