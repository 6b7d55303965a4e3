"""Strictly increasing presentation times, whatever a file states."""

from fractions import Fraction

_FALLBACK_FPS = 30


class Clock:
    """Makes a stream's stated times strictly increasing; times that already are stay untouched.

    A missing time follows its predecessor by a frame's usual duration. One that does not increase
    by less than a second is jitter: it is put half a usual duration behind its predecessor. A
    greater step back is a clock that was set anew: all that follows is shifted.

    Attributes:
        step: A frame's usual duration, ticks.
        mended: How many times were made up.
    """

    def __init__(self, time_base: Fraction, fps: Fraction | None) -> None:
        self.step = max(1, round(1 / ((fps or _FALLBACK_FPS) * time_base)))
        self.mended = 0
        self._second = round(1 / time_base)
        self._offset = 0
        self._last: int | None = None

    def tick(self, stated: int | None) -> int:
        """The tick of the next picture."""
        last = self._last
        if stated is None:
            self.mended += 1
            tick = 0 if last is None else last + self.step
        else:
            tick = stated + self._offset
            if last is not None and tick <= last:
                self.mended += 1
                if last - tick < self._second:
                    tick = last + max(1, self.step // 2)
                else:
                    self._offset += last + self.step - tick
                    tick = last + self.step
        self._last = tick
        return tick
