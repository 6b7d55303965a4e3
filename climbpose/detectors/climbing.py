"""Our own detector: networks trained on climbing, which come with the package."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from climbpose import checkpoint
from climbpose.assets import Asset
from climbpose.detectors.base import NO_OPTIONS, DetectorOptions, ModelFile, Quality, register
from climbpose.detectors.following.detector import Following
from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.running import (
    RunningLandmarkNetwork,
    RunningPersonNetwork,
)
from climbpose.detectors.following.views import views_of

PERSON = "person"
LANDMARKS: Mapping[Quality, str] = {
    "fast": "climbing_fast",
    "normal": "climbing",
    "best": "climbing",
}
"""The checkpoints that come with the package."""


@register("climbing")
class Climbing(Following):
    """Nothing is fetched; ``--weights`` takes a landmark network of one's own training."""

    description: ClassVar[str] = "our own, trained on climbing, 25 keypoints, several people"
    assets: ClassVar[tuple[Asset, ...]] = ()
    shipped: ClassVar[tuple[str, ...]] = (PERSON, *dict.fromkeys(LANDMARKS.values()))

    def __init__(self, options: DetectorOptions = NO_OPTIONS) -> None:
        chosen = (PERSON, options.weights or LANDMARKS[options.quality])
        person = checkpoint.load(chosen[0], family="person").graph
        landmarks = checkpoint.load(chosen[1], family="landmarks").graph
        self.models: Sequence[ModelFile] = [model_file(file) for file in chosen]
        networks = RunningPersonNetwork(person), RunningLandmarkNetwork(landmarks)
        super().__init__(Eyes(*networks, views_of(options.quality)))


def model_file(name_or_path: str | Path) -> ModelFile:
    """The file of a checkpoint that can be loaded, with its hash.

    Args:
        name_or_path: A file, or the name of one that comes with the package.
    """
    shipped = [
        folder / f"{name_or_path}{checkpoint.SUFFIX}" for folder in checkpoint.shipped_folders()
    ]
    path = next(path for path in (*shipped, Path(name_or_path)) if path.is_file())
    return ModelFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
