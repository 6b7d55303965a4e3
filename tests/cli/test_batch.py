"""Many videos by the command line, in processes that are stopped and killed for real."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.batch.climbs import Climbs, make_climbs
from tests.clips import shown_times

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
ROOT = Path(__file__).parents[2]
PROMPT_S = 10.0


def command(climbs: Climbs, *arguments: str | Path, **environment: str) -> dict[str, Any]:
    given = ["annotate", *map(str, arguments), "--detector", "stickman"]
    return {
        "args": [sys.executable, "-m", "tests.batch.driver", *given],
        "cwd": ROOT,
        "text": True,
        "env": {**os.environ, "CLIMBER": str(climbs.detections), **environment},
    }


def batch(
    climbs: Climbs, *arguments: str | Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(**command(climbs, *arguments, **environment), capture_output=True)


@contextlib.contextmanager
def running(
    climbs: Climbs, *arguments: str | Path, **environment: str
) -> Generator["subprocess.Popen[str]"]:
    """A batch in a group of processes of its own, in which Ctrl-C is not ignored."""
    called = command(climbs, *arguments, "--progress", "json", **environment)
    called |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(**called) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(process: "subprocess.Popen[str]", videos: int, stage: str, done: int = 0) -> None:
    """Until so many videos are in a stage, and so many are done."""
    assert process.stderr is not None
    seen: set[str] = set()
    finished = 0
    for line in process.stderr:
        news = json.loads(line)
        finished = max(finished, news.get("done", 0))
        if news.get("stage") == stage and news["frame"] >= 3:
            seen.add(news["video"])
        if len(seen) >= videos and finished >= done:
            return
    pytest.fail(f"the batch ended before {videos} videos were in stage {stage}")


def is_alive(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def nobody_left(group: int) -> bool:
    end = monotonic() + PROMPT_S
    while is_alive(group) and monotonic() < end:
        sleep(0.05)
    return not is_alive(group)


def outputs(folder: Path) -> dict[str, bytes]:
    made = [path for path in folder.rglob("*") if re.search(r"_(pose|tracks|run)\.", path.name)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in made}


def test_folder_in_workers(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "season/day 2/a", "season/day 10/b", "season/bad")
    (tmp_path / "season" / "bad.mp4").write_text("no video")
    manifest = tmp_path / "season.jsonl"
    out = tmp_path / "out"
    given = (tmp_path / "season", "-o", out, "--manifest", manifest, "--jobs", "2", "--json")
    done = batch(climbs, *given)
    assert done.returncode == 3, done.stderr
    results = json.loads(done.stdout)["results"]
    assert [Path(one["video"]).stem for one in results] == ["bad", "a", "b"]
    assert [one["status"] for one in results] == ["failed", "done", "done"]
    lines = done.stderr.splitlines()
    assert lines[1] == "climbpose: error: 1 of 3 videos failed:"
    assert len(lines) == 3
    assert set(outputs(out)) == {
        f"{name}_{ending}"
        for name in ("day 2/a", "day 10/b")
        for ending in ("pose.mp4", "tracks.csv", "run.json")
    }
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert {row["source"]: row["status"] for row in rows} == {
        "season/bad.mp4": "failed",
        "season/day 2/a.mp4": "done",
        "season/day 10/b.mp4": "done",
    }
    before = outputs(out)
    again = batch(climbs, *given, "--resume")
    results = json.loads(again.stdout)["results"]
    assert [one["status"] for one in results] == ["failed", "skipped", "skipped"]
    assert outputs(out) == before
    assert manifest.read_text().count("\n") == 3


@pytest.mark.slow
def test_deadly_video_fails_alone(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "a", "deadly", "z")
    done = batch(climbs, tmp_path, "--jobs", "2", "--json", DEADLY="deadly")
    assert done.returncode == 3
    results = {Path(one["video"]).stem: one for one in json.loads(done.stdout)["results"]}
    assert {name: one["status"] for name, one in results.items()} == {
        "a": "done",
        "deadly": "failed",
        "z": "done",
    }
    assert "was killed by SIGKILL" in results["deadly"]["error"]
    assert "(tried 2 times)" in done.stderr.splitlines()[-1]
    assert climbs.parts() == []


@pytest.mark.slow
@pytest.mark.parametrize("to_all", [True, False])
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped(tmp_path: Path, stop: signal.Signals, to_all: bool) -> None:
    """Ctrl-C of a terminal reaches all processes, a signal that is sent only the first."""
    climbs = make_climbs(tmp_path, "a", "b", "c", frames=40)
    sources = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with running(climbs, tmp_path, "--jobs", "2", "--json", SECONDS="0.05") as process:
        wait_for(process, 2, "draw")
        start = monotonic()
        (os.killpg if to_all else os.kill)(process.pid, stop)
        stdout, stderr = process.communicate(timeout=60)
        assert monotonic() - start < PROMPT_S
        assert nobody_left(process.pid)
    assert process.returncode == 128 + stop
    assert "Traceback" not in stderr
    assert json.loads(stdout)["exit_code"] == process.returncode
    assert climbs.parts() == []
    assert {path: path.read_bytes() for path in sources} == sources
    assert not list(tmp_path.glob("*_pose.mp4"))
    resumed = batch(climbs, tmp_path, "--resume", "--json")
    assert [one["status"] for one in json.loads(resumed.stdout)["results"]] == ["done"] * 3


@pytest.mark.slow
def test_resume_after_kill_repeats_no_finished_work(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path / "season", "a", "b", "c", "d", frames=30)
    manifest = tmp_path / "season.csv"
    given = (climbs.folder, "--jobs", "2", "--manifest", manifest)
    with running(climbs, *given, SECONDS="0.03") as process:
        wait_for(process, 3, "draw", done=1)
        process.kill()
        process.communicate(timeout=60)
        assert nobody_left(process.pid)
    finished = {path: path.read_bytes() for path in climbs.folder.glob("*_run.json")}
    assert 1 <= len(finished) < 4
    # The names of what was left are no excuse for a half file under one of them.
    for path in climbs.folder.glob("*_pose.mp4"):
        assert len(shown_times(path)) == 30
    done = batch(climbs, *given, "--resume", "--json")
    assert done.returncode == 0, done.stderr
    statuses = [one["status"] for one in json.loads(done.stdout)["results"]]
    assert statuses.count("skipped") == len(finished)
    assert statuses.count("done") == 4 - len(finished)
    assert {path: path.read_bytes() for path in finished} == finished
    assert len(list(climbs.folder.glob("*_pose.mp4"))) == 4
    assert manifest.read_text().count("\n") == 5
    verify = [sys.executable, "-m", "climbpose", "manifest", "verify", str(manifest)]
    checked = subprocess.run(verify, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.endswith("12 files: 12 ok\n")


@pytest.mark.slow
def test_one_display_for_all(tmp_path: Path) -> None:
    import pty

    climbs = make_climbs(tmp_path, "a", "b")
    (tmp_path / "0.mp4").write_text("no video")
    ours, theirs = pty.openpty()
    called = command(climbs, tmp_path, "--jobs", "2", SECONDS="0.05")
    called["env"] |= {"TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(**called, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # what Linux says when the other end is closed
        while piece := os.read(ours, 4096):
            shown += piece
    stdout, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 3
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "0 of 3 videos" in text
    assert "1 of 3 videos, 1 failed" in text
    assert re.search(r"ETA \d:\d\d:\d\d", text)
    assert "a.mp4 detect" in text
    assert "b.mp4 draw" in text
    assert re.search(r"\d+/12 +\d+\.\d fps", text)
    assert text.rstrip().splitlines()[-2] == "climbpose: error: 1 of 3 videos failed:"
    assert sorted(line.split()[1] for line in stdout.splitlines()) == [
        f"{tmp_path}/{name}_pose.mp4" for name in "ab"
    ]
