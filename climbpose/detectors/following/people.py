"""Everybody who is followed at once, and when new people are searched for."""

from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.follower import (
    Follower,
    is_near,
    is_same,
    is_similar_in_size,
)
from climbpose.pixels import Pixels

_TRUSTED_AFTER_S = 0.4
"""Who is seen for less is taken for a mistake."""

TRUSTED_EVIDENCE = 0.35
"""Whose bodies show less on average, too."""

MAX_DOUBT_S = 1.0
"""Who is not trusted after this is given up."""

_MAX_PEOPLE = 4
"""People followed at once; each costs one pass of the landmark network a frame."""

_SEARCH_INTERVAL_S = 1.0
_SEARCH_INTERVAL_NOBODY_S = 0.1


_MIN_SCORE_OF_OTHERS = 0.5
_MIN_EVIDENCE_OF_FIRST, _MIN_EVIDENCE_OF_OTHERS = 0.25, 0.4
"""Of whom is found: a video shows somebody, but seldom anybody else; holds may look like a body."""


class People:
    """The people of one video, frame after frame.

    Attributes:
        followers: Who is followed, seen in the current frame or not.
    """

    def __init__(self, eyes: Eyes) -> None:
        self.followers: list[Follower] = []
        self._eyes = eyes
        self._last_search = float("-inf")

    def look(self, pixels: Pixels, time: float, ahead: Pixels | None = None) -> None:
        """Finds everybody in the next frame.

        Args:
            pixels: Of the frame.
            time: Of the frame, seconds.
            ahead: Of the frame after it, which is begun with at the same time.
        """
        if ahead:
            for follower in self.followers:
                follower.look_ahead(ahead, self._eyes)
        for follower in self.followers:
            follower.look(pixels, time, self._eyes)
        self.followers = _without_doubles(
            [f for f in self.followers if _is_worth_following(f, time)]
        )
        is_anyone_seen = any(f.body for f in self.followers)
        interval = _SEARCH_INTERVAL_S if is_anyone_seen else _SEARCH_INTERVAL_NOBODY_S
        if time >= self._last_search + interval:
            self._last_search = time
            self._search(pixels, time)
        for follower in self.followers:
            follower.is_trusted |= (
                follower.time - follower.since >= _TRUSTED_AFTER_S
                and follower.evidence >= TRUSTED_EVIDENCE
            )

    def _search(self, pixels: Pixels, time: float) -> None:
        """Looks for people who are not followed yet, and for followed ones who are lost."""
        for person in self._eyes.people(pixels):
            is_first = not any(f.body for f in self.followers)
            if person.score < _MIN_SCORE_OF_OTHERS and not is_first:
                continue
            nearby = [f for f in self.followers if is_near(person.region, f.region, 0.35)]
            if any(f.body for f in nearby) or (not nearby and len(self.followers) >= _MAX_PEOPLE):
                continue
            body = self._eyes.body(pixels, person.region)
            enough = _MIN_EVIDENCE_OF_FIRST if is_first else _MIN_EVIDENCE_OF_OTHERS
            if not body.is_somebody or body.evidence < enough:
                continue
            if any(f.body and is_same(body, f.body) for f in self.followers):
                continue
            body = self._eyes.again(pixels, body)
            if nearby:
                nearby[0].take(body, time, body.next_region)
            else:
                self.followers.append(Follower.of(body, time))


def _is_worth_following(follower: Follower, time: float) -> bool:
    is_given_up = not follower.is_trusted and time - follower.since > MAX_DOUBT_S
    return (follower.body is not None or follower.is_patient(time)) and not is_given_up


def _without_doubles(followers: list[Follower]) -> list[Follower]:
    """Drops the later of two followers of the same person, but those who see someone come first."""
    kept: list[Follower] = []
    for follower in sorted(followers, key=lambda f: f.body is None):
        if not any(
            is_near(follower.region, other.region, 0.2)
            and is_similar_in_size(follower.region, other.region)
            for other in kept
        ):
            kept.append(follower)
    return kept
