"""Smoothers, by name: the detections of one climber in, poses out."""

import math

from climbpose.errors import UsageError
from climbpose.smoothers.base import Smoother, register, registry

__all__ = ["DEFAULT", "MAX_STRENGTH", "Smoother", "create", "names", "register", "registry"]

DEFAULT = "spline"

MAX_STRENGTH = 3.0

names = registry.names


def create(name: str, strength: float = 1.0) -> Smoother:
    """A smoother, which may be used for any number of climbers.

    Args:
        name: A registered name.
        strength: Scales the time over which is smoothed: 0 leaves the detections as they are, 1 is
            right for ordinary video.

    Raises:
        UsageError: No smoother has this name, or the strength is not in [0, 3].
    """
    if not (math.isfinite(strength) and 0 <= strength <= MAX_STRENGTH):
        raise UsageError(
            f"a smoothing strength is a number from 0 to {MAX_STRENGTH:g}, got {strength:g}"
        )
    return registry.factory(name)(strength)
