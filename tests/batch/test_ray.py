"""A real Ray cluster on this machine, whose workers and nodes are killed for real."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest

from climbpose.batch import engine, ray_engine
from climbpose.batch.local import Local
from climbpose.batch.ray_engine import Ray
from climbpose.batch.task import Outcome, Task
from climbpose.errors import ClimbposeError, UsageError
from climbpose.processes import threads_each
from tests.batch.climbs import Climbs, Seen, make_climbs
from tests.batch.conftest import needed
from tests.cli.test_interrupts import ROOT

FRAMES = 400
"""Some seconds of work, in which a worker can be struck."""

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_AUTH_MODE": "token",
}
STORE_BYTES = 80_000_000

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="processes are looked for in /proc"),
    # Ray leaves sockets and files to the end of the process, and its own threads to theirs.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def make_busy(folder: Path, *names: str) -> Climbs:
    """Climbs that take a while, and whose climber stays in the picture."""
    climbs = make_climbs(folder, *names, frames=FRAMES)
    content = dict(np.load(climbs.detections))
    again = np.arange(FRAMES) % 12
    content |= {"frame": np.arange(FRAMES), "box": content["box"][again]}
    content["heatmaps"] = content["heatmaps"][again]
    np.savez_compressed(climbs.detections, **content)
    return climbs


def workers() -> list[int]:
    """Processes that annotate a video for Ray."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdecimal() and (process / "cmdline").read_bytes().startswith(
                b"ray::annotate_one"
            ):
                found.append(int(process.name))
    return found


def wait_until_no_worker_is_left() -> None:
    deadline = monotonic() + 30
    while workers() and monotonic() < deadline:
        sleep(0.1)
    assert workers() == []


@pytest.fixture(scope="module")
def cluster() -> Generator[Any]:
    """Two nodes of one CPU each."""
    # Ray's sockets lie deep below, and may have short paths only.
    folder = tempfile.TemporaryDirectory(prefix="raytest", dir="/tmp", ignore_cleanup_errors=True)
    with folder, pytest.MonkeyPatch.context() as patch:
        # Before its import, which reads them.
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_TMPDIR", folder.name)
        needed("ray")
        from ray.cluster_utils import Cluster

        node = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=node)
        cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
        yield cluster
        cluster.shutdown()  # type: ignore[no-untyped-call]


def outcomes(ray: Ray, tasks: Sequence[Task], seen: Seen) -> dict[str, Outcome]:
    return {one.task.video.stem: one for one in ray.run(tasks, seen)}


@pytest.mark.slow
def test_killed_worker_costs_a_try_and_results_are_those_of_local(
    cluster: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for folder in ("ray", "local"):
        (tmp_path / folder).mkdir()
    names = ("a", "b", "c")
    climbs = make_busy(tmp_path / "ray", *names)
    struck: list[int] = []

    def strike(task: Task) -> None:
        if not struck:
            struck.append(workers()[0])
            os.kill(struck[0], signal.SIGKILL)

    seen = Seen(strike)
    (climbs.folder / "bad.mp4").write_text("no video")
    tasks = [climbs.task(name) for name in (*names, "bad")]
    done = outcomes(Ray(address=cluster.address), tasks, seen)
    assert len(struck) == 1
    assert {name: done[name].status for name in names} == dict.fromkeys(names, "done")
    assert sorted(done[name].attempts for name in names) == [1, 1, 2]
    assert "expected a video" in str(done["bad"].error)
    assert sorted(set(seen.begun)) == ["a", "b", "bad", "c"]
    assert ("c", "draw") in seen.stages or ("a", "draw") in seen.stages
    assert climbs.parts() == []
    wait_until_no_worker_is_left()
    assert capfd.readouterr() == ("", "")
    local = make_busy(tmp_path / "local", *names)
    with threads_each(1):
        assert all(one.status == "done" for one in Local(2).run(tasks_of(local, names), Seen()))
    for name in names:
        for ending in ("tracks.csv", "pose.mp4"):
            file = f"{name}_{ending}"
            assert (climbs.folder / file).read_bytes() == (local.folder / file).read_bytes(), file


def tasks_of(climbs: Climbs, names: Sequence[str]) -> list[Task]:
    return [climbs.task(name) for name in names]


@pytest.mark.slow
def test_video_that_kills_its_worker_each_time_fails_alone(cluster: Any, tmp_path: Path) -> None:
    climbs = make_busy(tmp_path, "always", "never")

    def strike(task: Task) -> None:
        if task.video.stem == "always":
            for worker in workers():
                os.kill(worker, signal.SIGKILL)

    done = outcomes(Ray(1, cluster.address), tasks_of(climbs, ("always", "never")), Seen(strike))
    assert (done["always"].status, done["always"].attempts) == ("failed", 3)
    assert "always.mp4: the worker that annotated it was lost 3 times" in str(done["always"].error)
    assert len(str(done["always"].error).splitlines()) == 1
    assert (done["never"].status, done["never"].attempts) == ("done", 1)
    assert climbs.parts() == []


@pytest.mark.slow
def test_end_of_the_iteration_ends_the_work(cluster: Any, tmp_path: Path) -> None:
    climbs = make_busy(tmp_path, "a", "b", "c")

    def interrupt(task: Task) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outcomes(Ray(address=cluster.address), tasks_of(climbs, "abc"), Seen(interrupt))
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob("*_pose.mp4"))
    assert not list(tmp_path.glob("*_run.json"))
    wait_until_no_worker_is_left()


