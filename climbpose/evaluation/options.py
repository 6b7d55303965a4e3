"""What is to be measured, on what, and the checks before any work begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from climbpose import detectors, metrics, smoothers
from climbpose.datasets import SPLITS
from climbpose.detectors import Detector, DetectorOptions, Quality
from climbpose.errors import UsageError
from climbpose.metrics.groups import LARGE, keypoints_of
from climbpose.tracks import Selection

ALL = "all"
"""All splits; and the clips of a run taken together."""

OWN, GIVEN = "own", "given"
REGIONS = (OWN, GIVEN)

UNSMOOTHED = "none"

_TRAINABLE = "climbing"
"""The detector that takes networks of one's own training."""

SMOOTHERS: Mapping[str, tuple[str, ...]] = {
    OWN: (UNSMOOTHED, smoothers.DEFAULT),
    GIVEN: (UNSMOOTHED,),
}
"""What is shown by default, by where the regions are from: single frames cannot be smoothed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where keypoints come from.

    Attributes:
        detector: Name, or path of precomputed detections.
        weights: The file of its landmark network; None takes its own.
        quality: How much time it may take for a frame.
    """

    detector: str
    weights: Path | None = None
    quality: Quality = "normal"

    @property
    def name(self) -> str:
        """What it is called in tables."""
        plain = self.detector if self.weights is None else self.weights.stem
        return plain if self.quality == "normal" else f"{plain} {self.quality}"

    def create(self) -> Detector:
        """The detector for one video.

        Raises:
            ClimbposeError: There is none, or its files are absent or damaged.
        """
        options = DetectorOptions(quality=self.quality, weights=self.weights)
        return detectors.create(self.detector, options)


def sources(
    names: Sequence[str], weights: Sequence[Path], qualities: Sequence[Quality]
) -> tuple[Source, ...]:
    """What is compared: detectors by name, then trained networks, each in every quality.

    Args:
        names: Of detectors; where nothing at all is named, it is the default one.
        weights: Files of landmark networks, for the detector that takes such.
        qualities: None means normal.
    """
    if not (names or weights):
        names = (detectors.DEFAULT,)
    named = [(name, None) for name in names]
    trained = [(_TRAINABLE, path) for path in weights]
    return tuple(
        Source(name, path, quality)
        for name, path in (*named, *trained)
        for quality in qualities or ("normal",)
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared: a source, and what smooths its keypoints.

    Attributes:
        source: Where keypoints come from.
        smoother: Name; ``none`` leaves them as they are.
    """

    source: Source
    smoother: str = UNSMOOTHED

    @property
    def name(self) -> str:
        """What it is called in tables."""
        plain = self.source.name
        return plain if self.smoother == UNSMOOTHED else f"{plain} + {self.smoother}"


@dataclass(frozen=True)
class EvalOptions:
    """What is to be measured.

    Attributes:
        datasets: Folders of labelled clips.
        sources: What is compared; the first is what the others are compared with.
        regions: ``own`` looks for people in whole clips, as annotating does; ``given`` tells the
            landmark network where the climber is in each labelled frame.
        smoothers: Names.
        metrics: Names.
        keypoints: Groups and keypoints that the main figures are of.
        clips: Names of the clips to use; none means all.
        split: Of synthetic sets; `ALL` means all.
        people: Where the climber is in the first frame, by clip; others are found out.
        empty: Videos without a person.
        seed: Of the intervals.
    """

    datasets: tuple[Path, ...]
    sources: tuple[Source, ...] = (Source(detectors.DEFAULT),)
    regions: str = OWN
    smoothers: tuple[str, ...] = SMOOTHERS[OWN]
    metrics: tuple[str, ...] = metrics.DEFAULTS
    keypoints: tuple[str, ...] = (LARGE,)
    clips: tuple[str, ...] = ()
    split: str = "test"
    people: Mapping[str, Selection] = field(default_factory=dict)
    empty: tuple[Path, ...] = ()
    seed: int = 0

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What is compared."""
        return tuple(Candidate(source, name) for source in self.sources for name in self.smoothers)

    def check(self) -> None:
        """Makes sure that every name is known and that the options go together.

        Raises:
            UsageError: They do not; the message lists the names there are.
        """
        for name in self.metrics:
            metrics.create(name)
        for name in self.smoothers:
            smoothers.create(name)
        for source in self.sources:
            if not source.detector.endswith(".npz"):
                detectors.factory(source.detector)
            if source.weights and not source.weights.is_file():
                raise UsageError(f"--weights {source.weights} is not a file; check the name")
        keypoints_of(self.keypoints)
        _check_choice("--regions", self.regions, REGIONS)
        _check_choice("--split", self.split, (*SPLITS, ALL))
        if self.seed < 0:
            raise UsageError(f"--seed: expected a whole number from 0 on, got {self.seed}")
        names = [candidate.name for candidate in self.candidates]
        for name in (*names, *self.metrics):
            if (*names, *self.metrics).count(name) > 1:
                raise UsageError(f"{name} is given twice; give each once, under a name of its own")
        if self.regions == GIVEN:
            self._check_given()

    def _check_given(self) -> None:
        for option, is_used in (
            ("--smoother", self.smoothers != (UNSMOOTHED,)),
            ("--empty", bool(self.empty)),
            ("--person", bool(self.people)),
        ):
            if is_used:
                raise UsageError(
                    f"{option} has no effect on --regions given, which looks at single frames; "
                    "leave one of them out"
                )


def _check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"{option} {value!r} is not known; choose one of: {', '.join(choices)}")
