"""Left and right exchanged by mistake: found by motion and body, and put right before smoothing.

A detector may take the left arm for the right one for some frames. Then both arms jump to each
other's place, and back again later. Each frame may be read as it is, with the arms exchanged, the
legs, or both; of all such readings of a stretch, the cheapest is found (Viterbi; as costs of arms
and legs add up, each is found for itself). What costs is motion that no limb makes, bones that get
too long, every change from one reading to another, and every moment that is read other than the
detector did. So limbs that cross, or a climber who turns, stay as they are: where a pair lies close
together, exchanging it saves nothing.

Motion and bones cost the same whatever was exchanged before: to repair twice is to repair once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from climbpose.heatmaps import GaussianMaps
from climbpose.poses import Detection, HeatmapSource
from climbpose.skeleton import CLIMBING_25
from climbpose.spool import Spool

_LIMBS: Mapping[str, Mapping[str, float]] = {
    "arms": {"elbow": 1.0, "wrist": 1.0, "pinky": 1 / 3, "index": 1 / 3, "thumb": 1 / 3},
    "legs": {"knee": 1.0, "ankle": 1.0, "heel": 0.5, "toes": 0.5},
}
"""What is exchanged together, and how much each keypoint says: fingers move as one."""

PARTS = tuple(_LIMBS)

_BONES = {"arms": ("shoulder", "elbow"), "legs": ("hip", "knee")}
"""The bone that joins each part to the trunk, whose keypoints are never exchanged."""

_NOISE = 0.05
_SPEED = 2.5
"""Within `_NOISE` + `_SPEED` per second, in torso lengths, a keypoint moves at little cost."""

_SIZE_S = 2.0
"""Seconds over which the body's size is taken."""

_MAX_SURPRISE = 3.0
"""A jump by more than so many times that costs no more."""

_MAX_STRETCH = 4096
"""Frames that are read together: a swap that lasts across two pieces' border, which is seldom, is
found in each of them for itself."""

_CHANGE_COST = 1.5
"""Of a part's change from one reading to another, and of being exchanged where a stretch ends,
where nothing is seen to jump back. Motion that is surely wrong costs the square of
`_MAX_SURPRISE`."""

_COST_PER_S = 3.0
"""Of reading a part other than the detector did, for a second."""

_BONE_COST_PER_S = 2.5
"""At most, of bones that are too long, for a second: less than what exchanging costs, so that the
body alone never turns a stretch around."""

_BONE_EXCESS = 0.3
"""A bone that is longer than usual by this share costs one half of that."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The indices of the first and the last frame in which one of `PARTS` was exchanged."""

    first_frame: int
    last_frame: int
    part: str


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """One climber's detections with left and right put right.

    Attributes:
        detections: As many as were given, in their order; those without a swap are the same.
        swapped: For each of them, which keypoints were exchanged with their partners.
        repairs: What was done, in the order of frames.
    """

    detections: Sequence[Detection]
    swapped: Bool[np.ndarray, "detections keypoints"]
    repairs: list[Repair]

    @classmethod
    def nothing(cls, detections: Sequence[Detection]) -> "Repaired":
        """Detections as they are."""
        return cls(detections, np.zeros((len(detections), len(CLIMBING_25)), bool), [])


def repair(detections: Sequence[Detection]) -> Repaired:
    """Finds limbs whose left and right are exchanged, and exchanges them back.

    Args:
        detections: One climber's, at most one for a frame, in the order of frames. Where a frame is
            left out the climber was lost, and nothing is concluded across.
    """
    swapped = np.zeros((len(detections), len(CLIMBING_25)), bool)
    repairs: list[Repair] = []
    for stretch in _stretches(detections):
        limbs = _Limbs.of(detections[stretch])
        for part in PARTS:
            is_swapped = _cheapest(limbs, part)
            swapped[stretch, keypoints_of(part)] = is_swapped[:, None]
            repairs += _log(part, is_swapped, detections[stretch])
    return Repaired(
        Spool(
            exchange(detection, keypoints) if keypoints.any() else detection
            for detection, keypoints in zip(detections, swapped, strict=True)
        ),
        swapped,
        sorted(repairs, key=lambda one: (one.first_frame, one.part)),
    )


