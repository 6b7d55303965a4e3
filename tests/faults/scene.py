"""A video, its detections, a target folder, other files of the user; and what must hold of them."""

import csv
import hashlib
import json
import math
import multiprocessing
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli import stage
from tests.clips import make_clip, pictures, shown_times
from tests.faults import driver

FRAMES = 24
OUTPUTS = {"climb_tracks.csv", "climb_pose.mp4", "climb_run.json"}
PATIENCE_S = 60

PRECIOUS = ("notes.txt", "other_tracks.csv", "climb.mp4.part", "climb_pose.mp4.bak")


def cells(table: Iterable[tuple[Any, ...]], quick: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Cells of a table as a test's parameters; all but some are slow."""
    rows, wanted = list(table), list(quick)
    assert all(cell in rows for cell in wanted), wanted
    return [
        pytest.param(*cell, marks=[] if cell in wanted else [pytest.mark.slow]) for cell in rows
    ]


if sys.platform == "win32":
    _context = multiprocessing.get_context("spawn")
else:
    _context = multiprocessing.get_context("forkserver")
    # Every cell of the table has a process of its own; this spares it the imports.
    _context.set_forkserver_preload(["tests.faults.driver"])


@dataclass
class Run:
    """A run of climbpose that waits where it was asked to."""

    process: multiprocessing.process.BaseProcess
    wire: Connection
    output: Path

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def wait_there(self) -> None:
        """Until the run is in its stage."""
        if not self.wire.poll(PATIENCE_S):
            pytest.fail(f"the run did not get there: {self.complaints()}")
        try:
            self.wire.recv()
        except EOFError:
            pytest.fail(f"the run ended before it got there: {self.complaints()}")

    def go_on(self) -> None:
        """Lets the run go on."""
        self.wire.send("go on")

    def end(self) -> int:
        """Waits for the end and gives the exit code, below 0 for a signal."""
        self.process.join(PATIENCE_S)
        assert self.process.exitcode is not None, "the run hangs"
        return self.process.exitcode

    def complaints(self) -> list[str]:
        """The lines on stderr."""
        errors = self.output.with_name(f"{self.output.name}.err")
        return errors.read_text(encoding="utf-8").splitlines() if errors.exists() else []


@dataclass
class Scene:
    """Everything that a run could hurt.

    Attributes:
        folder: Holds ``in``, ``out`` and what the runs print.
    """

    folder: Path
    _sums: dict[str, str] = field(default_factory=dict)
    _runs: int = 0

    @classmethod
    def at(cls, folder: Path) -> "Scene":
        """Makes a scene."""
        scene = cls(folder)
        for name in ("in", "out", "aside"):
            (folder / name).mkdir()
        # Noise, so that the file is larger than what FFmpeg reads at once.
        noise = np.random.default_rng(0).integers(0, 60, (FRAMES, 128, 96, 3), np.uint8)
        make_clip(scene.video, pictures(FRAMES, 96, 128) // 2 + noise, sound="aac")
        stage.make_detections(scene.detections, range(20))
        for name in PRECIOUS:
            (scene.target / name).write_text(f"precious {name}", encoding="utf-8")
        scene._sums = scene._summed()
        return scene

    @property
    def video(self) -> Path:
        return self.folder / "in" / "climb.mp4"

    @property
    def detections(self) -> Path:
        return self.folder / "in" / "climb.npz"

    @property
    def target(self) -> Path:
        return self.folder / "out"

    def arguments(self, *more: str | Path) -> list[str]:
        """Of the command line."""
        given = ["annotate", self.video, "--detector", self.detections, "-o", self.target, "-q"]
        given += ["--smoother", "one-euro"]
        return [str(word) for word in (*given, *more)]

    @contextmanager
    def running(
        self, where: str, *more: str | Path, action: str = driver.PAUSE, folder: Path | None = None
    ) -> Generator[Run]:
        """A run in a process of its own."""
        self._runs += 1
        output = self.folder / f"printed_{self._runs}"
        ours, theirs = _context.Pipe()
        given = (where, action, folder or self.target, theirs, output, self.arguments(*more))
        process = _context.Process(target=driver.run, args=given)
        process.start()
        theirs.close()
        try:
            yield Run(process, ours, output)
        finally:
            process.kill()
            process.join()
            ours.close()

    def names(self, folder: Path | None = None) -> set[str]:
        """What lies in the target beside the user's own files."""
        return {path.name for path in (folder or self.target).iterdir()} - set(PRECIOUS)

    def check(self, folder: Path | None = None) -> None:
        """Nothing half has a final name, and nothing of the user's has changed."""
        check_whole((folder or self.target).iterdir())
        found = self._summed(folder)
        assert found == self._sums, {k for k in self._sums if found.get(k) != self._sums[k]}

    def check_next_run(self) -> None:
        """The next run succeeds; without an option unless a whole output is in the way."""
        options = ["-y"] if self.names() & OUTPUTS else []
        done = stage.run(*self.arguments(*options))
        assert (done.exit_code, done.stderr) == (0, ""), done.output
        assert self.names() == OUTPUTS
        self.check()

    def _summed(self, folder: Path | None = None) -> dict[str, str]:
        target = folder or self.target
        files = [*(target / name for name in PRECIOUS), self.video, self.detections]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def check_whole(files: Iterable[Path]) -> None:
    """Every file of a final name is whole, as other programs than ours see it."""
    for path in files:
        if path.name.endswith("climb_tracks.csv"):
            rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            assert [int(row["frame"]) for row in rows] == list(range(FRAMES))
            assert all(cell is not None for row in rows for cell in row.values())
            _check_numbers(rows)
        elif path.name.endswith("climb_pose.mp4"):
            assert len(shown_times(path)) == FRAMES
        elif path.name.endswith("climb_run.json"):
            content = json.loads(path.read_text(encoding="utf-8"))
            assert content["frames"]["decoded"] == FRAMES
            assert all((path.parent / name).is_file() for name in content["outputs"])


def _check_numbers(rows: Iterable[dict[str, str]]) -> None:
    """A coordinate and its confidence are both finite numbers, or both left out."""
    for row in rows:
        for name in (key.removesuffix("_x") for key in row if key.endswith("_x")):
            cells = [row[f"{name}_{ending}"] for ending in ("x", "y", "conf")]
            if any(cells):
                assert all(math.isfinite(float(cell)) for cell in cells), (name, cells)
