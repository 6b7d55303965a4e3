"""A tiny climb to play the command line on: a clip, and heatmaps that stand for a detector."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner, Result

from climbpose.cli import app
from climbpose.poses import HEATMAP_SIZE
from climbpose.skeleton import CLIMBING_25
from tests.clips import make_clip, pictures

FRAMES, WIDTH, HEIGHT = 12, 96, 128


def make_climb(path: Path, frames: int = FRAMES, sound: str | None = None) -> Path:
    """Writes a clip of moving gradients, 30 frames a second."""
    return make_clip(path, pictures(frames, WIDTH, HEIGHT), sound=sound)


def make_detections(path: Path, frames: Sequence[int] = range(FRAMES)) -> Path:
    """Writes heatmaps of one climber who goes up by two pixels a frame."""
    cells = np.arange(HEATMAP_SIZE) + 0.5
    spots = 8 + 40 * np.random.default_rng(0).random((len(CLIMBING_25), 2))
    x = np.exp(-((cells - spots[:, :1]) ** 2) / 8)
    y = np.exp(-((cells - spots[:, 1:]) ** 2) / 8)
    maps = np.round(230 * y[:, :, None] * x[:, None, :]).astype(np.uint8)
    boxes = [[20, 50 - 2 * n, 60, 110 - 2 * n] for n in frames]
    np.savez_compressed(
        path,
        frame=np.array(frames, np.int64),
        box=np.array(boxes, np.float32).reshape(-1, 4),
        heatmaps=np.broadcast_to(maps, (len(frames), *maps.shape)),
    )
    return path


@dataclass(frozen=True)
class Stage:
    """A folder with a clip and its detections."""

    folder: Path

    @property
    def video(self) -> Path:
        return self.folder / "climb.mp4"

    @property
    def detections(self) -> Path:
        return self.folder / "climb.npz"

    def output(self, ending: str) -> Path:
        return self.folder / f"climb_{ending}"

    def names(self) -> set[str]:
        """What lies in the folder beside the clip and its detections."""
        found = {path.name for path in self.folder.iterdir()}
        return found - {self.video.name, self.detections.name}

    def annotate(self, *arguments: str | Path, video: Path | None = None) -> Result:
        """Annotates the clip with its detections."""
        return run("annotate", video or self.video, "--detector", self.detections, *arguments)


def run(*arguments: str | Path) -> Result:
    """Runs climbpose in this process; a traceback fails the test."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refusal(result: Result, exit_code: int) -> str:
    """The one line in which a run was refused."""
    assert result.exit_code == exit_code, result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("climbpose: error: ")
    return lines[0].removeprefix("climbpose: error: ")


def document(result: Result) -> dict[str, Any]:
    """The JSON that is all of stdout."""
    content: dict[str, Any] = json.loads(result.stdout)
    assert content["exit_code"] == result.exit_code
    return content
