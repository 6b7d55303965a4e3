"""What the processes of a run work on, and what its weights say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from climbpose.checkpoint import Stored
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import VARIANTS
from climbpose.smoothers.learned.base import SmoothingNetwork
from climbpose.smoothers.learned.stored import FAMILY, FPS
from climbpose.smoothers.reading import CENTRES, PEAKS
from climbpose.training.run import Run
from climbpose.training.smoothing.config import STEADY, SmootherConfig
from climbpose.training.smoothing.material import Material
from climbpose.training.smoothing.settings import SmootherTraining


@dataclass(frozen=True, eq=False)
class Task:
    """What is worked on; the same in all processes.

    Attributes:
        run: Its folder.
        training: What it is made from.
        material: Labels.
        network: To begin with.
        start: The file that the network is of, None where it begins anew.
    """

    run: Run
    training: SmootherTraining
    material: Material
    network: SmoothingNetwork
    start: Stored | None


def header_of(
    task: Task, config: SmootherConfig, spent: Mapping[str, Any], figures: Mapping[str, float]
) -> dict[str, Any]:
    """What a file of weights says: enough to build the network, and where it comes from.

    Args:
        task: What was worked on.
        config: With what was settled since.
        spent: The budget so far.
        figures: Of the weights, on the validation windows.
    """
    family, changes = VARIANTS[config.network]
    before = frozenset() if task.start is None else task.start.trained_on
    return {
        "family": FAMILY,
        "name": task.run.folder.resolve().name,
        "network": family,
        "config": dict(changes),
        "skeleton": list(CLIMBING_25.keypoints),
        "fps": FPS / config.every,
        "window": task.network.length,
        "read": CENTRES if config.objective == STEADY else PEAKS,
        "kind": task.training.kind,
        "start": None if task.start is None else task.start.file_name,
        "data": [source.described() for source in task.training.data],
        "split": {"way": config.split, "seed": config.seed},
        "trained_on": sorted(task.material.trained_on | before),
        "noise": config.noise_header(),
        "seed": config.seed,
        "budget": dict(spent),
        "figures": dict(figures),
        "origin": task.run.origin,
    }
