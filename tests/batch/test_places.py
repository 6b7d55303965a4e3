"""Videos and outputs in stores: fetched, annotated here, put back whole or not at all."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from climbpose.batch import clients, places
from climbpose.batch.places import Transfer, place
from climbpose.batch.stores import Remote
from climbpose.batch.task import Outcome, Task, carry_out
from climbpose.errors import UsageError
from climbpose.files import claimed
from tests.batch.climbs import Climbs, make_climbs
from tests.batch.conftest import BUCKET
from tests.batch.s3_server import Server
from tests.cli.stage import Stage, document, refusal, run
from tests.cli.test_interrupts import running, wait_for
from tests.clips import shown_times

OUTPUTS = {"a_pose.mp4", "a_tracks.csv", "a_run.json"}


@pytest.fixture
def climbs(tmp_path: Path) -> Climbs:
    """Two clips in a folder of their own."""
    (tmp_path / "here").mkdir()
    climbs = make_climbs(tmp_path / "here", "a", "b")
    # A run is not resumed with detections that are as young as it is.
    os.utime(climbs.detections, (0, 0))
    return climbs


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, which every test leaves empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses before the network is tried again."""
    monkeypatch.setattr(clients, "_PAUSES_S", (0.0,))


class Silent:
    """Sees a run's progress, and does something at each stage."""

    def __init__(self, on_stage: Callable[[str], None] = lambda name: None) -> None:
        self._on_stage = on_stage

    def stage(self, name: str, total: int | None) -> None:
        self._on_stage(name)

    def advance(self) -> None:
        pass


def names(folder: Remote) -> set[str]:
    return {str(file).removeprefix(f"{folder}/") for file in folder.files()}


def order(climbs: Climbs, transfer: Transfer, **changes: Any) -> Task:
    return Task(transfer.planned(), climbs.options, {}, transfer=transfer, **changes)


def annotate_here(climbs: Climbs) -> Outcome:
    outcome = carry_out(climbs.task("a"), Silent())
    assert outcome.status == "done", outcome.error
    return outcome


@pytest.mark.parametrize(("is_fetched", "is_put"), [(True, True), (True, False), (False, True)])
def test_results_are_those_of_local_files(
    store: Remote, climbs: Climbs, scratch: Path, is_fetched: bool, is_put: bool
) -> None:
    video: places.Place = climbs.folder / "a.mp4"
    if is_fetched:
        video = store / "in" / "a.mp4"
        video.put(climbs.folder / "a.mp4")
    out = store / "out" if is_put else climbs.folder / "out"
    if isinstance(out, Path):
        out.mkdir()
    outcome = carry_out(order(climbs, Transfer(video, out)), Silent())
    assert outcome.status == "done", outcome.error
    assert outcome.task.source == str(video)
    annotate_here(climbs)
    for name in ("a_tracks.csv", "a_pose.mp4"):
        back = climbs.folder / "back"
        found = out / name
        if isinstance(found, Remote):
            found.get(back)
        else:
            shutil.copy(found, back)
        assert back.read_bytes() == (climbs.folder / name).read_bytes(), name
    report = json.loads((out / "a_run.json").read_text())
    assert report == outcome.report
    assert report["video"]["path"] == str(video)
    assert str(scratch) not in json.dumps(report)
    if isinstance(out, Remote):
        assert names(out) == OUTPUTS
    assert list(scratch.iterdir()) == []


def test_messages_name_the_places(store: Remote, climbs: Climbs, scratch: Path) -> None:
    (climbs.folder / "a.mp4").write_text("no video")
    (store / "in" / "a.mp4").put(climbs.folder / "a.mp4")
    transfer = Transfer(store / "in" / "a.mp4", store / "out")
    outcome = carry_out(order(climbs, transfer), Silent())
    assert str(outcome.error).startswith(f"{store}/in/a.mp4: expected a video")
    assert names(store) == {"in/a.mp4"}
    assert list(scratch.iterdir()) == []


def test_what_is_not_there_is_the_failure_of_its_video(store: Remote, climbs: Climbs) -> None:
    outcome = carry_out(order(climbs, Transfer(store / "a.mp4", store / "out")), Silent())
    assert (outcome.status, outcome.exit_code) == ("failed", 2)
    assert str(outcome.error).startswith(f"{store}/a.mp4 could not be found: there is no such file")


