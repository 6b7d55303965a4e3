"""Whether two pictures show the same wall, and where places of one are in the other."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, UInt8

from climbpose.errors import WallsDifferError
from climbpose.wall.fitting import Fit, fit
from climbpose.wall.motion import apply
from climbpose.wall.picture import WallPicture

_LONGER_SIDE = 1000
_FEATURES = 3000
_FEATURE_CONTRAST = 0.02
_RATIO = 0.85
"""A feature's best match must be so much nearer than the second one (Lowe 2004)."""

_TOLERANCE_PX = 4.0
"""Holds stick out of the wall: seen from the side they do not lie on its plane."""

_ITERATIONS = 5000
_MIN_MATCHES = 16
"""Of features that lie alike; on two walls it is ten at most (measured on 150 pairs)."""

_CELL, _SHIFT = 40, 6
"""Cells are compared, each moved by up to so many pixels."""

_ALIKE = 0.55
"""Correlation from which two cells show the same."""

_MIN_ALIKE_SHARE = 0.35
"""Of the cells that both walls show; it is 0.6 and more on one wall, 0.1 and less on two."""

_MIN_CELLS = 8
_EVENING = 31
_GRAIN = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """How the wall of attempt B lies on that of attempt A.

    Attributes:
        b_to_a: Homography from B's wall frame to A's; where it makes the third coordinate 0 or
            less, a place of B lies behind A's camera.
        error_px: Expected error of a place that both saw, pixels of A's wall frame.
        matches: How many features lie alike.
        alike: Share of the wall seen by both that looks alike.
    """

    b_to_a: Float64[np.ndarray, "3 3"]
    error_px: float
    matches: int
    alike: float

    def on_a(
        self, xy: Float[np.ndarray, "*many points 2"]
    ) -> Float64[np.ndarray, "*many points 2"]:
        """Places of B's wall frame in A's, NaN where A's camera cannot have seen them."""
        xy = xy.astype(np.float64)
        depth = xy @ self.b_to_a[2, :2] + self.b_to_a[2, 2]
        return apply(self.b_to_a, np.where(depth[..., None] > 0, xy, np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    """A wall's picture as it is compared.

    Attributes:
        grey: Small enough.
        is_seen: Where the wall was seen.
        from_wall: From the wall frame to its pixels.
        points: Of the features, pixels.
        described: What the features look like.
    """

    grey: UInt8[np.ndarray, "height width"]
    is_seen: UInt8[np.ndarray, "height width"]
    from_wall: Float64[np.ndarray, "3 3"]
    points: Float32[np.ndarray, "features 2"]
    described: Float32[np.ndarray, "features 128"]

    @classmethod
    def of(cls, picture: WallPicture) -> "_Small":
        """What is needed of a picture."""
        height, width = picture.is_seen.shape
        share = min(1.0, _LONGER_SIDE / max(width, height))
        size = (max(round(width * share), 1), max(round(height * share), 1))
        image = cv2.resize(picture.image, size, interpolation=cv2.INTER_AREA)
        mask = cv2.resize(picture.is_seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        sift = cv2.SIFT.create(_FEATURES, contrastThreshold=_FEATURE_CONTRAST)
        found, described = sift.detectAndCompute(grey, np.asarray(mask, np.uint8))
        points = np.array([one.pt for one in found], np.float32).reshape(-1, 2) + np.float32(0.5)
        if described is None:
            described = np.empty((0, 128), np.float32)
        # Distances of the square roots tell them apart better (Arandjelovic and Zisserman 2012).
        total = np.maximum(described.sum(axis=1, keepdims=True), 1e-9)
        scale = np.diag([size[0] / width, size[1] / height, 1.0])
        return cls(
            grey,
            np.asarray(mask, np.uint8),
            scale @ picture.from_wall,
            points,
            np.sqrt(described / total).astype(np.float32),
        )


def register_walls(a: WallPicture, b: WallPicture) -> Registration:
    """Lays the wall of attempt B on that of attempt A.

    Raises:
        WallsDifferError: They are not the same wall, or show no part of it in common.
    """
    first, second = _Small.of(a), _Small.of(b)
    pairs = _matched(first, second)
    source, target = second.points[pairs[:, 1]], first.points[pairs[:, 0]]
    found = fit(source, target, _TOLERANCE_PX, _ITERATIONS)
    if found is None or found.count < _MIN_MATCHES:
        count = 0 if found is None else found.count
        raise WallsDifferError(
            f"expected two attempts on one wall, found only {count} places that look and lie "
            f"alike in both, of {_MIN_MATCHES} needed; compare videos that show the same wall"
        )
    alike = _alike(first, second, found.homography)
    if alike < _MIN_ALIKE_SHARE:
        raise WallsDifferError(
            f"expected two attempts on one wall, found that {alike:.0%} of what both show looks "
            f"alike, of {_MIN_ALIKE_SHARE:.0%} needed; compare videos that show the same wall with "
            "the same holds"
        )
    return _registration(first, second, found, source[found.agrees], alike)


def _registration(
    first: _Small, second: _Small, found: Fit, source: np.ndarray, alike: float
) -> Registration:
    """From pixels of the compared pictures to the wall frames."""
    to_wall = np.linalg.inv(first.from_wall)
    b_to_a = to_wall @ found.homography @ second.from_wall
    ends = apply(to_wall[None] @ found.halves, source[None].astype(np.float64))
    error = float(np.sqrt(((ends[0] - ends[1]) ** 2).sum(axis=1).mean()) / 2)
    places = apply(np.linalg.inv(second.from_wall), source.astype(np.float64))
    depth = float((places @ b_to_a[2, :2] + b_to_a[2, 2]).mean())
    return Registration(b_to_a / depth, error, found.count, alike)


def _matched(first: _Small, second: _Small) -> np.ndarray:
    """Rows of features that are each other's best match, and have no other that is as good."""
    if len(first.points) < 2 or len(second.points) < 2:
        return np.empty((0, 2), np.int64)
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    back = {m.queryIdx: m.trainIdx for m in matcher.match(first.described, second.described)}
    both = matcher.knnMatch(second.described, first.described, 2)
    good = [
        (best.trainIdx, best.queryIdx)
        for best, other in both
        if best.distance < _RATIO * other.distance and back[best.trainIdx] == best.queryIdx
    ]
    return np.array(good, np.int64).reshape(-1, 2)


def _alike(first: _Small, second: _Small, homography: np.ndarray) -> float:
    """Share of the cells that both show which look alike, 0 where they share hardly any.

    Logos and panels are the same in many places of a gym: a wall is known by most of what is on it.
    """
    height, width = first.grey.shape
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    centred = np.linalg.inv(half) @ homography @ half
    moved = np.asarray(cv2.warpPerspective(second.grey, centred, (width, height)), np.uint8)
    seen = np.asarray(cv2.warpPerspective(second.is_seen, centred, (width, height)), bool)
    seen &= first.is_seen.astype(bool)
    ours, theirs = _details(first.grey), _details(moved)
    agreeing = [
        _correlation(ours, theirs, top, left) >= _ALIKE
        for top in range(_SHIFT, height - _CELL - _SHIFT, _CELL)
        for left in range(_SHIFT, width - _CELL - _SHIFT, _CELL)
        if _is_telling(first.grey, seen, top, left)
    ]
    return sum(agreeing) / len(agreeing) if len(agreeing) >= _MIN_CELLS else 0.0


def _is_telling(
    grey: UInt8[np.ndarray, "height width"],
    seen: Bool[np.ndarray, "height width"],
    top: int,
    left: int,
) -> bool:
    """Whether something is in a cell, and all of it was seen."""
    around = (
        slice(top - _SHIFT, top + _CELL + _SHIFT),
        slice(left - _SHIFT, left + _CELL + _SHIFT),
    )
    inside = grey[top : top + _CELL, left : left + _CELL]
    return bool(seen[around].all() and inside.std() > 1.5 * _GRAIN)


def _correlation(ours: np.ndarray, theirs: np.ndarray, top: int, left: int) -> float:
    """How well a cell agrees with what lies there or close by in the other picture."""
    cell = ours[top : top + _CELL, left : left + _CELL]
    around = theirs[top - _SHIFT : top + _CELL + _SHIFT, left - _SHIFT : left + _CELL + _SHIFT]
    return float(np.max(cv2.matchTemplate(around, cell, cv2.TM_CCOEFF_NORMED)))


def _details(grey: UInt8[np.ndarray, "height width"]) -> Float32[np.ndarray, "height width"]:
    """Brightness without the light: less its mean around each pixel, by its spread there."""
    bright = grey.astype(np.float32)
    window = (_EVENING, _EVENING)
    bright = bright - np.asarray(cv2.blur(bright, window))
    spread = np.sqrt(np.maximum(np.asarray(cv2.blur(bright * bright, window)), 0))
    return (bright / (spread + _GRAIN)).astype(np.float32)
