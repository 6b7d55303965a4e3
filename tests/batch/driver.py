"""Runs climbpose as a user's process, with workers that a test can slow down and strike dead.

Usage: CLIMBER=FILE.npz [SECONDS=0.05] [DEADLY=STEM] python -m tests.batch.driver ARGUMENT...

Workers import this module too, as theirs is the main one; so they do as it says.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from climbpose import detectors
from climbpose.batch import local
from climbpose.batch.task import Outcome, Task, carry_out
from climbpose.cli import main
from climbpose.detectors import DetectorOptions
from climbpose.detectors.precomputed import Precomputed
from climbpose.pipeline import Observer
from climbpose.poses import Frame
from climbpose.video import VideoWriter

_SECONDS = float(os.environ.get("SECONDS", "0"))

write, detect = VideoWriter.write, Precomputed.__call__


def _detect_slowly(detector, frames):  # type: ignore[no-untyped-def]
    def slowly() -> Iterator[Frame]:
        for frame in frames:
            time.sleep(_SECONDS)
            yield frame

    return detect(detector, slowly())


def _write_slowly(*arguments):  # type: ignore[no-untyped-def]
    time.sleep(_SECONDS)
    return write(*arguments)


def _carry_out(task: Task, observer: Observer) -> Outcome:
    if task.video.stem == os.environ.get("DEADLY"):
        os.kill(os.getpid(), signal.SIGKILL)
    return carry_out(task, observer)


detectors.names()
detectors.registry._factories["stickman"] = lambda _: Precomputed(
    DetectorOptions(detections=Path(os.environ["CLIMBER"]))
)
Precomputed.__call__ = _detect_slowly  # type: ignore[method-assign]
VideoWriter.write = _write_slowly  # type: ignore[method-assign]
vars(local)["carry_out"] = _carry_out

if __name__ == "__main__":
    main()
