"""``climbpose eval`` on the command line: a table, files, one-line refusals, a clean stop."""

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from climbpose import smoothers
from climbpose.cli.evaluate import evaluate
from climbpose.evaluation import EvalOptions
from climbpose.metrics import PCK
from tests.cli.stage import Stage, make_climb, make_detections, refusal, run
from tests.evaluated import Seer, enter, make_folder, make_synthetic

ROOT = Path(__file__).parents[2]
OPTIONS = [
    *("--detector", "--weights", "--quality", "--smoother", "--regions", "--person", "--metric"),
    *("--pck", "--keypoints", "--clips", "--split", "--empty", "--seed", "--per-keypoint"),
    *("--repair", "--videos", "--experiment", "--data-option", "--split-by", "--box-margin"),
    *("--windows", "--device", "--reference", "--out"),
    *("--overwrite", "--progress", "--quiet", "--offline"),
]


@pytest.fixture
def seers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two detectors, one of which is off and has seen a clip."""
    enter(monkeypatch, sharp=Seer(), off=Seer(off=4.0, trained_on=("dyno",)))


BOTH = ("--detector", "sharp", "--detector", "off")


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


@pytest.mark.usefixtures("seers")
def test_a_plain_table_for_a_pipe(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "dyno", "slab")
    metrics = [part for name in PCK for part in ("--metric", name)]
    done = run("eval", folder, *BOTH, *metrics, "--smoother", "none")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    table = rows(done.stdout)
    assert table[1][:6] == ["clip", "frames", "torso", "px", "candidate", "pck@0.05:torso"]
    assert ["dyno", "3", "30", "sharp", "100.0", "100.0", "100.0"] in table
    assert ["off", "*", "0.0", "0.0", "100.0"] in table
    assert ["slab", "3", "30", "sharp", "100.0", "100.0", "100.0"] in table
    assert ["off", "0.0", "0.0", "100.0"] in table
    assert ["all", "6", "sharp", "100.0", "100.0", "100.0"] in table
    assert ["feet", "sharp", "100.0", "100.0", "100.0"] in table
    assert ["off", "against", "sharp", "-100.0", "-100.0", "+0.0"] in table
    assert "off was trained on dyno: its figures there (*) are no test" in done.stdout
    assert "left_knee" not in done.stdout


@pytest.mark.usefixtures("seers")
def test_rows_for_keypoints_and_videos_without_a_person(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "set", "dyno", hidden=("left_thumb",))
    wall = make_climb(tmp_path / "wall.mp4")
    done = run("eval", folder, "--detector", "sharp", "--per-keypoint", "--empty", wall)
    table = rows(done.stdout)
    assert ["sharp", "+", smoothers.DEFAULT, "against", "sharp"] in [row[:5] for row in table]
    assert "left_knee" in done.stdout
    assert "left_thumb" not in done.stdout
    assert [str(wall), "sharp", "12", "100.0"] in table


@pytest.mark.usefixtures("seers")
def test_on_a_narrow_terminal_no_figure_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    folder = make_folder(tmp_path, "a_climb_with_quite_a_long_name")
    shown = run("eval", folder, "--detector", "sharp", "--smoother", "none").stdout
    assert "\x1b" in shown
    assert "\u2026" not in shown
    row = next(line for line in shown.splitlines() if "a_climb_with" in line)
    assert row.split()[-7:] == ["100.0"] * 6 + ["0.0"]


@pytest.mark.usefixtures("seers")
def test_files(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "set", "dyno")
    files = ("--json", tmp_path / "all.json", "--csv", tmp_path / "all.csv")
    done = run("eval", folder, "--detector", "sharp", *files, "-q")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((tmp_path / "all.json").read_text())["clips"][0]["name"] == "dyno"
    before = (tmp_path / "all.csv").read_text()
    assert "all.json exists; use -y" in refusal(run("eval", folder, *files), 2)
    run("eval", folder, "--detector", "sharp", *files, "-q", "-y", "--keypoints", "nose")
    assert (tmp_path / "all.csv").read_text() != before


@pytest.mark.usefixtures("seers")
def test_synthetic_set_and_given_regions(tmp_path: Path) -> None:
    folder = make_synthetic(tmp_path, [1, 9])
    done = run("eval", folder, "--regions", "given", "--metric", "oks", "--detector", "sharp")
    assert "regions given by the labels" in done.stdout
    assert ["clip_0001", "12", "30", "sharp", "100.0"] in rows(done.stdout)


def test_precomputed_detections_are_judged_too(stage: Stage) -> None:
    folder = make_folder(stage.folder, "climb")
    done = run("eval", folder, "--detector", stage.detections, "--metric", "found")
    assert ["climb", "3", "30", str(stage.detections), "100.0"] in rows(done.stdout)
    message = refusal(run("eval", folder, "--detector", stage.detections, "--regions", "given"), 2)
    assert "cannot be told where the climber is; use --regions own" in message


@pytest.mark.usefixtures("seers")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--metric", "pck"), "needs a threshold above 0, such as pck@0.1:torso"),
        (("--metric", "luck"), "choose one of: acc_err, found, jitter, lag, oks, pck"),
        (("--regions", "mine"), "choose one of: own, given"),
        (("--split", "dev"), "choose one of: train, val, test, all"),
        (("--quality", "high"), "choose one of: fast, normal, best"),
        (("--keypoints", "hand"), "choose of: large, all"),
        (("--clips", "roof"), "choose of: dyno"),
        (("--person", "540,960"), "expected CLIP=X,Y"),
        (("--person", "dyno=here"), "neither auto nor X,Y"),
        (("--person", "roof=1,2"), "no clip is named 'roof'"),
        (("--detector", "eyes"), "choose one of: "),
        (("--weights", "no.safetensors"), "is not a file"),
        (("--json", "none/a.json"), "folder none does not exist"),
        (("--regions", "given", "--smoother", "spline"), "--smoother has no effect"),
    ],
)
def test_refusals_come_before_any_work(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    folder = make_folder(tmp_path, "dyno")
    detector = () if "--weights" in arguments else ("--detector", "sharp")
    assert message in refusal(run("eval", folder, *detector, *arguments, "--offline"), 2)


@pytest.mark.usefixtures("seers")
def test_damaged_data(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "dyno")
    labels = folder / "labels.json"
    labels.write_text(labels.read_text()[:-9])
    arguments = ("eval", folder, "--detector", "sharp")
    assert "are no JSON" in refusal(run(*arguments), 1)
    labels.write_text('{"dyno": {"1": {"tail": [1, 2, 2]}}}')
    assert "frame 1: climbing-25 has no keypoint 'tail'" in refusal(run(*arguments), 1)
    labels.unlink()
    assert "climbpose synth makes" in refusal(run(*arguments), 1)
    assert "cannot be read" in refusal(run("eval", folder / "none", "--detector", "sharp"), 1)


def test_help_names_every_option() -> None:
    text = run("eval", "--help").stdout
    for option in OPTIONS:
        assert option in text
    assert "eval" in run("--help").stdout


def test_defaults_are_those_of_the_library() -> None:
    parameters = inspect.signature(evaluate).parameters
    library = EvalOptions(datasets=())
    for name in ("regions", "split", "seed"):
        assert parameters[name].default == getattr(library, name)
    assert parameters["repair"].default == library.repair
    assert library.keypoints == ("large",)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_stopped(stage: Stage) -> None:
    folder = make_folder(stage.folder, "climb")
    make_climb(stage.video, 400)
    make_detections(stage.detections, range(2))
    target = stage.folder / "all.json"
    command = [sys.executable, "-m", "tests.cli.driver", "eval", folder, "--json", target]
    command += ["--detector", stage.detections, "--progress", "json"]
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stderr is not None
        assert json.loads(process.stderr.readline())["stage"].endswith("climb")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stdout == ""
    assert stderr.splitlines()[-1].startswith("climbpose: error: interrupted")
    assert not target.exists()
