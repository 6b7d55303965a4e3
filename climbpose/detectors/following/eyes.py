"""What a video is looked at with: the two networks, and in how many ways."""

from collections.abc import Sequence
from dataclasses import dataclass

from climbpose.detectors.following.landmarks import Body, Glance, find_body
from climbpose.detectors.following.networks import LandmarkNetwork, PersonNetwork
from climbpose.detectors.following.regions import Region
from climbpose.detectors.following.search import Person, search, tiles
from climbpose.detectors.following.views import ONE_VIEW, View
from climbpose.pixels import Pixels


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

    def people(self, pixels: Pixels) -> list[Person]:
        """The people anywhere in the picture, best first, some of them several times."""
        every = list(tiles(pixels.width, pixels.height))
        return search(self.person_network, pixels, every)

    def people_in(self, pixels: Pixels, tiles: Sequence[Region]) -> list[Person]:
        """The people in squares of the picture, best first."""
        return search(self.person_network, pixels, tiles)

    def body(self, pixels: Pixels, region: Region) -> Body:
        """The landmarks of the person that a region is centred on, at a glance."""
        return find_body(self.landmark_network, pixels, region)

    def body_closely(self, pixels: Pixels, region: Region) -> Body:
        """The landmarks of the person that a region is centred on, in all views."""
        return find_body(self.landmark_network, pixels, region, self.views)

    def glance(self, pixels: Pixels, region: Region) -> Glance:
        """Begins to look at a region at a glance."""
        return Glance(self.landmark_network, pixels, region)

    def again(self, pixels: Pixels, body: Body) -> Body:
        """The body looked at in all views, where it is now known to be."""
        return body if self.views == ONE_VIEW else self.body_closely(pixels, body.next_region)
