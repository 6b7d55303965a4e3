"""Thesis A's experiments (section 5.2): what noise, on which frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from climbpose.errors import UsageError
from climbpose.noising.noise import SMEARS, ThesisNoise


@dataclass(frozen=True)
class Experiment:
    """One of them.

    Attributes:
        noise: How labels are noised.
        every: Takes every so manyth frame only.
    """

    noise: ThesisNoise
    every: int = 1


EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        f"{k}.{number}": Experiment(ThesisNoise(float(k), smears), every)
        for k in (1, 2)
        for number, smears, every in ((1, SMEARS, 1), (2, (1.0,), 1), (3, SMEARS, 2))
    }
)
"""By k and number."""


def thesis_experiment(name: str) -> Experiment:
    """An experiment by its name.

    Raises:
        UsageError: There is none of this name; the message lists them.
    """
    if name not in EXPERIMENTS:
        raise UsageError(
            f"--experiment {name!r} is not known; choose one of: {', '.join(EXPERIMENTS)}"
        )
    return EXPERIMENTS[name]
