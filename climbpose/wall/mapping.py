"""A map of the wall, made of pictures laid on one another, which grows as the camera moves on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from climbpose.wall.fitting import MIN_POINTS
from climbpose.wall.keyframes import Keyframe, Laid
from climbpose.wall.looking import Look
from climbpose.wall.motion import apply

_LEAST_SHARE = 0.35
"""Fewer of the points that should be seen, and a picture may lie on something else."""

_WEAK_SHARE = 0.6
"""Once so few of a keyframe's points are left, another one is looked for."""

_LEAST_SHARPNESS = 0.8
"""A keyframe is as sharp as others, unless hardly any points are left (share of their median)."""

_NEW_SCALE = 1.15
"""Points are found in pictures whose scale differs by less."""

_MAX_KEYFRAMES = 200
_SEARCHED = 6
_PATIENCE = 10
"""After so many pictures in a row that could not be laid, only every so manieth is searched."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where a picture lies.

    Attributes:
        row: Of the climber's track.
        keyframe: Number of the keyframe that it is laid on.
        homography: From its pixels to that keyframe's.
        error: Expected error around the climber, pixels of the keyframe.
    """

    row: int
    keyframe: int
    homography: Float64[np.ndarray, "3 3"]
    error: float


class WallMap:
    """Lays pictures, in order, on a wall.

    Attributes:
        keyframes: What they are laid on, in order of time.
        links: For each keyframe but the first: the number of the one it was laid on, and its error.
    """

    def __init__(self) -> None:
        self.keyframes: list[Keyframe] = []
        self.links: list[tuple[int, float]] = []
        self._current = 0
        self._last: Float64[np.ndarray, "3 3"] = np.eye(3)
        self._lost = 0
        self._sharpness = 0.0

    def place(self, look: Look) -> Placed | None:
        """Lays the next picture, None where that cannot be done."""
        self._sharpness += 0.1 * (look.sharpness - self._sharpness)
        if not self.keyframes:
            self._sharpness = look.sharpness
            first = Keyframe(look, np.eye(3))
            if len(first.points) < 2 * MIN_POINTS:
                return None
            self.keyframes.append(first)
            return Placed(look.row, 0, np.eye(3), 0.0)
        laid = self._checked(self._current, look, self._guess(self._current))
        if laid is None:
            laid = self._searched(look)
        if laid is None:
            self._lost += 1
            return None
        self._lost = 0
        self._last = self.keyframes[self._current].to_wall @ laid.fit.homography
        error = laid.fit.error_at(_around_climber(look))
        placed = Placed(look.row, self._current, laid.fit.homography, error)
        self._change(look, laid, error)
        return placed

    def _guess(self, number: int) -> Float64[np.ndarray, "3 3"]:
        """From a keyframe's pixels to those of the picture before."""
        guess: np.ndarray = np.linalg.solve(self._last, self.keyframes[number].to_wall)
        return guess

    def _checked(self, number: int, look: Look, guess: np.ndarray) -> Laid | None:
        """A picture laid on a keyframe, None where too few of its points are found again."""
        laid = self.keyframes[number].lay(look, guess)
        if laid is None or laid.fit.count < _LEAST_SHARE * laid.visible:
            return None
        return laid

    def _searched(self, look: Look) -> Laid | None:
        """A picture laid on one of the last keyframes without knowing where it may be."""
        if self._lost >= _PATIENCE and self._lost % _PATIENCE:
            return None
        count = len(self.keyframes)
        order = sorted(range(count), key=lambda number: abs(number - self._current))
        # Once lost for good, those farther away have their turn too.
        first = (self._lost // _PATIENCE * _SEARCHED) % count
        for number in (order[first:] + order[:first])[:_SEARCHED]:
            laid = self.keyframes[number].search(look)
            if laid is not None and laid.fit.count >= _LEAST_SHARE * laid.visible:
                self._current = number
                return laid
        return None

    def _change(self, look: Look, laid: Laid, error: float) -> None:
        """Goes on with another keyframe where this one is nearly left."""
        share = laid.fit.count / len(self.keyframes[self._current].points)
        scale = _scale(laid.fit.homography, look)
        if share >= _WEAK_SHARE and 1 / _NEW_SCALE < scale < _NEW_SCALE:
            return
        known = self._known(look)
        if known is not None:
            self._current = known
            return
        is_sharp = look.sharpness >= _LEAST_SHARPNESS * self._sharpness
        if len(self.keyframes) < _MAX_KEYFRAMES and (is_sharp or share < _LEAST_SHARE):
            fresh = Keyframe(look, self._last)
            if len(fresh.points) >= 2 * MIN_POINTS:
                self.links.append((self._current, error))
                self.keyframes.append(fresh)
                self._current = len(self.keyframes) - 1

    def _known(self, look: Look) -> int | None:
        """An older keyframe that shows what this picture shows."""
        best, most = None, _WEAK_SHARE
        for number, keyframe in enumerate(self.keyframes):
            guess = self._guess(number)
            if number == self._current or not 1 / _NEW_SCALE < _scale(guess, look) < _NEW_SCALE:
                continue
            share = float(look.shows(apply(guess, keyframe.points.astype(np.float64))).mean())
            if share > most:
                best, most = number, share
        if best is None:
            return None
        laid = self._checked(best, look, self._guess(best))
        enough = _WEAK_SHARE * len(self.keyframes[best].points)
        return best if laid is not None and laid.fit.count >= enough else None


def _scale(homography: np.ndarray, look: Look) -> float:
    """How much larger a homography makes things in the middle of a picture."""
    middle = np.array(look.size) / 2
    corners = apply(homography, middle + np.array([[-8.0, -8], [8, -8], [8, 8], [-8, 8]]))
    first, second = corners[2] - corners[0], corners[3] - corners[1]
    return float(np.sqrt(abs(first[0] * second[1] - first[1] * second[0]) / 512))


def _around_climber(look: Look) -> np.ndarray:
    """The corners of the climber's box, where the error counts; the picture's where nobody is."""
    low, high = np.zeros(2), np.array(look.size, np.float64)
    if len(look.climber):
        low, high = np.clip((look.climber.min(axis=0), look.climber.max(axis=0)), low, high)
    return np.array([low, (high[0], low[1]), high, (low[0], high[1])])
