"""What a detector is: frames of one video in, every person of each frame out."""

from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

from climbpose.assets import Asset
from climbpose.poses import Detection, Frame
from climbpose.registry import Registry


@runtime_checkable
class Detector(Protocol):
    """Finds people and their 25 keypoints.

    An instance serves one video, whose frames come in order: it may remember where people were.
    """

    description: ClassVar[str]
    """One line for the listing."""

    assets: ClassVar[tuple[Asset, ...]]
    """The files that it loads, to be fetched before."""

    def __call__(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        """The people of each frame, in no particular order.

        Args:
            frames: The next frames of the video, one or more.
        """
        ...


registry: Registry[Detector] = Registry("detector", "climbpose.detectors")
register = registry.register
