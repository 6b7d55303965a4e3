"""Detections of climbers that are made up."""

import numpy as np

from climbpose.heatmaps import DenseMaps, GaussianMaps
from climbpose.poses import HEATMAP_SIZE, Detection, Pose, widened_box

KEYPOINTS = 25
TORSO = 150.0
"""Pixels."""


def detect(
    xy: np.ndarray,
    confidence: np.ndarray | float = 0.9,
    *,
    fps: float = 30.0,
    time: np.ndarray | None = None,
    frame_index: np.ndarray | None = None,
    is_dense: bool = False,
    box: np.ndarray | None = None,
) -> list[Detection]:
    """Detections with peaks at these pixels (time, keypoints, 2), NaN where missing."""
    frames = np.arange(len(xy)) if frame_index is None else frame_index
    times = frames / fps if time is None else time
    confidences = np.broadcast_to(confidence, xy.shape[:2]).astype(np.float32)
    detections = []
    for row in range(len(xy)):
        area = widened_box(xy[row].astype(np.float32)) if box is None else box.astype(np.float32)
        cells = (xy[row] - area[:2]) / (area[2:] - area[:2]) * HEATMAP_SIZE
        gaussians = GaussianMaps(
            xy=cells.astype(np.float32),
            sigma=np.full(xy.shape[1], 1.5, np.float32),
            height=confidences[row],
        )
        detections.append(
            Detection(
                frame_index=int(frames[row]),
                time=float(times[row]),
                box=area,
                maps=DenseMaps(gaussians.render()) if is_dense else gaussians,
                score=1.0,
            )
        )
    return detections


def stance(seed: int = 0) -> np.ndarray:
    """Pixels of a climber at rest (keypoints, 2)."""
    return np.random.default_rng(seed).uniform([300, 200], [500, 600], (KEYPOINTS, 2))


def climb(time: np.ndarray, seed: int = 0) -> np.ndarray:
    """A climber who sways slowly and now and then reaches on (time, keypoints, 2), pixels."""
    random = np.random.default_rng(seed)
    phase, rate = random.uniform(0, 6, (KEYPOINTS, 2)), random.uniform(0.2, 0.6, (KEYPOINTS, 1))
    xy = stance(seed) + 8 * np.sin(2 * np.pi * rate * time[:, None, None] + phase)
    for start in np.arange(0.7, time[-1] if len(time) else 0.0, 1.5):
        reach = random.uniform(-80, 80, (KEYPOINTS, 2))
        xy = xy + leap(time, float(start), 0.7)[:, None, None] * reach
    return np.asarray(xy)


def leap(time: np.ndarray, start: float, duration: float) -> np.ndarray:
    """From 0 to 1 with the least jerk (time)."""
    share = np.clip((time - start) / duration, 0, 1)
    return np.asarray(10 * share**3 - 15 * share**4 + 6 * share**5)


def coordinates(poses: list[Pose]) -> np.ndarray:
    return np.stack([pose.xy for pose in poses])
