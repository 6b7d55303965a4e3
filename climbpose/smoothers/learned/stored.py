"""Learned smoothers in files: a file alone rebuilds its network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from climbpose import checkpoint
from climbpose.checkpoint import Stored
from climbpose.errors import ModelError, UsageError
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import VARIANTS, build
from climbpose.smoothers.learned.base import SmoothingNetwork

FAMILY = "smoother"

_LARGEST = 1024
"""Number in a configuration; ours has 256 at most."""

FPS = 30.0
"""Frames a second of what networks are trained on, where every frame is used."""


def read_network(name_or_path: str | Path) -> tuple[SmoothingNetwork, Stored]:
    """A trained network, ready for use, and what its file says of it.

    Args:
        name_or_path: A file, or the name of one that climbpose ships.

    Raises:
        ModelError: There is no such file, or it holds no learned smoother of our keypoints.
    """
    stored = checkpoint.read(name_or_path, family=FAMILY, skeleton=CLIMBING_25.keypoints)
    header, where = stored.header, stored.file_name
    family, config = header.get("network"), header.get("config")
    if not (isinstance(family, str) and isinstance(config, dict)):
        raise ModelError(
            f"{where} does not say which network it holds; choose another checkpoint, or train it "
            "again"
        )
    if not all(type(value) in (int, float) and abs(value) <= _LARGEST for value in config.values()):
        raise ModelError(f"{where} has a configuration that cannot be; train it again")
    try:
        # Without memory for the weights, until the file's are known to be of this network.
        with torch.device("meta"):
            expected = build(family, config).state_dict()
        _check(stored.arrays, expected, where)
        network = build(family, config)
    except (UsageError, ModelError, RuntimeError, AssertionError, ZeroDivisionError) as error:
        raise ModelError(f"{where}: {error}") from error
    tensors = {name: torch.from_numpy(array.copy()) for name, array in stored.arrays.items()}
    network.load_state_dict(tensors)
    return network.eval(), stored


def arrays_of(network: SmoothingNetwork) -> dict[str, np.ndarray]:
    """The weights by name, as `checkpoint.save_arrays` writes them."""
    state = network.state_dict()
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in state.items()}


def variant_of(stored: Stored) -> str:
    """The name in `VARIANTS` of what a file holds.

    Raises:
        ModelError: There is none.
    """
    found = (stored.header.get("network"), stored.header.get("config"))
    for name, (family, config) in VARIANTS.items():
        if found == (family, dict(config)):
            return name
    raise ModelError(
        f"{stored.file_name} holds {found[0]} of {found[1]}, expected one of: "
        f"{', '.join(VARIANTS)}; choose another checkpoint"
    )


def _check(arrays: Mapping[str, np.ndarray], expected: Mapping[str, Any], where: str) -> None:
    """Refuses weights that are of another network."""
    for what, names in (
        ("lacks", sorted(set(expected) - set(arrays))),
        ("has a needless", sorted(set(arrays) - set(expected))),
    ):
        if names:
            raise ModelError(
                f"{where} {what} {names[0]}, so it is of another network than it says; choose "
                "another checkpoint, or train it again"
            )
    for name, array in arrays.items():
        wanted = tuple(expected[name].shape)
        if array.shape != wanted:
            raise ModelError(
                f"{where}: expected {name} of shape {wanted}, found {array.shape}; choose another "
                "checkpoint, or train it again"
            )
        if not (np.issubdtype(array.dtype, np.floating) and np.isfinite(array).all()):
            raise ModelError(
                f"{where}: expected {name} as numbers, found {array.dtype} or NaN; train it again"
            )
