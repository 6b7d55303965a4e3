"""What a detector is: frames of one video in, everybody who is seen in them out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, get_args, runtime_checkable

from climbpose.assets import Asset
from climbpose.pixels import Pixels
from climbpose.poses import Detection, Frame
from climbpose.registry import Registry

if TYPE_CHECKING:
    from climbpose.detectors.following.regions import Region

Quality = Literal["fast", "normal", "best"]
"""How much time a frame may take for better keypoints."""

QUALITIES: tuple[Quality, ...] = get_args(Quality)


@dataclass(frozen=True)
class ModelFile:
    """A model file that was used."""

    name: str
    sha256: str


@dataclass(frozen=True)
class DetectorOptions:
    """What is asked of a detector.

    Attributes:
        quality: How much time a frame may take.
        weights: A trained network instead of the detector's own.
        detections: The file of precomputed detections.
    """

    quality: Quality = "normal"
    weights: Path | None = None
    detections: Path | None = None


NO_OPTIONS = DetectorOptions()


@runtime_checkable
class Detector(Protocol):
    """Finds people and their 25 keypoints. An instance serves one video."""

    description: ClassVar[str]
    """One line for the listing."""

    assets: ClassVar[tuple[Asset, ...]]
    """The files to be fetched before."""

    models: Sequence[ModelFile]
    """The files that were loaded, whatever their origin."""

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        """The people of a video.

        A detector may look ahead: detections come in the order of frames, but later than they.

        Args:
            frames: All frames of the video, in order.
        """
        ...


@runtime_checkable
class RegionDetector(Protocol):
    """Finds the keypoints of a person whose whereabouts are known."""

    def look(
        self,
        pixels: Pixels,
        region: "Region",
        frame_index: int = 0,
        time: float = 0.0,
    ) -> Detection:
        """The person that a region is centred on, whether or not somebody is there."""
        ...


registry: Registry[Detector] = Registry("detector", "climbpose.detectors")
register = registry.register
