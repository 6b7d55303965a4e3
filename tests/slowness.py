"""Makes detection and encoding slow, so that a test can stop a run in the middle of them."""

import time
from collections.abc import Iterable, Iterator

from climbpose.detectors.precomputed import Precomputed
from climbpose.poses import Frame
from climbpose.video import VideoWriter


def slow_down_detecting(seconds: float) -> None:
    """Waits before each frame that precomputed detections are asked for, until the process ends."""
    detect = Precomputed.__call__

    def slowly(frames: Iterable[Frame]) -> Iterator[Frame]:
        for frame in frames:
            time.sleep(seconds)
            yield frame

    def call(detector, frames):  # type: ignore[no-untyped-def]
        return detect(detector, slowly(frames))

    Precomputed.__call__ = call  # type: ignore[method-assign]


def slow_down_writing(seconds: float) -> None:
    """Waits before each picture that is written, until the process ends."""
    write = VideoWriter.write

    def call(*arguments):  # type: ignore[no-untyped-def]
        time.sleep(seconds)
        return write(*arguments)

    VideoWriter.write = call  # type: ignore[method-assign]
