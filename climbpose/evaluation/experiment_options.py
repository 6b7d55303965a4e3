"""What is to be measured on poses without video, and the checks before any work begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from climbpose import smoothers
from climbpose.datasets import SPLITS
from climbpose.datasets.named_sources import DataSource, parse_sources
from climbpose.datasets.splits import BY_VIDEO, WAYS
from climbpose.errors import UsageError
from climbpose.evaluation.baselines import BIAS, MEANS, REPAIRED
from climbpose.evaluation.figures import ALL
from climbpose.evaluation.options import (
    UNSMOOTHED,
    WEIGHTS_SUFFIX,
    all_smoothers,
    short_name,
)
from climbpose.evaluation.thesis import IDENTITY
from climbpose.metrics.groups import keypoints_of
from climbpose.noising.experiments import thesis_experiment
from climbpose.poses import BOX_MARGIN
from climbpose.smoothers.learned import VARIANTS

_LABELS = {UNSMOOTHED: IDENTITY, BIAS: f"{IDENTITY} + {BIAS}"}


@dataclass(frozen=True)
class ExperimentOptions:
    """What is to be measured.

    Attributes:
        datasets: ``PATH`` or ``KIND=PATH`` of poses.
        data_options: Of the readers of the data sets.
        experiment: Its name, see `thesis_experiment`.
        smoothers: Names of smoothers, networks and baselines, and files of networks.
        keypoints: Groups and keypoints that the main figures are of.
        split: Which part of the data, or `ALL`.
        split_by: How data are split, as in training.
        margin: By which share of the keypoints' extent boxes are widened on each side.
        windows: So many are judged, drawn at random; None for all.
        device: ``auto``, ``cpu`` or ``cuda``.
        is_with_thesis: The thesis's figures are given, too.
        seed: Of the split, the noise, the windows and the intervals.
    """

    datasets: tuple[str, ...]
    data_options: tuple[str, ...] = ()
    experiment: str = "1.1"
    smoothers: tuple[str, ...] = (UNSMOOTHED,)
    keypoints: tuple[str, ...] = (ALL,)
    split: str = "test"
    split_by: str = BY_VIDEO
    margin: float = BOX_MARGIN
    windows: int | None = None
    device: str = "auto"
    is_with_thesis: bool = False
    seed: int = 0

    @property
    def candidates(self) -> tuple[str, ...]:
        """What is compared."""
        return tuple(map(label, self.smoothers))

    def sources(self) -> tuple[DataSource, ...]:
        """The data sets.

        Raises:
            UsageError: A kind or an option is not known.
        """
        return parse_sources(self.datasets, self.data_options, "DATASET")

    def check(self) -> None:
        """Makes sure that every name is known and that the options go together.

        Raises:
            ClimbposeError: They do not, or a file is no network of our keypoints.
        """
        thesis_experiment(self.experiment)
        self.sources()
        keypoints_of(self.keypoints)
        for option, value, choices in (
            ("--split", self.split, (*SPLITS, ALL)),
            ("--split-by", self.split_by, WAYS),
            ("--device", self.device, ("auto", "cpu", "cuda")),
        ):
            if value not in choices:
                raise UsageError(
                    f"{option} {value!r} is not known; choose one of: {', '.join(choices)}"
                )
        for option, number, low in (("--windows", self.windows, 1), ("--seed", self.seed, 0)):
            if number is not None and number < low:
                raise UsageError(f"{option}: expected a whole number from {low} on, got {number}")
        if not 0 <= self.margin <= 1:
            raise UsageError(f"--box-margin: expected 0 to 1, got {self.margin:g}")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise UsageError("--device cuda: torch finds no CUDA device; use --device cpu")
        for name in self.smoothers:
            if name == REPAIRED:
                raise UsageError(f"{REPAIRED} has no effect on noise without swaps; leave it out")
            if not (is_network(name) or name in (BIAS, *MEANS)):
                smoothers.create(name)
        if len(set(self.candidates)) < len(self.candidates):
            raise UsageError("a smoother is given twice; give each once, under a name of its own")


def compared(named: Sequence[str], say: Callable[[str], None]) -> tuple[str, ...]:
    """What is shown; see `all_smoothers`.

    Args:
        named: Smoothers, networks and baselines by name, and files of networks.
        say: Is told what is left out.
    """
    shown = all_smoothers(named, say)
    return tuple(name for name in shown if name != REPAIRED or name in named)


def label(smoother: str) -> str:
    """What a candidate is called in tables."""
    return _LABELS.get(smoother) or short_name(smoother)


def is_network(name: str) -> bool:
    """Whether a smoother's name is that of a learned network, or a file of one."""
    return name.endswith(WEIGHTS_SUFFIX) or name in VARIANTS
