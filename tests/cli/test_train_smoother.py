"""``climbpose train pretrain`` and ``finetune``: what they print, refuse and leave."""

import importlib.util
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from climbpose import checkpoint
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.learned import build
from climbpose.smoothers.learned.stored import arrays_of
from tests.cli.stage import refusal, run
from tests.training.smoothing.footage import make_footage
from tests.training.smoothing.swings import saved, swings

QUICK = (
    *("--model", "deciwatch", "--batch", "2", "--epochs", "2", "--epoch-steps", "1"),
    *("--validation-windows", "2", "--device", "cpu"),
)


@pytest.fixture
def poses(tmp_path: Path) -> Path:
    return saved(tmp_path)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A network that has learned nothing."""
    header = {
        "family": "smoother",
        "name": "fresh",
        "network": "deciwatch",
        "config": {},
        "skeleton": list(CLIMBING_25.keypoints),
    }
    path = tmp_path / "fresh.safetensors"
    checkpoint.save_arrays(path, arrays_of(build("deciwatch")), header)
    return path


def pretrain(folder: Path, poses: Path | str, *arguments: str | Path) -> Result:
    return run("train", "pretrain", "--data", poses, "-o", folder, *QUICK, *arguments)


def test_pretraining_tells_what_it_came_to(tmp_path: Path, poses: Path) -> None:
    folder = tmp_path / "run"
    options = ("--experiment", "2.3", "--rate", "0.002", "--seed", "4", "--frozen-noise")
    result = pretrain(folder, f"pose-clips={poses}", *options)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["pck@0.05", "pck@0.1", "pck@0.2"]
    assert all("; before " in line and ", identity " in line for line in lines[:3])
    assert lines[3:] == [
        "ended after 2 epochs: 2 steps in 2 epochs",
        f"the best weights: {folder / 'best.safetensors'}",
    ]
    assert "pretrain deciwatch: 5 videos, 5 clips, 60 frames" in result.stderr
    assert "epoch 2 of 2: loss " in result.stderr
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    config = json.loads((folder / "config.json").read_text())["config"]
    expected = {
        "network": "deciwatch",
        "noise": "thesis",
        "k": 2.0,
        "every": 2,
        "rate": 0.002,
        "seed": 4,
        "is_noise_frozen": True,
        "batch": 2,
    }
    assert {name: config[name] for name in expected} == expected
    again = pretrain(folder, poses)
    assert "exists; use --resume" in refusal(again, 2)
    resumed = run("train", "pretrain", "-o", folder, "--resume", "--device", "cpu", "-q")
    assert (resumed.exit_code, resumed.output) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_stopped_run_is_gone_on_with(
    tmp_path: Path, poses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from climbpose.training.smoothing.loop import Trainer

    step = Trainer.one_step

    def hurried(trainer: Trainer) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return step(trainer)

    folder = tmp_path / "run"
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "one_step", hurried)
        result = pretrain(folder, poses, "-q")
    reason = refusal(result, 130)
    assert reason == (
        f"stopped after step 1; go on with the same command, -o {folder} and --resume"
    )
    result = run("train", "pretrain", "-o", folder, "--resume", "--device", "cpu")
    assert "ended after 2 epochs: 2 steps" in result.stdout
    assert "going on after step 1" in result.stderr


def test_finetuning_on_own_videos(tmp_path: Path, weights: Path) -> None:
    labels = make_footage(tmp_path)
    options = ("--from", weights, "--detector", tmp_path / "seen", "--turn", "45")
    folder = tmp_path / "fine"
    given = ("train", "finetune", "--data", f"climbing={labels}", "-o", folder, *QUICK, *options)
    result = run(*given)
    assert result.exit_code == 0, result.output
    assert "finetune deciwatch: 4 videos, 4 clips, 48 frames" in result.stderr
    config = json.loads((folder / "config.json").read_text())["config"]
    assert (config["noise"], config["rate"], config["best_at"]) == ("none", 1e-4, 0.05)
    assert config["turn_deg"] == 45
    other = checkpoint.read(folder / "best.safetensors", family="smoother")
    assert other.header["start"] == "fresh.safetensors"
    labels.write_text("{}")
    resumed = run("train", "finetune", "-o", folder, "--resume", "--device", "cpu")
    assert "holds no COCO keypoints" in refusal(resumed, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 2, "there is nothing to learn from; give --data PATH"),
        (("--data", "gone"), 1, "there is no gone; check the name"),
        (("--data", "cats=gone"), 2, "no kind of data is named 'cats'"),
        (("--model", "gru"), 2, "--model 'gru' is not known; choose one of: conv3d, "),
        (("--experiment", "4.1"), 2, "--experiment '4.1' is not known; choose one of: 1.1, "),
        (("--noise", "none"), 2, "there is nothing to learn from"),
        (("--smears", "wide"), 2, "--smears: expected numbers such as 1,1.5,2"),
        (("--epochs", "0"), 2, "--epochs: expected 1 to"),
        (("--data-option", "views"), 2, "--data-option: expected NAME=VALUE"),
        (("--from", "gone.safetensors"), 1, "gone.safetensors cannot be read"),
        (("--resume", "--k", "2"), 2, "leave out --k, or begin another run with another -o"),
        (("--resume", "--frozen-noise"), 2, "leave out --frozen-noise"),
        (("--resume",), 1, "holds no training run"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    folder = tmp_path / "run"
    assert reason in refusal(run("train", "pretrain", "-o", folder, *arguments), code)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--device", "tpu"), 2, "--device 'tpu' is not known; choose one of: auto, cpu, cuda"),
        (("--processes", "0"), 2, "--processes: expected 1 to 256, found 0"),
        (("--processes", "3"), 2, "--batch: expected a multiple of the 3 processes, found 2"),
        (("--noise", "none"), 2, "so it is for climbpose train finetune"),
        (("--noise", "thesis", "--turn", "9"), 2, "have no effect on the noise of the thesis"),
        (("--split-by", "thirds"), 2, "--split-by 'thirds' is not known"),
        (("--data-option", "views=3"), 2, "pose-clips has no option views"),
        (("--every", "9"), 1, "no clip has the 37 frames of a window"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    tmp_path: Path, poses: Path, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    folder = tmp_path / "run"
    assert reason in refusal(pretrain(folder, poses, *arguments), code)
    assert not folder.exists()


def test_gpu_that_is_not_there(tmp_path: Path, poses: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    folder = tmp_path / "run"
    result = pretrain(folder, poses, "--device", "cuda")
    assert "torch finds no GPU here; use --device cpu" in refusal(result, 2)
    assert not folder.exists()


def test_data_that_cannot_be_used(tmp_path: Path, poses: Path) -> None:
    folder = tmp_path / "run"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "is an empty folder; expected one of" in refusal(pretrain(folder, empty), 1)
    result = pretrain(folder, f"cmu={poses}")
    assert str(poses) in refusal(result, 1)
    poses.write_bytes(poses.read_bytes()[:200])
    refusal(pretrain(folder, poses), 1)
    one = tmp_path / "one.npz"
    swings(1).save(one)
    assert "the split val would be empty" in refusal(pretrain(folder, one), 1)
    assert not folder.exists()


def test_weights_that_cannot_be_used(tmp_path: Path, poses: Path, weights: Path) -> None:
    folder = tmp_path / "run"
    result = pretrain(folder, poses, "--from", weights, "--model", "conv3d")
    assert "holds deciwatch, but --model is conv3d" in refusal(result, 2)
    content = weights.read_bytes()
    weights.write_bytes(content[:-9])
    assert "is no whole checkpoint" in refusal(pretrain(folder, poses, "--from", weights), 1)
    weights.write_bytes(content.replace(b'\\"version\\":1', b'\\"version\\":7'))
    assert "has version 7, expected 1" in refusal(pretrain(folder, poses, "--from", weights), 1)
    arrays = {"weight": np.zeros(3, np.float32)}
    checkpoint.save_arrays(weights, arrays, {"family": "person", "name": "x"})
    reason = refusal(pretrain(folder, poses, "--from", weights), 1)
    assert "has family person, expected smoother" in reason
    assert not folder.exists()


@pytest.mark.parametrize("package", ["torch", "lightning_fabric", "matplotlib"])
def test_missing_package_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    find = importlib.util.find_spec

    def without(name: str, *more: Any) -> Any:
        return None if name == package else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    reason = refusal(run("train", "pretrain", "-o", tmp_path / "run"), 2)
    assert reason == f"climbpose train needs {package}: pip install 'climbpose[train]'"


def test_detector_that_is_not_there(tmp_path: Path, weights: Path) -> None:
    labels = make_footage(tmp_path, videos=1)
    given = ("train", "finetune", "--data", labels, "--from", weights, "-o", tmp_path / "fine")
    for name, reason in (
        ("gone.npz", "--detector gone.npz: there is no such file"),
        ("eagle", "no detector is named 'eagle'"),
    ):
        assert reason in refusal(run(*given, "--detector", name), 2)
    reason = refusal(run(*given, "--weights", "gone.safetensors"), 2)
    assert reason == "--weights gone.safetensors: there is no such file; check the name"
    assert not (tmp_path / "fine").exists()


def test_videos_that_do_not_fit(tmp_path: Path, weights: Path) -> None:
    labels = make_footage(tmp_path, videos=3, labelled=range(15))
    given = ("train", "finetune", "--data", labels, "--from", weights, *QUICK)
    folder = tmp_path / "fine"
    result = run(*given, "-o", folder, "--detector", tmp_path / "seen", "-q")
    assert "expected at least 15 frames as its labels say, found 12" in refusal(result, 1)
    result = run(*given, "-o", folder, "--videos", tmp_path / "gone")
    assert "gone: there is no such folder" in refusal(result, 2)
    (tmp_path / "climb1.mp4").unlink()
    assert "has no video climb1.mp4" in refusal(run(*given, "-o", tmp_path / "other"), 1)
    assert not (tmp_path / "other").exists()
