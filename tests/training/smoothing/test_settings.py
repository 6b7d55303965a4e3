import json
from dataclasses import replace
from pathlib import Path

import pytest

from climbpose.datasets.named_sources import DataSource
from climbpose.noising.experiments import EXPERIMENTS
from climbpose.training.smoothing.config import (
    FINETUNING,
    PRETRAINING,
    with_experiment,
)
from climbpose.training.smoothing.settings import SmootherTraining


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_json_and_back(name: str) -> None:
    data = DataSource(Path("here").absolute(), "cmu", {"views": 2, "trials": ["01_02"]})
    pretraining = SmootherTraining("pretrain", with_experiment(PRETRAINING, name), (data,))
    finetuning = SmootherTraining(
        kind="finetune",
        config=replace(FINETUNING, minutes=2.0, turn_deg=45.0),
        data=(data, data),
        start="conv3d",
        videos=Path("there").absolute(),
        weights=Path("mine.safetensors").absolute(),
        samples=Path("samples").absolute(),
    )
    for training in (pretraining, finetuning):
        text = json.dumps(training.to_json())
        assert SmootherTraining.from_json(json.loads(text)) == training


def test_paths_are_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.safetensors").touch()
    training = SmootherTraining("finetune", FINETUNING, (), "mine.safetensors")
    assert training.to_json()["start"] == str(tmp_path / "mine.safetensors")
    assert training.to_json()["detector"] == "climbing"


def test_config_of_another_version_is_refused() -> None:
    content = SmootherTraining("pretrain", PRETRAINING, ()).to_json()
    for changed in (
        {**content, "more": 1},
        {**content, "config": {**content["config"], "momentum": 0.9}},
    ):
        with pytest.raises(ValueError, match="expected"):
            SmootherTraining.from_json(changed)
