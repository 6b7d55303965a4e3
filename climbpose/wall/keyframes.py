"""Pictures that the others are laid on: with points that are found again in those."""

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Float64

from climbpose.wall.fitting import Fit, fit
from climbpose.wall.looking import LEVELS, WINDOW, Look
from climbpose.wall.motion import apply

_POINTS_NEAR, _POINTS_FAR = 180, 100
"""So many points around the climber, where the wall is, and so many more anywhere."""

_NEAR = 1.2
"""What is around the climber: within so many times the climber's extent."""

_APART_PX = 8
_QUALITY = 0.01
_MIN_CONTRAST = 1e-3
"""Below it a point's surroundings look the same all over (least eigenvalue of the gradients)."""

_FEATURES = 600
_RATIO = 0.8
"""A feature's best match must be so much nearer than the second one (Lowe 2004)."""

_SEARCH_TOLERANCE_PX = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A picture laid on a keyframe.

    Attributes:
        fit: From the picture's pixels to the keyframe's.
        visible: How many of the keyframe's points the picture should show.
    """

    fit: Fit
    visible: int


@dataclass(eq=False)
class Keyframe:
    """A picture that others are laid on.

    Attributes:
        look: The picture.
        to_wall: From its pixels to the map's.
        points: What is found again in other pictures, pixels.
    """

    look: Look
    to_wall: Float64[np.ndarray, "3 3"]
    points: Float32[np.ndarray, "points 2"] = field(init=False)

    def __post_init__(self) -> None:
        self.points = _corners(self.look)

    def lay(self, look: Look, guess: Float64[np.ndarray, "3 3"]) -> Laid | None:
        """Lays a picture on this one, None where too few points are found again.

        Args:
            look: The picture.
            guess: From this keyframe's pixels to the picture's, within some twenty pixels.
        """
        expected = apply(guess, self.points.astype(np.float64))
        should_show = look.shows(expected)
        start = self.points[should_show]
        if not len(start):
            return None
        found, arrived = follow(self.look, look, start, expected[should_show])
        kept = arrived & look.shows(found)
        fitted = fit(found[kept], start[kept])
        return None if fitted is None else Laid(fitted, int(should_show.sum()))

    def search(self, look: Look) -> Laid | None:
        """Lays a picture on this one without a guess, None where it shows something else."""
        ours, theirs = self._features, features(look)
        pairs = matches(ours[1], theirs[1])
        if not len(pairs):
            return None
        rough = fit(ours[0][pairs[:, 0]], theirs[0][pairs[:, 1]], _SEARCH_TOLERANCE_PX)
        return None if rough is None else self.lay(look, rough.homography)

    @cached_property
    def _features(self) -> tuple[np.ndarray, np.ndarray]:
        return features(self.look)


def follow(
    first: Look,
    second: Look,
    points: Float[np.ndarray, "points 2"],
    expected: Float[np.ndarray, "points 2"],
) -> tuple[Float32[np.ndarray, "points 2"], Bool[np.ndarray, " points"]]:
    """Where points of one picture are in another, and which were found (Lucas and Kanade 1981)."""
    # OpenCV counts from the first pixel's centre.
    found, arrived, _ = cv2.calcOpticalFlowPyrLK(
        first.grey,
        second.grey,
        np.ascontiguousarray(points - 0.5, np.float32),
        np.ascontiguousarray(expected - 0.5, np.float32),
        winSize=WINDOW,
        maxLevel=LEVELS,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 15, 0.02),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=_MIN_CONTRAST,
    )
    return np.asarray(found, np.float32) + np.float32(0.5), np.asarray(arrived).ravel().astype(bool)


def features(look: Look) -> tuple[Float32[np.ndarray, "features 2"], np.ndarray]:
    """Places that are known again without a guess, and what they look like."""
    width, height = look.size
    hidden = cv2.resize(look.hidden.astype(np.uint8), (width, height), interpolation=0)
    found, described = cv2.ORB.create(_FEATURES).detectAndCompute(look.grey, 1 - hidden)
    if described is None:
        return np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8)
    return np.array([one.pt for one in found], np.float32) + np.float32(0.5), described


def matches(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Rows of two sets of features that look alike, and like no other."""
    if not len(ours) or len(theirs) < 2:
        return np.empty((0, 2), np.int64)
    both = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(ours, theirs, 2)
    good = [(a.queryIdx, a.trainIdx) for a, b in both if a.distance < _RATIO * b.distance]
    return np.array(good, np.int64).reshape(-1, 2)


def _corners(look: Look) -> Float32[np.ndarray, "points 2"]:
    """Places whose surroundings move with them both ways: most of them around the climber."""
    width, height = look.size
    free = 1 - cv2.resize(look.hidden.astype(np.uint8), (width, height), interpolation=0)
    areas = [(free, _POINTS_FAR)]
    if len(look.climber):
        low, high = look.climber.min(axis=0), look.climber.max(axis=0)
        reach = _NEAR * float((high - low).max())
        left, top = np.maximum(low - reach, 0).astype(int)
        right, bottom = np.maximum(high + reach, 0).astype(int)
        near = np.zeros_like(free)
        near[top:bottom, left:right] = free[top:bottom, left:right]
        areas.insert(0, (near, _POINTS_NEAR))
    else:
        areas = [(free, _POINTS_NEAR + _POINTS_FAR)]
    chosen: list[np.ndarray] = []
    for area, count in areas:
        corners = cv2.goodFeaturesToTrack(look.grey, count, _QUALITY, _APART_PX, mask=area)
        if corners is None:
            continue
        points = np.asarray(corners, np.float32).reshape(-1, 2)
        chosen.append(points + np.float32(0.5))
        for x, y in points.astype(int):
            cv2.circle(free, (int(x), int(y)), _APART_PX, 0, -1)
    found: np.ndarray = np.concatenate(chosen) if chosen else np.empty((0, 2), np.float32)
    shown: np.ndarray = found[look.shows(found)]
    return shown
