"""Runs climbpose as a user's process, with workers that a test can slow down and strike dead.

Usage: CLIMBER=FILE.npz [SECONDS=0.05] [DEADLY=STEM] python -m tests.batch.driver ARGUMENT...

Workers import this module too, as theirs is the main one; so they do as it says.
"""

import os
import signal
from pathlib import Path

from climbpose import detectors
from climbpose.batch import local
from climbpose.batch.task import Outcome, Task, carry_out
from climbpose.cli import main
from climbpose.detectors import DetectorOptions
from climbpose.detectors.precomputed import Precomputed
from climbpose.pipeline import Observer
from tests.slowness import slow_down_detecting, slow_down_writing

_SECONDS = float(os.environ.get("SECONDS", "0"))


def _carry_out(task: Task, observer: Observer) -> Outcome:
    if task.video.stem == os.environ.get("DEADLY"):
        os.kill(os.getpid(), signal.SIGKILL)
    return carry_out(task, observer)


detectors.names()
detectors.registry._factories["stickman"] = lambda _: Precomputed(
    DetectorOptions(detections=Path(os.environ["CLIMBER"]))
)
slow_down_detecting(_SECONDS)
slow_down_writing(_SECONDS)
vars(local)["carry_out"] = _carry_out

if __name__ == "__main__":
    main()
