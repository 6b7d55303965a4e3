from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from climbpose import detectors
from climbpose.batch.engine import BatchObserver
from climbpose.batch.local import Near
from climbpose.batch.task import Outcome, Task, carry_out
from climbpose.cli import batch
from climbpose.detectors import DetectorOptions
from climbpose.detectors.precomputed import Precomputed
from tests.cli.stage import Stage, make_climb, make_detections


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The clip with sound and its detections, made once."""
    stage = Stage(tmp_path_factory.mktemp("originals"))
    make_climb(stage.video, sound="aac")
    make_detections(stage.detections)
    return stage


@pytest.fixture
def stage(originals: Stage, tmp_path: Path) -> Stage:
    """A folder of its own with a copy of the clip and its detections."""
    stage = Stage(tmp_path)
    stage.video.write_bytes(originals.video.read_bytes())
    stage.detections.write_bytes(originals.detections.read_bytes())
    return stage


class Here:
    """Annotates several videos in this process, where tests can take parts of it over."""

    def run(self, tasks: Sequence[Task], display: BatchObserver) -> Generator[Outcome]:
        for task in tasks:
            display.begin(task)
            yield carry_out(task, Near(task, display))


@pytest.fixture
def stickman(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector of this name, which sees the stage's climber in every video."""
    monkeypatch.setattr(batch, "create", lambda *_: Here())
    detectors.names()
    factories = detectors.registry._factories
    sight = DetectorOptions(detections=stage.detections)
    monkeypatch.setitem(factories, "stickman", lambda _: Precomputed(sight))
