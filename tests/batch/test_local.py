"""Worker processes: real ones, that are killed for real."""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from climbpose.batch import local
from climbpose.batch.local import Local, jobs_for, tidy
from climbpose.batch.task import Outcome, Task
from climbpose.files import claimed
from tests.batch.climbs import Climbs, Seen, make_climbs


def outcomes(tasks: Sequence[Task], seen: Seen, jobs: int) -> dict[str, Outcome]:
    done = {one.task.video.stem: one for one in Local(jobs).run(tasks, seen)}
    assert multiprocessing.active_children() == []
    return done


def kill(process: multiprocessing.process.BaseProcess, number: int = signal.SIGKILL) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


def test_workers_do_what_this_process_does(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "a", "b", "bad", "alone")
    (tmp_path / "bad.mp4").write_text("no video")
    seen = Seen()
    done = outcomes([climbs.task(name) for name in ("a", "b", "bad")], seen, jobs=2)
    assert {name: one.status for name, one in done.items()} == {
        "a": "done",
        "b": "done",
        "bad": "failed",
    }
    assert "bad.mp4: expected a video" in str(done["bad"].error)
    assert sorted(seen.begun) == ["a", "b", "bad"]
    assert [stage for name, stage in seen.stages if name == "a"] == ["detect", "draw"]
    assert seen.frames["a"] >= 12
    (alone,) = Local().run([climbs.task("alone")], Seen())
    assert alone.status == "done"
    tracks = (tmp_path / "alone_tracks.csv").read_bytes()
    assert (tmp_path / "a_tracks.csv").read_bytes() == tracks
    assert (tmp_path / "b_tracks.csv").read_bytes() == tracks


@pytest.mark.slow
def test_killed_worker_fails_its_video_alone_and_only_twice(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "once", "always", "never", frames=60)
    killed: list[str] = []

    def strike(task: Task) -> None:
        name = task.video.stem
        if name == "always" or (name == "once" and name not in killed):
            killed.append(name)
            (worker,) = multiprocessing.active_children()
            kill(worker)

    tasks = [climbs.task(name) for name in ("once", "always", "never")]
    done = outcomes(tasks, Seen(strike), jobs=1)
    assert killed == ["once", "always", "always"]
    assert (done["once"].status, done["once"].attempts) == ("done", 2)
    assert (done["never"].status, done["never"].attempts) == ("done", 1)
    assert (done["always"].status, done["always"].attempts) == ("failed", 2)
    assert str(done["always"].error).endswith(
        "always.mp4: the process that annotated it was killed by SIGKILL, twice; perhaps out of "
        "memory: try fewer --jobs"
    )
    assert climbs.parts() == []


@pytest.mark.slow
def test_end_of_the_iteration_ends_all_workers(tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "a", "b", "c", "d", frames=200)
    (tmp_path / "bad.mp4").write_text("no video")
    running = Local(2).run([climbs.task(name) for name in ("bad", "a", "b", "c", "d")], Seen())
    assert next(running).status == "failed"
    assert len(multiprocessing.active_children()) == 2
    running.close()
    assert multiprocessing.active_children() == []
    assert climbs.parts() == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (-signal.SIGKILL, "killed by SIGKILL, twice; perhaps out of memory: try fewer --jobs"),
        (-signal.SIGSEGV, "killed by SIGSEGV, twice; is the video damaged?"),
        (-200, "killed by signal 200"),
        (7, "ended with code 7"),
        (None, "ended with code None"),
    ],
)
def test_a_death_has_a_name(code: int | None, told: str) -> None:
    assert told in local._death(code)


def test_half_files_of_a_killed_worker_are_removed(tmp_path: Path) -> None:
    climbs = Climbs(tmp_path)
    task = climbs.task("a")
    for name in ("a_pose.mp4.part", "a_tracks.csv.part", "a_run.json.part", "b_pose.mp4.part"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "a_tracks.csv").write_text("whole")
    tidy(task)
    assert {path.name for path in tmp_path.iterdir()} == {"a_tracks.csv", "b_pose.mp4.part"}


def test_half_files_of_another_run_stay(tmp_path: Path) -> None:
    task = Climbs(tmp_path).task("a")
    with claimed(task.job.report):
        (tmp_path / "a_pose.mp4.part").write_bytes(b"half")
        tidy(task)
        assert (tmp_path / "a_pose.mp4.part").exists()


@pytest.mark.parametrize(
    ("memory", "videos", "jobs"),
    [(None, 9, 4), (64e9, 9, 4), (64e9, 3, 3), (2.5e9, 9, 2), (0, 9, 1)],
)
def test_jobs_fit_cores_memory_and_videos(
    monkeypatch: pytest.MonkeyPatch, memory: float | None, videos: int, jobs: int
) -> None:
    monkeypatch.setattr(local, "cores", lambda: 4)
    monkeypatch.setattr(local, "free_memory", lambda: None if memory is None else int(memory))
    assert jobs_for(videos) == jobs
