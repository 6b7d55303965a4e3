"""Whole runs, tiny ones: what they leave, and how they are gone on with."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor
from torch.multiprocessing.spawn import ProcessExitedException

from climbpose.datasets.named_sources import DataSource
from climbpose.errors import ClimbposeError, DatasetError, ModelError, OutputExistsError, UsageError
from climbpose.smoothers.learned import build
from climbpose.smoothers.learned.stored import read_network
from climbpose.training.run import Run
from climbpose.training.smoothing import plots, session
from climbpose.training.smoothing.config import FINETUNING, PRETRAINING, with_experiment
from climbpose.training.smoothing.loop import Trainer
from climbpose.training.smoothing.machine import Machine, _Here
from climbpose.training.smoothing.settings import SmootherTraining
from climbpose.training.smoothing.smoother import (
    Trained,
    read_training,
    resume_smoother,
    train_smoother,
    with_start,
)
from climbpose.training.smoothing.task import Task
from climbpose.training.stopping import StopRequest
from tests.training.smoothing.footage import make_footage
from tests.training.smoothing.swings import saved

QUIET = Machine("cpu", say=lambda line: None)


def training_of(folder: Path, **changes: Any) -> SmootherTraining:
    """A short pretraining on made-up clips."""
    config = replace(
        with_experiment(PRETRAINING, "1.1"),
        network="deciwatch",
        batch=2,
        epochs=3,
        epoch_steps=2,
        validation_windows=4,
    )
    path = folder / "swings.npz"
    data = (DataSource(path if path.exists() else saved(folder)),)
    return SmootherTraining(kind="pretrain", config=replace(config, **changes), data=data)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data and a whole run of `training_of`."""
    folder = tmp_path_factory.mktemp("made")
    train_smoother(folder / "run", training_of(folder), QUIET)
    return folder


@pytest.fixture(autouse=True)
def undrawn(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves take longer than such a training."""
    monkeypatch.setattr(plots, "draw", lambda *arguments: None)


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The whole run, for changes; of the same data."""
    return Path(shutil.copytree(made / "run", tmp_path / "run"))


def table(folder: Path) -> list[dict[str, float]]:
    with (folder / "metrics.csv").open(newline="") as file:
        return [
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        ]


def weights(folder: Path, name: str = "last") -> dict[str, np.ndarray]:
    arrays = read_network(folder / f"{name}.safetensors")[1].arrays
    return dict(arrays)


def is_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_run_leaves_its_trail(made: Path) -> None:
    training, folder = training_of(made), made / "run"
    trained = resume_smoother(folder, "pretrain", QUIET)
    assert (trained.step, trained.epoch, trained.reason) == (6, 3, "3 epochs")
    names = {path.name for path in trained.folder.iterdir()}
    assert names >= {
        "config.json",
        "origin.txt",
        "metrics.csv",
        "curves.png",
        "last.safetensors",
        "best.safetensors",
        "state.pt",
    }
    assert read_training(Run(trained.folder)) == training
    rows = table(trained.folder)
    assert [(row["step"], row["epoch"]) for row in rows] == [(0, 0), (2, 1), (4, 2), (6, 3)]
    assert all(row["identity@0.2"] == rows[0]["identity@0.2"] > 0 for row in rows)
    assert [row["rate"] for row in rows[1:]] == [1e-3] * 3
    assert rows[-1]["loss"] < rows[1]["loss"]
    best = max(rows, key=lambda row: row["pck@0.2"])
    assert trained.best["pck@0.2"] == pytest.approx(best["pck@0.2"], rel=1e-4)


def test_header_rebuilds_the_network_and_tells_its_origin(tmp_path: Path) -> None:
    training = training_of(tmp_path, network="deciwatch_41_4", every=2)
    training = replace(training, data=(DataSource(saved(tmp_path, frames=90)),))
    folder = train_smoother(tmp_path / "run", training, QUIET).folder
    network, stored = read_network(folder / "last.safetensors")
    assert network.length == 41
    assert not network.training
    header = stored.header
    assert (header["family"], header["network"]) == ("smoother", "deciwatch")
    assert header["config"] == {"length": 41, "rate": 4}
    assert (header["name"], header["kind"], header["fps"]) == ("run", "pretrain", 15.0)
    assert header["data"] == [{"kind": "pose-clips", "name": "swings.npz", "options": {}}]
    assert header["noise"]["kind"] == "thesis"
    assert header["budget"]["steps"] == 6
    assert header["budget"]["windows"] == 12
    assert stored.trained_on > {"clip 0"}
    assert len(stored.trained_on) == 2 * 4
    # No folder of this machine, nor its name.
    assert str(tmp_path) not in json.dumps(dict(header))


def interrupted(
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[int], None],
    training: SmootherTraining,
    to: Path,
) -> None:
    """Runs a training to which something happens after each step."""
    step = Trainer.one_step

    def watched(trainer: Trainer) -> Float[Tensor, ""]:
        loss = step(trainer)
        how(trainer.step)
        return loss

    with monkeypatch.context() as patched, pytest.raises((KeyError, StopRequest.Stopped)):
        patched.setattr(Trainer, "one_step", watched)
        train_smoother(to, training, QUIET)


