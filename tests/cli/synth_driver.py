"""Runs ``climbpose synth`` as a user's process, with quick stand-ins for the clips.

Usage: SLOW_SECONDS=0.05 python -m tests.cli.synth_driver synth ARGUMENT...

What stands outside of the last block runs in the worker processes too, which import this anew.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from climbpose.cli import main
from climbpose.labels import ClipLabels
from climbpose.synth import generation
from climbpose.synth.variation import Config
from tests.synth.fake import make_fake_clip


class _Losing:
    """Asks this process to end, where Python doesn't let that pass."""

    def __del__(self) -> None:
        signal.raise_signal(int(os.environ["LOST_SIGNAL"]))


def _make_slowly(config: Config, path: Path, advance: Callable[[int], None]) -> ClipLabels:
    def advance_slowly(frames: int) -> None:
        time.sleep(float(os.environ.get("SLOW_SECONDS", "0")))
        advance(frames)

    if os.environ.get("LOSING_CLIP") == str(config.index):
        _Losing()
    if os.environ.get("KILLED_CLIP") == str(config.index):
        os._exit(9)
    return make_fake_clip(config, path, advance_slowly)


vars(generation)["make_clip"] = _make_slowly

if __name__ == "__main__":
    main()
