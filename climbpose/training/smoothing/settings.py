"""Which smoother is to be trained on what, as a run keeps it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from climbpose import detectors
from climbpose.datasets.named_sources import DataSource
from climbpose.errors import DatasetError, UsageError
from climbpose.training.config_json import revived
from climbpose.training.smoothing.config import SEEN, SmootherConfig

PRETRAIN, FINETUNE = "pretrain", "finetune"


@dataclass(frozen=True)
class SmootherTraining:
    """All that a run is made from.

    Attributes:
        kind: ``pretrain``, on poses; or ``finetune``, on videos with labels.
        config: Of the loop.
        data: What to learn from.
        start: The weights to begin with, as `read_network` takes them; None to begin anew.
        videos: Folder of the labelled videos; None where they lie beside their labels.
        detector: What is run over the videos: a name, a file of precomputed detections, or a folder
            with one for each video.
        weights: A trained network instead of the detector's own.
        samples: Folder of what it found, which runs may share; None for one in the run.
    """

    kind: str
    config: SmootherConfig
    data: tuple[DataSource, ...]
    start: str | None = None
    videos: Path | None = None
    detector: str = detectors.DEFAULT
    weights: Path | None = None
    samples: Path | None = None

    def check(self) -> None:
        """Makes sure that such a run can be made.

        Raises:
            UsageError: It cannot.
            DatasetError: A folder or file is not there.
        """
        self.config.check()
        if not self.data:
            raise UsageError("there is nothing to learn from; give --data PATH")
        if (self.config.noise == SEEN) != (self.kind == FINETUNE):
            raise UsageError(
                "--noise none takes what a detector saw in videos, so it is for climbpose train "
                "finetune; choose detector or thesis"
            )
        for source in self.data:
            if not source.path.exists():
                raise DatasetError(f"there is no {source.path}; check the name")
        self._check_detector()
        if self.videos is not None and not self.videos.is_dir():
            raise UsageError(f"--videos {self.videos}: there is no such folder; check the name")

    def _check_detector(self) -> None:
        """Raises UsageError where there is no such detector."""
        path = Path(self.detector)
        if path.suffix == ".npz" and not path.is_file():
            raise UsageError(f"--detector {path}: there is no such file; check the name")
        if self.weights is not None and not self.weights.is_file():
            raise UsageError(f"--weights {self.weights}: there is no such file; check the name")
        if not path.is_dir():
            detectors.assets_of(self.detector)

    def to_json(self) -> dict[str, Any]:
        """For JSON; what `from_json` reads."""
        return {
            "kind": self.kind,
            "config": asdict(self.config),
            "data": [source.to_json() for source in self.data],
            "start": self.start and _whole(self.start),
            "videos": self.videos and str(self.videos.absolute()),
            "detector": _whole(self.detector),
            "weights": self.weights and str(self.weights.absolute()),
            "samples": self.samples and str(self.samples.absolute()),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "SmootherTraining":
        """What `to_json` made.

        Raises:
            ValueError: It is something else, perhaps of another version.
        """
        made = revived(cls, content)
        assert isinstance(made, cls)
        return made


def _whole(name_or_path: str) -> str:
    """A name as it is; a path so that it can be found from another folder."""
    path = Path(name_or_path)
    return str(path.absolute()) if path.exists() else name_or_path
