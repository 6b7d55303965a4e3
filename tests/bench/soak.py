"""Annotates one short clip hundreds of times, and tells whether anything grows.

    python -m tests.bench.soak [--runs 200] [--video FILE] [--batch] [--jobs 2]

First in one process, by the default detector and smoother; with ``--batch`` instead by one
``climbpose annotate`` of so many videos with ``--jobs``, whose processes are looked at while they
work. After a warm-up of `WARM_UP` runs (networks are compiled, caches fill) it prints resident
memory, open files, threads and temporary files, and ends with 1 if any of them grows. Memory grows
by the slope of the line through all runs after the warm-up: allocators move it up and down by some
megabytes all the time.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.clips import SHARED, ffmpeg

VIDEO = SHARED / "climbing_clips" / "vrusuu_board_test.mp4"
SECONDS, WIDTH, HEIGHT = 0.5, 360, 640

WARM_UP = 20
MAX_GROWTH_MB = 0.05
"""A run; a leaked frame of the clip takes 0.3 as yuv420p, a leaked network 5 and more."""

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Use:
    """What a process holds."""

    resident_mb: float
    files: int
    threads: int

    @classmethod
    def of(cls, process: int) -> "Use":
        """Reads /proc.

        Raises:
            OSError: The process is gone.
        """
        folder = Path("/proc", str(process))
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        return cls(
            pages * _PAGE_MB,
            sum(1 for _ in (folder / "fd").iterdir()),
            sum(1 for _ in (folder / "task").iterdir()),
        )


class Silent:
    """Sees nothing of a run."""

    def stage(self, name: str, total: int | None) -> None:
        """Is not shown."""

    def advance(self) -> None:
        """Is not shown."""


def make_clip(source: Path, path: Path) -> Path:
    """Cuts a short, small clip with its sound."""
    size = ("-vf", f"scale={WIDTH}:{HEIGHT}", "-c:v", "libx264", "-c:a", "aac")
    ffmpeg("-ss", "5", "-t", str(SECONDS), "-i", source, *size, path)
    return path


def in_one_process(clip: Path, folder: Path, runs: int) -> list[Use]:
    """What this process holds after each of its runs."""
    from climbpose.jobs import AnnotateOptions, Job
    from climbpose.pipeline import annotate

    job = Job(clip, folder / "climb_pose.mp4", folder / "climb")
    uses = []
    for run in range(runs):
        annotate(job, AnnotateOptions(), Silent(), {})
        uses.append(Use.of(os.getpid()))
        if run % 20 == 0:
            print(f"run {run}: {uses[-1]}", file=sys.stderr, flush=True)
    return uses


def in_a_batch(clip: Path, folder: Path, runs: int, jobs: int) -> dict[str, list[Use]]:
    """What each process of a batch holds, after each video that was finished meanwhile."""
    sources, outputs = folder / "in", folder / "out"
    sources.mkdir()
    outputs.mkdir()
    for run in range(runs):
        # Copies: links to one file are one video.
        shutil.copy(clip, sources / f"climb_{run:03}.mp4")
    command = [sys.executable, "-m", "climbpose", "annotate", str(sources), "-o", str(outputs)]
    uses: dict[int, list[Use]] = {}
    # A file and no pipe, which nobody would empty.
    with (
        (folder / "printed").open("wb") as printed,
        subprocess.Popen(
            [*command, "--jobs", str(jobs), "-q"], cwd=_ROOT, stdout=printed, stderr=printed
        ) as batch,
    ):
        done = 0
        while batch.poll() is None:
            time.sleep(0.2)
            count = sum(1 for _ in outputs.rglob("*_run.json"))
            if count > done:
                done = count
                for process in (batch.pid, *_children(batch.pid)):
                    try:
                        uses.setdefault(process, []).append(Use.of(process))
                    except OSError:
                        continue
    assert batch.returncode == 0, (folder / "printed").read_text(encoding="utf-8")
    assert sum(1 for _ in outputs.rglob("*_pose.mp4")) == runs
    # Python's own watcher of shared memory holds next to nothing.
    kept = [process for process, found in uses.items() if len(found) > 2 * WARM_UP]
    names = {batch.pid: "batch"}
    return {names.get(process, f"worker {process}"): uses[process] for process in kept}


def _children(process: int) -> Iterator[int]:
    for folder in Path("/proc", str(process), "task").iterdir():
        for child in (folder / "children").read_text(encoding="ascii").split():
            yield int(child)


def grows(name: str, uses: list[Use]) -> bool:
    """Prints a line of the table, and says whether anything grows."""
    settled = uses[WARM_UP:]
    memory = np.array([use.resident_mb for use in settled])
    slope = float(np.polyfit(np.arange(len(memory)), memory, 1)[0])
    half = len(settled) // 2
    files = [max(use.files for use in part) for part in (settled[:half], settled[half:])]
    threads = [max(use.threads for use in part) for part in (settled[:half], settled[half:])]
    numbers = [f"{memory[0]:.1f}", f"{memory[-1]:.1f}", f"{slope:.4f}", *files, *threads]
    print(f"{name:16}{len(uses):6}" + "".join(f"{number:>10}" for number in numbers))
    return slope > MAX_GROWTH_MB or files[1] > files[0] or threads[1] > threads[0]


def main() -> None:
    """Soaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--video", type=Path, default=VIDEO)
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="climbpose-soak-") as name:
        folder = Path(name)
        clip = make_clip(chosen.video, folder / "climb.mp4")
        # Whatever is left here was a temporary file of ours.
        temporary = folder / "temporary"
        temporary.mkdir()
        os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
        begun = time.monotonic()
        uses: Mapping[str, list[Use]]
        if chosen.batch:
            uses = in_a_batch(clip, folder, chosen.runs, chosen.jobs)
        else:
            uses = {"one process": in_one_process(clip, folder, chosen.runs)}
        seconds = time.monotonic() - begun
        left = sorted(path.name for path in temporary.rglob("*"))
        left += sorted(path.name for path in folder.rglob("*.part"))
    print(f"{chosen.runs} runs in {seconds:.0f} s; left behind: {', '.join(left) or 'nothing'}")
    heads = ("MB first", "MB last", "MB/run", "files", "", "threads", "")
    print(f"{'':16}{'runs':>6}" + "".join(f"{head:>10}" for head in heads))
    found = [grows(process, seen) for process, seen in uses.items()]
    sys.exit(1 if any(found) or left or not found else 0)


if __name__ == "__main__":
    main()
