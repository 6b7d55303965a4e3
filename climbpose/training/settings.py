"""Which detector is to be trained on what, as a run keeps it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from climbpose import detectors
from climbpose.datasets.video_files import is_video
from climbpose.errors import UsageError
from climbpose.training import labelled, unlabelled
from climbpose.training.config import TrainConfig
from climbpose.training.config_json import revived
from climbpose.training.start import DEFAULT
from climbpose.training.synthetic import SyntheticOptions

SOURCES = (labelled.SYNTHETIC, unlabelled.SOURCE, labelled.SOURCE)


_MAX_STEPS = 10_000_000
_MAX_BATCH = 4096


@dataclass(frozen=True)
class DetectorTraining:
    """All that a run is made from.

    Attributes:
        train: Of the loop.
        is_synthetic: Whether synthetic climbing is made to learn from.
        synthetic: Which.
        unlabelled: Videos.
        labelled: Data sets.
        start: The network to begin with, as `load_landmarks` takes it.
        teacher: The network that teaches; None for the one to begin with.
        finder: The detector that finds people in the unlabelled videos.
        samples: Folder of prepared samples, which runs may share; None for one in the run.
        minutes: How long the training is to take, from which the steps follow; None where the
            steps are told.
    """

    train: TrainConfig = field(default_factory=TrainConfig)
    is_synthetic: bool = True
    synthetic: SyntheticOptions = field(default_factory=SyntheticOptions)
    unlabelled: tuple[Path, ...] = ()
    labelled: tuple[Path, ...] = ()
    start: str = DEFAULT
    teacher: str | None = None
    finder: str = detectors.DEFAULT
    samples: Path | None = None
    minutes: float | None = None

    @property
    def taught_by(self) -> str:
        """The network that teaches."""
        return self.teacher or self.start

    def check(self) -> None:
        """Makes sure that such a run can be made.

        Raises:
            UsageError: It cannot.
        """
        config = self.train
        for option, value, low, high in (
            ("--steps", config.steps, 1, _MAX_STEPS),
            ("--batch", config.batch, 1, _MAX_BATCH),
            ("--rate", config.rate, 1e-9, 1.0),
            ("--seed", config.seed, 0, 2**31),
            ("--minutes", 1 if self.minutes is None else self.minutes, 0.1, 100_000),
        ):
            if not low <= value <= high:
                raise UsageError(f"{option}: expected {low:g} to {high:g}, found {value:g}")
        if unknown := set(config.mix) - set(SOURCES):
            raise UsageError(f"--mix: no source is named {min(unknown)!r:.40}")
        for path in (*self.unlabelled, *self.labelled):
            if not path.exists():
                raise UsageError(f"{path} is not there; check the name")
        if not self.shares():
            raise UsageError(
                "there is nothing to learn from; give --unlabelled or --labelled, or leave out "
                "--no-synthetic"
            )

    def shares(self) -> dict[str, float]:
        """The mix, of the sources that there are."""
        there = {
            labelled.SYNTHETIC: self.is_synthetic,
            unlabelled.SOURCE: bool(self.unlabelled),
            labelled.SOURCE: bool(self.labelled),
        }
        return {name: part for name, part in self.train.mix.items() if part > 0 and there[name]}

    def identities(self) -> set[str]:
        """The sha256 of the user's own videos, by which an evaluation knows them again."""
        files: list[Path] = []
        for path in (*self.unlabelled, *self.labelled):
            files += [one for one in path.iterdir() if is_video(one)] if path.is_dir() else [path]
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def to_json(self) -> dict[str, Any]:
        """For JSON; what `from_json` reads."""
        plain: dict[str, Any] = asdict(self)
        for name in ("unlabelled", "labelled"):
            plain[name] = [str(path.absolute()) for path in plain[name]]
        plain["samples"] = self.samples and str(self.samples.absolute())
        return plain

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "DetectorTraining":
        """What `to_json` made.

        Raises:
            ValueError: It is something else, perhaps of another version.
        """
        made = revived(cls, content)
        assert isinstance(made, cls)
        return made


def parse_mix(text: str) -> dict[str, float]:
    """Parts of a batch by source, such as ``synthetic=1,unlabelled=2``; 0 for what is left out.

    Raises:
        UsageError: A source or a number is not known.
    """
    mix = dict.fromkeys(SOURCES, 0.0)
    for word in text.split(","):
        name, _, number = word.strip().partition("=")
        if name not in SOURCES:
            raise UsageError(f"--mix: no source is named {name!r}; choose of: {', '.join(SOURCES)}")
        try:
            mix[name] = float(number)
        except ValueError as error:
            raise UsageError(f"--mix: expected {name}=NUMBER, found {word.strip()!r}") from error
        if not 0 <= mix[name] < float("inf"):
            raise UsageError(f"--mix: expected a number from 0 on, found {word.strip()!r}")
    if not any(mix.values()):
        raise UsageError("--mix: expected a source with a part above 0")
    return mix