def _stretches(detections: Sequence[Detection]) -> Iterator[slice]:
    """Where no frame is left out, in pieces of at most `_MAX_STRETCH`."""
    breaks = [
        row
        for row, (before, after) in enumerate(pairwise(detections), start=1)
        if after.frame_index != before.frame_index + 1
    ]
    for start, stop in pairwise([0, *breaks, len(detections)]):
        for piece in range(start, stop, _MAX_STRETCH):
            yield slice(piece, min(piece + _MAX_STRETCH, stop))


def keypoints_of(part: str) -> list[int]:
    """Left and right of a part."""
    return [index for pair in _pairs(_LIMBS[part]) for index in pair]


def _pairs(names: Mapping[str, float] | Sequence[str]) -> list[list[int]]:
    return [CLIMBING_25.indices(f"left_{name}", f"right_{name}") for name in names]


@dataclass(frozen=True, slots=True, eq=False)
class _Limbs:
    """What the costs of a stretch are made from.

    Attributes:
        xy: Torso lengths; NaN where missing.
        confidence: In [0, 1].
        step_s: Seconds since the frame before, the first as long as the second.
    """

    xy: Float64[np.ndarray, "time keypoints 2"]
    confidence: Float64[np.ndarray, "time keypoints"]
    step_s: Float64[np.ndarray, " time"]

    @classmethod
    def of(cls, detections: Sequence[Detection]) -> "_Limbs":
        """Of the detections of a stretch."""
        peaks = [detection.keypoints() for detection in detections]
        xy = np.array([xy for xy, _ in peaks], np.float64)
        steps = np.diff([detection.time for detection in detections])
        step_s = np.concatenate([steps[:1] if len(steps) else [0.0], steps])
        return cls(
            xy=xy / _torso_px(xy, step_s)[:, None, None],
            confidence=np.array([confidence for _, confidence in peaks], np.float64),
            step_s=step_s,
        )

    def motion(self, part: str) -> Float64[np.ndarray, "steps 2"]:
        """What a part's motion from each frame to the next costs: as it is, and exchanged between.

        The mean over the keypoints of their squared displacements, each in what a limb moves
        unsurprisingly in that time; at most the square of `_MAX_SURPRISE`.
        """
        weights = np.array(list(_LIMBS[part].values()))
        pairs = _pairs(_LIMBS[part])
        xy, confidence = self.xy[:, pairs], self.confidence[:, pairs]
        usual = _NOISE + _SPEED * self.step_s[1:, None, None]
        costs = []
        for after in (slice(None), slice(None, None, -1)):
            moved = np.linalg.norm(xy[1:, :, after] - xy[:-1], axis=3) / usual
            certainty = np.sqrt(confidence[1:, :, after] * confidence[:-1])
            costs.append(np.minimum(moved, _MAX_SURPRISE) ** 2 * certainty)
        both = np.stack(costs, axis=-1).mean(axis=2)
        # A pair of which one is missing, before or after, cannot be compared.
        known = np.where(np.isfinite(both).all(axis=2), weights, 0.0)
        cost = (np.nan_to_num(both) * known[:, :, None]).sum(axis=1)
        return np.asarray(cost / np.maximum(known.sum(axis=1, keepdims=True), 1.0))

    def bones(self, part: str) -> Float64[np.ndarray, "time 2"]:
        """What too long bones between the trunk and a part cost: as it is, and exchanged."""
        trunk, limb = (self.xy[:, pair] for pair in _pairs(_BONES[part]))
        lengths = np.stack(
            [np.linalg.norm(limb[:, side] - trunk, axis=2) for side in ([0, 1], [1, 0])], axis=-1
        )
        # The shorter reading's, which is the same whatever is exchanged.
        shorter = lengths.mean(axis=1).min(axis=1)
        shorter = shorter[np.isfinite(shorter)]
        usual = float(np.median(shorter)) if len(shorter) else 0.0
        excess = np.maximum(lengths / max(usual, 1e-6) - 1, 0.0) / _BONE_EXCESS
        cost = (excess**2 / (1 + excess**2)).mean(axis=1) * _BONE_COST_PER_S
        known = np.isfinite(cost).all(axis=1, keepdims=True)
        return np.asarray(np.where(known, cost, 0.0) * self.step_s[:, None])


