"""Splits share no frame, so no window of one reaches into another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.datasets import SPLITS
from climbpose.datasets.pose_clips import PoseClips
from climbpose.datasets.splits import WAYS, Segment, split_clips
from climbpose.errors import DatasetError, UsageError
from tests.datasets.test_pose_clips import make_clip


def make_clips(lengths: list[int], videos: list[str] | None = None) -> PoseClips:
    videos = videos or [str(number) for number in range(len(lengths))]
    return PoseClips.of(
        make_clip(length, number, video=video)
        for number, (length, video) in enumerate(zip(lengths, videos, strict=True))
    )


def windows(segments: list[Segment], length: int = 5) -> list[set[tuple[int, int]]]:
    """The frames of every window of each segment."""
    return [
        {(segment.clip, frame) for frame in range(first, first + length)}
        for segment in segments
        for first in range(segment.first, segment.end - length + 1)
    ]


@given(
    parts=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 6)), min_size=3, max_size=12),
    how=st.sampled_from(WAYS),
    seed=st.integers(0, 100),
)
def test_windows_never_overlap_across_splits(
    parts: list[tuple[int, int]], how: str, seed: int
) -> None:
    clips = make_clips([length for length, _ in parts], [str(video) for _, video in parts])
    try:
        split = split_clips(clips, how, seed)
    except DatasetError as error:
        assert "would be empty" in str(error)
        return
    assert tuple(split) == SPLITS
    seen = {name: set().union(*windows(segments)) for name, segments in split.items()}
    for one in SPLITS:
        for other in SPLITS:
            assert one == other or not seen[one] & seen[other]
    # Every frame is in just one split.
    frames = [
        (segment.clip, frame)
        for segments in split.values()
        for segment in segments
        for frame in range(segment.first, segment.end)
    ]
    assert len(frames) == len(set(frames)) == len(clips.xy)
    for segment in (segment for segments in split.values() for segment in segments):
        assert 0 <= segment.first < segment.end <= len(clips[segment.clip])
    if how == "by-video":
        homes = [{clips.videos[segment.clip] for segment in part} for part in split.values()]
        assert sum(map(len, homes)) == len(set(clips.videos))
    assert split_clips(clips, how, seed) == split


def shares(clips: PoseClips, how: str, seed: int = 0) -> list[float]:
    split = split_clips(clips, how, seed)
    return [sum(map(len, segments)) / len(clips.xy) for segments in split.values()]


def test_by_video_gives_the_shares() -> None:
    clips = make_clips([10 + 7 * number % 40 for number in range(60)])
    for seed in range(5):
        assert shares(clips, "by-video", seed) == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    assert split_clips(clips, seed=1) != split_clips(clips, seed=2)
    assert shares(make_clips([9, 9, 9, 9, 9]), "by-video") == pytest.approx([0.6, 0.2, 0.2])


def test_clips_of_a_video_stay_together() -> None:
    split = split_clips(make_clips([5] * 9, list("aabbccddd")), "by-video")
    for segments in split.values():
        for group in ({0, 1}, {2, 3}, {4, 5}, {6, 7, 8}):
            assert len(group & {segment.clip for segment in segments}) in (0, len(group))


def test_thesis_cuts_in_order() -> None:
    assert split_clips(make_clips([50, 20, 30]), "thesis") == {
        "train": [Segment(0, 0, 50), Segment(1, 0, 10)],
        "val": [Segment(1, 10, 20), Segment(2, 0, 10)],
        "test": [Segment(2, 10, 30)],
    }
    assert split_clips(make_clips([100]), "thesis", seed=3) == {
        "train": [Segment(0, 0, 60)],
        "val": [Segment(0, 60, 80)],
        "test": [Segment(0, 80, 100)],
    }


def test_thesis_holds_the_longest_video_out_for_finetuning() -> None:
    clips = make_clips([40, 70, 60, 40], ["a", "b", "c", "a"])
    assert split_clips(clips, "thesis-finetuning") == {
        "train": [Segment(1, 0, 70), Segment(2, 0, 8)],
        "val": [Segment(2, 8, 34)],
        "test": [Segment(2, 34, 60), Segment(0, 0, 40), Segment(3, 0, 40)],
    }


@pytest.mark.parametrize(
    ("lengths", "how"),
    [
        ([50, 50], "by-video"),
        ([], "by-video"),
        ([], "thesis"),
        ([2], "thesis"),
        ([50], "thesis-finetuning"),
        ([], "thesis-finetuning"),
    ],
)
def test_empty_splits(lengths: list[int], how: str) -> None:
    with pytest.raises(DatasetError, match=r"the split \w+ would be empty: \d videos") as refusal:
        split_clips(make_clips(lengths), how)
    assert "\n" not in str(refusal.value)


def test_unknown_way() -> None:
    with pytest.raises(UsageError, match="'random'; choose one of: by-video, thesis, thesis-fi"):
        split_clips(make_clips([9] * 5), "random")
