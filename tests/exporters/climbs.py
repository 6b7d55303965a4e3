"""A small climb to export: numbers in all places, and everything that can be odd of a track."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from climbpose.poses import Analysis, PoseTrack, Status, VideoInfo
from climbpose.skeleton import CLIMBING_25

K = len(CLIMBING_25)
WIDTH, HEIGHT = 540, 960
NEVER_SEEN, WITH_A_GAP, UNSURE = "left_ear", "right_wrist", "left_pinky"


def make_analysis(poses: PoseTrack, name: str = "a climb.mp4") -> Analysis:
    """An analysis of a video that is not there."""
    info = VideoInfo(Path(name), WIDTH, HEIGHT, 0, Fraction(30), None, "h264", "yuv420p", None)
    return Analysis(info, poses)


def make_poses(frames: int = 12, fps: float = 30, first: int = 0, seed: int = 0) -> PoseTrack:
    """A climber who is absent in the first two and the last frame.

    One keypoint is never seen, one has a gap of three frames, and one is a guess.
    """
    rng = np.random.default_rng(seed)
    xy = rng.uniform(50, 500, (frames, K, 2)).round(2).astype(np.float32)
    confidence = rng.uniform(0.4, 1, (frames, K)).round(3).astype(np.float32)
    status = np.full((frames, K), Status.DETECTED.value, np.uint8)
    is_missing = np.zeros((frames, K), bool)
    is_missing[[0, 1, -1]] = True
    is_missing[:, CLIMBING_25.index(NEVER_SEEN)] = True
    is_missing[5:8, CLIMBING_25.index(WITH_A_GAP)] = True
    confidence[:, CLIMBING_25.index(UNSURE)] = 0.2
    status[:, CLIMBING_25.index(UNSURE)] = Status.LOW.value
    xy[is_missing], confidence[is_missing] = np.nan, 0
    status[is_missing] = Status.MISSING.value
    index = np.arange(first, first + frames)
    return PoseTrack(index, index / fps, xy, confidence, status)


def nobody(frames: int = 3) -> PoseTrack:
    """Frames without anybody."""
    return PoseTrack(
        np.arange(frames),
        np.arange(frames) / 30,
        np.full((frames, K, 2), np.nan, np.float32),
        np.zeros((frames, K), np.float32),
        np.full((frames, K), Status.MISSING.value, np.uint8),
    )