def test_killed_run_goes_on_to_the_same_numbers(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(step: int) -> None:
        if step == 5:
            raise KeyError("killed")

    interrupted(monkeypatch, kill, training_of(made), tmp_path / "killed")
    resumed = resume_smoother(tmp_path / "killed", "pretrain", QUIET)
    assert resumed.step == 6
    assert table(made / "run") == table(resumed.folder)
    for name in ("last", "best"):
        assert is_same(weights(made / "run", name), weights(resumed.folder, name))
    # It is done, and stays so.
    again = resume_smoother(tmp_path / "killed", "pretrain", QUIET)
    assert (again.step, again.reason) == (6, "3 epochs")


def test_stopped_run_goes_on_within_an_epoch(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [0]
    monkeypatch.setattr(_Here, "asked", lambda self: asked[0])

    def stop(step: int) -> None:
        asked[0] = 2 if step == 3 else 0

    interrupted(monkeypatch, stop, training_of(made), tmp_path / "stopped")
    asked[0] = 0
    assert len(table(tmp_path / "stopped")) == 2
    resumed = resume_smoother(tmp_path / "stopped", "pretrain", QUIET)
    assert table(made / "run") == table(resumed.folder)
    assert is_same(weights(made / "run"), weights(resumed.folder))


def test_same_seed_same_weights(tmp_path: Path) -> None:
    folders = [
        train_smoother(tmp_path / name, training_of(tmp_path, epochs=1, seed=seed), QUIET).folder
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    one, same, other = map(weights, folders)
    assert is_same(one, same)
    assert not is_same(one, other)


def test_training_ends_without_improvement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    validate = Trainer.validate
    monkeypatch.setattr(Trainer, "validate", lambda self: validate(self) | {"val_loss": 1.0})
    training = training_of(
        tmp_path, epochs=50, epoch_steps=1, validation_windows=2, patience=1, stop_after=4
    )
    trained = train_smoother(tmp_path / "run", training, QUIET)
    assert (trained.epoch, trained.reason) == (5, "no improvement in 4 epochs")
    rates = [row["rate"] for row in table(trained.folder)[1:]]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3, 1e-4, 1e-4])


def test_minutes_make_epochs_short_and_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count()
    monkeypatch.setattr(session, "monotonic", lambda: float(next(seconds)))
    training = training_of(tmp_path, epoch_steps=None, validation_windows=None, minutes=1.0)
    training = replace(training, config=replace(training.config, epochs=60))
    trained = train_smoother(tmp_path / "run", training, QUIET)
    assert trained.reason == "1 minutes"
    assert 5 < trained.epoch < 60
    kept = read_training(Run(trained.folder)).config
    # Three steps take a second, and so do three batches to validate on; an epoch may take one.
    assert (kept.epoch_steps, kept.validation_windows) == (2, 2)


def test_last_layer_only_leaves_the_others(tmp_path: Path) -> None:
    training = training_of(tmp_path, epochs=1, last_layer_only=True)
    folder = train_smoother(tmp_path / "run", training, QUIET).folder
    torch.manual_seed(training.config.seed)
    begun = build("deciwatch").state_dict()
    after = weights(folder)
    changed = {name for name in begun if not np.array_equal(begun[name].numpy(), after[name])}
    assert changed == {"recover.weight", "recover.bias"}


def test_bfloat16_changes_roundings_only(tmp_path: Path) -> None:
    results = [
        train_smoother(
            tmp_path / precision,
            training_of(tmp_path, network="conv3d", epochs=1, precision=precision),
            QUIET,
        )
        for precision in ("none", "bf16")
    ]
    losses = [table(one.folder)[1]["loss"] for one in results]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)


def test_finetuning_brings_what_a_detector_saw_nearer(made: Path, tmp_path: Path) -> None:
    labels = make_footage(tmp_path)
    config = replace(
        FINETUNING,
        network="deciwatch",
        objective="maps",
        batch=4,
        rate=1e-3,
        epochs=3,
        epoch_steps=4,
        weight_decay=1e-3,
    )
    training = SmootherTraining(
        kind="finetune",
        config=config,
        data=(DataSource(labels),),
        start=str(made / "run" / "best.safetensors"),
        detector=str(tmp_path / "seen"),
        samples=tmp_path / "samples",
    )
    lines: list[str] = []
    trained = train_smoother(tmp_path / "fine", training, replace(QUIET, say=lines.append))
    rows = table(trained.folder)
    assert rows[-1]["val_loss"] < rows[0]["val_loss"]
    # The labels lie a pixel beside what was detected.
    assert (rows[0]["identity@0.05"], rows[0]["identity@0.2"]) == (0.0, 1.0)
    header = read_network(trained.weights)[1].header
    assert header["start"] == "best.safetensors"
    assert set(header["trained_on"]) > {"clip 0"}
    assert len([name for name in header["trained_on"] if name.startswith("climb")]) == 3
    assert len(list((tmp_path / "samples").iterdir())) == 4
    assert any("looking for climbers" in line for line in lines)
    lines.clear()
    train_smoother(tmp_path / "again", training, replace(QUIET, say=lines.append))
    assert not any("looking for climbers" in line for line in lines)
    assert table(tmp_path / "again") == rows


