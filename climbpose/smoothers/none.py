"""No smoothing: the detections as they are."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from climbpose.poses import Detection, Pose, Status
from climbpose.smoothers.base import make_pose, register
from climbpose.smoothers.bridging import Sample


@register("none")
class Unsmoothed:
    """Gives the detected positions."""

    description: ClassVar[str] = "the detected positions, unchanged"

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def __call__(self, detections: Iterable[Detection]) -> Iterator[Pose]:
        """One pose for each detection; see `Smoother`."""
        for detection in detections:
            sample = Sample.of(detection)
            yield make_pose(sample, sample.xy, Status.DETECTED)