@pytest.mark.parametrize("free", [0, 1.5])
def test_a_video_that_does_not_fit_is_not_fetched(
    store: Remote, climbs: Climbs, monkeypatch: pytest.MonkeyPatch, free: float
) -> None:
    video = store / "a.mp4"
    video.put(climbs.folder / "a.mp4")
    room = int(free * (climbs.folder / "a.mp4").stat().st_size)

    def usage(path: Path) -> Any:
        return SimpleNamespace(free=room)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    monkeypatch.setattr(Remote, "get", lambda *_: pytest.fail("it was fetched"))
    outcome = carry_out(order(climbs, Transfer(video, store)), Silent())
    assert "make room, or set TMPDIR to a larger folder" in str(outcome.error)
    assert names(store) == {"a.mp4"}


def test_the_report_is_put_last_and_an_older_one_goes_first(
    climbs: Climbs, monkeypatch: pytest.MonkeyPatch
) -> None:
    MemoryFileSystem.store.clear()
    out = Remote("memory://out")
    for name in OUTPUTS:
        (out / name).put(climbs.detections)
    put, steps = Remote.put, []

    def note(self: Remote, local: Path) -> None:
        steps.append((self.name, (out / "a_run.json").exists()))
        put(self, local)

    monkeypatch.setattr(Remote, "put", note)
    outcome = carry_out(order(climbs, Transfer(climbs.folder / "a.mp4", out)), Silent())
    assert outcome.status == "done", outcome.error
    assert steps == [
        ("a_run.json.part", True),
        ("a_tracks.csv", False),
        ("a_pose.mp4", False),
        ("a_run.json", False),
    ]
    assert names(out) == OUTPUTS
    MemoryFileSystem.store.clear()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("where", ["a_tracks.csv", "a_pose.mp4", "a_run.json."])
def test_server_that_breaks_off_leaves_nothing_half(
    server: Server, climbs: Climbs, scratch: Path, where: str
) -> None:
    out = Remote(f"s3://{BUCKET}/out")
    server.flag.write_text(where)
    task = order(climbs, Transfer(climbs.folder / "a.mp4", out))
    outcome = carry_out(task, Silent())
    assert outcome.status == "failed"
    assert "could not be written" in str(outcome.error)
    assert len(str(outcome.error).splitlines()) == 1
    server.flag.unlink()
    left = names(out)
    whole = {"a_tracks.csv"} if where == "a_pose.mp4" else set()
    assert {name for name in left if not name.endswith(".part")} == whole
    assert list(scratch.iterdir()) == []
    assert carry_out(task, Silent()).status == "done"
    assert names(out) - left - OUTPUTS == set()
    annotate_here(climbs)
    (out / "a_pose.mp4").get(climbs.folder / "back.mp4")
    assert (climbs.folder / "back.mp4").read_bytes() == (climbs.folder / "a_pose.mp4").read_bytes()


@pytest.mark.usefixtures("impatient")
def test_server_that_dies_is_a_clear_failure(
    own_server: Server, climbs: Climbs, scratch: Path
) -> None:
    out = Remote(f"s3://{BUCKET}/out")
    (out / "a.mp4").put(climbs.folder / "a.mp4")
    dies = Silent(lambda name: own_server.process.kill() if name == "draw" else None)
    outcome = carry_out(order(climbs, Transfer(out / "a.mp4", out)), dies)
    assert outcome.status == "failed"
    assert f"{out}/a_run.json.part could not be written (Could not connect" in str(outcome.error)
    assert str(outcome.error).endswith("check the network and the store, and try again")
    assert list(scratch.iterdir()) == []


def test_names_of_a_store_are_refused_that_no_local_file_may_have() -> None:
    for name in ("..", "nul\0.mp4", "x" * 250 + ".mp4"):
        with pytest.raises(UsageError, match="of a store"):
            Transfer(Remote(f"memory://wall/{name}"), Path("out")).planned()


def test_text_becomes_a_place() -> None:
    assert place("s3://wall/a.mp4") == Remote("s3://wall/a.mp4")
    assert place("climbs/a.mp4") == Path("climbs/a.mp4")
    job = Transfer(Remote("s3://wall/season/a.b.mp4"), Remote("s3://wall/out")).planned()
    assert (job.video, job.annotated, job.stem) == (
        Path("a.b.mp4"),
        Path("a.b_pose.mp4"),
        Path("a.b"),
    )
    named = Transfer(Path("in/a.mp4"), Remote("s3://wall/out")).planned("best_pose.mp4")
    assert (named.video, named.annotated.name, named.stem.name) == (
        Path("in/a.mp4"),
        "best_pose.mp4",
        "best",
    )


@pytest.mark.skipif(os.name != "posix", reason="locks are POSIX's")
def test_what_killed_runs_have_left_goes_with_the_next(climbs: Climbs, scratch: Path) -> None:
    for name in ("climbpose-video-dead", "climbpose-video-alive", "climbpose-video-unclaimed"):
        (scratch / name).mkdir()
        (scratch / name / "video.mp4").write_text("a climb")
    (scratch / "climbpose-video-dead.part").touch()
    with claimed(scratch / "climbpose-video-alive"):
        transfer = Transfer(climbs.folder / "a.mp4", Remote(f"file://{climbs.folder}/out"))
        assert carry_out(order(climbs, transfer), Silent()).status == "done"
        left = {path.name for path in scratch.iterdir()}
        alive = "climbpose-video-alive"
        assert left == {alive, f"{alive}.part", "climbpose-video-unclaimed"}


