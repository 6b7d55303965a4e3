"""Runs that are stopped or run out of disk: no half file, no traceback, the rest stays."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from time import monotonic

import pytest

from tests.cli.stage import Stage, make_climb, make_detections
from tests.clips import shown_times

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
ROOT = Path(__file__).parents[2]
PROMPT_S = 5.0
FRAMES = 40


@contextlib.contextmanager
def running(stage: Stage, slow: str, *arguments: str | Path) -> Generator["subprocess.Popen[str]"]:
    """A slow run in a process of its own, in which Ctrl-C is not ignored."""
    command = [sys.executable, "-m", "tests.cli.driver", "annotate", stage.video]
    command += ["--detector", stage.detections, "--progress", "json", *arguments]
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SLOW_STAGE": slow},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: "subprocess.Popen[str]", stage_name: str) -> None:
    """Until the stage has done a few frames."""
    assert process.stderr is not None
    for line in process.stderr:
        news = json.loads(line)
        if news.get("stage") == stage_name and news["frame"] >= 3:
            return
    pytest.fail(f"the run ended before it was in stage {stage_name}")


@pytest.fixture
def long_stage(stage: Stage) -> Stage:
    make_climb(stage.video, FRAMES, sound="aac")
    make_detections(stage.detections, range(20))
    return stage


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("where", ["detect", "draw"])
def test_stopped(long_stage: Stage, where: str, stop: signal.Signals) -> None:
    with running(long_stage, where, "--json") as process:
        wait_for(process, where)
        start = monotonic()
        process.send_signal(stop)
        stdout, stderr = process.communicate(timeout=60)
        assert monotonic() - start < PROMPT_S
    assert process.returncode == 128 + stop
    assert "Traceback" not in stderr
    last_lines = [line for line in stderr.splitlines() if not line.startswith("{")]
    message = "climbpose: error: interrupted; unfinished files were removed"
    assert last_lines == ([message] if stop == signal.SIGINT else [])
    assert json.loads(stdout)["exit_code"] == process.returncode
    assert long_stage.names() == ({"climb_tracks.csv"} if where == "draw" else set())


def test_interrupted_run_leaves_older_files_as_they_are(long_stage: Stage) -> None:
    for ending in ("pose.mp4", "tracks.csv", "run.json"):
        long_stage.output(ending).write_text("older")
    with running(long_stage, "detect", "-y") as process:
        wait_for(process, "detect")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    for ending in ("pose.mp4", "tracks.csv", "run.json"):
        assert long_stage.output(ending).read_text() == "older"


def test_killed_run_leaves_a_part_and_no_claim_to_be_done(long_stage: Stage) -> None:
    with running(long_stage, "draw") as process:
        wait_for(process, "draw")
        process.kill()
        process.communicate(timeout=60)
    parts = {"climb_pose.mp4.part", "climb_run.json.part"}
    assert long_stage.names() == {"climb_tracks.csv", *parts}
    assert long_stage.annotate("--skip-existing", "-y").exit_code == 0
    assert long_stage.names() == {"climb_tracks.csv", "climb_pose.mp4", "climb_run.json"}
    assert len(shown_times(long_stage.output("pose.mp4"))) == FRAMES


def test_killed_before_any_output_the_next_run_needs_no_option(long_stage: Stage) -> None:
    with running(long_stage, "detect") as process:
        wait_for(process, "detect")
        process.kill()
        process.communicate(timeout=60)
    assert long_stage.annotate().exit_code == 0


@pytest.mark.parametrize(
    ("limit", "left", "name"),
    [(8_000, {"climb_tracks.csv"}, "pose.mp4"), (4_000, set(), "tracks.csv")],
)
def test_disk_full(long_stage: Stage, limit: int, left: set[str], name: str) -> None:
    """A limit on the size of files stands for a full disk."""
    make_climb(long_stage.video, 12)
    make_detections(long_stage.detections, [0])
    code = (
        "import resource; from climbpose.cli import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, -1)); main()"
    )
    # Unpacked heatmaps would not fit either, so the tracks are drawn again for the video.
    if name == "pose.mp4":
        assert long_stage.annotate().exit_code == 0
        long_stage.output("pose.mp4").unlink()
        long_stage.output("run.json").unlink()
        given = ["--tracks", str(long_stage.output("tracks.csv")), "--crf", "1"]
    else:
        code = code.replace("main; ", "main; " + BLIND)
        given = ["--detector", "blind"]
    command = [sys.executable, "-c", code, "annotate", str(long_stage.video), *given]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert name in done.stderr
    assert "File too large" in done.stderr
    assert long_stage.names() == left


BLIND = """
from climbpose import detectors
@detectors.register("blind")
class Blind:
    description, assets, models = "sees nobody", (), ()
    def __init__(self, options): pass
    def __call__(self, frames):
        for _ in frames:
            yield from ()
"""


def test_full_disk(stage: Stage) -> None:
    make_climb(stage.video, 120)
    disk = stage.folder / "disk"
    disk.mkdir()
    arguments = ["annotate", stage.video, "--detector", stage.detections, "-o", disk, "--crf", "1"]
    done = on_a_disk_of_its_own(disk, "size=40k", arguments)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout.split() == ["climb_tracks.csv"]


def test_read_only_disk(stage: Stage) -> None:
    disk = stage.folder / "disk"
    disk.mkdir()
    arguments = ["annotate", stage.video, "--detector", stage.detections, "-o", disk]
    done = on_a_disk_of_its_own(disk, "ro", arguments)
    assert done.returncode == 2
    assert done.stderr == (
        f"climbpose: error: folder {disk} may not be written to; choose another one with -o\n"
    )


def on_a_disk_of_its_own(
    folder: Path, options: str, arguments: Sequence[object]
) -> "subprocess.CompletedProcess[str]":
    """Runs climbpose where a small file system lies at the folder, then lists what is there.

    The mount is in a namespace of that process alone and ends with it.
    """
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mount = 'mount -t tmpfs -o "$0" tmpfs "$1" && shift'
    given = [options, str(folder)]
    try:
        if subprocess.run([*enter, mount, *given], capture_output=True).returncode:
            pytest.skip("nothing may be mounted here")
    except FileNotFoundError:
        pytest.skip("nothing can be mounted here")
    script = f'folder="$1"; {mount}; "$@"; code=$?; ls "$folder"; exit $code'
    command = [sys.executable, "-m", "climbpose", *map(str, arguments), "-q"]
    return subprocess.run(
        [*enter, script, *given, *command], capture_output=True, text=True, cwd=ROOT
    )
