import pytest

from climbpose.errors import UsageError
from climbpose.noising.experiments import EXPERIMENTS, thesis_experiment
from climbpose.noising.noise import SMEARS


def test_experiments_are_those_of_the_thesis() -> None:
    assert list(EXPERIMENTS) == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]
    for name in EXPERIMENTS:
        experiment = thesis_experiment(name)
        k, number = name.split(".")
        assert experiment.noise.scale == float(k)
        assert experiment.noise.smears == ((1.0,) if number == "2" else SMEARS)
        assert experiment.every == (2 if number == "3" else 1)


def test_unknown_experiment_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"'3.1' is not known; choose one of: 1.1, "):
        thesis_experiment("3.1")