def test_no_room_for_a_folder_is_told(climbs: Climbs, scratch: Path) -> None:
    scratch.rmdir()
    transfer = Transfer(climbs.folder / "a.mp4", Remote(f"file://{climbs.folder}/out"))
    outcome = carry_out(order(climbs, transfer), Silent())
    assert outcome.status == "failed"
    assert str(scratch) in str(outcome.error)
    scratch.mkdir()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped_run_leaves_nothing(tmp_path: Path, scratch: Path, stop: signal.Signals) -> None:
    climbs = make_climbs(tmp_path, "climb", frames=40)
    # As the stage's, which a slow run is made of.
    climbs.detections.rename(tmp_path / "climb.npz")
    out = Remote(f"file://{tmp_path}/out")
    with running(Stage(tmp_path), "draw", "-o", out.address) as process:
        wait_for(process, "draw")
        assert list(scratch.iterdir())
        process.send_signal(stop)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 128 + stop
    assert "Traceback" not in stderr
    assert list(scratch.iterdir()) == []
    assert names(out) == set()


class TestCommandLine:
    """As a user calls it, on a store of objects."""

    def test_a_season(self, store: Remote, climbs: Climbs) -> None:
        for name in ("a", "b"):
            (store / "in" / f"{name}.mp4").put(climbs.folder / f"{name}.mp4")
        out = store / "out"
        arguments = [f"{store.address}/in/a*.mp4", "-o", out.address]
        arguments += ["--detector", str(climbs.detections)]
        result = run("annotate", *arguments, "--json")
        assert document(result)["results"][0]["video"] == f"{store}/in/a.mp4", result.output
        assert names(out) == OUTPUTS
        assert f"{out}/a_" in refusal(run("annotate", *arguments), 2)
        for option in ("--skip-existing", "--resume"):
            again = document(run("annotate", *arguments, "--json", option))
            assert [one["status"] for one in again["results"]] == ["skipped"], again
        (out / "a_tracks.csv").remove()
        again = document(run("annotate", *arguments, "--json", "--resume"))
        assert [one["status"] for one in again["results"]] == ["done"]
        assert names(out) == OUTPUTS
        (out / "a_pose.mp4").get(climbs.folder / "back.mp4")
        assert len(shown_times(climbs.folder / "back.mp4")) == 12

    def test_a_folder_keeps_its_tree(self, server: Server, climbs: Climbs) -> None:
        season = Remote(f"s3://{BUCKET}/season")
        (season / "monday" / "a.mp4").put(climbs.folder / "a.mp4")
        (season / ".hidden" / "a.mp4").put(climbs.folder / "a.mp4")
        out = climbs.folder / "out"
        arguments = ["annotate", season.address, "-o", str(out)]
        result = run(*arguments, "--detector", str(climbs.detections))
        assert result.exit_code == 0, result.output
        assert {path.name for path in (out / "monday").iterdir()} == OUTPUTS

    def test_a_missing_package_is_named(self) -> None:
        told = refusal(run("annotate", "smb://wall/climb.mp4"), 2)
        assert told == "smb:// needs a package that is not installed; pip install smbprotocol"

    def test_no_password_is_shown_or_written(
        self, climbs: Climbs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def connect(address: str) -> tuple[Any, str]:
            return MemoryFileSystem(), "/" + address.partition("@")[2]

        monkeypatch.setattr("climbpose.batch.stores.connect", connect)
        MemoryFileSystem.store.clear()
        secret = "chalk/bag"
        season = Remote(f"sftp://coach:{secret}@wall/season")
        (season / "a.mp4").put(climbs.folder / "a.mp4")
        manifest = climbs.folder / "manifest.jsonl"
        arguments = [season.address, "-o", season.address, "--detector", str(climbs.detections)]
        result = run("annotate", *arguments, "--manifest", manifest, "--json")
        assert result.exit_code == 0, result.output
        refused = run("annotate", *arguments)
        assert refused.exit_code == 2
        failed = run("annotate", f"{season.address}/absent.mp4")
        assert failed.exit_code == 2
        told = [result.output, refused.output, failed.output, manifest.read_text()]
        told.append((season / "a_run.json").read_text())
        for text in told:
            assert "sftp://***@wall/season" in text
            assert secret not in text
        MemoryFileSystem.store.clear()
