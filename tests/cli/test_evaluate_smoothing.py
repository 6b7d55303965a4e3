"""``climbpose eval --pck`` and ``--experiment`` on the command line: tables, files, refusals."""

import csv
import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.cli.stage import refusal, run
from tests.evaluated import Seer, enter, make_folder, make_synthetic
from tests.test_evaluation_experiment import make_clips, make_network


@pytest.fixture
def seer(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Seer(off=2.0))


ARGUMENTS = ("--detector", "seer", "--pck")


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


@pytest.mark.usefixtures("seer")
def test_the_table_of_smoothers(tmp_path: Path) -> None:
    folder = make_synthetic(tmp_path, [9, 9])
    done = run("eval", folder, *ARGUMENTS)
    assert done.exit_code == 0
    table = rows(done.stdout)
    assert table[1][:6] == [
        "2",
        "videos",
        "pck@0.05:torso",
        "pck@0.1:torso",
        "pck@0.2:torso",
        "oks:crop",
    ]
    shown = [row[:3] for row in table]
    for name in ("bias", "mean_5", "mean_9", "repaired", "spline", "savgol"):
        assert ["seer", "+", name] in shown
    (raw, *_) = (row for row in table if row[0] == "seer" and row[1] != "+")
    assert raw[1:4] == ["0.0", "100.0", "100.0"]
    (moved, *_) = (row for row in table if row[:3] == ["seer", "+", "bias"])
    assert moved[3:6] == ["100.0", "100.0", "100.0"]
    assert ["pck@0.2:torso", "head", "shoulders"] in shown
    assert "the labels of all other videos" in done.stdout
    assert "left_knee" not in done.stdout
    chosen = run("eval", folder, *ARGUMENTS, "--smoother", "mean_5", "--per-keypoint").stdout
    assert "left_knee" in chosen
    assert "savgol" not in chosen


@pytest.mark.usefixtures("seer")
def test_files_by_their_endings(tmp_path: Path) -> None:
    folder = make_synthetic(tmp_path / "set", [9, 9])
    files = [tmp_path / f"table.{ending}" for ending in ("csv", "json", "md", "png")]
    outs = [part for path in files for part in ("--out", path)]
    done = run("eval", folder, *ARGUMENTS, "--smoother", "mean_5", *outs, "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    with files[0].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert {"pck@0.05:torso", "oks:crop", "jitter", "lag"} <= {row["metric"] for row in table}
    assert {"left_wrist", "wrists", "large"} <= {row["keypoints"] for row in table}
    content = json.loads(files[1].read_text())
    assert content["options"]["candidates"] == ["seer", "seer + mean_5"]
    text = files[2].read_text()
    assert "| seer + mean_5 | " in text
    assert "| seer + mean_5 against seer | " in text
    assert "jitter (px/frame^2)" in text
    assert files[3].read_bytes().startswith(b"\x89PNG")
    assert "table.csv exists; use -y" in refusal(run("eval", folder, *ARGUMENTS, *outs), 2)


@pytest.mark.usefixtures("seer")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "table.xlsx"), "choose one of: .csv, .json, .md, .png"),
        (("--out", "a.csv", "--out", "a.csv"), "two outputs have the same name"),
        (("--out", "none/a.md"), "folder none does not exist"),
        (("--windows", "3"), "--windows has no effect on videos; add --experiment"),
        (("--reference", "thesis"), "--reference has no effect on videos"),
        (("--smoother", "no.safetensors"), "no.safetensors"),
        (("--metric", "jitter@2"), "write jitter or jitter:torso"),
        (("--regions", "given", "--metric", "jitter"), "compares frames with their neighbours"),
    ],
)
def test_refusals(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    folder = make_folder(tmp_path, "dyno")
    result = run("eval", folder, *ARGUMENTS, *arguments)
    assert message in refusal(result, result.exit_code)
    assert result.exit_code in (1, 2)


@pytest.mark.usefixtures("seer")
def test_without_matplotlib_there_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path, "dyno")
    find = importlib.util.find_spec

    def lacking(name: str, package: str | None = None) -> object:
        return None if name in ("matplotlib", "torch") else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", lacking)
    message = refusal(run("eval", folder, *ARGUMENTS, "--out", tmp_path / "a.png"), 2)
    assert "needs matplotlib: pip install matplotlib" in message
    assert "needs torch" in refusal(run("eval", folder, "--experiment", "1.1"), 2)


@pytest.mark.usefixtures("seer")
def test_given_regions_are_of_single_frames(tmp_path: Path) -> None:
    done = run("eval", make_folder(tmp_path, "dyno"), *ARGUMENTS, "--regions", "given")
    assert done.exit_code == 0
    assert "oks:crop" in done.stdout
    assert "jitter" not in done.stdout


def test_an_experiment(tmp_path: Path) -> None:
    poses = make_clips(tmp_path / "poses.npz", prefix="penn-action:")
    network = make_network(tmp_path / "mine.safetensors", noise={"kind": "thesis", "k": 1.0})
    files = ("-o", tmp_path / "all.md", "-o", tmp_path / "all.png", "-o", tmp_path / "all.csv")
    arguments = ("--experiment", "1.1", "--windows", "20", "--reference", "thesis", *files)
    shown = ("--smoother", "mean_5", "--smoother", network, "--device", "cpu")
    done = run("eval", poses, *arguments, *shown)
    assert done.exit_code == 0
    table = rows(done.stdout)
    assert "experiment 1.1, split test" in done.stdout
    (raw, *_) = (row for row in table if row[0] == "identity")
    assert raw[-5:] == ["6.95", "/", "25.7", "/", "67.4"]
    (mine, *_) = (row for row in table if row[0] == "mine")
    assert mine[-5:] == ["51.4", "/", "64.6", "/", "80.2"]
    (mean, *_) = (row for row in table if row[0] == "mean_5")
    assert mean[-1] == "-"
    assert "| thesis A |" in (tmp_path / "all.md").read_text()
    with (tmp_path / "all.csv").open(newline="") as file:
        published = [row["reference"] for row in csv.DictReader(file) if row["reference"]]
    assert published == ["6.95", "25.7", "67.4", "51.4", "64.6", "80.2"]
    assert (tmp_path / "all.png").stat().st_size > 10_000


def test_poses_and_videos_are_not_mixed_up(tmp_path: Path) -> None:
    poses = make_clips(tmp_path / "poses.npz", videos=3)
    message = refusal(run("eval", poses, "--pck"), 2)
    assert "has poses without videos (pose-clips); add --experiment" in message
    message = refusal(run("eval", poses, "--experiment", "1.1", "--detector", "blazepose"), 2)
    assert "--detector has no effect on poses without video" in message
    message = refusal(run("eval", poses, "--experiment", "1.1", "--no-repair"), 2)
    assert "--no-repair has no effect" in message
    assert "--reference 'me' is not known" in refusal(
        run("eval", poses, "--experiment", "1.1", "--reference", "me"), 2
    )
    assert "there is no" in refusal(run("eval", tmp_path / "a.npz", "--experiment", "1.1"), 1)


def test_on_a_narrow_terminal_no_figure_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")
    poses = make_clips(tmp_path / "poses.npz", prefix="penn-action:")
    arguments = ("--experiment", "1.1", "--windows", "20", "--reference", "thesis")
    shown = run("eval", poses, *arguments, "--smoother", "mean_5").stdout
    assert "\x1b" in shown
    assert "\u2026" not in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "crop/frame^2)" in plain
    (raw, *_) = (row for row in rows(plain) if row[0] == "identity")
    assert len(raw) == 8
    assert raw[-1] == "6.95"
