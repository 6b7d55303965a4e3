"""Where an evaluation is written: JSON, CSV, Markdown, a picture."""

import csv
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from climbpose import __version__
from climbpose.errors import OutputExistsError, UsageError
from climbpose.evaluation.figures import ALL, Figure
from climbpose.evaluation.markdown import markdown
from climbpose.evaluation.plot import check_plot, write_plot
from climbpose.evaluation.report import Evaluation
from climbpose.files import part_file
from climbpose.report import plain


def _write_json(evaluation: Evaluation, path: Path) -> None:
    """Writes everything."""
    content = {
        "climbpose": __version__,
        "setting": evaluation.setting,
        "options": {**evaluation.options, "candidates": evaluation.candidates},
        "clips": [asdict(clip) for clip in evaluation.clips],
        "figures": [asdict(figure) for figure in evaluation.figures],
        "differences": [asdict(difference) for difference in evaluation.differences],
        "reference": [
            {"candidate": candidate, "metric": metric, "value": value}
            for (candidate, metric), value in evaluation.reference.items()
        ],
        "false_finds": [asdict(one) | {"percent": one.percent} for one in evaluation.false_finds],
        "notes": list(evaluation.notes),
        "warnings": list(evaluation.warnings),
    }
    text = json.dumps(_without_nan(content), indent=1, default=plain, allow_nan=False)
    with part_file(path) as part:
        part.write_text(text + "\n", encoding="utf-8")


def _write_csv(evaluation: Evaluation, path: Path) -> None:
    """Writes the figures."""
    seen = {name: evaluation.seen_by(name) for name in evaluation.candidates}
    with part_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        names = [field.name for field in fields(Figure)]
        table.writerow([*names, "is_seen_in_training", "reference"])
        for figure in evaluation.figures:
            row = _without_nan(asdict(figure)).values()
            is_main = figure.clip == ALL and figure.keypoints == evaluation.keypoints
            published = evaluation.reference.get((figure.candidate, figure.metric))
            is_seen = figure.clip in seen[figure.candidate]
            table.writerow([*row, int(is_seen), published if is_main else None])


def _write_markdown(evaluation: Evaluation, path: Path) -> None:
    """Writes the tables of all clips as text."""
    with part_file(path) as part:
        part.write_text(markdown(evaluation), encoding="utf-8")


def _write_plot(evaluation: Evaluation, path: Path) -> None:
    """Draws the figures of all clips with their intervals."""
    with part_file(path) as part:
        write_plot(evaluation, part)


_WRITERS: Mapping[str, Callable[[Evaluation, Path], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".md": _write_markdown,
    ".png": _write_plot,
}
"""By the ending of a file's name."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where an evaluation is written.

    Attributes:
        json: A file with everything, or None.
        csv: A file with the figures, or None.
        others: Files whose endings say what they are to hold.
    """

    json: Path | None = None
    csv: Path | None = None
    others: tuple[Path, ...] = ()

    def check(self, *, overwrite: bool) -> None:
        """Makes sure, before any work, that the files may be written.

        Raises:
            UsageError: One has no folder to lie in or no known ending, or two are the same.
            OutputExistsError: One exists and may not be replaced.
        """
        for path in self.others:
            if path.suffix.lower() not in _WRITERS:
                raise UsageError(
                    f"--out {path}: the ending says what is written; choose one of: "
                    f"{', '.join(_WRITERS)}"
                )
            if path.suffix.lower() == ".png":
                check_plot(path)
        paths = list(self._writers())
        if len(paths) < len(self.others) + (self.json is not None) + (self.csv is not None):
            raise UsageError("two outputs have the same name; name each file once")
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
        for path, write in self._writers().items():
            write(evaluation, path)

    def _writers(self) -> dict[Path, Callable[[Evaluation, Path], None]]:
        writers = {
            path: _WRITERS.get(path.suffix.lower(), _WRITERS[".csv"]) for path in self.others
        }
        if self.json:
            writers[self.json] = _write_json
        if self.csv:
            writers[self.csv] = _write_csv
        return writers


def _without_nan(content: Any) -> Any:
    """The same with None for NaN, which JSON does not have."""
    if isinstance(content, dict):
        return {key: _without_nan(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and math.isnan(content) else content