def test_run_that_is_there_is_not_touched(made: Path) -> None:
    training, folder = training_of(made), made / "run"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OutputExistsError, match="use --resume to go on"):
        train_smoother(folder, training, QUIET)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_changed_data_are_noticed(copied: Path, tmp_path: Path) -> None:
    config = copied / "config.json"
    there = json.loads(config.read_text())["data"][0]["path"]
    other = saved(tmp_path, frames=13)
    config.write_text(config.read_text().replace(there, str(other)))
    with pytest.raises(DatasetError, match="the data have changed since"):
        resume_smoother(copied, "pretrain", QUIET)


def test_run_of_another_kind_is_not_gone_on_with(copied: Path) -> None:
    with pytest.raises(UsageError, match="a run of climbpose train pretrain"):
        resume_smoother(copied, "finetune", QUIET)
    (copied / "config.json").write_text('{"climbpose": "0", "train": {}}')
    with pytest.raises(DatasetError, match="is damaged"):
        resume_smoother(copied, "pretrain", QUIET)


def test_damaged_state_is_told(copied: Path) -> None:
    (copied / "state.pt").write_bytes(b"PK\x03\x04")
    with pytest.raises(DatasetError, match=r"state.pt is damaged"):
        resume_smoother(copied, "pretrain", QUIET)


def test_start_says_which_network(made: Path, tmp_path: Path) -> None:
    start = str(made / "run" / "best.safetensors")
    training = replace(training_of(made, network="conv3d"), start=start)
    assert with_start(training, None).config.network == "deciwatch"
    with pytest.raises(UsageError, match="holds deciwatch, but --model is conv3d"):
        train_smoother(tmp_path / "run", with_start(training, "conv3d"), QUIET)
    assert not (tmp_path / "run").exists()
    with pytest.raises(ModelError, match=r"gone.safetensors cannot be read"):
        with_start(replace(training, start="gone.safetensors"), None)


def test_noise_and_kind_go_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--noise none takes what a detector saw"):
        training_of(tmp_path, noise="none").check()


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        (replace(QUIET, processes=0), "--processes: expected 1 to 256, found 0"),
        (replace(QUIET, processes=3), "--batch: expected a multiple of the 3 processes, found 2"),
        (replace(QUIET, device="tpu"), "--device 'tpu' is not known"),
    ],
)
def test_machine_that_cannot_be(tmp_path: Path, machine: Machine, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        train_smoother(tmp_path / "run", training_of(tmp_path), machine)
    assert reason in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_two_processes_come_to_what_one_does(tmp_path: Path) -> None:
    training = training_of(tmp_path, network="conv3d", epochs=1)
    lines: list[str] = []

    def run(processes: int) -> Trained:
        machine = Machine("cpu", processes, lines.append)
        return train_smoother(tmp_path / str(processes), training, machine)

    one, two = run(1), run(2)
    assert (one.step, one.epoch) == (two.step, two.epoch)
    for first, second in zip(table(one.folder), table(two.folder), strict=True):
        assert first == pytest.approx(second, rel=1e-4)
    for name, array in weights(one.folder).items():
        assert array == pytest.approx(weights(two.folder)[name], abs=1e-5)
    # Each line once, whoever it comes from; and one writer.
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]
    log = (two.folder / "run.log").read_text().splitlines()
    assert len(log) == len((one.folder / "run.log").read_text().splitlines())


class DyingAfter:
    """Processes of which one is killed once the training is done."""

    world_size = 2

    def __init__(self, trained: Trained | None) -> None:
        self.trained = trained

    def launch(self, work: Any) -> None:
        if self.trained:
            work.keywords["news"].put(self.trained)
        raise ProcessExitedException(
            "killed", error_index=1, error_pid=1, exit_code=-6, signal_name="SIGABRT"
        )


def test_process_that_dies_after_the_training_harms_nothing(tmp_path: Path) -> None:
    trained = Trained(tmp_path, tmp_path / "best", 6, 3, {}, {}, "done")
    task = object.__new__(Task)
    found = QUIET.work(cast(Any, DyingAfter(trained)), task)
    assert found == trained
    with pytest.raises(ClimbposeError, match="ended by the system"):
        QUIET.work(cast(Any, DyingAfter(None)), task)


def test_process_that_is_done_is_not_taken_apart() -> None:
    code = (
        "import atexit, os; from climbpose.training.smoothing import machine; "
        "atexit.register(os.abort); machine._leave_at_once(); print('done', flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "done\n")
