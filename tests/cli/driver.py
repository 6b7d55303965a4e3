"""Runs climbpose as a user's process, so slowly that a test can stop it in a chosen stage.

Usage: SLOW_STAGE=detect|draw python -m tests.cli.driver ARGUMENT...
"""

import os
import time
from collections.abc import Iterator

from climbpose.cli import main
from climbpose.detectors.precomputed import Precomputed
from climbpose.poses import Frame
from climbpose.video import VideoWriter

_SECONDS = 0.05

detect, write = Precomputed.__call__, VideoWriter.write


def _detect_slowly(detector, frames):  # type: ignore[no-untyped-def]
    def slowly() -> Iterator[Frame]:
        for frame in frames:
            time.sleep(_SECONDS)
            yield frame

    return detect(detector, slowly())


def _write_slowly(*arguments):  # type: ignore[no-untyped-def]
    time.sleep(_SECONDS)
    return write(*arguments)


if __name__ == "__main__":
    if os.environ.get("SLOW_STAGE") != "draw":
        Precomputed.__call__ = _detect_slowly  # type: ignore[method-assign]
    if os.environ.get("SLOW_STAGE") != "detect":
        VideoWriter.write = _write_slowly  # type: ignore[method-assign]
    main()
