"""Where hands and feet are on the wall, and how fast they move."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from climbpose.analytics.anatomy import LEAST_CONFIDENCE, tracked
from climbpose.analytics.filtering import low_passed, rates
from climbpose.analytics.values import Limb
from climbpose.poses import PoseTrack
from climbpose.skeleton import CLIMBING_25

_SEEN_OFTEN = 0.3
"""Share of the climber's rows from which on a keypoint stands for a limb."""

_POINTS: dict[Limb, tuple[tuple[str, ...], ...]] = {
    Limb.LEFT_HAND: (("left_index", "left_pinky"),),
    Limb.RIGHT_HAND: (("right_index", "right_pinky"),),
    Limb.LEFT_FOOT: (("left_toes",), ("left_heel",)),
    Limb.RIGHT_FOOT: (("right_toes",), ("right_heel",)),
}
"""What stands for a limb, the first for its place; it is as fast as the slowest of them, as a foot
turns about its toes, or about its heel where that hooks."""

_INSTEAD: dict[Limb, tuple[tuple[str, ...], ...]] = {
    Limb.LEFT_HAND: (("left_wrist",),),
    Limb.RIGHT_HAND: (("right_wrist",),),
    Limb.LEFT_FOOT: (("left_ankle",),),
    Limb.RIGHT_FOOT: (("right_ankle",),),
}
"""The same for tracks without hands and feet."""


@dataclass(frozen=True, slots=True, eq=False)
class LimbTracks:
    """The four limbs over time.

    Attributes:
        xy: Knuckles and toes in the wall frame, low-passed, pixels.
        speed: Of each limb, pixels a second.
        confidence: Of what `xy` was taken from, 0 where it is missing.
    """

    xy: Float64[np.ndarray, "frames 4 2"]
    speed: Float64[np.ndarray, "frames 4"]
    confidence: Float64[np.ndarray, "frames 4"]


def limb_tracks(poses: PoseTrack, on_wall: Float64[np.ndarray, "frames keypoints 2"]) -> LimbTracks:
    """The four limbs of a climber.

    Args:
        poses: The climber.
        on_wall: All keypoints in the wall frame, unfiltered.
    """
    known = tracked(poses, on_wall, LEAST_CONFIDENCE)
    places, speeds, confidences = [], [], []
    for limb in Limb:
        groups = [CLIMBING_25.indices(*names) for names in _chosen(known, limb)]
        # One choice for the whole track: a change would look like a movement.
        paths = [low_passed(known[:, group].mean(axis=1), poses.time) for group in groups]
        speed = [np.linalg.norm(rates(path, poses.time), axis=1) for path in paths]
        places.append(paths[0])
        # fmin passes over the one that is missing.
        speeds.append(np.fmin.reduce(speed))
        confidence = poses.confidence[:, groups[0]].astype(np.float64).mean(axis=1)
        confidences.append(np.where(np.isfinite(paths[0][:, 0]), confidence, 0.0))
    return LimbTracks(
        xy=np.stack(places, axis=1),
        speed=np.stack(speeds, axis=1),
        confidence=np.stack(confidences, axis=1),
    )


def _chosen(
    known: Float64[np.ndarray, "frames keypoints 2"], limb: Limb
) -> tuple[tuple[str, ...], ...]:
    is_anybody = np.isfinite(known).all(axis=2).any(axis=1)
    points = known[is_anybody][:, CLIMBING_25.indices(*_POINTS[limb][0])]
    is_seen = np.isfinite(points).all(axis=(1, 2))
    return _POINTS[limb] if is_seen.sum() >= _SEEN_OFTEN * len(is_seen) else _INSTEAD[limb]
