"""Smoothers, by name: the detections of one climber in, poses out."""

import math
from pathlib import Path

from climbpose import checkpoint
from climbpose.errors import ModelError, UsageError
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.base import Smoother, register, registry

__all__ = ["DEFAULT", "MAX_STRENGTH", "Smoother", "create", "names", "register", "registry"]

DEFAULT = "conv3d"

MAX_STRENGTH = 3.0

names = registry.names


def create(name: str, strength: float = 1.0) -> Smoother:
    """A smoother, which may be used for any number of climbers.

    Args:
        name: A registered name, or the file of a trained network, which ends in ``.safetensors``.
        strength: Scales the time over which is smoothed: 0 leaves the detections as they are, 1 is
            right for ordinary video.

    Raises:
        UsageError: No smoother has this name, or the strength is not in [0, 3].
        ModelError: A file is absent or damaged, or holds something else.
    """
    if not (math.isfinite(strength) and 0 <= strength <= MAX_STRENGTH):
        raise UsageError(
            f"a smoothing strength is a number from 0 to {MAX_STRENGTH:g}, got {strength:g}"
        )
    if name.endswith(checkpoint.SUFFIX):
        return registry.factory(_network_of(Path(name)))(strength, Path(name))
    return registry.factory(name)(strength)


def _network_of(path: Path) -> str:
    """The smoother that runs the network of a file.

    Raises:
        ModelError: It holds no learned smoother.
    """
    stored = checkpoint.read(path, family="smoother", skeleton=CLIMBING_25.keypoints)
    network = stored.header.get("network")
    if network not in names():
        raise ModelError(f"{path} holds no smoother that is known ({network}); update climbpose")
    return str(network)
