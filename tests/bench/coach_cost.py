"""What measuring costs: the camera's motion, and the measures of a long video.

    python -m tests.bench.coach_cost VIDEO TRACKS [--minutes 25]

Processor seconds of this process: telling whether the camera stood still; its motion, and of that
decoding alone, for each frame; all measures of the tracks, repeated to and fro to so many minutes.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import TypeVar

import numpy as np

from climbpose.analytics.measuring import MeasureOptions, measure
from climbpose.exporters.tracks_csv import read
from climbpose.poses import PoseTrack
from climbpose.video import VideoReader
from climbpose.wall.estimation import estimate_motion
from climbpose.wall.motion import CameraMotion
from climbpose.wall.stillness import stood_still

Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    begun = process_time()
    return work(), process_time() - begun


def lengthened(poses: PoseTrack, minutes: float) -> PoseTrack:
    """The track to and fro, until it lasts so long."""
    step = float(np.median(np.diff(poses.time)))
    count = round(60 * minutes / step)
    there_and_back = np.concatenate([np.arange(len(poses)), np.arange(len(poses))[::-1]])
    rows = np.resize(there_and_back, count)
    return PoseTrack(
        frame_index=np.arange(count),
        time=np.arange(count) * step,
        xy=poses.xy[rows],
        confidence=poses.confidence[rows],
        status=poses.status[rows],
    )


def decode(video: Path) -> int:
    with VideoReader(video) as reader:
        return sum(1 for frame in reader if frame.pixels.width)


def main() -> None:
    parser = argparse.ArgumentParser(description="What measuring costs.")
    parser.add_argument("video", type=Path)
    parser.add_argument("tracks", type=Path)
    parser.add_argument("--minutes", type=float, default=25)
    arguments = parser.parse_args()
    poses = read(arguments.tracks)
    is_still, seconds = timed(lambda: stood_still(arguments.video, poses))
    print(f"stood still: {is_still}, told in {seconds:.2f} s")
    camera, seconds = timed(lambda: estimate_motion(arguments.video, poses))
    frames, decoding = timed(lambda: decode(arguments.video))
    print(
        f"motion: {seconds:.2f} s ({'static' if camera.is_static else 'moving'}), "
        f"{1000 * seconds / frames:.1f} ms a frame; decoding alone {1000 * decoding / frames:.1f}"
    )
    long = lengthened(poses, arguments.minutes)
    found, seconds = timed(
        lambda: measure(long, CameraMotion.static(long.frame_index), MeasureOptions())
    )
    print(
        f"measures of {arguments.minutes:g} minutes, {len(long)} frames, {len(found.moves)} moves: "
        f"{seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
