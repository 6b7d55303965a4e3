"""The last moments of a video, kept until it is known who was there.

A climber does not appear out of nothing: who is found is followed backwards through the moments
before. Nor does one vanish: who was seen for a moment only was a mistake of the networks'.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from climbpose.detectors.following.eyes import Eyes
from climbpose.detectors.following.follower import Follower, is_same
from climbpose.detectors.following.landmarks import Body, detection
from climbpose.detectors.following.people import MAX_DOUBT_S, TRUSTED_EVIDENCE
from climbpose.pixels import Pixels
from climbpose.poses import Detection, Frame

_SPAN_S = MAX_DOUBT_S + 0.5
"""Moments are kept until everybody in them is trusted or forgotten, and some before that."""

_MAX_PICTURE_PX = 960
"""Longer side of a kept picture."""

_MIN_INTERVAL_S = 0.9 / 30
"""Of a faster video, not every moment's picture is kept."""

_BACKWARD_PATIENCE_S = 0.25
"""Who is not seen for so long, backwards, was not there yet."""


@dataclass(slots=True)
class _Moment:
    """One frame and who was seen in it.

    Attributes:
        index: The frame's index.
        time: Seconds.
        picture: The frame, reduced; None where it was not kept.
        reduction: The picture's size over the frame's.
        bodies: By who follows them.
    """

    index: int
    time: float
    picture: Pixels | None
    reduction: float
    bodies: dict[Follower, Body] = field(default_factory=dict)

    def detections(self) -> Iterator[Detection]:
        """Everybody in it."""
        return (detection(body, self.index, self.time) for body in self.bodies.values())


class Memory:
    """The last moments of one video."""

    def __init__(self, eyes: Eyes) -> None:
        self._eyes = eyes
        self._moments: deque[_Moment] = deque()
        self._doubtful: set[Follower] = set()
        self._last_picture = float("-inf")

    def note(self, frame: Frame, followers: Sequence[Follower]) -> Iterator[Detection]:
        """Takes in a frame; gives the detections of moments that are settled."""
        now = self._moment(frame)
        now.bodies = {f: f.body for f in followers if f.body}
        self._moments.append(now)
        self._forget(self._doubtful.difference(followers))
        for follower in now.bodies:
            if not follower.is_trusted:
                self._doubtful.add(follower)
            elif follower in self._doubtful:
                self._doubtful.discard(follower)
                self._look_back(follower, is_new=True)
            elif len(self._moments) > 1 and follower not in self._moments[-2].bodies:
                self._look_back(follower, is_new=False)
        while now.time - self._moments[0].time > _SPAN_S:
            yield from self._moments.popleft().detections()

    def close(self) -> Iterator[Detection]:
        """The detections of all moments left; of those in doubt, who was seen well is believed."""
        mistakes = {f for f in self._doubtful if f.evidence < TRUSTED_EVIDENCE}
        for follower in self._doubtful - mistakes:
            self._look_back(follower, is_new=True)
        self._forget(mistakes)
        for moment in self._moments:
            yield from moment.detections()

    def _moment(self, frame: Frame) -> _Moment:
        time = float(frame.time)
        width, height = frame.pixels.width, frame.pixels.height
        reduction = min(1.0, _MAX_PICTURE_PX / max(height, width))
        if time - self._last_picture < _MIN_INTERVAL_S:
            return _Moment(frame.index, time, None, reduction)
        self._last_picture = time
        size = (max(round(width * reduction), 1), max(round(height * reduction), 1))
        picture = frame.pixels.reduced(*size)
        # Its sides may be rounded.
        reduction = picture.height / height
        return _Moment(frame.index, time, picture, reduction)

    def _forget(self, mistakes: set[Follower]) -> None:
        self._doubtful -= mistakes
        for moment in self._moments:
            for follower in mistakes:
                moment.bodies.pop(follower, None)

    def _look_back(self, follower: Follower, *, is_new: bool) -> None:
        """Follows somebody backwards, up to where the same person is known already.

        Args:
            follower: Who was seen in one of the moments.
            is_new: Nobody has looked back for this person yet: goes on to before the first sight.
        """
        back: Follower | None = None
        for moment in reversed(self._moments):
            known = moment.bodies.get(follower)
            if known:
                if back and not is_new:
                    return
                back = Follower.of(known.enlarged(moment.reduction), moment.time)
            elif back and abs(moment.time - back.time) > _BACKWARD_PATIENCE_S:
                return
            elif back and moment.picture is not None:
                back.look(moment.picture, moment.time, self._eyes)
                body = back.body and back.body.enlarged(1 / moment.reduction)
                if body and any(is_same(body, other) for other in moment.bodies.values()):
                    return
                if body:
                    moment.bodies[follower] = body
