"""The networks of the learned smoothers, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from climbpose.errors import ModelError, UsageError
from climbpose.smoothers.learned.base import MapNetwork, PointNetwork, SmoothingNetwork
from climbpose.smoothers.learned.conv3d import Conv3d
from climbpose.smoothers.learned.convlstm import ConvLstmC, ConvLstmS
from climbpose.smoothers.learned.deciwatch import DeciWatch

__all__ = [
    "NETWORKS",
    "VARIANTS",
    "MapNetwork",
    "PointNetwork",
    "SmoothingNetwork",
    "build",
    "count_parameters",
]

NETWORKS: Mapping[str, type[SmoothingNetwork]] = MappingProxyType(
    {
        "conv3d": Conv3d,
        "convlstm_s": ConvLstmS,
        "convlstm_c": ConvLstmC,
        "deciwatch": DeciWatch,
    }
)
"""By family."""

VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        **{name: (name, MappingProxyType({})) for name in NETWORKS},
        "conv3d_9": ("conv3d", MappingProxyType({"length": 9})),
        "conv3d_15": ("conv3d", MappingProxyType({"length": 15, "reach": 3})),
        "convlstm_s_9": ("convlstm_s", MappingProxyType({"length": 9})),
        "convlstm_c_9": ("convlstm_c", MappingProxyType({"length": 9})),
        "deciwatch_41": ("deciwatch", MappingProxyType({"length": 41, "rate": 1})),
        "deciwatch_41_4": ("deciwatch", MappingProxyType({"length": 41, "rate": 4})),
    }
)
"""By name: the family, and what differs from thesis A's configuration."""


def build(family: str, config: Mapping[str, Any] = MappingProxyType({})) -> SmoothingNetwork:
    """A network with fresh weights.

    Args:
        family: One of `NETWORKS`.
        config: What differs from thesis A's configuration.

    Raises:
        UsageError: There is no such family.
        ModelError: The family has no such configuration.
    """
    if family not in NETWORKS:
        raise UsageError(f"no network is named {family!r}; choose one of: {', '.join(NETWORKS)}")
    try:
        network = NETWORKS[family](**config)
    except (TypeError, ValueError) as error:
        raise ModelError(f"{family} cannot be made of {dict(config)} ({error})") from error
    network.begin()
    return network


def count_parameters(network: SmoothingNetwork) -> int:
    """How many numbers there are to train."""
    return sum(parameter.numel() for parameter in network.parameters())
