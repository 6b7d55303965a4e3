"""What a run measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from climbpose.evaluation.figures import ALL, Difference, Figure


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
        setting: How, in a line.
        options: What was asked for, by name.
        candidates: Who was compared, in order.
        metrics: Names, in order.
        keypoints: What the main figures are of.
        clips: What was measured on.
        figures: Of clips, of all, of groups and of single keypoints.
        differences: Between the candidates, of all clips.
        false_finds: On videos without a person.
        notes: How to read it, one line each.
        warnings: One line each.
        reference: What others published of the same setting, by candidate and metric.
    """

    setting: str
    options: Mapping[str, Any]
    candidates: tuple[str, ...]
    metrics: tuple[str, ...]
    keypoints: str
    clips: Sequence[ClipFacts]
    figures: Sequence[Figure]
    differences: Sequence[Difference]
    false_finds: Sequence[FalseFinds] = ()
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    reference: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def by_name(self) -> Mapping[tuple[str, str, str, str], Figure]:
        """The figures by clip, keypoints, candidate and metric."""
        return {
            (figure.clip, figure.keypoints, figure.candidate, figure.metric): figure
            for figure in self.figures
        }

    def units(self) -> Mapping[str, str]:
        """The unit of each metric."""
        return {figure.metric: figure.unit for figure in self.figures}

    def seen_by(self, candidate: str) -> frozenset[str]:
        """The clips that a candidate was trained on; with any of them, all together are too."""
        seen = {clip.name for clip in self.clips if candidate in clip.seen_by}
        return frozenset(seen | {ALL} if seen else seen)
