"""The poses of the clips that ``climbpose synth`` made, without their pictures."""

from pathlib import Path

import numpy as np

from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed
from climbpose.datasets.synthetic import CLIP, Synthetic
from climbpose.errors import DatasetError


def is_synthetic(path: Path) -> bool:
    """Whether a folder seems to be of synthetic clips."""
    return path.is_dir() and any(CLIP.fullmatch(file.name) for file in path.iterdir())


def read_synthetic(path: Path, split: str | None = None) -> PoseClips:
    """The clips of a split; keypoints outside the picture are unlabelled.

    Each clip is called what a checkpoint's header calls it, so that nothing is measured on what it
    was trained on.

    Args:
        path: The folder.
        split: ``train``, ``val`` or ``test``, by the clips' looks; None for all clips.

    Raises:
        DatasetError: The folder holds no set, it is damaged, or has no clip of the split.
        UsageError: There is no such split.
    """
    clips = Synthetic(path, split)
    if not len(clips):
        raise DatasetError(f"{path} has no clip of the split {split}; choose another one")
    poses = []
    for number in range(len(clips)):
        labels = clips.labels(number)
        xy, visibility = placed(
            labels.xy.astype(np.float32), labels.visibility, labels.skeleton.keypoints
        )
        name = f"synthetic:{labels.seed}:{labels.index}"
        poses.append(PoseClip(xy, visibility, float(labels.fps), name, name))
    return PoseClips.of(poses)
