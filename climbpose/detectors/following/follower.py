"""Following one person from frame to frame, forwards or backwards in time."""

from collections import deque
from dataclasses import dataclass, field
from math import exp, log, pi

import numpy as np

from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.landmarks import Body, Glance
from climbpose.detectors.following.regions import Region
from climbpose.pixels import Pixels

PATIENCE_S = 1.0
"""A person who is lost is looked for around the last region for so long."""

_STEADINESS = 0.5
"""Share of a change of size or rotation that the next region takes over."""

_MAX_GROWTH = 2.0
"""Change of the logarithm of a region's size per second; a limb taken for a body changes faster."""

_ALIKE = 0.045
"""Two regions are alike whose centres differ by less than this share of their side, and their
sides' logarithms and rotations (radians) by less, too."""

_LOCAL_TILES = (1.3, 2.0)
"""Sides of the tiles looked at around a lost person, in sides of the region."""


def is_near(a: Region, b: Region, share: float) -> bool:
    """Whether the centres lie within a share of the smaller region's side."""
    return float(np.hypot(a.x - b.x, a.y - b.y)) < share * min(a.size, b.size)


def is_similar_in_size(a: Region, b: Region) -> bool:
    """Whether neither region is twice the other's size."""
    return 0.5 < a.size / b.size < 2.0


def is_alike(a: Region, b: Region) -> bool:
    """Whether two regions show the same, but for what a network's next look differs by anyway."""
    growth = log(a.size / b.size)
    return is_near(a, b, _ALIKE) and abs(growth) < _ALIKE and abs(_turn(a, b)) < _ALIKE


def is_same(body: Body, other: Body) -> bool:
    """Whether a body is, or is a part of, another one of the same frame."""
    low, high = other.xy.min(axis=0), other.xy.max(axis=0)
    is_inside = bool(((body.xy > low) & (body.xy < high)).all())
    return is_inside or is_near(body.next_region, other.next_region, 0.3)


@dataclass(slots=True, eq=False)
class Follower:
    """One person who is being followed.

    Attributes:
        region: Where to look next.
        time: When the person was last seen, seconds.
        body: The person in the current frame, None if not seen there.
        since: When the person was first seen, seconds.
        evidence: The bodies' mean.
        sights: How many bodies there were.
        is_trusted: Seen for long enough and well enough to be no mistake.
    """

    region: Region
    time: float
    body: Body | None
    since: float
    evidence: float
    sights: int = 1
    is_trusted: bool = False
    _is_calm: bool = False
    _glances: deque[Glance] = field(default_factory=deque)

    @classmethod
    def of(cls, body: Body, time: float) -> "Follower":
        """Begins with a body that was found."""
        return cls(body.next_region, time, body, time, body.evidence)

    def take(self, body: Body, time: float, region: Region) -> None:
        """Goes on with a body that was found, to be looked for in a region next."""
        self.region, self.time, self.body = region, time, body
        self.sights += 1
        self.evidence += (body.evidence - self.evidence) / self.sights

    def is_patient(self, time: float) -> bool:
        """Whether a person who is not seen may still be looked for."""
        return abs(time - self.time) < PATIENCE_S

    def look_ahead(self, pixels: Pixels, eyes: Eyes) -> None:
        """Begins to look at the frame after next, where the next one will be looked at.

        Mostly the next one does not change that by much, and two frames are looked at at the same
        time. Where the last one did, this one will, too. To foretell where the person will be makes
        this hit no more often.
        """
        if self._is_calm:
            self._glances.append(eyes.glance(pixels, self.region))

    def look(self, pixels: Pixels, time: float, eyes: Eyes) -> None:
        """Finds the person in the next frame, or around the last region, or not at all."""
        is_begun = self._glances and self._glances[0].pixels is pixels
        glance = self._glances.popleft() if is_begun else None
        if glance and is_alike(glance.region, self.region):
            body = glance.body()
        else:
            if glance:
                glance.drop()
            body = eyes.body(pixels, self.region)
        if not body.is_somebody:
            region = _search_around(self.region, pixels, eyes)
            body = eyes.body(pixels, region) if region else body
        if not body.is_somebody:
            self.body, self._is_calm = None, False
            return
        region = _steady(body.region, body.next_region, abs(time - self.time))
        self._is_calm = is_alike(self.region, region)
        # One view steers: the others are smaller than a region, and would make the next one so.
        self.take(eyes.again(pixels, body), time, region)


def _search_around(region: Region, pixels: Pixels, eyes: Eyes) -> Region | None:
    """The person near a lost region, looked for upright and as the trunk was last turned."""
    for scale in _LOCAL_TILES:
        for rotation in (0.0, region.rotation):
            tile = Region(region.x, region.y, region.size * scale, rotation)
            for person in eyes.people_in(pixels, [tile]):
                is_found = is_near(person.region, region, 0.5)
                if is_found and is_similar_in_size(person.region, region):
                    return person.region
    return None


def _steady(before: Region, after: Region, seconds: float) -> Region:
    """The next region, its size and rotation drawn half way and its growth bounded."""
    limit = _MAX_GROWTH * seconds
    growth = float(np.clip(log(after.size / before.size) * _STEADINESS, -limit, limit))
    rotation = _wrapped(before.rotation + _turn(before, after) * _STEADINESS)
    return Region(after.x, after.y, before.size * exp(growth), rotation)


def _turn(before: Region, after: Region) -> float:
    return _wrapped(after.rotation - before.rotation)


def _wrapped(angle: float) -> float:
    return (angle + pi) % (2 * pi) - pi
