"""Several trained networks made into one, steadier than each of them.

Networks trained from the same start on other random numbers lie around a common middle, which does
better than they do (Wortsman et al., "Model soups", 2022).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from climbpose import checkpoint
from climbpose.checkpoint import Checkpoint
from climbpose.errors import UsageError
from climbpose.networks.rounding import rounded
from climbpose.training import samples
from climbpose.training.augment import plain
from climbpose.training.targets import target_of

_PICTURES = 96
"""That rounding looks at."""


def average(paths: Sequence[Path]) -> Checkpoint:
    """The mean of the weights of networks of one kind.

    Args:
        paths: Of their checkpoints, one or more.

    Returns:
        The network; its header is the first one's, ``trained_on`` what any of them was trained on,
        ``averaged`` the headers of all.

    Raises:
        UsageError: They are not of one kind.
        ModelError: A checkpoint cannot be read.
    """
    parts = [checkpoint.load(path) for path in paths]
    first = parts[0]
    for path, part in zip(paths[1:], parts[1:], strict=True):
        if part.graph.structure()["nodes"] != first.graph.structure()["nodes"]:
            raise UsageError(
                f"{path} is another kind of network than {paths[0]}; average networks that were "
                "trained from the same start"
            )
    weights = {
        name: np.asarray(np.mean([part.graph.weights[name] for part in parts], axis=0), np.float32)
        for name in first.graph.weights
    }
    known = {name for part in parts for name in part.header.get("trained_on", ())}
    header: dict[str, Any] = {
        **first.header,
        "trained_on": sorted(known),
        "averaged": [part.header for part in parts],
    }
    # A mean of rounded weights is no longer rounded.
    graph = replace(first.graph, weights=weights, scales={}, ranges={})
    return Checkpoint(graph=graph, header=header)


def shrunk(network: Checkpoint, folder: Path) -> Checkpoint:
    """The network with weights of a byte each, which computes in bytes too.

    Args:
        network: Of landmarks.
        folder: Holds files of samples, as a run's ``samples`` does; some are looked at.

    Raises:
        UsageError: There are none.
    """
    files = sorted(folder.rglob("*.npz"))
    each = _PICTURES // max(len(files), 1) + 1
    taken = [sample for path in files for sample in _spread_out(path, each)][:_PICTURES]
    if not taken:
        raise UsageError(f"{folder} holds no files of samples; give the samples folder of a run")
    images = np.array([plain(sample, target_of(sample)).image for sample in taken])
    return Checkpoint(graph=rounded(network.graph, images), header=network.header)


def _spread_out(path: Path, count: int) -> list[samples.Sample]:
    """Some samples of a file, evenly through it."""
    found = list(samples.read([path]))
    return list(islice(found, 0, None, max(len(found) // count, 1)))[:count]
