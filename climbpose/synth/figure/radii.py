"""How deep within the body its keypoints lie."""

import numpy as np
from jaxtyping import Float, Float32
from scipy.spatial import KDTree

from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import DEFINITIONS, Body

_SPARE = 0.02
"""For folds, and for limbs that are not round, metres."""
_NEAR = 0.14
"""Cloth so near to a keypoint at rest may lie before it, metres."""
_MOST_CLOTH = 0.06
"""What stands out further is a bag, metres."""
_HEAD = ("nose", "ear")
"""Who annotates does not see these through hair or a cap."""
_LEAST_RADIUS = {
    "nose": 0.005,
    "ear": 0.02,
    "shoulder": 0.06,
    "elbow": 0.045,
    "wrist": 0.04,
    "pinky": 0.015,
    "index": 0.015,
    "thumb": 0.015,
    "hip": 0.16,
    "knee": 0.06,
    "ankle": 0.065,
    "heel": 0.03,
    "toes": 0.02,
}
"""Of the limb around a keypoint, metres."""


def keypoint_radii(
    body: Body, dressed: Float32[np.ndarray, "vertices 3"]
) -> Float[np.ndarray, "25"]:
    """How far before each keypoint the surface of its own limb may lie, metres.

    Args:
        body: The bare one.
        dressed: Its surface at rest with clothes on, and what else is worn.
    """
    rows = [body.points.index(name) for name in DEFINITIONS["detector"]]
    points = body.point_rest[rows]
    gaps = np.linalg.norm(points[:, None] - body.vertices[None], axis=2).min(axis=1)
    parts = [name.split("_")[-1] for name in CLIMBING_25.keypoints]
    least = np.array([_LEAST_RADIUS[part] for part in parts])
    stands_out, _ = KDTree(body.vertices).query(dressed)
    near = np.linalg.norm(points[:, None] - dressed[None], axis=2) < _NEAR
    cloth = np.array(
        [
            0.0 if part in _HEAD else stands_out[close].max(initial=0)
            for part, close in zip(parts, near, strict=True)
        ]
    )
    radii: np.ndarray = np.maximum(1.5 * gaps, least) + np.minimum(cloth, _MOST_CLOTH) + _SPARE
    return radii
