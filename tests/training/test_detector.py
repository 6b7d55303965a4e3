"""Whole runs, on samples that are there and a network that is tiny."""

import csv
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose import checkpoint
from climbpose.errors import ClimbposeError, DatasetError, OutputExistsError
from climbpose.training.collecting import Collected
from climbpose.training.config import Augmentation, TrainConfig
from climbpose.training.detector import Machine, resume_detector, train_detector
from climbpose.training.settings import DetectorTraining
from climbpose.training.stopping import StopRequest
from climbpose.training.targets import Alignment
from tests.training.stand_in import make_sample

STILL = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
SAMPLES = [make_sample(seed, frame=seed) for seed in range(8)]


@pytest.fixture
def training(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DetectorTraining:
    """A run on eight samples, which are held out too."""

    def collect(*arguments: object) -> Collected:
        return Collected({"labelled": list(SAMPLES)}, {"labelled": list(SAMPLES)})

    monkeypatch.setattr("climbpose.training.session.collect", collect)
    labels = tmp_path / "labels.json"
    labels.write_text("{}")
    config = TrainConfig(steps=12, batch=4, rate=3e-3, warm_up=2, augmentation=STILL)
    return DetectorTraining(config, is_synthetic=False, labelled=(labels,), start=str(tiny))


def quiet(stop_at: int | None = None) -> Machine:
    """Stops the run as Ctrl-C does."""

    def advance(step: int, steps: int) -> None:
        if step == stop_at:
            os.kill(os.getpid(), signal.SIGINT)

    return Machine(device="cpu", say=lambda line: None, advance=advance)


def weights(path: Path) -> Mapping[str, np.ndarray]:
    return checkpoint.load(path).graph.weights


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_network_learns_what_it_is_shown(training: DetectorTraining, tmp_path: Path) -> None:
    longer = replace(training, train=replace(training.train, steps=30, rate=3e-2))
    trained = train_detector(tmp_path / "run", longer, quiet())
    assert trained.step == 30
    assert trained.best["error"] < 0.7 * trained.before["error"]
    losses = [float(row["loss"]) for row in table(tmp_path / "run") if row["loss"]]
    assert losses[-1] < 0.6 * losses[0]


def test_folder_tells_what_was_done(training: DetectorTraining, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trained = train_detector(folder, training, quiet())
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "metrics.csv", "curves.svg", "run.log", "origin.txt"} <= names
    assert {"last.safetensors", "best.safetensors", "state.pt"} <= names
    assert not list(folder.rglob("*.part"))
    config = json.loads((folder / "config.json").read_text())
    assert config["train"]["steps"] == 12
    rows = table(folder)
    assert rows[0]["step"] == "0" and float(rows[0]["error_labelled"]) > 0
    assert rows[-1]["step"] == "12"
    assert trained.weights == folder / "best.safetensors"
    loaded = checkpoint.load(trained.weights, family="landmarks")
    assert loaded.header["mix"] == {"labelled": 1.0}
    assert len(loaded.header["trained_on"]) == 1


def test_interrupted_run_goes_on_as_if_it_had_not_been(
    training: DetectorTraining, tmp_path: Path
) -> None:
    train_detector(tmp_path / "whole", training, quiet())
    folder = tmp_path / "parts"
    with pytest.raises(StopRequest.Stopped, match="stopped after step 5 of 12") as caught:
        train_detector(folder, training, quiet(stop_at=5))
    assert caught.value.exit_code == 130
    assert resume_detector(folder, quiet()).step == 12
    for name in ("last", "best"):
        whole = weights(tmp_path / "whole" / f"{name}.safetensors")
        parts = weights(folder / f"{name}.safetensors")
        for key, value in whole.items():
            np.testing.assert_array_equal(parts[key], value)
    assert [row["step"] for row in table(folder)] == ["0", "10", "12"]


def test_finished_run_has_nothing_to_go_on_with(training: DetectorTraining, tmp_path: Path) -> None:
    train_detector(tmp_path / "run", training, quiet())
    before = (tmp_path / "run" / "last.safetensors").read_bytes()
    again = resume_detector(tmp_path / "run", quiet())
    assert again.step == 12
    assert (tmp_path / "run" / "last.safetensors").read_bytes() == before


def test_minutes_are_made_steps(training: DetectorTraining, tmp_path: Path) -> None:
    short = replace(training, minutes=0.005)
    short = replace(short, train=replace(short.train, batch=2))
    folder = tmp_path / "run"
    trained = _train_unchecked(folder, short)
    config = json.loads((folder / "config.json").read_text())
    assert trained == config["train"]["steps"] >= 1


def _train_unchecked(folder: Path, training: DetectorTraining) -> int:
    """So few minutes are only for tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DetectorTraining, "check", lambda self: None)
        return train_detector(folder, training, quiet()).step


def test_without_held_out_samples_the_last_network_is_the_result(
    training: DetectorTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = Collected({"labelled": list(SAMPLES)}, {})
    monkeypatch.setattr("climbpose.training.session.collect", lambda *arguments: only)
    trained = train_detector(tmp_path / "run", training, quiet())
    assert trained.weights.name == "last.safetensors"
    assert trained.best == {}


def test_existing_run_is_not_replaced(training: DetectorTraining, tmp_path: Path) -> None:
    train_detector(tmp_path / "run", training, quiet())
    with pytest.raises(OutputExistsError, match="use --resume"):
        train_detector(tmp_path / "run", training, quiet())


def test_no_run_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no training run"):
        resume_detector(tmp_path, quiet())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b""),
        ("config.json", b"[]"),
        ("config.json", b"\xff"),
        ("state.pt", b""),
        ("state.pt", b"PK\x03\x04 half of it"),
        ("metrics.csv", b"step,loss\nsome,2\n"),
    ],
)
def test_damaged_run_is_told_in_one_line(
    training: DetectorTraining, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(StopRequest.Stopped):
        train_detector(folder, training, quiet(stop_at=3))
    (folder / name).write_bytes(content)
    with pytest.raises(ClimbposeError, match=f"{name} is damaged") as caught:
        resume_detector(folder, quiet())
    assert "\n" not in str(caught.value)


def test_synthetic_labels_are_aligned_once(
    training: DetectorTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are moved alike after a pause, though other samples would move them otherwise."""
    synthetic = [replace(sample, source="synthetic") for sample in SAMPLES]
    shifted = [replace(one, truth=one.truth + np.float32(9)) for one in synthetic]
    seen: list[np.ndarray] = []

    def collect(*arguments: object) -> Collected:
        return Collected({"labelled": shifted if not seen else synthetic}, {})

    def note(self: object, samples: object, alignment: Alignment) -> None:
        seen.append(alignment.shares)

    monkeypatch.setattr("climbpose.training.session.collect", collect)
    monkeypatch.setattr("climbpose.training.session.HeldOut.__init__", note)
    monkeypatch.setattr("climbpose.training.session.HeldOut.__len__", lambda self: 0)
    with pytest.raises(StopRequest.Stopped):
        train_detector(tmp_path / "run", training, quiet(stop_at=3))
    resume_detector(tmp_path / "run", quiet())
    np.testing.assert_array_equal(seen[0], seen[1])
    assert np.abs(seen[0]).max() > 0.01
