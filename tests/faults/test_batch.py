"""Several videos at once: one vanishes, two batches meet on the same folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.batch.climbs import Climbs, make_climbs
from tests.clips import shown_times

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="Windows keeps open files as they are"),
]
ROOT = Path(__file__).parents[2]
FRAMES = 30
PATIENCE_S = 60


def begin(climbs: Climbs, *arguments: str) -> "subprocess.Popen[str]":
    """A batch of two workers over all the climbs, some of them slow."""
    given = ["annotate", climbs.folder, "--detector", "stickman", "--jobs", "2", "--json", "-q"]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.batch.driver", *map(str, given), *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CLIMBER": str(climbs.detections), "SECONDS": "0.04"},
    )


def results(batch: "subprocess.Popen[str]") -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what became of each video."""
    stdout, stderr = batch.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in stderr
    found = {Path(one["video"]).stem: one for one in json.loads(stdout)["results"]}
    return batch.returncode, found


def wait_for(path: Path) -> None:
    end = monotonic() + PATIENCE_S
    while not path.exists():
        assert monotonic() < end, f"{path.name} never came"
        sleep(0.01)


def check(climbs: Climbs, done: set[str]) -> None:
    assert climbs.parts() == []
    for name in done:
        assert len(shown_times(climbs.folder / f"{name}_pose.mp4")) == FRAMES
        assert len((climbs.folder / f"{name}_tracks.csv").read_text().splitlines()) == FRAMES + 1
        assert json.loads((climbs.folder / f"{name}_run.json").read_text())["status"] == "done"


@pytest.mark.parametrize("name", ["a", "c"])
def test_one_of_three_vanishes(tmp_path: Path, name: str) -> None:
    """The first while it is being read, the third before its turn."""
    climbs = make_climbs(tmp_path / "season", "a", "b", "c", frames=FRAMES)
    with begin(climbs) as batch:
        wait_for(climbs.folder / "a_run.json.part")
        (climbs.folder / f"{name}.mp4").rename(tmp_path / "aside.mp4")
        code, found = results(batch)
    assert code == 3
    others = {"a", "b", "c"} - {name}
    assert {stem: one["status"] for stem, one in found.items()} == {
        name: "failed",
        **dict.fromkeys(others, "done"),
    }
    assert f"{name}.mp4" in found[name]["error"]
    assert not (climbs.folder / f"{name}_run.json").exists()
    check(climbs, others)
    (tmp_path / "aside.mp4").rename(climbs.folder / f"{name}.mp4")
    with begin(climbs, "--resume") as batch:
        code, found = results(batch)
    assert code == 0
    assert found[name]["status"] == "done"
    assert {found[other]["status"] for other in others} == {"skipped"}
    check(climbs, {"a", "b", "c"})


def test_two_batches_of_the_same_videos(tmp_path: Path) -> None:
    """Each video is annotated once, and the batch that comes too late says so."""
    climbs = make_climbs(tmp_path / "season", "a", "b", "c", "d", frames=FRAMES)
    with begin(climbs) as first, begin(climbs) as second:
        found = [results(batch)[1] for batch in (first, second)]
    for name in "abcd":
        statuses = sorted(one[name]["status"] for one in found)
        assert statuses == ["done", "failed"], (name, [one[name] for one in found])
        (late,) = (one[name]["error"] for one in found if one[name]["error"])
        assert "is being written by another run" in late or "exists; use -y" in late
    check(climbs, set("abcd"))
