"""Detectors, by name or from a file of somebody else's detections."""

from dataclasses import replace
from pathlib import Path

from climbpose.assets import Asset
from climbpose.detectors.base import (
    NO_OPTIONS,
    QUALITIES,
    Detector,
    DetectorOptions,
    ModelFile,
    Quality,
    RegionDetector,
    register,
    registry,
)

__all__ = [
    "DEFAULT",
    "QUALITIES",
    "Detector",
    "DetectorOptions",
    "ModelFile",
    "Quality",
    "RegionDetector",
    "assets_of",
    "create",
    "factory",
    "names",
    "register",
    "registry",
    "shipped_with",
]

DEFAULT = "climbing"

names = registry.names
factory = registry.factory


def assets_of(name: str) -> tuple[Asset, ...]:
    """The model files that a detector fetches; none for a file of precomputed detections."""
    chosen = factory("precomputed" if name.endswith(".npz") else name)
    return getattr(chosen, "assets", ())


def shipped_with(name: str) -> tuple[str, ...]:
    """The names of the checkpoints in ``weights/`` that a detector loads."""
    return getattr(factory(name), "shipped", ())


def create(name: str, options: DetectorOptions = NO_OPTIONS) -> Detector:
    """A detector for one video.

    Args:
        name: A registered name, or the path of an ``.npz`` file of precomputed detections.
        options: What is asked of it.

    Raises:
        UsageError: There is no such name or file, or it cannot do what is asked.
        ModelError: A model file is absent or damaged.
    """
    if name.endswith(".npz"):
        options = replace(options, detections=Path(name))
        name = "precomputed"
    return registry.factory(name)(options)
