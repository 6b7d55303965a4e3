"""What making clips costs: ``python tests/bench/synthesis.py``.

Prints the processor's time a frame at 720x1280, planning and writing included, over clips with
everything varied and with nothing varied; then frames a second with one process and with two.
Each figure is worth what else the machine does at the time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from time import monotonic, process_time

import numpy as np

from climbpose.synth.generation import SetOptions, generate
from climbpose.synth.variation import AXES

JOBS = (1, 2)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=33)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure is not None:
        options = json.loads(arguments.measure)
        print(json.dumps(measure(SetOptions(**{**options, "vary": tuple(options["vary"])}))))
        return
    for name, vary in (("all", tuple(AXES)), ("none", ())):
        options = SetOptions(
            arguments.clips, seconds=arguments.seconds, seed=arguments.seed, vary=vary
        )
        report(name, in_a_process_of_its_own(options))
    compare_jobs(SetOptions(arguments.clips, seconds=arguments.seconds, seed=arguments.seed))


def in_a_process_of_its_own(options: SetOptions) -> dict[str, list[float]]:
    """What `measure` finds where nothing else has used memory before."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, __file__, "--measure", json.dumps(asdict(options))],
        env={**os.environ, **threads},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def measure(options: SetOptions) -> dict[str, list[float]]:
    """Costs of a set, clip by clip: milliseconds a frame, bytes of video and of labels."""
    spent, frames, before = [], 0, process_time()

    def advance(news: int) -> None:
        nonlocal frames, before
        frames += news
        if news and frames % options.config(0).frames == 0:
            now = process_time()
            spent.append(now - before)
            before = now

    with tempfile.TemporaryDirectory() as folder:
        clips = generate(folder, options, advance=advance)
        # What is written after a clip's last frame counts for the next clip, or here.
        spent[-1] += process_time() - before
        return {
            "milliseconds": [1e3 * s * options.clips / options.frames for s in spent],
            "video": [clip.video.stat().st_size for clip in clips],
            "labels": [clip.labels.stat().st_size for clip in clips],
            "peak": [1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss],
        }


def report(name: str, found: dict[str, list[float]]) -> None:
    """Prints what was measured with some axes varied."""
    cost = found["milliseconds"]
    print(
        f"--vary {name}: {np.mean(cost):.1f} CPU-ms a frame on average over {len(cost)} clips, "
        f"95th percentile {np.percentile(cost, 95):.1f}, highest {max(cost):.1f}; "
        f"{_megabytes(found['peak'])} MB of memory at most; a clip's mp4 "
        f"{_megabytes(found['video'])} MB, its labels {_megabytes(found['labels'])} MB",
        flush=True,
    )


def compare_jobs(options: SetOptions) -> None:
    """Prints how fast sets are made by several processes."""
    rates = []
    for jobs in JOBS:
        with tempfile.TemporaryDirectory() as folder:
            begin = monotonic()
            generate(folder, options, jobs=jobs)
            rates.append(options.frames / (monotonic() - begin))
        print(f"--jobs {jobs}: {rates[-1]:.1f} frames a second", flush=True)
    print(f"{JOBS[-1]} jobs are {rates[-1] / rates[0]:.2f} times as fast as {JOBS[0]}")


def _megabytes(sizes: Sequence[float]) -> str:
    return f"{np.mean(sizes) / 1e6:.1f}"


if __name__ == "__main__":
    main()
