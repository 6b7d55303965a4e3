"""Our own detector: networks trained on climbing, which come with the package."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from climbpose.networks import shapes

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
        person = checkpoint.load(PERSON, family="person")
        landmarks = checkpoint.load(
            options.weights or LANDMARKS[options.quality],
            family="landmarks",
            shapes=shapes.LANDMARKS,
        )
        used = (person, landmarks)
        self.models: Sequence[ModelFile] = [ModelFile(c.file_name, c.sha256) for c in used]
        self.trained_on = person.trained_on | landmarks.trained_on
        with ThreadPoolExecutor(1, "climbpose-networks") as pool:
            finder = pool.submit(RunningPersonNetwork, person.graph)
            landmark_network = RunningLandmarkNetwork(landmarks.graph)
        super().__init__(Eyes(finder.result(), landmark_network, views_of(options.quality)))
