"""SPEED21: 362 runs on the speed wall, from broadcasts of competitions.

Elias et al., "SPEED21: Speed Climbing Motion Dataset", MMSports 2021. The poses are a detector's
output, in part interpolated, with limbs that change sides: good as climbers' motion, no ground
truth. No licence is stated: for looking at and measuring, not for weights that are given away.
Read from an ``.npz`` with all runs; the joints are MPII's, in its order. Pelvis, thorax, neck and
the top of the head are not among ours. Both lanes of a race are one video.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from climbpose.datasets.arrays import INTEGERS, NUMBERS, TEXTS, array_names, read_arrays
from climbpose.datasets.pose_clips import PoseClip, PoseClips, placed, runs
from climbpose.errors import DatasetError
from climbpose.labels import UNLABELLED, VISIBLE
from climbpose.skeleton import CLIMBING_25

_FRAMES = {"xy": NUMBERS, "frame_number": INTEGERS}
_LISTS = {"run_id": TEXTS, "fps": NUMBERS, "source_url": TEXTS, "joints": TEXTS}


def is_speed21(path: Path) -> bool:
    """Whether a file seems to be the set."""
    return array_names(path) >= {*_FRAMES, *_LISTS, "offsets"}


def read_speed21(path: Path) -> PoseClips:
    """The runs, cut where frames are missing.

    Raises:
        DatasetError: The file is absent or damaged.
    """
    arrays = read_arrays(path, _FRAMES, _LISTS, "SPEED21's poses")
    xy, offsets = arrays["xy"].astype(np.float32), arrays["offsets"]
    names = _names(arrays["joints"].tolist())
    identities = arrays["run_id"].tolist()
    counts = {len(arrays[name]) for name in ("run_id", "fps", "source_url")}
    if (
        xy.shape[1:] != (len(names), 2)
        or counts != {len(offsets) - 1}
        or arrays["frame_number"].ndim != 1
    ):
        raise DatasetError(f"{path} is damaged: the arrays do not fit; get the file anew")
    is_there = np.isfinite(xy).all(axis=2)
    seen = np.where(is_there, VISIBLE, UNLABELLED).astype(np.uint8)
    xy, visibility = placed(xy, seen, names)
    clips = []
    for number, identity in enumerate(identities):
        first, end = offsets[number], offsets[number + 1]
        for rows in runs(arrays["frame_number"][first:end].astype(np.int64)):
            part = slice(first + rows.start, first + rows.stop)
            clips.append(
                PoseClip(
                    xy=xy[part],
                    visibility=visibility[part],
                    fps=float(arrays["fps"][number]),
                    name=f"speed21:{identity}:{rows.start}",
                    video=f"speed21:{arrays['source_url'][number]}",
                )
            )
    return PoseClips.of(clips)


def _names(joints: Sequence[str]) -> list[str]:
    return [name if name in CLIMBING_25.keypoints else "" for name in joints]
