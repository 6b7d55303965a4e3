"""Which frames a smoother is trained on, validated on and tested on."""

from dataclasses import dataclass

import numpy as np

from climbpose.datasets.base import SPLITS
from climbpose.datasets.pose_clips import PoseClips
from climbpose.errors import DatasetError, UsageError

SHARES = (0.6, 0.2, 0.2)
"""Of the frames, in the order of `SPLITS`; thesis A's."""

BY_VIDEO, THESIS, THESIS_FINETUNING = "by-video", "thesis", "thesis-finetuning"

WAYS = (BY_VIDEO, THESIS, THESIS_FINETUNING)
"""The ways to split; see `split_clips`."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a clip. Windows lie in one segment each, so none reaches into another split.

    Attributes:
        clip: Number of the clip.
        first: Frame.
        end: The frame after the last one.
    """

    clip: int
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    @property
    def start(self) -> int:
        """The first frame."""
        return self.first


Split = dict[str, list[Segment]]


def split_clips(clips: PoseClips, how: str = BY_VIDEO, seed: int = 0) -> Split:
    """The segments of each split; every frame is in just one.

    Args:
        clips: What is split.
        how: ``by-video`` deals whole videos out at random, to about 60, 20 and 20 % of the frames.
            ``thesis``, after thesis A's code: of all clips' frames, one clip after the other, the
            first 60 % are for training, the next 20 % for validation and the last for testing.
            ``thesis-finetuning``, after its section on finetuning: the longest video is held out
            for testing; of the others the first 60 % are for training, and the rest is halved for
            validation and testing. (The thesis deals the rest's windows out in turn, which makes
            windows of the two overlap.)
        seed: Of the dealing; the other ways have nothing random.

    Raises:
        UsageError: There is no such way to split.
        DatasetError: A split would be empty.
    """
    if how == BY_VIDEO:
        split = _by_video(clips, seed)
    elif how == THESIS:
        split = _in_order(clips, list(range(len(clips))))
    elif how == THESIS_FINETUNING:
        split = _with_longest_held_out(clips)
    else:
        raise UsageError(f"no way to split is named {how!r}; choose one of: {', '.join(WAYS)}")
    for name, segments in split.items():
        if not segments:
            count = len(set(clips.videos))
            raise DatasetError(
                f"the split {name} would be empty: {count} videos with {len(clips.xy)} frames; "
                f"give more videos, or split in the way {THESIS}"
            )
    return split


def _lengths(clips: PoseClips) -> np.ndarray:
    return np.diff(clips.offsets)


def _by_video(clips: PoseClips, seed: int) -> Split:
    lengths = _lengths(clips)
    frames: dict[str, int] = {}
    for video, length in zip(clips.videos, lengths.tolist(), strict=True):
        frames[video] = frames.get(video, 0) + length
    videos = sorted(frames)
    # Long videos first, or the last one dealt may be too long for its split; but not strictly, so
    # that the seed decides.
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, len(videos))
    order = np.argsort(-weights * [frames[video] for video in videos])
    dealt = dict.fromkeys(SPLITS, 0)
    home = {}
    for number in order:
        video = videos[number]
        split = min(SPLITS, key=lambda name: dealt[name] / SHARES[SPLITS.index(name)])
        dealt[split] += frames[video]
        home[video] = split
    whole: Split = {name: [] for name in SPLITS}
    for number, video in enumerate(clips.videos):
        whole[home[video]].append(Segment(number, 0, int(lengths[number])))
    return whole


def _in_order(clips: PoseClips, numbers: list[int]) -> Split:
    """The clips of these numbers, one after the other, cut in three."""
    lengths = _lengths(clips)[numbers]
    bounds = np.round(np.cumsum([0.0, *SHARES]) * lengths.sum()).astype(int)
    split: Split = {name: [] for name in SPLITS}
    begin = 0
    for number, length in zip(numbers, lengths.tolist(), strict=True):
        for name, low, high in zip(SPLITS, bounds[:-1], bounds[1:], strict=True):
            first, end = max(begin, low) - begin, min(begin + length, high) - begin
            if first < end:
                split[name].append(Segment(number, int(first), int(end)))
        begin += length
    return split


def _with_longest_held_out(clips: PoseClips) -> Split:
    frames: dict[str, int] = {}
    for video, length in zip(clips.videos, _lengths(clips).tolist(), strict=True):
        frames[video] = frames.get(video, 0) + length
    longest = max(frames, key=frames.__getitem__, default=None)
    numbers = [number for number, video in enumerate(clips.videos) if video != longest]
    split = _in_order(clips, numbers)
    split["test"] += [
        Segment(number, 0, len(clips[number]))
        for number, video in enumerate(clips.videos)
        if video == longest
    ]
    return split
