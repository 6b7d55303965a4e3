"""The centre of mass, from segments of the body.

P. de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters", Journal of
Biomechanics 29(9), 1996, table 4: the trunk from the middle of the shoulders to that of the hips,
the hand to the knuckles of the middle finger; the head's mass is put between the ears.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from climbpose.skeleton import CLIMBING_25

Sex = Literal["female", "male", "mean"]

SEXES: tuple[Sex, ...] = ("female", "male", "mean")

LEAST_COVERAGE = 0.8
"""Share of the body's mass below which the centre of mass is missing."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of the body between two points.

    Attributes:
        start: Keypoints whose mean is its first point.
        end: Keypoints whose mean is its second point.
        mass: Share of the body's, female and male.
        centre: How far from the first to the second point its centre lies, female and male.
    """

    start: list[int]
    end: list[int]
    mass: tuple[float, float]
    centre: tuple[float, float]


def _between(*names: str) -> list[int]:
    return CLIMBING_25.indices(*names)


def _segments() -> list[_Segment]:
    ears = _between("left_ear", "right_ear")
    shoulders = _between("left_shoulder", "right_shoulder")
    hips = _between("left_hip", "right_hip")
    segments = [
        _Segment(ears, ears, (0.0668, 0.0694), (0.0, 0.0)),
        _Segment(shoulders, hips, (0.4257, 0.4346), (0.3782, 0.4310)),
    ]
    for side in ("left", "right"):
        shoulder, elbow, wrist, hip, knee, ankle, heel, toes = (
            _between(f"{side}_{name}")
            for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toes")
        )
        knuckles = _between(f"{side}_index", f"{side}_pinky")
        segments += [
            _Segment(shoulder, elbow, (0.0255, 0.0271), (0.5754, 0.5772)),
            _Segment(elbow, wrist, (0.0138, 0.0162), (0.4559, 0.4574)),
            _Segment(wrist, knuckles, (0.0056, 0.0061), (0.7474, 0.7900)),
            _Segment(hip, knee, (0.1478, 0.1416), (0.3612, 0.4095)),
            _Segment(knee, ankle, (0.0481, 0.0433), (0.4416, 0.4459)),
            _Segment(heel, toes, (0.0129, 0.0137), (0.4014, 0.4415)),
        ]
    return segments


_SEGMENTS = _segments()
_HEAD, _TRUNK = 0, 1
_NOSE = CLIMBING_25.index("nose")


def centre_of_mass(
    xy: Float64[np.ndarray, "frames keypoints 2"], sex: Sex = "mean"
) -> tuple[Float64[np.ndarray, "frames 2"], Float64[np.ndarray, " frames"]]:
    """The centre of mass and the share of the body's mass that it was computed from.

    A segment of which a keypoint is missing is left out; the centre is missing where the trunk is,
    or more than a fifth of the body.

    Args:
        xy: Keypoints, NaN where missing.
        sex: Whose table; ``mean`` of both.
    """
    weights = {"female": (1.0, 0.0), "male": (0.0, 1.0), "mean": (0.5, 0.5)}[sex]
    masses = np.array([np.dot(weights, segment.mass) for segment in _SEGMENTS])
    masses /= masses.sum()
    centres = np.stack([_centre(xy, segment, weights) for segment in _SEGMENTS], axis=1)
    # Seen from the side one ear is hidden, seen from behind the nose is.
    is_headless = ~np.isfinite(centres[:, _HEAD]).all(axis=1)
    centres[is_headless, _HEAD] = xy[is_headless, _NOSE]
    is_known = np.isfinite(centres).all(axis=2)
    coverage = is_known @ masses
    moments = np.where(is_known[..., None], centres, 0.0) * masses[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = moments.sum(axis=1) / coverage[:, None]
    centre[(coverage < LEAST_COVERAGE) | ~is_known[:, _TRUNK]] = np.nan
    return centre, coverage


def _centre(
    xy: Float64[np.ndarray, "frames keypoints 2"],
    segment: _Segment,
    weights: tuple[float, float],
) -> Float64[np.ndarray, "frames 2"]:
    start, end = xy[:, segment.start].mean(axis=1), xy[:, segment.end].mean(axis=1)
    share = float(np.dot(weights, segment.centre))
    centre: np.ndarray = start + share * (end - start)
    return centre
