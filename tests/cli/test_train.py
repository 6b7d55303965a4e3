"""``climbpose train``: what it refuses, what it prints, how it stops."""

import importlib.util
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
from typer.testing import Result

from climbpose import checkpoint
from climbpose.training.detector import Machine
from tests.cli.stage import refusal, run
from tests.training.stand_in import OF_25, dots_of, picture_of, tiny_graph

QUICK = ("--no-synthetic", "--batch", "1", "--device", "cpu")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, tiny_graph(), {"family": "landmarks", "name": "tiny"})
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Eight labelled pictures."""
    images, annotations = [], []
    for number in range(8):
        dots = dots_of(120.0 + 10 * number)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture_of(dots)[..., ::-1])
        images.append({"id": number, "file_name": f"{number}.png"})
        points = [value for x, y in dots[OF_25].tolist() for value in (x, y, 2)]
        annotations.append({"image_id": number, "category_id": 1, "keypoints": points})
    from climbpose.skeleton import CLIMBING_25

    categories = [{"id": 1, "name": "person", "keypoints": CLIMBING_25.keypoints}]
    path = tmp_path / "labels.json"
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    return path


def train(folder: Path, tiny: Path, labels: Path, *arguments: str) -> Result:
    given = ("--labelled", labels, "--start", tiny, "-o", folder, "--steps", "3")
    return run("train", "detector", *QUICK, *given, *arguments)


def test_run_ends_with_how_to_use_it(tmp_path: Path, tiny: Path, labels: Path) -> None:
    folder = tmp_path / "run"
    result = train(folder, tiny, labels)
    assert result.exit_code == 0
    last = result.stdout.splitlines()[-1]
    weights = folder / "best.safetensors"
    assert last == (
        f"3 steps; use it: climbpose annotate VIDEO --detector climbing --weights {weights}"
    )
    assert "pck@0.1_labelled: " in result.stdout
    assert f"{labels}: 8 samples" in result.stderr
    assert json.loads((folder / "config.json").read_text())["train"]["batch"] == 1
    assert "exists; use --resume" in refusal(train(folder, tiny, labels), 2)


def test_quiet(tmp_path: Path, tiny: Path, labels: Path) -> None:
    assert train(tmp_path / "run", tiny, labels, "-q").output == ""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_stopped_run_is_gone_on_with(
    tmp_path: Path, tiny: Path, labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    # The package has the group of commands under the module's name.
    module = sys.modules["climbpose.cli.train.detector"]
    monkeypatch.setattr(
        module._Steps,
        "__call__",
        lambda self, step, steps: os.kill(os.getpid(), signal.SIGINT),
    )
    reason = refusal(train(folder, tiny, labels, "-q"), 130)
    assert reason == (
        f"stopped after step 1 of 3; go on with climbpose train detector -o {folder} --resume"
    )
    monkeypatch.undo()
    result = run("train", "detector", "-o", folder, "--resume", "--device", "cpu")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("3 steps; ")


def test_options_reach_the_run(tmp_path: Path, tiny: Path, labels: Path) -> None:
    options = ("--mix", "labelled=2,synthetic=1", "--rate", "1e-4", "--seed", "3")
    assert train(tmp_path / "run", tiny, labels, *options).exit_code == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["train"]["mix"] == {"synthetic": 1.0, "unlabelled": 0.0, "labelled": 2.0}
    assert (config["train"]["rate"], config["train"]["seed"]) == (1e-4, 3)
    assert config["synthetic"]["seed"] == 4


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--no-synthetic",), "there is nothing to learn from"),
        (("--unlabelled", "gone.mp4"), "gone.mp4 is not there"),
        (("--labelled", "gone.json"), "gone.json is not there"),
        (("--steps", "0"), "--steps: expected 1 to"),
        (("--batch", "0"), "--batch: expected 1 to"),
        (("--steps", "5", "--minutes", "5"), "--steps and --minutes exclude each other"),
        (("--minutes", "0"), "--minutes: expected 0.1 to"),
        (("--mix", "real=1"), "no source is named 'real'"),
        (("--device", "tpu"), "--device 'tpu' is not known"),
        (("--jobs", "0"), "--jobs: expected 1 to 256, found 0"),
        (("--resume", "--rate", "1"), "--resume goes on with the run as it was begun; leave out"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    assert reason in refusal(run("train", "detector", "-o", tmp_path / "run", *arguments), 2)
    assert not (tmp_path / "run").exists()


def test_folder_without_videos(tmp_path: Path) -> None:
    result = run("train", "detector", "--unlabelled", tmp_path, "-o", tmp_path / "run")
    assert "no video is in this folder" in refusal(result, 2)


def test_unknown_network_is_refused(tmp_path: Path, labels: Path) -> None:
    for name in ("gone.safetensors", "gone.tflite", "nobody"):
        reason = refusal(train(tmp_path / "run", Path(name), labels), 1)
        assert name in reason
        assert not (tmp_path / "run").exists()


def test_no_run_to_go_on_with(tmp_path: Path) -> None:
    result = run("train", "detector", "-o", tmp_path / "run", "--resume")
    assert "holds no training run" in refusal(result, 1)


def test_gpu_that_is_not_there(tmp_path: Path, tiny: Path, labels: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    result = train(tmp_path / "run", tiny, labels, "--device", "cuda")
    assert "torch finds no GPU here" in refusal(result, 2)


def test_missing_torch_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def without_torch(name: str, *more: Any) -> Any:
        return None if name == "torch" else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", without_torch)
    reason = refusal(run("train", "detector", "-o", tmp_path / "run"), 2)
    assert reason == "climbpose train needs torch: pip install 'climbpose[train]'"


def test_defaults_of_the_machine() -> None:
    assert (Machine().device, Machine().jobs) == ("auto", 1)
