"""Metrics, by name: predicted keypoints against labels."""

from climbpose.errors import UsageError
from climbpose.metrics.base import VISIBLE, Annotated, Metric, Scores, register, registry

__all__ = [
    "DEFAULTS",
    "OF_FRAMES",
    "PCK",
    "SMOOTHING",
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
OF_FRAMES = (*PCK, "oks:crop")
SMOOTHING = (*OF_FRAMES, "jitter", "jitter:torso", "acc_err", "lag")
"""What tells whether smoothing helps: are keypoints as true, and are they steadier?"""

DEFAULTS = ("found", "found@0.5:torso", *PCK, "oks", "sides")

names = registry.names
factory = registry.factory


def create(name: str) -> Metric:
    """A metric.

    Args:
        name: ``NAME``, ``NAME:REFERENCE`` or ``NAME@THRESHOLD:REFERENCE``, such as ``oks``,
            ``oks:crop`` or ``pck@0.1:torso``.

    Raises:
        UsageError: There is no such metric, or it needs another threshold or reference.
    """
    head, _, reference = name.partition(":")
    family, _, text = head.partition("@")
    threshold = None
    if text:
        try:
            threshold = float(text)
        except ValueError as error:
            raise UsageError(
                f"metric {name!r} has no number after the @; expected a name such as pck@0.1:torso"
            ) from error
    return registry.factory(family)(threshold, reference or None)
