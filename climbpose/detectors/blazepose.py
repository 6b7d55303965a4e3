"""BlazePose: the published networks, run by our own pipeline.

The networks are those of Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking"
(2020), as published under Apache-2.0.
"""

from typing import ClassVar

from climbpose import assets
from climbpose.assets import Asset, Wheel
from climbpose.detectors.base import NO_OPTIONS, DetectorOptions, ModelFile, register
from climbpose.detectors.following.detector import Following
from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.running import (
    RunningLandmarkNetwork,
    RunningPersonNetwork,
)
from climbpose.detectors.following.views import views_of
from climbpose.errors import UsageError
from climbpose.networks.tflite import read_landmarks, read_person

_WHEEL = Wheel(
    requirement="mediapipe==0.10.21",
    platform="manylinux_2_28_x86_64",
    python="3.11",
    megabytes=36,
)

PERSON_ASSET = Asset(
    name="blazepose_person.tflite",
    sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    source=_WHEEL,
    member="mediapipe/modules/pose_detection/pose_detection.tflite",
    licence="Apache-2.0",
)
LANDMARK_ASSET = Asset(
    name="blazepose_landmarks_full.tflite",
    sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    source=_WHEEL,
    member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    licence="Apache-2.0",
)


@register("blazepose")
class BlazePose(Following):
    """Offline once its files are fetched, real time on one core."""

    description: ClassVar[str] = "BlazePose full, 33 landmarks of which 25 are ours, several people"
    assets: ClassVar[tuple[Asset, ...]] = (PERSON_ASSET, LANDMARK_ASSET)

    def __init__(self, options: DetectorOptions = NO_OPTIONS) -> None:
        if options.weights:
            raise UsageError("--weights has no effect on detector 'blazepose'; leave one of them")
        self.models = [ModelFile(asset.name, asset.sha256) for asset in self.assets]
        person = RunningPersonNetwork(read_person(assets.load(PERSON_ASSET)))
        landmarks = RunningLandmarkNetwork(read_landmarks(assets.load(LANDMARK_ASSET)))
        super().__init__(Eyes(person, landmarks, views_of(options.quality)))
