"""What is to be measured, on what, and the checks before any work begins."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from climbpose import detectors, metrics, smoothers
from climbpose.datasets import SPLITS
from climbpose.detectors import Detector, DetectorOptions, Quality
from climbpose.errors import ClimbposeError, UsageError
from climbpose.evaluation.baselines import BASELINES
from climbpose.evaluation.figures import ALL
from climbpose.metrics.groups import LARGE, keypoints_of
from climbpose.tracks import Selection

OWN, GIVEN = "own", "given"
REGIONS = (OWN, GIVEN)

UNSMOOTHED = "none"

WEIGHTS_SUFFIX = ".safetensors"
"""A smoother whose name ends so is a file."""

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


def all_smoothers(
    named: Sequence[str] = (), say: Callable[[str], None] = lambda line: None
) -> tuple[str, ...]:
    """What the table of smoothers shows: the raw keypoints first, then those that are named.

    Args:
        named: Smoothers and baselines by name, and files of trained ones; where no names are among
            them, it is every baseline and every smoother that can be had here, and the files.
        say: Is told which cannot.
    """
    names = [name for name in named if not name.endswith(WEIGHTS_SUFFIX)]
    files = [name for name in named if name.endswith(WEIGHTS_SUFFIX)]
    if not names:
        names = [*BASELINES, *_usable(smoothers.names(), say)]
    return tuple(dict.fromkeys((UNSMOOTHED, *names, *files)))


def _usable(names: Sequence[str], say: Callable[[str], None]) -> Iterator[str]:
    for name in names:
        try:
            smoothers.create(name)
        except ClimbposeError as error:
            say(f"{name} is left out: {error}")
        else:
            yield name


def short_name(smoother: str) -> str:
    """What a smoother is called in tables."""
    return Path(smoother).stem if smoother.endswith(WEIGHTS_SUFFIX) else smoother


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared: a source, and what smooths its keypoints.

    Attributes:
        source: Where keypoints come from.
        smoother: Name or file, or one of `BASELINES`; ``none`` leaves them as they are.
    """

    source: Source
    smoother: str = UNSMOOTHED

    @property
    def name(self) -> str:
        """What it is called in tables."""
        plain = self.source.name
        return plain if self.smoother == UNSMOOTHED else f"{plain} + {short_name(self.smoother)}"


@dataclass(frozen=True)
class EvalOptions:
    """What is to be measured.

    Attributes:
        datasets: Folders of labelled clips.
        sources: What is compared; the first is what the others are compared with.
        regions: ``own`` looks for people in whole clips, as annotating does; ``given`` tells the
            landmark network where the climber is in each labelled frame.
        smoothers: Names, files, and `BASELINES`.
        repair: Exchanged limbs are put right before smoothing, as annotating does; not before the
            baselines.
        metrics: Names.
        keypoints: Groups and keypoints that the main figures are of.
        clips: Names of the clips to use; none means all.
        split: Of synthetic sets; `ALL` means all.
        people: Where the climber is in the first frame, by clip; others are found out.
        empty: Videos without a person.
        videos: Where the videos are of labels that were made with CVAT or are COCO's; None is
            beside the labels.
        seed: Of the intervals.
    """

    datasets: tuple[Path, ...]
    sources: tuple[Source, ...] = (Source(detectors.DEFAULT),)
    regions: str = OWN
    smoothers: tuple[str, ...] = SMOOTHERS[OWN]
    repair: bool = True
    metrics: tuple[str, ...] = metrics.DEFAULTS
    keypoints: tuple[str, ...] = (LARGE,)
    clips: tuple[str, ...] = ()
    split: str = "test"
    people: Mapping[str, Selection] = field(default_factory=dict)
    empty: tuple[Path, ...] = ()
    videos: Path | None = None
    seed: int = 0

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What is compared."""
        return tuple(Candidate(source, name) for source in self.sources for name in self.smoothers)

    @property
    def against(self) -> Mapping[str, str]:
        """With whom each candidate but the first is compared: the first.

        Candidates of another source are compared with the first source under the same smoother.
        """
        first, *others = self.candidates
        return {
            one.name: (
                Candidate(first.source, one.smoother) if one.source != first.source else first
            ).name
            for one in others
        }

    def check(self) -> None:
        """Makes sure that every name is known and that the options go together.

        Raises:
            UsageError: They do not; the message lists the names there are.
        """
        for name in self.metrics:
            metrics.create(name)
        for name in self.smoothers:
            if name not in BASELINES:
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
        for name in self.metrics:
            if metrics.create(name).is_of_motion:
                raise UsageError(
                    f"metric {name} compares frames with their neighbours, but --regions given "
                    "looks at single frames; leave one of them out"
                )
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
