"""The measures as files: all of them as JSON, figures and series as CSV.

``<stem>_measures.json`` holds everything; ``<stem>_measures.csv`` one row for each figure;
``<stem>_series.csv`` one row for each frame. What is missing is null in JSON and an empty cell in
CSV. Wall coordinates are pixels of the upright picture of the reference frame.
"""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from climbpose import __version__
from climbpose.analytics.values import Contact, Figure, Hold, Limb, Measures, Move
from climbpose.coaching.attempts import Attempt
from climbpose.coaching.measuring import Measured
from climbpose.files import part_file

FORMAT = "climbpose-measures"

VERSION = 1
"""Of the format; raised when what is written changes its meaning."""

JSON_SUFFIX, FIGURES_SUFFIX, SERIES_SUFFIX = "_measures.json", "_measures.csv", "_series.csv"
SUFFIXES = (JSON_SUFFIX, FIGURES_SUFFIX, SERIES_SUFFIX)


def paths(attempt: Attempt) -> list[Path]:
    """Where the files of a climb's measures go, in the order of `SUFFIXES`."""
    return [attempt.job.output(suffix) for suffix in SUFFIXES]


def write(measured: Measured) -> list[Path]:
    """Writes the files; each takes its name when it is whole.

    Raises:
        ClimbposeError: A file cannot be written.
    """
    measures, files = measured.measures, paths(measured.attempt)
    texts = (
        _json(content(measured)),
        _figures(measures.figures),
        _series(measures),
    )
    for path, text in zip(files, texts, strict=True):
        with part_file(path) as part:
            part.write_text(text, encoding="utf-8", newline="")
    return files


def content(measured: Measured) -> dict[str, Any]:
    """All measures, for JSON."""
    measures, attempt = measured.measures, measured.attempt
    camera, scale = measures.camera, measures.scale
    return {
        "format": FORMAT,
        "version": VERSION,
        "climbpose": __version__,
        "video": None if attempt.video is None else str(attempt.video),
        "tracks": str(attempt.tracks),
        "warnings": list(measures.warnings),
        "body_length_px": plain(scale.length_px),
        "body_length_m": plain(scale.metres),
        "camera": {
            "is_static": camera.is_static,
            "reference_frame": camera.reference,
            "known_share": plain(float(camera.is_known.mean()) if len(camera.is_known) else 0.0),
        },
        "figures": [_values(figure) for figure in measures.figures],
        "holds": [_values(hold) for hold in measures.holds],
        "contacts": [{**_values(one), "seconds": plain(one.seconds)} for one in measures.contacts],
        "moves": [{**_values(move), "seconds": plain(move.seconds)} for move in measures.moves],
        "rests": [{**_values(rest), "seconds": plain(rest.seconds)} for rest in measures.rests],
        "frames": {
            "frame": measures.poses.frame_index.tolist(),
            "time_s": _numbers(measures.poses.time, 6),
            "centre_of_mass_x": _numbers(measures.centre_of_mass[:, 0], 2),
            "centre_of_mass_y": _numbers(measures.centre_of_mass[:, 1], 2),
            "camera_error_px": _numbers(camera.error_px, 3),
        },
        "series": [
            {
                "name": series.name,
                "label": series.label,
                "group": series.group,
                "unit": series.unit,
                "values": _numbers(series.values, 4),
                "is_sure": series.is_sure.tolist(),
            }
            for series in measures.series
        ],
    }


def _json(content: Mapping[str, Any]) -> str:
    """A line for each key: a series in one, not a line for each of its numbers."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in content.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _figures(figures: Sequence[Figure]) -> str:
    names = [field.name for field in fields(Figure)]
    return _csv(names, ([_cell(getattr(one, name)) for name in names] for one in figures))


def _series(measures: Measures) -> str:
    """One row for each frame; values that may not be read as they are, are left out."""
    header = ["frame", "time_s", "centre_of_mass_x", "centre_of_mass_y"]
    columns = [
        measures.poses.frame_index.tolist(),
        [f"{time:.6f}" for time in measures.poses.time],
        *([_cell(float(value), 2) for value in axis] for axis in measures.centre_of_mass.T),
    ]
    for series in measures.series:
        header.append(series.name)
        sure = np.where(series.is_sure, series.values, np.nan)
        columns.append([_cell(float(value), 4) for value in sure])
    return _csv(header, zip(*columns, strict=True))


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _values(one: Figure | Hold | Contact | Move | Any) -> Mapping[str, Any]:
    values: dict[str, Any] = plain(asdict(one))
    return values


def plain(value: Any) -> Any:
    """As JSON knows it: limbs are words, what is missing is null."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Limb):
        return value.word
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def _numbers(values: np.ndarray, decimals: int) -> list[float | None]:
    return [round(value, decimals) if math.isfinite(value) else None for value in values.tolist()]


def _cell(value: Any, decimals: int = 6) -> str:
    if isinstance(value, float):
        return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
    return str(value)
