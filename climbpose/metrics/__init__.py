"""Metrics, by name: predicted keypoints against labels."""

from climbpose.errors import UsageError
from climbpose.metrics.base import VISIBLE, Annotated, Metric, Scores, register, registry

__all__ = [
    "DEFAULTS",
    "PCK",
    "VISIBLE",
    "Annotated",
    "Metric",
    "Scores",
    "create",
    "factory",
    "names",
    "register",
    "registry",
]

PCK = ("pck@0.05:torso", "pck@0.1:torso", "pck@0.2:torso")
DEFAULTS = ("found", "found@0.5:torso", *PCK, "oks", "sides")

names = registry.names
factory = registry.factory


def create(name: str) -> Metric:
    """A metric.

    Args:
        name: ``NAME``, ``NAME@THRESHOLD:REFERENCE``, such as ``oks`` or ``pck@0.1:torso``.

    Raises:
        UsageError: There is no such metric, or it needs another threshold or reference.
    """
    family, _, qualifiers = name.partition("@")
    text, _, reference = qualifiers.partition(":")
    threshold = None
    if text:
        try:
            threshold = float(text)
        except ValueError as error:
            raise UsageError(
                f"metric {name!r} has no number after the @; expected a name such as pck@0.1:torso"
            ) from error
    return registry.factory(family)(threshold, reference or None)
