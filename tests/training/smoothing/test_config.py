from dataclasses import replace
from typing import Any

import pytest

from climbpose.errors import UsageError
from climbpose.noising.experiments import EXPERIMENTS
from climbpose.noising.noise import SMEARS
from climbpose.smoothers.learned import VARIANTS, build
from climbpose.training.smoothing.config import (
    FINETUNING,
    PRETRAINING,
    parse_smears,
    with_experiment,
)


def test_experiments_are_those_of_the_thesis() -> None:
    assert list(EXPERIMENTS) == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"]
    for name in EXPERIMENTS:
        config = with_experiment(PRETRAINING, name)
        config.check()
        k, number = name.split(".")
        assert (config.noise, config.k) == ("thesis", float(k))
        assert config.smears == ((1.0,) if number == "2" else SMEARS)
        assert config.every == (2 if number == "3" else 1)
    with pytest.raises(UsageError, match=r"'3.1' is not known; choose one of: 1.1, "):
        with_experiment(PRETRAINING, "3.1")


def test_training_is_that_of_the_thesis() -> None:
    for config in (PRETRAINING, FINETUNING):
        config.check()
        assert (config.batch, config.betas, config.epochs) == (16, (0.9, 0.999), 50)
        assert (config.drop, config.patience, config.stop_after) == (0.1, 5, 10)
    assert (PRETRAINING.rate, PRETRAINING.best_at) == (1e-3, 0.2)
    assert (FINETUNING.rate, FINETUNING.best_at) == (1e-4, 0.05)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"network": "lstm"}, "--model 'lstm' is not known; choose one of: conv3d, "),
        ({"noise": "white"}, "--noise 'white' is not known"),
        ({"split": "half"}, "--split-by 'half' is not known; choose one of: by-video"),
        ({"precision": "fp8"}, "--precision 'fp8' is not known"),
        ({"batch": 0}, "--batch: expected 1 to"),
        ({"rate": 0.0}, "--rate: expected 1e-09 to 1"),
        ({"rate": float("nan")}, "--rate: expected 1e-09 to 1, found nan"),
        ({"minutes": 0.0}, "--minutes: expected 0.1 to"),
        ({"epoch_steps": 0}, "--epoch-steps: expected 1 to"),
        ({"smears": (0.0,)}, "--smears: expected widths"),
        ({"noise": "thesis", "turn_deg": 45.0}, "no effect on the noise of the thesis"),
        ({"is_noise_frozen": True}, "--frozen-noise is of the noise of the thesis"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        replace(PRETRAINING, **changes).check()
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("network", "objective", "frames"),
    [
        ("conv3d", "steady", 13),
        ("conv3d_9", "steady", 17),
        ("conv3d", "maps", 5),
        ("convlstm_s", "steady", 5),
        ("deciwatch_41", "steady", 41),
    ],
)
def test_windows_have_context_where_the_network_can_use_it(
    network: str, objective: str, frames: int
) -> None:
    config = replace(PRETRAINING, network=network, objective=objective)
    assert config.frames_for(build(*VARIANTS[network])) == frames


def test_smears_of_text() -> None:
    assert parse_smears("1,1.5") == (1.0, 1.5)
    with pytest.raises(UsageError, match="expected numbers such as"):
        parse_smears("wide")
