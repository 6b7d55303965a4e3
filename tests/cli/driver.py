"""Runs climbpose as a user's process, so slowly that a test can stop it in a chosen stage.

Usage: SLOW_STAGE=detect|draw python -m tests.cli.driver ARGUMENT...
"""

import os
import time

import climbpose.exporters.overlay_mp4 as overlay
from climbpose.cli import main
from climbpose.detectors.precomputed import Precomputed

_SECONDS = 0.05

detect, draw = Precomputed.__call__, overlay._scaled


def _detect_slowly(*arguments):  # type: ignore[no-untyped-def]
    time.sleep(_SECONDS)
    return detect(*arguments)


def _draw_slowly(*arguments):  # type: ignore[no-untyped-def]
    time.sleep(_SECONDS)
    return draw(*arguments)


if __name__ == "__main__":
    if os.environ.get("SLOW_STAGE") != "draw":
        Precomputed.__call__ = _detect_slowly  # type: ignore[method-assign]
    if os.environ.get("SLOW_STAGE") != "detect":
        overlay._scaled = _draw_slowly
    main()
