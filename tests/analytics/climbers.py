"""Climbers for tests: moving as a test says, standing before a camera that stands still."""

from pathlib import Path

import numpy as np

from climbpose.analytics.climb import Climb
from climbpose.labels import ClipLabels
from climbpose.poses import PoseTrack, Status
from climbpose.skeleton import CLIMBING_25
from climbpose.wall.motion import CameraMotion

FPS = 30.0
BODY_PX = 100.0

_STANCE = {
    "nose": (0, -140), "left_ear": (-10, -140), "right_ear": (10, -140),
    "left_shoulder": (-35, -100), "right_shoulder": (35, -100),
    "left_elbow": (-60, -140), "right_elbow": (60, -140),
    "left_wrist": (-60, -195), "right_wrist": (60, -195),
    "left_pinky": (-62, -212), "right_pinky": (62, -212),
    "left_index": (-58, -212), "right_index": (58, -212),
    "left_thumb": (-55, -205), "right_thumb": (55, -205),
    "left_hip": (-20, 0), "right_hip": (20, 0),
    "left_knee": (-50, 60), "right_knee": (50, 60),
    "left_ankle": (-45, 130), "right_ankle": (45, 130),
    "left_heel": (-42, 142), "right_heel": (42, 142),
    "left_toes": (-50, 150), "right_toes": (50, 150),
}  # fmt: skip
"""Keypoints from the middle of the hips, pixels: a climber from behind, a body length of 100."""

PARTS = {
    "left_hand": ("left_elbow", "left_wrist", "left_pinky", "left_index", "left_thumb"),
    "right_hand": ("right_elbow", "right_wrist", "right_pinky", "right_index", "right_thumb"),
    "left_foot": ("left_knee", "left_ankle", "left_heel", "left_toes"),
    "right_foot": ("right_knee", "right_ankle", "right_heel", "right_toes"),
}


def standing(frames: int, at: tuple[float, float] = (500, 1000)) -> np.ndarray:
    """Keypoints (frames, 25, 2) of somebody who does not move."""
    stance = np.array([_STANCE[name] for name in CLIMBING_25.keypoints], float)
    return np.tile(stance + at, (frames, 1, 1))


def shifted(xy: np.ndarray, limb: str, by: tuple[float, float], start: int, end: int) -> np.ndarray:
    """The same, but a limb goes by so much between two frames, and stays there."""
    share = np.clip((np.arange(len(xy)) - start) / (end - start), 0, 1)
    share = share**3 * (10 - 15 * share + 6 * share**2)
    moved = xy.copy()
    moved[:, CLIMBING_25.indices(*PARTS[limb])] += share[:, None, None] * np.array(by)
    return moved


def track(xy: np.ndarray, fps: float = FPS) -> PoseTrack:
    """A track of sure keypoints; NaN is missing."""
    is_missing = np.isnan(xy).any(axis=2)
    status = np.where(is_missing, Status.MISSING.value, Status.SMOOTHED.value)
    return PoseTrack(
        frame_index=np.arange(len(xy)),
        time=np.arange(len(xy)) / fps,
        xy=xy.astype(np.float32),
        confidence=np.where(is_missing, 0, 1).astype(np.float32),
        status=status.astype(np.uint8),
    )


def climb(xy: np.ndarray, **known: float) -> Climb:
    """A climb before a camera that stood still."""
    poses = track(xy)
    return Climb(poses, CameraMotion.static(poses.frame_index), **known)  # type: ignore[arg-type]


def true_track(labels: ClipLabels) -> PoseTrack:
    """A synthetic climber's true keypoints."""
    return track(labels.xy.astype(float), float(labels.fps))


EXAMPLE = Path(__file__).parents[2] / "examples" / "boulder_labels.npz"
