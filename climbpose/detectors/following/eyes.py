"""What a video is looked at with: the two networks, and in how many ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from climbpose.detectors.following.landmarks import Body, find_body
from climbpose.detectors.following.networks import LandmarkNetwork, PersonNetwork
from climbpose.detectors.following.regions import Region
from climbpose.detectors.following.search import Person, search, tiles
from climbpose.detectors.following.views import ONE_VIEW, View


@dataclass(frozen=True, slots=True)
class Eyes:
    """The networks of one video.

    Attributes:
        person_network: Finds people.
        landmark_network: Finds their landmarks.
        views: How each person who was found is looked at for the keypoints.
    """

    person_network: PersonNetwork
    landmark_network: LandmarkNetwork
    views: tuple[View, ...] = ONE_VIEW

    def people(self, image: UInt8[np.ndarray, "h w 3"]) -> list[Person]:
        """The people anywhere in the picture, best first, some of them several times."""
        height, width = image.shape[:2]
        return search(self.person_network, image, list(tiles(width, height)))

    def people_in(self, image: UInt8[np.ndarray, "h w 3"], tiles: Sequence[Region]) -> list[Person]:
        """The people in squares of the picture, best first."""
        return search(self.person_network, image, tiles)

    def body(self, image: UInt8[np.ndarray, "h w 3"], region: Region) -> Body:
        """The landmarks of the person that a region is centred on, at a glance."""
        return find_body(self.landmark_network, image, region)

    def body_closely(self, image: UInt8[np.ndarray, "h w 3"], region: Region) -> Body:
        """The landmarks of the person that a region is centred on, in all views."""
        return find_body(self.landmark_network, image, region, self.views)

    def again(self, image: UInt8[np.ndarray, "h w 3"], body: Body) -> Body:
        """The body looked at in all views, where it is now known to be."""
        return body if self.views == ONE_VIEW else self.body_closely(image, body.next_region)