def _torso_px(
    xy: Float64[np.ndarray, "time keypoints 2"], step_s: Float64[np.ndarray, " time"]
) -> Float64[np.ndarray, " time"]:
    """The body's size: shoulders to hips, middle to middle, the upper quartile of some seconds.

    A trunk seen along its length is short, but the body is no smaller for that.
    """
    trunk = xy[:, _pairs(("shoulder", "hip"))]
    # Of a pair of which one is missing, the other will do.
    trunk = np.where(np.isnan(trunk), trunk[:, :, ::-1], trunk).mean(axis=2)
    length = np.linalg.norm(trunk[:, 0] - trunk[:, 1], axis=1)
    known = np.flatnonzero(np.isfinite(length))
    if not len(known):
        return np.ones(len(xy))
    length = np.interp(np.arange(len(xy)), known, length[known])
    # Loaded here because it is slow to load.
    from scipy.ndimage import percentile_filter

    size = min(round(_SIZE_S / max(float(np.median(step_s)), 1e-3)), 2 * len(xy)) + 1
    return np.asarray(np.maximum(percentile_filter(length, 75, size=size, mode="nearest"), 1.0))


def _cheapest(limbs: _Limbs, part: str) -> Bool[np.ndarray, " time"]:
    """When the part is exchanged, in the cheapest reading."""
    at = limbs.bones(part) + limbs.step_s[:, None] * np.array([0.0, _COST_PER_S])
    at[[0, -1], 1] += _CHANGE_COST
    total = at[0]
    origins = []
    for cost, (kept, changed) in zip(at[1:], limbs.motion(part), strict=True):
        # From the reading of the row to that of the column.
        paths = total[:, None] + [[kept, changed + _CHANGE_COST], [changed + _CHANGE_COST, kept]]
        origins.append(paths.argmin(axis=0))
        total = paths.min(axis=0) + cost
    readings = [total.argmin()]
    for origin in reversed(origins):
        readings.append(origin[readings[-1]])
    return np.array(readings[::-1], bool)


def _log(
    part: str, is_swapped: Bool[np.ndarray, " time"], detections: Sequence[Detection]
) -> Iterator[Repair]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_swapped, [False]]).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        yield Repair(detections[start].frame_index, detections[stop - 1].frame_index, part)


def exchange(detection: Detection, keypoints: Bool[np.ndarray, " keypoints"]) -> Detection:
    """The detection with these keypoints exchanged with their partners."""
    flipped = np.array(CLIMBING_25.flipped)
    order = np.where(keypoints, flipped, np.arange(len(flipped)))
    maps = detection.maps
    if isinstance(maps, GaussianMaps):
        ordered: HeatmapSource = GaussianMaps(maps.xy[order], maps.sigma[order], maps.height[order])
    else:
        ordered = _Reordered(maps, order)
    world = None if detection.world is None else detection.world[order]
    return replace(detection, maps=ordered, world=world)


@dataclass(frozen=True, slots=True, eq=False)
class _Reordered:
    """Heatmaps of the same keypoints under other names; no map is copied until it is asked for.

    Attributes:
        maps: The maps as they were.
        order: For each keypoint, the position of its map.
    """

    maps: HeatmapSource
    order: Int64[np.ndarray, " keypoints"]

    def render(self) -> Float32[np.ndarray, "keypoints rows cols"]:
        """The dense heatmaps, scores in [0, 1]."""
        maps: Float32[np.ndarray, "keypoints rows cols"] = self.maps.render()[self.order]
        return maps

    def peaks(
        self,
    ) -> tuple[Float32[np.ndarray, "keypoints 2"], Float32[np.ndarray, " keypoints"]]:
        """Sub-cell positions and confidences."""
        xy, confidence = self.maps.peaks()
        return xy[self.order], confidence[self.order]
