"""What a run measured, for programs: JSON with everything, CSV with one figure a row."""

import csv
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from climbpose import __version__
from climbpose.errors import OutputExistsError, UsageError
from climbpose.evaluation.figures import Difference, Figure
from climbpose.evaluation.options import ALL, EvalOptions
from climbpose.files import part_file
from climbpose.report import plain


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A clip that was measured on.

    Attributes:
        name: In the tables.
        frames: Labelled ones.
        torso_px: Length of the torso, pixels.
        seen_by: Names of the candidates that were trained on it: their figures are no test.
    """

    name: str
    frames: int
    torso_px: float
    seen_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FalseFinds:
    """Frames of a video without a person in which one was followed.

    Attributes:
        video: The file.
        source: Who followed.
        found: Frames with somebody.
        frames: All frames.
    """

    video: str
    source: str
    found: int
    frames: int

    @property
    def percent(self) -> float:
        """Share of the frames."""
        return 100 * self.found / max(self.frames, 1)


@dataclass(frozen=True)
class Evaluation:
    """What a run measured.

    Attributes:
        options: What was asked for.
        clips: What was measured on.
        figures: Of clips, of all, of groups and of single keypoints.
        differences: Between the candidates, of all clips.
        false_finds: On videos without a person.
        warnings: One line each.
    """

    options: EvalOptions
    clips: Sequence[ClipFacts]
    figures: Sequence[Figure]
    differences: Sequence[Difference]
    false_finds: Sequence[FalseFinds]
    warnings: Sequence[str]

    @property
    def keypoints(self) -> str:
        """What the main figures are of."""
        return ",".join(self.options.keypoints)

    @property
    def candidates(self) -> tuple[str, ...]:
        """Names, in order."""
        return tuple(candidate.name for candidate in self.options.candidates)

    def seen_by(self, candidate: str) -> frozenset[str]:
        """The clips that a candidate was trained on; with any of them, all together are too."""
        seen = {clip.name for clip in self.clips if candidate in clip.seen_by}
        return frozenset(seen | {ALL} if seen else seen)

    def write_json(self, path: Path) -> None:
        """Writes everything.

        Raises:
            ClimbposeError: The file cannot be written.
        """
        options = asdict(self.options)
        content = {
            "climbpose": __version__,
            "options": options | {"candidates": self.candidates},
            "clips": [asdict(clip) for clip in self.clips],
            "figures": [asdict(figure) for figure in self.figures],
            "differences": [asdict(difference) for difference in self.differences],
            "false_finds": [asdict(one) | {"percent": one.percent} for one in self.false_finds],
            "warnings": list(self.warnings),
        }
        text = json.dumps(_without_nan(content), indent=1, default=plain, allow_nan=False)
        with part_file(path) as part:
            part.write_text(text + "\n", encoding="utf-8")

    def write_csv(self, path: Path) -> None:
        """Writes the figures.

        Raises:
            ClimbposeError: The file cannot be written.
        """
        seen = {name: self.seen_by(name) for name in self.candidates}
        with part_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow([*(field.name for field in fields(Figure)), "is_seen_in_training"])
            for figure in self.figures:
                row = _without_nan(asdict(figure)).values()
                is_seen = figure.clip in seen[figure.candidate]
                table.writerow([*row, int(is_seen)])


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where an evaluation is written.

    Attributes:
        json: The file with everything, or None.
        csv: The file with the figures, or None.
    """

    json: Path | None
    csv: Path | None

    def check(self, *, overwrite: bool) -> None:
        """Makes sure, before any work, that the files may be written.

        Raises:
            UsageError: One has no folder to lie in, or both are the same.
            OutputExistsError: One exists and may not be replaced.
        """
        paths = [path for path in (self.json, self.csv) if path]
        if len(set(paths)) < len(paths):
            raise UsageError(f"--json and --csv are both {self.json}; name two files")
        for path in paths:
            if not path.parent.is_dir():
                raise UsageError(f"folder {path.parent} does not exist; make it first")
            if path.is_dir():
                raise OutputExistsError(f"{path} is a folder but a file is to be written")
            if os.path.lexists(path) and not overwrite:
                raise OutputExistsError(f"{path} exists; use -y to overwrite, or name another file")

    def write(self, evaluation: Evaluation) -> None:
        """Writes the files.

        Raises:
            ClimbposeError: One cannot be written.
        """
        if self.json:
            evaluation.write_json(self.json)
        if self.csv:
            evaluation.write_csv(self.csv)


def _without_nan(content: Any) -> Any:
    """The same with None for NaN, which JSON does not have."""
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and math.isnan(content) else content
