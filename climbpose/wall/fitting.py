"""Which homography lays points of one picture on those of another, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float64

from climbpose.wall.motion import apply

MIN_POINTS = 12
"""Fewer points that agree may agree by chance."""

_TOLERANCE_PX = 1.0
"""Points that are off by more lie on something else, or were mistaken."""

_ITERATIONS = 500

_BETTER = 0.95
"""A homography must leave less than this share of a similarity's error on points that neither was
fitted to: on few points, or points that lie together, its freedom harms."""

_SCALES = (0.3, 3.0)
_MAX_SLANT = 0.8
"""A plane's depth changes by no more than this share across a picture."""


Model = Callable[[np.ndarray, np.ndarray], np.ndarray | None]
"""Fits a homography to points and where they went; None where it cannot."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How points of one picture lie in another.

    Attributes:
        homography: From the first picture's pixels to the second's.
        agrees: Which points follow it.
        halves: Two homographies, each from half of those points.
    """

    homography: Float64[np.ndarray, "3 3"]
    agrees: Bool[np.ndarray, " points"]
    halves: Float64[np.ndarray, "2 3 3"]

    @property
    def count(self) -> int:
        """How many points follow it."""
        return int(self.agrees.sum())

    def error_at(self, points: Float[np.ndarray, "points 2"]) -> float:
        """By how many pixels it is expected to be off at some points.

        What two halves of the points say apart differs by twice what all of them err, as the square
        of an error falls with the number of points.
        """
        first, second = apply(self.halves, points[None].astype(np.float64))
        return float(np.sqrt(((first - second) ** 2).sum(axis=1).mean()) / 2)


def fit(
    source: Float[np.ndarray, "points 2"],
    target: Float[np.ndarray, "points 2"],
    tolerance: float = _TOLERANCE_PX,
    iterations: int = _ITERATIONS,
) -> Fit | None:
    """The homography that most points agree on, None where too few do.

    Args:
        source: Points of one picture, pixels.
        target: The same points in the other.
        tolerance: By how many pixels a point may be off.
        iterations: How many guesses are made at most; more where fewer points agree.
    """
    if len(source) < MIN_POINTS:
        return None
    source, target = source.astype(np.float64), target.astype(np.float64)
    # The seed of OpenCV's random numbers is fixed there: the same points make the same fit.
    found, agreeing = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, tolerance, maxIters=iterations, confidence=0.999
    )
    if found is None:
        return None
    agrees = np.asarray(agreeing).ravel().astype(bool)
    if agrees.sum() < MIN_POINTS:
        return None
    inside, onto = source[agrees], target[agrees]
    parts = (slice(0, None, 2), slice(1, None, 2))
    chosen = _chosen_model(inside, onto, parts)
    homography = chosen(inside, onto)
    first, second = (chosen(inside[part], onto[part]) for part in parts)
    if homography is None or first is None or second is None or not is_sane(homography, inside):
        return None
    return Fit(homography, agrees, np.stack([first, second]))


def _chosen_model(source: np.ndarray, target: np.ndarray, parts: tuple[slice, slice]) -> Model:
    """What is supported better by points that it was not fitted to."""
    errors = []
    for model in (similarity, perspective):
        squares = 0.0
        for part, other in (parts, parts[::-1]):
            fitted = model(source[part], target[part])
            off = np.inf if fitted is None else apply(fitted, source[other]) - target[other]
            squares += float((np.asarray(off) ** 2).sum())
        errors.append(np.sqrt(squares))
    return perspective if errors[1] < _BETTER * errors[0] else similarity


def perspective(
    source: Float64[np.ndarray, "points 2"], target: Float64[np.ndarray, "points 2"]
) -> Float64[np.ndarray, "3 3"] | None:
    """The homography with the smallest squared error."""
    if len(source) < 4:
        return None
    found, _ = cv2.findHomography(source, target, 0)
    return None if found is None else np.asarray(found, np.float64)


def similarity(
    source: Float64[np.ndarray, "points 2"], target: Float64[np.ndarray, "points 2"]
) -> Float64[np.ndarray, "3 3"] | None:
    """The turn, scale and shift with the smallest squared error (Umeyama 1991, in the plane)."""
    middle, onto = source.mean(axis=0), target.mean(axis=0)
    x, y = (source - middle).T
    u, v = (target - onto).T
    spread = float((x * x + y * y).sum())
    if spread == 0:
        return None
    a, b = float((x * u + y * v).sum()) / spread, float((x * v - y * u).sum()) / spread
    turn = np.array([[a, -b], [b, a]])
    shift = onto - turn @ middle
    return np.array([[a, -b, shift[0]], [b, a, shift[1]], [0, 0, 1.0]])


def is_sane(
    homography: Float64[np.ndarray, "3 3"], points: Float64[np.ndarray, "points 2"]
) -> bool:
    """Whether a camera that looks at a wall can see it so: not mirrored, flattened or shrunk."""
    if not np.isfinite(homography).all():
        return False
    low, high = points.min(axis=0), points.max(axis=0)
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    depths = corners @ homography[2, :2] + homography[2, 2]
    # A homography and its negative are the same.
    depths = depths * np.sign(depths[0])
    if (depths <= 0).any() or depths.min() < (1 - _MAX_SLANT) * depths.max():
        return False
    moved = apply(homography, corners)
    before, after = (_area(outline) for outline in (corners, moved))
    return after > 0 and bool(_SCALES[0] <= np.sqrt(after / max(before, 1e-9)) <= _SCALES[1])


def _area(outline: np.ndarray) -> float:
    """Of a polygon; below 0 where it is mirrored."""
    x, y = outline.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
