"""Following one person from frame to frame, as the network's own next region says."""

from dataclasses import dataclass
from math import exp, log, pi

import numpy as np
from jaxtyping import UInt8

from climbpose.detectors.blazepose.landmarks import Body, find_body
from climbpose.detectors.blazepose.networks import LandmarkNetwork, PersonNetwork
from climbpose.detectors.blazepose.regions import Region
from climbpose.detectors.blazepose.search import search

MIN_PERSON = 0.5
"""Below this probability the crop shows nobody."""

_STEADINESS = 0.5
"""Share of a change of size or rotation that the next region takes over."""

_MAX_GROWTH = 2.0
"""Change of the logarithm of a region's size per second; a limb taken for a body changes faster."""

_PATIENCE_S = 1.0
"""A person who is lost is looked for around the last region for so long."""

_LOCAL_TILES = (1.3, 2.0)
"""Sides of the tiles looked at around a lost person, in sides of the region."""


def is_near(a: Region, b: Region, share: float) -> bool:
    """Whether the centres lie within a share of the smaller region's side."""
    return float(np.hypot(a.x - b.x, a.y - b.y)) < share * min(a.size, b.size)


def is_similar_in_size(a: Region, b: Region) -> bool:
    """Whether neither region is twice the other's size."""
    return 0.5 < a.size / b.size < 2.0


@dataclass(slots=True, eq=False)
class Follower:
    """One person who is being followed.

    Attributes:
        region: Where to look next.
        time: When the person was last seen, seconds.
        body: The person in the current frame, None if not seen there.
    """

    region: Region
    time: float
    body: Body | None

    def is_patient(self, time: float) -> bool:
        """Whether a person who is not seen may still be looked for."""
        return time - self.time < _PATIENCE_S

    def look(
        self,
        image: UInt8[np.ndarray, "h w 3"],
        time: float,
        person_network: PersonNetwork,
        landmark_network: LandmarkNetwork,
    ) -> None:
        """Finds the person in the next frame, or around the last region, or not at all."""
        body = find_body(landmark_network, image, self.region)
        if body.score < MIN_PERSON:
            region = _search_around(self.region, image, person_network)
            body = find_body(landmark_network, image, region) if region else body
        if body.score < MIN_PERSON:
            self.body = None
            return
        seconds = max(time - self.time, 0.0)
        self.region = _steady(body.region, body.next_region, seconds)
        self.body, self.time = body, time


def _search_around(
    region: Region, image: UInt8[np.ndarray, "h w 3"], network: PersonNetwork
) -> Region | None:
    """The person near a lost region, looked for upright and as the trunk was last turned."""
    for scale in _LOCAL_TILES:
        for rotation in (0.0, region.rotation):
            tile = Region(region.x, region.y, region.size * scale, rotation)
            for person in search(network, image, tile):
                is_same = is_near(person.region, region, 0.5)
                if is_same and is_similar_in_size(person.region, region):
                    return person.region
    return None


def _steady(before: Region, after: Region, seconds: float) -> Region:
    """The next region, its size and rotation drawn half way and its growth bounded."""
    limit = _MAX_GROWTH * seconds
    growth = float(np.clip(log(after.size / before.size) * _STEADINESS, -limit, limit))
    turn = (after.rotation - before.rotation + pi) % (2 * pi) - pi
    return Region(
        after.x,
        after.y,
        before.size * exp(growth),
        (before.rotation + turn * _STEADINESS + pi) % (2 * pi) - pi,
    )
