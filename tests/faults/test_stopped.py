"""Killed, told to end, interrupted, or met by a second run, in each stage."""

import os
import signal
from itertools import product

import pytest

from tests.faults.driver import STAGES
from tests.faults.scene import OUTPUTS, Scene, cells

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

WRITTEN = {
    "start": set(),
    "models": set(),
    "detect": set(),
    "smooth": set(),
    "tracks": set(),
    "draw": {"climb_tracks.csv"},
    "mux": {"climb_tracks.csv"},
    "report": {"climb_tracks.csv", "climb_pose.mp4"},
}
"""The outputs that are whole when a stage begins."""

INTERRUPTED = ["climbpose: error: interrupted; unfinished files were removed"]


@pytest.mark.parametrize(
    ("name", "stage"),
    cells(
        product(["SIGKILL", "SIGTERM", "SIGINT"], STAGES),
        quick=[("SIGKILL", "start"), ("SIGKILL", "mux"), ("SIGTERM", "tracks"), ("SIGINT", "draw")],
    ),
)
def test_stopped(scene: Scene, name: str, stage: str) -> None:
    number = getattr(signal, name)
    with scene.running(stage) as run:
        run.wait_there()
        os.kill(run.pid, number)
        code = run.end()
        assert code == (-9 if name == "SIGKILL" else 128 + number)
        assert run.complaints() == (INTERRUPTED if name == "SIGINT" else [])
    left = {path for path in scene.names() if not path.endswith(".part")}
    assert left == WRITTEN[stage]
    assert name == "SIGKILL" or scene.names() == left
    scene.check()
    scene.check_next_run()


@pytest.mark.parametrize(
    ("name", "stage"),
    cells(
        product(["SIGKILL", "SIGTERM"], STAGES),
        quick=[("SIGKILL", "report"), ("SIGTERM", "smooth")],
    ),
)
def test_stopped_while_older_outputs_are_replaced(scene: Scene, name: str, stage: str) -> None:
    """Those not replaced yet stay; the report, which vouches for all of them, goes first."""
    scene.check_next_run()
    older = {path: (scene.target / path).read_bytes() for path in OUTPUTS}
    with scene.running(stage, "-y", "--crf", "40", "--keep-raw") as run:
        run.wait_there()
        os.kill(run.pid, getattr(signal, name))
        run.end()
    is_begun = STAGES.index(stage) >= STAGES.index("tracks")
    for path, content in older.items():
        if path == "climb_run.json" and is_begun:
            assert not (scene.target / path).exists()
        else:
            is_same = (scene.target / path).read_bytes() == content
            assert is_same == (path not in WRITTEN[stage]), path
    scene.check()
    scene.check_next_run()


@pytest.mark.parametrize("stage", cells(product(STAGES), quick=[("detect",), ("report",)]))
def test_second_run_is_refused_and_the_first_goes_on(scene: Scene, stage: str) -> None:
    with scene.running(stage) as first:
        first.wait_there()
        for options in ([], ["-y"]):
            with scene.running("report", *options) as second:
                code, complaints = second.end(), second.complaints()
            # Without -y what is whole already is in the way, before any work.
            is_in_the_way = not options and bool(WRITTEN[stage])
            assert code == (2 if is_in_the_way else 1)
            (line,) = complaints
            wanted = "exists; use -y" if is_in_the_way else "is being written by another run"
            assert wanted in line
            assert line.startswith("climbpose: error: ")
        first.go_on()
        assert (first.end(), first.complaints()) == (0, [])
    assert scene.names() == OUTPUTS
    scene.check()
    scene.check_next_run()


def test_second_run_takes_over_from_one_that_was_killed(scene: Scene) -> None:
    with scene.running("detect") as first:
        first.wait_there()
        os.kill(first.pid, signal.SIGKILL)
        first.end()
    with scene.running("detect") as second:
        second.wait_there()
        second.go_on()
        assert (second.end(), second.complaints()) == (0, [])
    assert scene.names() == OUTPUTS
    scene.check()
