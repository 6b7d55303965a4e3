"""What is printed where: summary, JSON, progress, silence."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from climbpose import pipeline
from climbpose.batch import task as batch_task
from climbpose.cli import app
from climbpose.jobs import Job
from tests.cli.stage import FRAMES, Stage, document, make_detections, refusal, run


def test_short_summary_on_stdout(stage: Stage) -> None:
    lines = stage.annotate().stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["wrote", "wrote", "frames", "time"]
    assert f"{FRAMES} decoded, climber in {FRAMES} (100%), 0 filled" in lines[2]


def test_verbose_adds_timings(stage: Stage) -> None:
    assert re.search(r"detect: \d+\.\d\d s", stage.annotate("-v").stdout)


def test_quiet_says_nothing_but_errors(stage: Stage) -> None:
    assert stage.annotate("-q").output == ""
    assert "exists" in refusal(stage.annotate("-q"), 2)


def test_json_is_all_of_stdout(stage: Stage) -> None:
    content = document(stage.annotate("--json"))
    assert content["error"] is None
    (result,) = content["results"]
    assert (result["video"], result["status"]) == (str(stage.video), "done")
    assert result["report"] == json.loads(stage.output("run.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [(("--start", "nan"), 2), (("--smoother", "x"), 2), (("--start", "99"), 2)],
)
def test_json_tells_of_errors(stage: Stage, arguments: tuple[str, ...], exit_code: int) -> None:
    result = stage.annotate("--json", *arguments)
    message = refusal(result, exit_code)
    content = document(result)
    assert message in (content["error"], *(one["error"] for one in content["results"]))


def test_json_of_nobody(stage: Stage) -> None:
    make_detections(stage.detections, [])
    (result,) = document(stage.annotate("--json"))["results"]
    assert result["status"] == "nobody"
    assert result["report"]["frames"]["with_climber"] == 0


def test_json_of_skipped(stage: Stage) -> None:
    stage.annotate()
    (result,) = document(stage.annotate("--json", "--skip-existing"))["results"]
    assert result["status"] == "skipped"


def test_a_bug_keeps_its_traceback_and_json_stays_valid(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_task, "annotate", lambda *_, **__: 1 / 0)
    arguments = ["annotate", str(stage.video), "--detector", str(stage.detections), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ZeroDivisionError)
    assert json.loads(result.stdout)["error"] == "ZeroDivisionError: division by zero"


def test_bug_in_the_last_of_several_fails_it_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stage.annotate().exit_code == 0
    other = stage.folder / "other.mp4"
    other.write_bytes(stage.video.read_bytes())
    monkeypatch.setattr(batch_task, "annotate", lambda *_, **__: 1 / 0)
    result = run("annotate", stage.video, other, "--skip-existing", "-v")
    assert result.exit_code == 3
    assert "ZeroDivisionError: division by zero (a bug in climbpose; -v" in result.stderr
    assert "Traceback" in result.stderr
    assert "1 of 2 videos skipped" in result.stdout


def test_interrupt_between_videos_keeps_what_is_known(
    stage: Stage, stickman: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = stage.folder / "other.mp4"
    other.write_bytes(stage.video.read_bytes())

    def annotate(job: Job, *arguments: Any, **options: Any) -> object:
        if job.video == other:
            raise KeyboardInterrupt
        return pipeline.annotate(job, *arguments, **options)

    monkeypatch.setattr(batch_task, "annotate", annotate)
    result = run("annotate", stage.video, other, "--json", "--detector", "stickman")
    assert "interrupted" in refusal(result, 130)
    assert [one["status"] for one in document(result)["results"]] == ["done"]


def test_progress_in_json(stage: Stage) -> None:
    result = stage.annotate("--progress", "json")
    news = [json.loads(line) for line in result.stderr.splitlines()]
    stages = [one["stage"] for one in news]
    assert list(dict.fromkeys(stages)) == ["detect", "draw"]
    assert news[0] == {
        "video": "climb.mp4",
        "stage": "detect",
        "frame": 0,
        "of_about": FRAMES,
    }


def test_interrupt_while_a_library_is_loaded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries in C++ make an error of their own of it."""

    def annotate(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr(batch_task, "annotate", annotate)
    assert refusal(stage.annotate(), 130) == "interrupted"


@pytest.mark.parametrize("mode", ["auto", "none"])
def test_no_progress_off_a_terminal(stage: Stage, mode: str) -> None:
    assert stage.annotate("--progress", mode).stderr == ""


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_bar_on_a_terminal(stage: Stage) -> None:
    """The bar shows video, stage, frames, speed and time left, and is gone at the end."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tests.cli.driver", "annotate", str(stage.video)]
    command += ["--detector", str(stage.detections)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # what Linux says when the other end is closed
            break
        if not piece:
            break
        shown += piece
    process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "climb.mp4 detect" in text
    assert "climb.mp4 draw" in text
    assert re.search(rf"\d+/{FRAMES}", text)
    assert re.search(r"\d\.\d fps", text)
    assert re.search(r"\d:\d\d:\d\d", text)
    assert shown.rstrip().endswith(b"\x1b[2K")


def test_output_in_an_encoding_without_the_name(stage: Stage) -> None:
    video = stage.folder / "岩.mp4"
    stage.video.rename(video)
    command = [sys.executable, "-m", "climbpose", "annotate", str(video)]
    command += ["--detector", str(stage.detections)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert rb"\u5ca9_pose.mp4" in done.stdout
