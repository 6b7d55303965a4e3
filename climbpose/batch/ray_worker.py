"""What runs on the machines of a Ray cluster: the work on one video, and news of it."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import cv2

from climbpose import __version__
from climbpose.batch.task import Outcome, Task, carry_out, failure
from climbpose.processes import threads_each

NEWS_INTERVAL_S = 0.25
_PATIENCE_S = 5.0

News = tuple[int, int, str, Any]
"""Of which video and try, what (a stage, or nothing for frames), and how much."""


class _StopError(BaseException):
    """Ends the work on a video that nobody waits for any more."""


class Newsroom:
    """An actor that keeps what workers tell until it is asked for, and tells them when to end."""

    def __init__(self) -> None:
        self._news: list[News] = []
        self._is_over = False

    def tell(self, news: News) -> bool:
        """Notes a piece of news; says whether all is over."""
        self._news.append(news)
        return self._is_over

    def close(self) -> None:
        """Ends all work."""
        self._is_over = True

    def take(self) -> list[News]:
        """What came since it was last asked."""
        news, self._news = self._news, []
        return news


@dataclass
class Wire:
    """Tells of a video from a worker, and not of each frame."""

    newsroom: Any
    video: int
    attempt: int
    frames: int = 0
    told_at: float = field(default_factory=monotonic)

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self._tell_frames()
        self.tell(name, total)

    def advance(self) -> None:
        """One frame of the stage is done."""
        self.frames += 1
        if monotonic() - self.told_at >= NEWS_INTERVAL_S:
            self._tell_frames()

    def tell(self, what: str, how_much: object) -> None:
        """Tells; ends the work if it is over."""
        import ray

        # A newsroom that is lost with its node begins anew elsewhere; the work goes on meanwhile.
        with suppress(ray.exceptions.RayError):
            answer = self.newsroom.tell.remote((self.video, self.attempt, what, how_much))
            if ray.get(answer, timeout=_PATIENCE_S):
                raise _StopError

    def _tell_frames(self) -> None:
        if self.frames:
            self.tell("", self.frames)
        self.frames, self.told_at = 0, monotonic()


def annotate_one(task: Task, wire: Wire, threads: int, folder: str, version: str) -> Outcome:
    """What a worker does for one video."""
    # A terminal's Ctrl-C is for the process that waits, which then ends this one.
    with suppress(OSError):
        os.setpgrp()
    # So that names mean the same here, in messages and reports too.
    with suppress(OSError):
        os.chdir(folder)
    problem = _problem(task, version)
    if problem is not None:
        return failure(task, f"{task.source}: {problem}")
    cv2.setNumThreads(threads)
    try:
        wire.tell("begin", None)
        with threads_each(threads):
            return carry_out(task, wire)
    except _StopError:
        return failure(task, f"{task.source}: interrupted")


def _problem(task: Task, version: str) -> str | None:
    """Why a video cannot be annotated on this machine."""
    if version != __version__:
        return f"node {_node()} has climbpose {__version__}, expected {version}; install that there"
    absent = _absent(task)
    if absent is None:
        return None
    return (
        f"{absent} is not there on node {_node()}; use a folder that all nodes share, or addresses "
        "such as s3://"
    )


def _absent(task: Task) -> Path | None:
    """A file or folder of the order that this machine lacks."""
    here = [task.job.video, task.job.stem.parent, task.job.annotated.parent]
    if task.transfer is not None:
        here = task.transfer.local_paths(task.job)
    options = task.options
    here += [path for path in (options.weights, options.tracks, options.detector_file) if path]
    return next((path for path in here if not path.exists()), None)


def _node() -> str:
    return platform.node() or "without a name"
