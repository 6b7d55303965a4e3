"""From what is known of a sample to what the network should say of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.skeleton import CLIMBING_25
from climbpose.training.samples import POINTS, Sample

MIRRORED = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9]
    + [row + 1 if row % 2 else row - 1 for row in range(11, 33)]
    + list(range(33, POINTS))
)
"""Of each point, the row of its mirror image."""

_TRUST_SPREAD = 0.015
"""Disagreement of the teacher's views, in sides of the region, at which it counts half."""

_SURE = 0.7
"""Visibility by the teacher from which it serves to align labels."""

_FIT_SCALE = 0.01
"""Differences well beyond this, in sides of the region, are mistakes and no definitions."""

_FIT_ROUNDS = 20

_SEEN_WEIGHT = np.array([0.2, 0.5, 1.0], np.float32)
"""What a label counts whose keypoint is outside the picture, hidden, seen."""

_SMALL_WEIGHT = 0.5
_UNUSED_WEIGHT = 0.2
_LARGE = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")

_IMPORTANCE = np.full(POINTS, _UNUSED_WEIGHT, np.float32)
_IMPORTANCE[BLAZEPOSE_OF_CLIMBING] = [
    1.0 if name.split("_")[-1] in _LARGE else _SMALL_WEIGHT for name in CLIMBING_25.keypoints
]
# BlazePose's own two that steer its next region: kept, for who follows people by them.
_IMPORTANCE[33:35] = _SMALL_WEIGHT


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What the network should say of a sample; points in pixels of the sample's picture.

    Attributes:
        xy: Positions; 0 where the weight is 0.
        weight: What each position counts.
        visibility: In [0, 1].
    """

    xy: Float32[np.ndarray, "39 2"]
    weight: Float32[np.ndarray, "39"]
    visibility: Float32[np.ndarray, "39"]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Moves labels to where the teacher means the same keypoints: a matter of definition.

    A knee is a point on the kneecap to one and in the joint to another. Seen from the front or from
    behind, bent or straight, the way between the two is a share of the limbs that meet there. So
    each keypoint moves by shares of the vectors to its neighbours in the skeleton, which turn,
    grow and mirror with the body.

    Attributes:
        shares: Row by row, of a keypoint's vectors to all others.
    """

    shares: Float32[np.ndarray, "25 25"]

    def __call__(self, xy: Float32[np.ndarray, "25 2"]) -> Float32[np.ndarray, "25 2"]:
        """The keypoints as the teacher would have them; NaN where a neighbour is unknown."""
        moved = xy.copy()
        for row, shares in enumerate(self.shares):
            used = shares != 0
            moved[row] += shares[used] @ (xy[used] - xy[row])
        return moved

    @classmethod
    def fit(cls, samples: Iterable[Sample]) -> "Alignment":
        """What brings the labels of seen keypoints closest to the teacher's, wrong ones apart.

        Iteratively reweighted least squares with Cauchy's weights, both sides of the body together.
        """
        kept = list(samples)
        truth = np.array([sample.truth / sample.region[2] for sample in kept])
        points = np.array([s.points[BLAZEPOSE_OF_CLIMBING] / s.region[2] for s in kept])
        sure = np.array([s.visibility[BLAZEPOSE_OF_CLIMBING] > _SURE for s in kept])
        used = sure & np.array([sample.seen == 2 for sample in kept])
        used &= np.isfinite(truth).all(axis=(1, 2))[:, None]
        shares = np.zeros((len(CLIMBING_25), len(CLIMBING_25)), np.float32)
        for row, mirrored in enumerate(CLIMBING_25.flipped):
            if row > mirrored:
                continue
            sides = [row] if row == mirrored else [row, mirrored]
            vectors, errors = [], []
            for side in sides:
                rows = used[:, side]
                ends = truth[rows][:, _neighbours(side)] - truth[rows, side, None]
                vectors.append(ends.transpose(0, 2, 1).reshape(-1, ends.shape[1]))
                errors.append((points - truth)[rows, side].reshape(-1))
            found = _robust_fit(np.concatenate(vectors), np.concatenate(errors))
            for side in sides:
                shares[side, _neighbours(side)] = found
        # The nose is its own mirror image, its neighbours are not.
        mirror = list(CLIMBING_25.flipped)
        return cls((shares + shares[mirror][:, mirror]) / 2)


def _neighbours(keypoint: int) -> list[int]:
    """Joined to a keypoint by a bone; in the same order on both sides of the body."""
    ends = [set(bone) - {keypoint} for bone in CLIMBING_25.bone_indices if keypoint in bone]
    return [end.pop() for end in ends]


def _robust_fit(vectors: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Shares of vectors that give the errors; coordinates in twos, in sides of the region."""
    weights = np.ones(len(errors))
    ridge = 1e-6 * np.eye(vectors.shape[1])
    for _ in range(_FIT_ROUNDS):
        weighted = vectors * weights[:, None]
        shares = np.linalg.solve(weighted.T @ vectors + ridge, weighted.T @ errors)
        left = (errors - vectors @ shares).reshape(-1, 2)
        weights = np.repeat(1 / (1 + (left**2).sum(axis=1) / _FIT_SCALE**2), 2)
    return np.asarray(shares)


def target_of(sample: Sample, alignment: Alignment | None = None) -> Target:
    """The labels where there are any, else the teacher as far as its views agree.

    Args:
        sample: Of any source.
        alignment: Moves the labels of synthetic samples.
    """
    rows = BLAZEPOSE_OF_CLIMBING
    xy, visibility = sample.points.copy(), sample.visibility.copy()
    trust = 1 / (1 + (sample.spread / np.float32(_TRUST_SPREAD)) ** 2)
    is_synthetic = sample.source == "synthetic"
    truth = alignment(sample.truth) if alignment and is_synthetic else sample.truth
    known = np.isfinite(truth).all(axis=1)
    xy[rows[known]] = truth[known]
    is_told = sample.seen <= 2
    told = np.where(is_told, _SEEN_WEIGHT[np.minimum(sample.seen, 2)], np.float32(1.0))
    trust[rows[known]] = told[known]
    visibility[rows[is_told]] = (sample.seen[is_told] == 2).astype(np.float32)
    return Target(xy=xy, weight=(trust * _IMPORTANCE).astype(np.float32), visibility=visibility)
