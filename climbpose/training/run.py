"""The folder of a training run: what it was made from, how it went, and what it has so far."""

import csv
import json
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import strftime
from typing import Any

import numpy as np
import torch

from climbpose import __version__, checkpoint
from climbpose.errors import DatasetError, OutputExistsError, UsageError
from climbpose.files import part_file
from climbpose.networks.graph import Graph
from climbpose.training.curves import svg

CONFIG, METRICS, STATE = "config.json", "metrics.csv", "state.pt"
LAST, BEST = "last.safetensors", "best.safetensors"
CURVES, LOG, ORIGIN, DIFF = "curves.svg", "run.log", "origin.txt", "diff.patch"
SAMPLES, FRESH = "samples", "synthetic"


@dataclass(frozen=True)
class Run:
    """A run's folder.

    Attributes:
        folder: Where it lies.
        is_drawn: Whether the curves of a detector's training are drawn with each new figure.
    """

    folder: Path
    is_drawn: bool = True

    @classmethod
    def begin(cls, folder: Path, config: Mapping[str, Any], *, is_drawn: bool = True) -> "Run":
        """Makes the folder of a new run.

        Raises:
            OutputExistsError: A run is there.
            ClimbposeError: It cannot be written.
        """
        run = cls(folder, is_drawn)
        run.check_free()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"folder {folder} cannot be made ({error.strerror}); choose another one with -o"
            ) from error
        origin, diff = _origin()
        run._write(ORIGIN, f"{origin}\n")
        if diff:
            run._write(DIFF, diff)
        run.write_config(config)
        return run

    def check_free(self) -> None:
        """Makes sure that no run is in the folder.

        Raises:
            OutputExistsError: One is.
        """
        # What was stopped before the first step has nothing to lose.
        if (self.folder / STATE).exists():
            raise OutputExistsError(
                f"{self.folder / STATE} exists; use --resume to go on with the run, or choose "
                "another folder with -o"
            )
        if self.folder.exists() and not self.folder.is_dir():
            raise OutputExistsError(
                f"{self.folder} is a file but a folder is to be written; rename it"
            )

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Says what the run is made from."""
        text = json.dumps({"climbpose": __version__, **config}, indent=2)
        self._write(CONFIG, f"{text}\n")

    def config(self) -> dict[str, Any]:
        """What the run is made from.

        Raises:
            DatasetError: There is no run, or it is damaged.
        """
        path = self.folder / CONFIG
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            content.pop("climbpose")
        except OSError as error:
            raise DatasetError(
                f"{self.folder} holds no training run ({CONFIG}: {error.strerror}); begin one "
                "without --resume"
            ) from error
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise damaged(path, error) from error
        return content

    @property
    def origin(self) -> str:
        """Of which code the run is: a commit, or a version."""
        try:
            return (self.folder / ORIGIN).read_text(encoding="utf-8").strip()
        except OSError:
            return f"climbpose {__version__}"

    def say(self, line: str) -> None:
        """Adds a line to the log."""
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(f"{strftime('%Y-%m-%d %H:%M:%S')} {line}\n")

    def note(self, step: int, figures: Mapping[str, float]) -> None:
        """Adds figures of a step to the table, and draws the curves anew."""
        table = self.figures()
        if not table or table[-1]["step"] != step:
            table.append({"step": float(step)})
        table[-1].update(figures)
        self._write_figures(table)

    def figures(self, before: int | None = None) -> list[dict[str, float]]:
        """The table so far, or up to a step.

        Raises:
            DatasetError: It is damaged.
        """
        path = self.folder / METRICS
        if not path.exists():
            return []
        try:
            with path.open(encoding="utf-8", newline="") as file:
                table = [
                    {name: float(value) for name, value in row.items() if value}
                    for row in csv.DictReader(file)
                ]
            return [row for row in table if before is None or row["step"] <= before]
        except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            raise damaged(path, error) from error

    def go_back(self, step: int) -> None:
        """Forgets the figures of later steps, which will come again."""
        self._write_figures(self.figures(before=step))

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Keeps all that the run needs to go on."""
        with part_file(self.folder / STATE) as part:
            torch.save(dict(state), part)

    def load_state(self) -> dict[str, Any] | None:
        """What `save_state` kept, None where nothing has been kept yet.

        Raises:
            DatasetError: It is damaged.
        """
        path = self.folder / STATE
        if not path.exists():
            return None
        try:
            with warnings.catch_warnings():
                # What a damaged byte makes of the version is no news for the user.
                warnings.simplefilter("ignore", UserWarning)
                state = torch.load(path, map_location="cpu", weights_only=True)
        except MemoryError:
            raise
        # A damaged byte can lead torch's reader to any of them.
        except Exception as error:
            raise damaged(path, error) from error
        if not isinstance(state, dict):
            raise damaged(path, TypeError("no state"))
        return state

    def save_arrays(
        self, name: str, arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]
    ) -> Path:
        """Writes weights, from which their header can rebuild the network."""
        path = self.folder / name
        checkpoint.save_arrays(path, arrays, header)
        return path

    def save_weights(self, name: str, graph: Graph, header: Mapping[str, Any]) -> Path:
        """Writes a network, which annotating can use."""
        path = self.folder / name
        checkpoint.save(path, graph, header)
        return path

    def _write_figures(self, table: list[dict[str, float]]) -> None:
        names = list(dict.fromkeys(name for row in table for name in row))
        with (
            part_file(self.folder / METRICS) as part,
            part.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in table)
        if self.is_drawn:
            self._write(CURVES, _drawn(table, names))

    def _write(self, name: str, text: str) -> None:
        with part_file(self.folder / name) as part:
            part.write_text(text, encoding="utf-8")


def _drawn(table: list[dict[str, float]], names: list[str]) -> str:
    """The curves of a detector's training."""
    panels = {
        "loss": ["loss"],
        "error on held-out samples": [n for n in names if n.startswith("error_")],
        "share of keypoints within a tenth of the torso": [
            n for n in names if n.startswith("pck") and "_" in n
        ],
    }
    return svg(
        {
            title: {
                name: [(row["step"], row[name]) for row in table if name in row] for name in shown
            }
            for title, shown in panels.items()
        }
    )


def damaged(path: Path, error: Exception) -> DatasetError:
    """The error of a run whose files cannot be used."""
    reason = " ".join(str(error).split())[:120]
    return DatasetError(f"{path} is damaged ({reason}); begin the run anew in another folder")


def _origin() -> tuple[str, str]:
    """Commit and uncommitted changes of the code, or its version where it is not in a checkout."""
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return f"climbpose {__version__}", ""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
        )
        return done.stdout if done.returncode == 0 else ""

    try:
        commit = git("rev-parse", "HEAD").strip()
        return commit or f"climbpose {__version__}", git("diff", "HEAD")
    except OSError:
        return f"climbpose {__version__}", ""
