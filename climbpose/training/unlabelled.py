"""Samples of videos that nobody labelled: what a teacher's views of each frame agree on.

Where the views disagree, or where a keypoint is not where it lies between the frames before and
after, the sample says so, and the keypoint counts less.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from climbpose import detectors
from climbpose.detectors.following.landmarks import BLAZEPOSE_OF_CLIMBING
from climbpose.detectors.following.regions import Region
from climbpose.poses import Frame
from climbpose.training.cutting import Cut, region_of
from climbpose.training.making import is_large_enough, kept, key_of, sample_of
from climbpose.training.samples import Sample
from climbpose.training.teacher import ONE_VIEW, Opinion, Teacher
from climbpose.video import VideoReader

SOURCE = "unlabelled"

_MIN_PERSON = 0.7
_MAX_SPREAD = 0.05
"""Where half of the keypoints disagree more, as a share of the region, it is no person's body."""

_SAME_PERSON = 0.25
"""Hips move less from frame to frame, in sides of the region."""

_MOVE_LEEWAY = 0.5
"""A keypoint may be off the middle of its neighbours by this share of its move."""

_JUMP_SPREAD = 0.7
"""What a keypoint off its track counts as disagreement of the views."""


@dataclass(frozen=True)
class FrameChoice:
    """Which frames of a video are taken.

    Attributes:
        a_second: How many; more are too alike.
        at_most: In all, spread over the video.
    """

    a_second: float = 8.0
    at_most: int = 400

    def spacing(self, frames: int, fps: float) -> int:
        """Every how many frames one is taken."""
        return max(1, round(fps / self.a_second), ceil(frames / self.at_most))


def video_samples(
    video: Path,
    teacher: Teacher,
    folder: Path,
    detector: str = detectors.DEFAULT,
    choice: FrameChoice = FrameChoice(),
) -> list[Sample]:
    """The samples of whom the teacher is sure of in a video, from a file if made before.

    Args:
        video: The file.
        teacher: Says where points are.
        folder: Of the files of samples.
        detector: Finds people.
        choice: Which frames are taken.

    Raises:
        VideoError: The video cannot be read.
    """
    with VideoReader(video):
        key = key_of(video, teacher.key, detector, choice)
    path = folder / SOURCE / f"{video.stem}-{key}.npz"
    return kept(path, lambda: make_samples(video, teacher, detector, choice))


def make_samples(
    video: Path, teacher: Teacher, detector: str, choice: FrameChoice
) -> Iterator[Sample]:
    """The samples of everybody in a video, in the order of frames."""
    regions: dict[int, list[Region]] = defaultdict(list)
    with VideoReader(video) as reader:
        for detection in detectors.create(detector)(reader):
            region = region_of(detection.keypoints()[0])
            if region is not None:
                regions[detection.frame_index].append(region)
        frames, fps = reader.frames_decoded, float(reader.info.fps or choice.a_second)
    spacing = choice.spacing(frames, fps)
    with VideoReader(video) as reader:
        before: Frame | None = None
        # The last frame has no next one, as the first has no one before.
        for frame, after in pairwise(reader):
            if before is not None and frame.index % spacing == 0:
                for region in regions[frame.index]:
                    near = [(other, regions[other.index]) for other in (before, after)]
                    sample = _sample(frame, region, near, teacher, video.stem)
                    if sample is not None:
                        yield sample
            before = frame


def _sample(
    frame: Frame,
    region: Region,
    near: Sequence[tuple[Frame, Sequence[Region]]],
    teacher: Teacher,
    clip: str,
) -> Sample | None:
    """One person in one frame; None for whom the teacher is not sure of."""
    own = region_of(_keypoints(teacher.look(frame.image, region, ONE_VIEW)))
    if own is None or not is_large_enough(own):
        return None
    cut = Cut.around(frame.image, own)
    opinion = teacher.look(cut.image, cut.region)
    if opinion.person < _MIN_PERSON or float(np.median(_spread(opinion))) > _MAX_SPREAD:
        return None
    tracked = [
        cut.place(teacher.look(other.image, same, ONE_VIEW).points)
        for other, regions in near
        if (same := _same_person(region, regions)) is not None
    ]
    if len(tracked) == len(near):
        opinion = replace(opinion, spread=_with_jumps(opinion, cut.region.size, *tracked))
    return sample_of(cut, opinion, SOURCE, clip, frame.index)


def _keypoints(opinion: Opinion) -> Float32[np.ndarray, "25 2"]:
    keypoints: Float32[np.ndarray, "25 2"] = opinion.points[BLAZEPOSE_OF_CLIMBING]
    return keypoints


def _spread(opinion: Opinion) -> Float32[np.ndarray, "25"]:
    spread: Float32[np.ndarray, 25] = opinion.spread[BLAZEPOSE_OF_CLIMBING]
    return spread


def _same_person(region: Region, others: Sequence[Region]) -> Region | None:
    """Who of the next frame's people is the one in a region."""

    def distance(other: Region) -> float:
        return float(np.hypot(other.x - region.x, other.y - region.y))

    nearest = min(others, key=distance, default=None)
    is_near = nearest is not None and distance(nearest) < _SAME_PERSON * region.size
    return nearest if is_near else None


def _with_jumps(
    opinion: Opinion,
    size: float,
    before: Float32[np.ndarray, "39 2"],
    after: Float32[np.ndarray, "39 2"],
) -> Float32[np.ndarray, "39"]:
    """The spread, larger for what is off its track."""
    off = np.hypot(*(opinion.points - (before + after) / 2).T)
    move = np.hypot(*(after - before).T) / 2
    jump = np.maximum(off - _MOVE_LEEWAY * move, 0) / size
    return np.asarray(np.hypot(opinion.spread, _JUMP_SPREAD * jump), np.float32)
