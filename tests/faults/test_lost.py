"""The source or the target changes or vanishes, in each stage."""

import os
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import pytest

from tests.faults.driver import STAGES
from tests.faults.scene import Run, Scene, cells

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows keeps open files as they are")

Fault = Callable[[Scene], Generator[None]]


def source_vanishes(scene: Scene) -> Generator[None]:
    aside = scene.folder / "aside" / "climb.mp4"
    scene.video.rename(aside)
    yield
    aside.rename(scene.video)


def source_is_cut_short(scene: Scene) -> Generator[None]:
    whole = scene.video.read_bytes()
    os.truncate(scene.video, len(whole) // 2)
    yield
    scene.video.write_bytes(whole)


def source_is_emptied(scene: Scene) -> Generator[None]:
    whole = scene.video.read_bytes()
    os.truncate(scene.video, 0)
    yield
    scene.video.write_bytes(whole)


def target_vanishes(scene: Scene) -> Generator[None]:
    aside = scene.folder / "aside" / "out"
    scene.target.rename(aside)
    yield
    assert not scene.target.exists()
    scene.check(aside)
    aside.rename(scene.target)


def target_is_emptied(scene: Scene) -> Generator[None]:
    """All that we wrote is deleted, the folder stays."""
    for name in scene.names():
        (scene.target / name).unlink()
    yield


def target_is_replaced(scene: Scene) -> Generator[None]:
    """Another folder of the same name comes in its place, as of another disk."""
    aside = scene.folder / "aside" / "out"
    scene.target.rename(aside)
    scene.target.mkdir()
    yield
    scene.check(aside)
    assert not {name for name in scene.names() if name.endswith(".part")}
    shutil.rmtree(scene.target)
    aside.rename(scene.target)


def target_is_locked(scene: Scene) -> Generator[None]:
    """Nobody may write any more, as on a disk that turned read only."""
    scene.target.chmod(0o555)
    yield
    scene.target.chmod(0o755)


BEFORE_DRAWING = ("start", "models", "detect", "smooth", "tracks")

CELLS: dict[Fault, tuple[Sequence[str], Sequence[str]]] = {
    source_vanishes: (STAGES, BEFORE_DRAWING),
    source_is_cut_short: (STAGES, BEFORE_DRAWING),
    source_is_emptied: (STAGES, BEFORE_DRAWING),
    target_vanishes: (STAGES, STAGES),
    # Whoever deletes outputs that are done may.
    target_is_emptied: (STAGES[:-1], ("tracks", "draw", "mux")),
    target_is_replaced: (STAGES, ("tracks", "draw", "mux")),
    target_is_locked: (STAGES, STAGES),
}
"""The stages in which each fault is tried, and those in which the run cannot end well."""

CANNOT_CLEAN = (target_vanishes, target_is_replaced, target_is_locked)


@pytest.mark.parametrize(
    ("fault", "stage"),
    cells(
        [(fault, stage) for fault, (stages, _) in CELLS.items() for stage in stages],
        quick=[
            (source_vanishes, "smooth"),
            (source_is_cut_short, "detect"),
            (target_vanishes, "draw"),
            (target_is_emptied, "mux"),
            (target_is_locked, "report"),
        ],
    ),
)
def test_lost(scene: Scene, fault: Fault, stage: str) -> None:
    with scene.running(stage) as run:
        run.wait_there()
        with contextmanager(fault)(scene):
            run.go_on()
            code = run.end()
            check_told(run, code)
    assert code != 0 or stage not in CELLS[fault][1]
    if fault not in CANNOT_CLEAN:
        assert not any(name.endswith(".part") for name in scene.names())
    if fault is not target_is_replaced:
        assert ("climb_run.json" in scene.names()) == (code == 0)
    scene.check()
    scene.check_next_run()


def check_told(run: Run, code: int) -> None:
    """A failure is one line that says what to do."""
    lines = run.complaints()
    if code == 0:
        assert lines == []
        return
    assert code in (1, 2), lines
    assert len(lines) == 1, lines
    assert lines[0].startswith("climbpose: error: ")
