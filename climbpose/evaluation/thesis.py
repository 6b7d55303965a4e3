"""What of the results of thesis A's experiments (section 5.2) is at hand."""

from collections.abc import Mapping

from climbpose.metrics import PCK
from climbpose.noising.experiments import thesis_experiment

IDENTITY = "identity"
"""The candidate that leaves what was seen as it is."""

_IDENTITY = (6.95, 25.7, 67.4)
_NETWORKS: Mapping[str, tuple[float, ...]] = {
    "conv3d": (1.84, 30.6, 96.6),
    "deciwatch": (51.4, 64.6, 80.2),
}

REFERENCE_NOTE = (
    "thesis A: only identity, 3DConv and DeciWatch at k = 1 are at hand, without saying of which "
    "of the experiments 1.1 to 1.3: the networks' stand in 1.1 beside those that were trained on "
    "the same noise; all other cells are empty"
)


def printed(name: str, families: Mapping[str, str]) -> Mapping[tuple[str, str], float]:
    """What the thesis printed of an experiment, by candidate and metric.

    Args:
        name: Of the experiment.
        families: The network that each candidate is, as in the thesis's configuration.
    """
    known: dict[str, tuple[float, ...]] = {}
    if thesis_experiment(name).noise.scale == 1:
        known[IDENTITY] = _IDENTITY
    if name == "1.1":
        known |= {
            candidate: _NETWORKS[family]
            for candidate, family in families.items()
            if family in _NETWORKS
        }
    return {
        (candidate, metric): value
        for candidate, values in known.items()
        for metric, value in zip(PCK, values, strict=True)
    }
