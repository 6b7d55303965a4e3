"""``climbpose synth``: what it writes and prints, what it refuses, what is left of a stop."""

import contextlib
import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from time import monotonic, sleep

import pytest
from typer.testing import Result

from climbpose import datasets
from climbpose.cli.synth import synth
from climbpose.synth import generation
from climbpose.synth.generation import SetOptions
from climbpose.synth.variation import AXES
from tests.cli.stage import document, refusal, run
from tests.synth.fake import make_fake_clip

ROOT = Path(__file__).parents[2]
SMALL = ("--clips", "3", "--seconds", "0.2", "--size", "64x96", "--seed", "4")
FRAMES = 6
PROMPT_S = 5.0


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for the clips of this process."""
    monkeypatch.setattr(generation, "make_clip", make_fake_clip)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def make(folder: Path, *arguments: str) -> Result:
    return run("synth", folder, *SMALL, *arguments)


@pytest.mark.usefixtures("quick")
class TestInThisProcess:
    def test_set_is_written_and_summed_up(self, tmp_path: Path) -> None:
        result = make(tmp_path / "set")
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{tmp_path / 'set'}: 3 clips (")
        assert re.search(r"\(\d train, \d val, \d test\)", result.stdout)
        assert result.stderr == ""
        assert len(contents(tmp_path / "set")) == 8
        assert len(datasets.create("synthetic", tmp_path / "set")) == 3

    def test_quiet(self, tmp_path: Path) -> None:
        result = make(tmp_path / "set", "-q")
        assert (result.exit_code, result.output) == (0, "")

    def test_json(self, tmp_path: Path) -> None:
        content = document(make(tmp_path, "--json"))
        assert content["exit_code"] == 0
        first = content["results"][0]
        assert first["video"] == str(tmp_path / "clip_0000.mp4")
        assert first["labels"] == str(tmp_path / "clip_0000_labels.npz")
        assert first["status"] == "made"
        assert first["split"] in datasets.SPLITS
        again = document(make(tmp_path, "--json", "--resume"))
        assert [clip["status"] for clip in again["results"]] == ["kept"] * 3

    def test_progress(self, tmp_path: Path) -> None:
        result = make(tmp_path, "--progress", "json")
        news = [json.loads(line) for line in result.stderr.splitlines()]
        assert news[0]["of_about"] == 3 * FRAMES

    def test_options_reach_the_clips(self, tmp_path: Path) -> None:
        assert make(tmp_path, "--fps", "10", "--vary", "all,-rope").exit_code == 0
        begun = json.loads((tmp_path / "set.json").read_text())
        assert begun["fps"] == 10 and begun["seed"] == 4
        assert begun["vary"] == [name for name in AXES if name != "rope"]
        clip = datasets.create("synthetic", tmp_path)[0]
        assert (clip.fps, len(clip)) == (10, 2)

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("--vary", "hats"), "no variation is named 'hats'; choose all, none or of: body, "),
            (("--vary", "all,-hats"), "no variation is named 'hats'"),
            (("--size", "720"), "--size '720' is not WIDTHxHEIGHT"),
            (("--size", "ax9"), "--size 'ax9' is not"),
            (("--size", "-64x96"), "--size '-64x96' is not"),
            (("--size", "65x96"), "expected even sides of 64 to 4096 pixels, found 65x96"),
            (("--size", "62x96"), "expected even sides"),
            (("--size", "64x4098"), "expected even sides"),
            (("--fps", "0"), "--fps: expected 1 to 240, found 0"),
            (("--fps", "241"), "--fps: expected 1 to 240"),
            (("--fps", "nan"), "--fps: expected"),
            (("--seconds", "0"), "--seconds: expected 0.067 to 667 s"),
            (("--seconds", "-3"), "--seconds: expected"),
            (("--seconds", "1e6"), "--seconds: expected"),
            (("--seconds", "nan"), "--seconds: expected"),
            (("--seconds", "0.04"), "--seconds: expected"),
            (("--clips", "0"), "--clips: expected 1 to"),
            (("--clips", "-2"), "--clips: expected 1 to"),
            (("--seed", "-1"), "--seed: expected 0 to"),
            (("--jobs", "0"), "--jobs: expected 1 to 256, found 0"),
            (("-y", "--resume"), "exclude each other"),
            (("--progress", "loud"), "choose one of: auto, json, none"),
        ],
    )
    def test_wrong_values_are_refused_in_one_line(
        self, tmp_path: Path, arguments: tuple[str, ...], reason: str
    ) -> None:
        assert reason in refusal(make(tmp_path / "set", *arguments), 2)
        assert contents(tmp_path) == {}

    @pytest.mark.parametrize("arguments", [("--clips", "many"), ("--fps", "fast"), ("--hurry",)])
    def test_what_is_no_number_or_option_is_refused(
        self, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        result = make(tmp_path / "set", *arguments)
        assert result.exit_code == 2
        assert arguments[0] in result.stderr
        assert contents(tmp_path) == {}

    def test_existing_set_is_refused_replaced_or_gone_on_with(self, tmp_path: Path) -> None:
        make(tmp_path)
        before = contents(tmp_path)
        reason = refusal(make(tmp_path), 2)
        assert "annotations.json exists; use --resume" in reason
        assert contents(tmp_path) == before
        (tmp_path / "clip_0001_labels.npz").unlink()
        assert make(tmp_path, "--resume").exit_code == 0
        assert contents(tmp_path) == before
        assert make(tmp_path, "-y").exit_code == 0
        assert contents(tmp_path) == before

    def test_another_set_is_not_gone_on_with(self, tmp_path: Path) -> None:
        make(tmp_path)
        reason = refusal(make(tmp_path, "--resume", "--seed", "5"), 2)
        assert "begun with --seed 4, found 5" in reason

    def test_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "set").write_text("mine")
        assert "is a file" in refusal(make(tmp_path / "set"), 2)
        assert "may not be written to" in refusal(make(tmp_path / "set" / "deeper"), 1)

    @pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody may fill")
    def test_unwritable_folder(self) -> None:
        assert "may not be written to" in refusal(make(Path("/proc/climbpose")), 1)

    def test_defaults_are_those_of_the_library(self) -> None:
        parameters, library = inspect.signature(synth).parameters, SetOptions(1)
        for name in ("seconds", "seed", "fps"):
            assert parameters[name].default == getattr(library, name)
        assert parameters["size"].default == f"{library.width}x{library.height}"
        for name in AXES:
            assert name in run("synth", "--help").stdout


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.cli.synth_driver", "synth", *map(str, arguments)]


@contextlib.contextmanager
def running(*arguments: str | Path) -> Generator["subprocess.Popen[str]"]:
    """A slow run in a process group of its own."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SLOW_SECONDS": "0.1"},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for_clips(folder: Path, count: int) -> None:
    """Until so many clips are whole and the next ones have begun."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        whole = len(list(folder.glob("*_labels.npz"))) if folder.is_dir() else 0
        if whole >= count and list(folder.glob("*.part")):
            return
        sleep(0.02)
    pytest.fail("no clip was begun")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
class TestStopped:
    @pytest.mark.parametrize(
        ("jobs", "stop", "is_to_all"),
        [
            ("2", signal.SIGINT, True),
            pytest.param("1", signal.SIGINT, True, marks=pytest.mark.slow),
            pytest.param("2", signal.SIGINT, False, marks=pytest.mark.slow),
            pytest.param("2", signal.SIGTERM, False, marks=pytest.mark.slow),
        ],
    )
    @pytest.mark.usefixtures("quick")
    def test_whole_clips_are_left_and_gone_on_with(
        self, tmp_path: Path, jobs: str, stop: signal.Signals, is_to_all: bool
    ) -> None:
        folder = tmp_path / "set"
        arguments = (*SMALL, "--clips", "9")
        with running(folder, *arguments, "--jobs", jobs, "--progress", "json") as process:
            wait_for_clips(folder, 1)
            start = monotonic()
            # A terminal tells all processes, kill only the one that is named.
            os.killpg(process.pid, stop) if is_to_all else process.send_signal(stop)
            _, stderr = process.communicate(timeout=60)
            assert monotonic() - start < PROMPT_S
        assert process.returncode == 128 + stop
        assert "Traceback" not in stderr
        names = set(contents(folder))
        clips = {name.removesuffix(".mp4") for name in names if name.endswith(".mp4")}
        assert names == {
            "set.json",
            *(f"{clip}.mp4" for clip in clips),
            *(f"{clip}_labels.npz" for clip in clips),
        }
        assert 1 <= len(clips) < 9
        # What several processes have made is what this one makes.
        assert run("synth", folder, *arguments, "--resume").exit_code == 0
        assert run("synth", tmp_path / "at once", *arguments).exit_code == 0
        assert contents(folder) == contents(tmp_path / "at once")

    @pytest.mark.slow
    @pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
    def test_stopped_while_the_workers_start(self, tmp_path: Path, seconds: float) -> None:
        folder = tmp_path / "set"
        with running(folder, *SMALL, "--clips", "99", "--jobs", "2") as process:
            while not (folder / "set.json").exists():
                sleep(0.02)
            sleep(seconds)
            os.killpg(process.pid, signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130
        assert stderr == "climbpose: error: interrupted; unfinished files were removed\n"
        assert not list(folder.glob("*.part"))

    @pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
    def test_what_asks_to_end_is_not_lost_in_a_finalizer(
        self, tmp_path: Path, stop: signal.Signals
    ) -> None:
        folder = tmp_path / "set"
        asked = {"LOSING_CLIP": "1", "LOST_SIGNAL": str(int(stop)), "SLOW_SECONDS": "0.1"}
        done = subprocess.run(
            command(folder, *SMALL, "--clips", "9"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, **asked},
        )
        assert done.returncode == 128 + stop
        line = "climbpose: error: interrupted; unfinished files were removed\n"
        assert done.stderr == (line if stop == signal.SIGINT else "")
        assert set(contents(folder)) == {"set.json", "clip_0000.mp4", "clip_0000_labels.npz"}

    @pytest.mark.slow
    def test_killed_worker_is_told_in_one_line(self, tmp_path: Path) -> None:
        done = subprocess.run(
            command(tmp_path, *SMALL, "--jobs", "2"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "KILLED_CLIP": "1"},
        )
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert "was killed, perhaps for lack of memory; go on with --resume" in line

    @pytest.mark.slow
    def test_killed_run_takes_its_workers_along(self, tmp_path: Path) -> None:
        folder = tmp_path / "set"
        with running(folder, *SMALL, "--clips", "9", "--jobs", "2") as process:
            wait_for_clips(folder, 1)
            process.kill()
            process.wait()
            # The pipes close when the last process that holds them has ended.
            process.communicate(timeout=PROMPT_S)

    def test_full_disk_is_told_in_one_line(self, tmp_path: Path) -> None:
        code = (
            "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, -1)); "
            "sys.argv[0] = 'climbpose'; import tests.cli.synth_driver as d; d.main()"
        )
        given = [sys.executable, "-c", code, "synth", str(tmp_path), *SMALL]
        done = subprocess.run(given, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        (line,) = done.stderr.splitlines()
        assert "File too large" in line
        assert set(contents(tmp_path)) == {"set.json"}


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_two_jobs_make_what_one_makes(tmp_path: Path) -> None:
    make(tmp_path / "1")
    subprocess.run(command(tmp_path / "2", *SMALL, "--jobs", "2", "-q"), cwd=ROOT, check=True)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


@pytest.mark.slow
def test_two_jobs_make_the_same_real_clips(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "climbpose", "synth"]
    for jobs in ("1", "2"):
        arguments = ["--clips", "3", "--seconds", "0.3", "--size", "96x160", "--jobs", jobs, "-q"]
        subprocess.run([*program, str(tmp_path / jobs), *arguments], check=True)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
