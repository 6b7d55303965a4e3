"""How deep within the body its keypoints lie."""

import numpy as np
from jaxtyping import Float

from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import DEFINITIONS, Body

_CLOTHES = 0.035
"""Room for clothes before a keypoint, metres."""
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


def keypoint_radii(body: Body) -> Float[np.ndarray, "25"]:
    """How far before each keypoint the surface of its own limb may lie, metres."""
    rows = [body.points.index(name) for name in DEFINITIONS["detector"]]
    gaps = np.linalg.norm(body.point_rest[rows, None] - body.vertices[None], axis=2).min(axis=1)
    least = np.array([_LEAST_RADIUS[name.split("_")[-1]] for name in CLIMBING_25.keypoints])
    radii: np.ndarray = np.maximum(1.5 * gaps, least) + _CLOTHES
    return radii
