"""The disk gets full, or memory short, in each stage."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.faults.driver import STAGES, STARVE
from tests.faults.scene import OUTPUTS, Scene, cells
from tests.faults.small_disk import CANNOT_MOUNT

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("stage", cells(product(STAGES), quick=[("tracks",), ("mux",)]))
def test_disk_full(scene: Scene, stage: str) -> None:
    answer = on_a_small_disk(scene.folder, stage)
    assert answer == {"code": 1, "next_code": 0}
    (line,) = (scene.folder / "printed_full.err").read_text(encoding="utf-8").splitlines()
    assert line.startswith("climbpose: error: ")
    assert "No space left on device" in line
    full, after = scene.folder / "aside" / "full", scene.folder / "aside" / "next"
    scene.check(full)
    assert "climb_run.json" not in scene.names(full)
    assert not any(name.endswith(".part") for name in scene.names(full))
    scene.check(after)
    assert scene.names(after) == OUTPUTS


def on_a_small_disk(folder: Path, stage: str) -> dict[str, int]:
    """What `small_disk` says."""
    enter = ["unshare", "--map-root-user", "--mount"]
    command = [*enter, sys.executable, "-m", "tests.faults.small_disk", str(folder), stage]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except FileNotFoundError:
        pytest.skip("nothing can be mounted here")
    if done.returncode == CANNOT_MOUNT or "unshare" in done.stderr:
        pytest.skip("nothing may be mounted here")
    assert done.returncode == 0, done.stderr
    answer: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
@pytest.mark.parametrize("stage", cells(product(STAGES), quick=[("models",)]))
def test_memory_short(scene: Scene, stage: str) -> None:
    with scene.running(stage, action=STARVE) as run:
        code, lines = run.end(), run.complaints()
    if code != 0:
        assert code == 1, lines
        (line,) = lines
        assert line.startswith("climbpose: error: ")
        assert "climb_run.json" not in scene.names()
    assert not any(name.endswith(".part") for name in scene.names())
    scene.check()
    scene.check_next_run()
