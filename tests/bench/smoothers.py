"""What smoothers cost: milliseconds a frame and a window on one core and on two, and memory.

    python -m tests.bench.smoothers [--frames 300] [--only NAME ...]

Three tables, each row measured in a process of its own that is held to its cores:

1. Every smoother that can be had here, over the detections of a made-up climb: milliseconds a frame
   (the median of three rounds), and by how much memory grew at its peak while it was loaded and
   ran over ten frames, then over the whole climb, and over four times as much.
2. Every network with fresh weights, as PyTorch runs it: milliseconds for a window, and memory.
3. 3DConv over a whole track as one convolution, and as a window for each frame: PyTorch's, and
   ours, which needs no PyTorch.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from climbpose import smoothers
from climbpose.errors import ClimbposeError
from climbpose.poses import HEATMAP_SIZE
from climbpose.smoothers import Smoother
from tests.smoothers.climber import climb, detect

_ROUNDS = 3
_FPS = 30.0


def grown_mb(run: Callable[[], Any]) -> float:
    """By how much the resident memory grew at its peak while something ran (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory_mb("VmRSS")
    run()
    return _memory_mb("VmHWM") - before


def _memory_mb(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def milliseconds(run: Callable[[], Any]) -> float:
    """Median wall time of some rounds after one that does not count."""
    run()
    taken = []
    for _ in range(_ROUNDS):
        start = perf_counter()
        run()
        taken.append(perf_counter() - start)
    return 1000 * median(taken)


def of_smoother(name: str, frames: int) -> dict[str, float]:
    """A smoother of `climbpose annotate`."""
    track = detect(climb(np.arange(4 * frames) / _FPS))
    smoothers.names()
    made: list[Smoother] = []

    def load() -> None:
        made.append(smoothers.create(name))
        run(10)

    def run(count: int) -> None:
        for _ in made[0](track[:count]):
            pass

    loaded, once = grown_mb(load), grown_mb(lambda: run(frames))
    return {
        "ms a frame": milliseconds(lambda: run(frames)) / frames,
        "MB loaded": loaded,
        "MB": once,
        "MB for 4 x": grown_mb(lambda: run(4 * frames)),
    }


def of_network(name: str, frames: int) -> dict[str, float]:
    """A network, a window at a time."""
    import torch

    from climbpose.smoothers.learned import VARIANTS, build

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    network = build(*VARIANTS[name]).eval()
    inside = (HEATMAP_SIZE, HEATMAP_SIZE) if network.kind == "maps" else (2,)
    window = torch.rand(1, network.length, network.keypoints, *inside)
    with torch.inference_mode():
        grown = grown_mb(lambda: network(window))
        taken = milliseconds(lambda: network(window))
    return {"frames": network.length, "ms a window": taken, "MB": grown}


def of_convolution(name: str, frames: int) -> dict[str, float]:
    """3DConv as one convolution and as a window for each frame."""
    import torch

    from climbpose.networks.convolution import RunningConv3d
    from climbpose.smoothers.learned import build

    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(cores)
    network = build("conv3d").eval()
    weights = [part.detach().numpy() for part in network.state_dict().values()]
    ours = RunningConv3d(weights[0], weights[1], threads=cores)
    maps = np.stack([made.maps.render() for made in detect(climb(np.arange(frames) / _FPS))])
    half = network.length // 2
    padded = np.pad(maps, ((half, half), (0, 0), (0, 0), (0, 0)))

    def run(window: np.ndarray) -> np.ndarray:
        if name == "ours":
            return ours(window)
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(window)[None])[0])

    def in_windows() -> np.ndarray:
        return np.stack([run(padded[row : row + network.length])[half] for row in range(frames)])

    apart = float(np.abs(run(maps) - in_windows()).max())
    whole, windows = milliseconds(lambda: run(maps)), milliseconds(in_windows)
    return {
        "ms a frame, one convolution": whole / frames,
        "ms a frame, windows": windows / frames,
        "times faster": windows / whole,
        "largest difference": apart,
    }


_MEASURES = {"smoother": of_smoother, "network": of_network, "convolution": of_convolution}


def in_process(kind: str, name: str, frames: int, cores: int) -> dict[str, float]:
    """A row, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.smoothers", "--measure", kind, name]
    command += ["--frames", str(frames), "--cores", str(cores)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def print_table(kind: str, names: list[str], frames: int, cores: list[int]) -> None:
    """The rows of one kind, those of more cores to the right."""
    for number, name in enumerate(names):
        rows = [in_process(kind, name, frames, count) for count in cores]
        if number == 0:
            heads = [f"{head} ({n} core{'s' * (n > 1)})" for n in cores for head in rows[0]]
            print(f"\n{kind:16}" + "".join(f"  {head}" for head in heads), flush=True)
            widths = [len(head) for head in heads]
        values = [f"{value:.3g}" for row in rows for value in row.values()]
        cells = (f"  {value:>{width}}" for value, width in zip(values, widths, strict=True))
        print(f"{name:16}" + "".join(cells), flush=True)


def usable() -> list[str]:
    """The smoothers that can be had here."""
    found = []
    for name in smoothers.names():
        try:
            smoothers.create(name)
        except ClimbposeError as error:
            print(f"{name} is left out: {error}")
        else:
            found.append(name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Time and memory of smoothers.")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--only", nargs="+", help="names of smoothers and networks")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    available = sorted(os.sched_getaffinity(0))
    if arguments.measure:
        os.sched_setaffinity(0, available[: arguments.cores])
        kind, name = arguments.measure
        print(json.dumps(_MEASURES[kind](name, arguments.frames)))
        return
    from climbpose.smoothers.learned import VARIANTS

    cores = [count for count in (1, 2) if count <= len(available)]
    kinds = {"smoother": usable(), "network": list(VARIANTS), "convolution": ["ours", "torch"]}
    for kind, names in kinds.items():
        chosen = [name for name in names if not arguments.only or name in arguments.only]
        if chosen:
            print_table(kind, chosen, arguments.frames, cores)


if __name__ == "__main__":
    main()
