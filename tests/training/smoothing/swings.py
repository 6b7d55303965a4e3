"""Tiny labelled climbs: a body that swings to and fro, of all 25 keypoints."""

from pathlib import Path

import numpy as np

from climbpose.datasets.pose_clips import PoseClip, PoseClips
from climbpose.skeleton import CLIMBING_25

BODY = (60 * np.random.default_rng(3).random((len(CLIMBING_25), 2)) + [50, 40]).astype(np.float32)


def swing(frames: int, seed: int = 0) -> np.ndarray:
    """Where the body's keypoints are, pixels, (frames, 25, 2)."""
    time = np.arange(frames) / 30
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, (len(CLIMBING_25), 2))
    away = 5 * np.sin(4 * time[:, None, None] + phase)
    return np.asarray(BODY + away, np.float32)


def swings(count: int = 5, frames: int = 12) -> PoseClips:
    """Clips of as many videos."""
    seen = np.full((frames, len(CLIMBING_25)), 2, np.uint8)
    return PoseClips.of(
        PoseClip(swing(frames, number), seen, 30.0, f"clip {number}", f"video {number}")
        for number in range(count)
    )


def saved(folder: Path, count: int = 5, frames: int = 12) -> Path:
    """The file of such clips."""
    path = folder / "swings.npz"
    swings(count, frames).save(path)
    return path
