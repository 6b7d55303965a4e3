"""Several tiny climbs to play a batch on, and somebody who watches it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from climbpose.batch.task import Outcome, Task
from climbpose.jobs import AnnotateOptions, job_in
from tests.cli.stage import make_climb, make_detections


@dataclass(frozen=True)
class Climbs:
    """A folder with clips; all show the same climber to the detector."""

    folder: Path

    @property
    def detections(self) -> Path:
        return self.folder / "climber.npz"

    @property
    def options(self) -> AnnotateOptions:
        return AnnotateOptions(detector=str(self.detections))

    def task(self, name: str, **changes: Any) -> Task:
        """The order for a clip, whose outputs go beside it."""
        video = self.folder / f"{name}.mp4"
        task = Task(job_in(video.parent, video), self.options, {"crf": 22, "detector": "npz"})
        return replace(task, **changes)

    def parts(self) -> list[Path]:
        return list(self.folder.rglob("*.part"))


def make_climbs(folder: Path, *names: str, frames: int = 12) -> Climbs:
    """Makes a clip, and copies of it under further names."""
    climbs = Climbs(folder)
    folder.mkdir(parents=True, exist_ok=True)
    make_detections(climbs.detections)
    first: bytes | None = None
    for name in names:
        video = folder / f"{name}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        if first is None:
            first = make_climb(video, frames).read_bytes()
        video.write_bytes(first)
    return climbs


def nothing(task: Task) -> None:
    """Does nothing."""


@dataclass
class Seen:
    """Notes what a batch tells, and does something when a video's first stage begins."""

    on_stage: Callable[[Task], None] = nothing
    begun: list[str] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)
    frames: dict[str, int] = field(default_factory=dict)
    settled: list[Outcome] = field(default_factory=list)

    def begin(self, task: Task) -> None:
        self.begun.append(task.video.stem)

    def stage(self, task: Task, name: str, total: int | None) -> None:
        self.stages.append((task.video.stem, name))
        self.on_stage(task)

    def advance(self, task: Task, frames: int) -> None:
        self.frames[task.video.stem] = self.frames.get(task.video.stem, 0) + frames

    def settle(self, outcome: Outcome) -> None:
        self.settled.append(outcome)