@pytest.mark.slow
def test_what_a_node_does_not_see_is_told(cluster: Any, tmp_path: Path) -> None:
    climbs = make_climbs(tmp_path, "a", "b")
    (tmp_path / "b.mp4").unlink()
    done = outcomes(Ray(address=cluster.address), tasks_of(climbs, "ab"), Seen())
    assert done["a"].status == "done"
    assert f"{tmp_path}/b.mp4 is not there on node " in str(done["b"].error)
    assert "use a folder that all nodes share, or addresses" in str(done["b"].error)


@pytest.mark.slow
def test_lost_node_costs_a_try(cluster: Any, tmp_path: Path) -> None:
    climbs = make_busy(tmp_path, "a", "b")
    node = cluster.add_node(num_cpus=2, object_store_memory=STORE_BYTES)
    lost: list[Any] = []

    def lose(task: Task) -> None:
        if not lost:
            lost.append(node)
            cluster.remove_node(node, allow_graceful=False)

    # A share of two CPUs is on that node alone; then there is none, and smaller ones must do.
    running = Ray(2, cluster.address).run(tasks_of(climbs, "ab"), Seen(lose))
    first = next(running)
    rest = list(running)
    assert [one.status for one in (first, *rest)] == ["done", "done"]
    assert lost
    assert max(one.attempts for one in (first, *rest)) == 2
    assert climbs.parts() == []


def annotate(
    home: Path, *arguments: str | Path, signal_after: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs climbpose on a cluster of its own, as a user with a home of their own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment |= {"HOME": str(home), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "climbpose", "annotate", "--engine", "ray"]
    command += map(str, arguments)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        said = ""
        if signal_after is not None:
            assert process.stderr is not None
            for line in process.stderr:
                if '"stage": "detect"' in line:
                    # A terminal's goes to all processes of its group.
                    is_shared = signal_after == signal.SIGINT
                    (os.killpg if is_shared else os.kill)(process.pid, signal_after)
                    break
                said += line
        stdout, stderr = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, stdout, said + stderr)


def temporary() -> set[str]:
    return {path.name for path in Path("/tmp").glob("cpray*")}


@pytest.mark.slow
def test_a_cluster_of_its_own_is_silent_and_leaves_nothing(tmp_path: Path) -> None:
    needed("ray")
    climbs = make_climbs(tmp_path, "a", "b")
    home, before = tmp_path / "home", temporary()
    home.mkdir()
    # Precomputed detections are of one video.
    given: list[str | Path] = [climbs.folder / "a.mp4", "--detector", climbs.detections]
    done = annotate(home, *given, "--json", "--progress", "none")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["status"] == "done"
    assert done.stderr == ""
    assert list(home.iterdir()) == []
    assert temporary() == before
    wait_until_no_worker_is_left()


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped_run_leaves_nothing(tmp_path: Path, stop: signal.Signals) -> None:
    needed("ray")
    climbs = make_busy(tmp_path, "a")
    home, before = tmp_path / "home", temporary()
    home.mkdir()
    given: list[str | Path] = [climbs.folder / "a.mp4", "--detector", climbs.detections]
    given += ["--progress", "json"]
    done = annotate(home, *given, signal_after=stop)
    assert done.returncode == 128 + stop, done.stderr
    assert "Traceback" not in done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    # Tracks are whole, and may have been written before the worker heard of the end.
    assert names - {"a_tracks.csv"} == {"a.mp4", "climber.npz", "home"}
    assert temporary() == before
    wait_until_no_worker_is_left()


@pytest.mark.slow
def test_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    needed("ray")
    climbs = make_climbs(tmp_path, "a")
    with pytest.raises(ClimbposeError, match=r"could not be reached at 127.0.0.1:9"):
        list(Ray(address="127.0.0.1:9").run([climbs.task("a")], Seen()))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'climbpose\[ray\]'"):
        engine.create("ray", None)


def test_an_address_is_of_ray_alone() -> None:
    with pytest.raises(UsageError, match="--address is of --engine ray"):
        engine.create("local", None, "127.0.0.1:6379")
