"""How true the measures are: contacts, moves and centre of mass beside what synthetic clips know.

climbpose synth SET --clips 8 --seconds 15 --seed 77 --vary ...
python -m tests.bench.coach_measures SET [SET ...] [--tracks FOLDER]

One row for each set, so that each may be one view and one motion of the camera. Videos are
annotated first, into --tracks/SET, where they are not yet. Behind each F1 stand hits, + false finds
and - misses.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from climbpose import datasets
from climbpose.analytics.measuring import MeasureOptions
from climbpose.analytics.values import Limb, Measures
from climbpose.cli.display import Display
from climbpose.coaching.attempts import find
from climbpose.coaching.measuring import annotated, measured
from climbpose.datasets.synthetic import Synthetic
from climbpose.jobs import AnnotateOptions
from climbpose.labels import ClipLabels
from tests.climb_truth import (
    Counts,
    centre_errors_cm,
    contact_counts,
    move_counts,
    time_overlap,
    wall_errors_px,
)

HANDS, FEET = (Limb.LEFT_HAND, Limb.RIGHT_HAND), (Limb.LEFT_FOOT, Limb.RIGHT_FOOT)


@dataclass
class Row:
    """What a set of clips comes to."""

    clips: int = 0
    hands: Counts = field(default_factory=Counts)
    feet: Counts = field(default_factory=Counts)
    hands_time: Counts = field(default_factory=Counts)
    feet_time: Counts = field(default_factory=Counts)
    moves: Counts = field(default_factory=Counts)
    centre_cm: list[np.ndarray] = field(default_factory=list)
    wall_px: list[np.ndarray] = field(default_factory=list)

    def add(self, measures: Measures, labels: ClipLabels) -> None:
        self.clips += 1
        self.hands += contact_counts(measures.contacts, labels, HANDS)
        self.feet += contact_counts(measures.contacts, labels, FEET)
        self.hands_time += time_overlap(measures.contacts, labels, HANDS)
        self.feet_time += time_overlap(measures.contacts, labels, FEET)
        self.moves += move_counts(measures.moves, labels)
        self.centre_cm.append(centre_errors_cm(measures, labels))
        self.wall_px.append(wall_errors_px(measures, labels))

    def cells(self, name: str) -> list[str]:
        errors = np.concatenate(self.centre_cm)
        known = errors[np.isfinite(errors)]
        wall = np.concatenate(self.wall_px)
        return [
            name,
            str(self.clips),
            f"{self.hands.f1:.3f} ({_counts(self.hands)})",
            f"{self.feet.f1:.3f} ({_counts(self.feet)})",
            f"{self.hands_time.f1:.3f} / {self.feet_time.f1:.3f}",
            f"{self.moves.f1:.3f} ({_counts(self.moves)})",
            f"{_milliseconds(self.moves.start_errors)} / {_milliseconds(self.moves.end_errors)}",
            f"{np.median(known):.1f} / {np.percentile(known, 90):.1f}",
            f"{len(known) / len(errors):.0%}",
            f"{np.median(wall):.2f} / {np.percentile(wall, 95):.2f}",
        ]


def _counts(counts: Counts) -> str:
    return f"{counts.hit} + {counts.false} - {counts.missed}"


def _milliseconds(errors: list[float] | None) -> str:
    return f"{1000 * np.median(np.abs(errors)):.0f}" if errors else "-"


def measured_clips(folder: Path, tracks: Path) -> Iterator[tuple[Measures, ClipLabels]]:
    """Each clip of a set, annotated and measured."""
    clips = datasets.create("synthetic", folder)
    assert isinstance(clips, Synthetic)
    tracks.mkdir(parents=True, exist_ok=True)
    for number in range(len(clips)):
        attempt = annotated(
            find(clips[number].video, tracks),
            AnnotateOptions(),
            Display("none", is_quiet=True),
            overwrite=False,
            is_offline=True,
        )
        yield (
            measured(attempt, MeasureOptions(), Display("none", is_quiet=True)).measures,
            clips.labels(number),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--tracks", type=Path, help="keeps what is annotated")
    arguments = parser.parse_args()
    table = Table(
        "set", "clips", "contacts, hands: F1", "feet: F1", "time, hands / feet: F1", "moves: F1",
        "their start / end, ms off", "centre of mass, cm, median / 90 %", "known",
        "wall, px, median / 95 %", box=None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        for folder in arguments.sets:
            row = Row()
            kept = arguments.tracks or Path(temporary)
            for measures, labels in measured_clips(folder, kept / folder.name):
                row.add(measures, labels)
            table.add_row(*row.cells(folder.name))
    Console(width=220).print(table)


if __name__ == "__main__":
    main()
