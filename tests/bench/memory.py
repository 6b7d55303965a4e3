"""Peak memory of ``climbpose annotate`` over the length of the video, in one run.

    python tests/bench/memory.py VIDEO [--minutes 1 10 60] [--every N]

VIDEO is looped to each length without being encoded again. Printed are the peak resident sizes of
the whole process and their ratios to that of the first length, and the time with its ratio to the
length. ``--every`` is passed on: it makes long runs shorter and keeps as many rows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import imageio_ffmpeg


def peak_mb(command: list[str]) -> float:
    """Peak resident megabytes of a command that must succeed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Peak memory over the length of the video.")
    parser.add_argument("video", type=Path)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--every", default="1")
    arguments = parser.parse_args()
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-stream_loop", "-1"]
    first = None
    for minutes in arguments.minutes:
        with tempfile.TemporaryDirectory() as temporary:
            clip = Path(temporary) / "clip.mp4"
            looped = ["-i", str(arguments.video), "-t", str(60 * minutes), "-c", "copy", str(clip)]
            subprocess.run([*ffmpeg, *looped], check=True)
            start = perf_counter()
            ours = [sys.executable, "-m", "climbpose", "annotate", str(clip), "-q"]
            peak = peak_mb([*ours, "--every", arguments.every])
            taken = perf_counter() - start
        first = first or peak
        print(
            f"{minutes:5g} min: peak {peak:6.0f} MB, {peak / first:.3f} of the first, "
            f"{taken:.0f} s, {taken / (60 * minutes):.3f} of its length"
        )


if __name__ == "__main__":
    main()
