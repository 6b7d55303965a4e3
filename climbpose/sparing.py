"""Looking at some frames only, for the sake of speed."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from climbpose.errors import UsageError
from climbpose.poses import Detection, Frame

_MAX_INTERVAL_S = 0.2
"""A limb may go there and back in a longer time, and nobody would know."""


class Chosen:
    """Each so many-th frame of a video, and its last one.

    Args:
        every: 1 chooses all.
    """

    def __init__(self, every: int) -> None:
        self._every = every
        self._indices: list[int] = []

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The chosen ones of a video's frames."""
        last: Frame | None = None
        for number, frame in enumerate(frames):
            last = frame
            if number % self._every == 0:
                last = None
                yield self._noted(frame)
        if last:
            yield self._noted(last)

    def recovered(self, seen: Iterable[Detection]) -> set[int]:
        """Indices of frames that were not chosen, the climber being seen in those around them.

        Args:
            seen: The climber's detections, those put in between among them.
        """
        if self._every == 1:
            return set()
        filled, detected = [], set()
        for detection in seen:
            if detection.is_filled:
                filled.append(detection.frame_index)
            else:
                detected.add(detection.frame_index)
        return {index for index in filled if self._is_between(index, detected)}

    def _noted(self, frame: Frame) -> Frame:
        self._indices.append(frame.index)
        return frame

    def _is_between(self, index: int, detected: set[int]) -> bool:
        after = bisect(self._indices, index)
        around: Sequence[int] = self._indices[after - 1 : after + 1]
        return index not in around and detected.issuperset(around)


def check(every: int, fps: Fraction | None) -> None:
    """Makes sure that what is between the chosen frames can be known.

    Args:
        every: As of `Chosen`.
        fps: The video's usual rate; None, where it is not known, is believed to do.

    Raises:
        UsageError: The frames would be too far apart in time.
    """
    if every == 1 or fps is None or every / fps <= _MAX_INTERVAL_S:
        return
    most = int(_MAX_INTERVAL_S * fps)
    remedy = f"choose at most {most}" if most > 1 else "leave it out"
    raise UsageError(
        f"--every {every} looks at this video once in {float(every / fps):.2f} s; expected at "
        f"most {_MAX_INTERVAL_S:g} s, {remedy}"
    )
