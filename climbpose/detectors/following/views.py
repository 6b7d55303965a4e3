"""Looking at one person several times: larger, turned, mirrored."""

from dataclasses import dataclass
from math import pi, radians

import numpy as np
from jaxtyping import UInt8

from climbpose.detectors.base import Quality
from climbpose.detectors.following.networks import LANDMARK_INPUT
from climbpose.detectors.following.regions import Region
from climbpose.pixels import Pixels


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a region.

    Attributes:
        scale: The crop's side over the region's.
        turn_deg: The crop's turn against the region, clockwise.
        is_mirrored: Whether left and right are exchanged.
    """

    scale: float = 1.0
    turn_deg: float = 0.0
    is_mirrored: bool = False

    def region(self, region: Region) -> Region:
        """The square that is cropped."""
        turned = (region.rotation + radians(self.turn_deg) + pi) % (2 * pi) - pi
        return Region(region.x, region.y, region.size * self.scale, turned)

    def crop(self, pixels: Pixels, region: Region) -> UInt8[np.ndarray, "256 256 3"]:
        """What the network is shown."""
        crop = self.region(region).crop(pixels, LANDMARK_INPUT)
        return crop[:, ::-1] if self.is_mirrored else crop


ONE_VIEW = (View(),)
SEVERAL_VIEWS = (
    View(0.9),
    View(0.9, is_mirrored=True),
    View(1.0, 10.0),
    View(0.85, -10.0, is_mirrored=True),
)
"""Four that bring most of what eight bring."""


def views_of(quality: Quality) -> tuple[View, ...]:
    """How each person is looked at."""
    return SEVERAL_VIEWS if quality == "best" else ONE_VIEW
