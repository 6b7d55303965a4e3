from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import DatasetError
from climbpose.training.collecting import by_clip, collect, hold_out, thinned
from climbpose.training.samples import Sample
from climbpose.training.teacher import Teacher
from tests.clips import make_clip
from tests.training.stand_in import DotDetector, DotNetwork, dots_of, make_sample, picture_of

SAMPLE = make_sample()


def clip(name: str, frames: int) -> list[Sample]:
    return [replace(SAMPLE, clip=name, frame=frame) for frame in range(frames)]


def test_whole_clips_are_held_out() -> None:
    trained, left = hold_out([clip(name, 4) for name in "abcdefg"])
    assert {sample.clip for sample in trained} == set("acdef")
    assert {sample.clip for sample in left} == set("bg")


def test_of_few_clips_the_end_is_held_out() -> None:
    trained, left = hold_out([clip("a", 20), clip("b", 40)])
    assert len(trained) + len(left) == 60
    assert [(sample.clip, sample.frame) for sample in left][:3] == [("a", 17), ("a", 18), ("a", 19)]
    assert min(sample.frame for sample in left if sample.clip == "b") == 34


def test_one_sample_is_trained_on() -> None:
    assert [len(part) for part in hold_out([clip("a", 1)])] == [1, 0]


def test_samples_are_sorted_by_clip() -> None:
    mixed = [*clip("a", 2), *clip("b", 1), *clip("a", 1)]
    assert [len(part) for part in by_clip(mixed)] == [3, 1]


def test_thinning_is_even() -> None:
    assert [sample.frame for sample in thinned(clip("a", 100), 4)] == [0, 25, 50, 75]
    assert len(thinned(clip("a", 3), 4)) == 3


def test_videos_are_collected(tmp_path: Path, dots: type[DotDetector]) -> None:
    dots.people = {index: [dots_of(90 + index)] for index in range(8)}
    frames = np.stack([picture_of(*dots.people[index]) for index in range(8)])
    videos = [make_clip(tmp_path / f"{name}.mp4", frames, fps="8") for name in "ab"]
    lines: list[str] = []
    teacher = Teacher(DotNetwork(), "dots")
    found = collect(videos, [], teacher, tmp_path / "samples", "dots", lines.append)
    assert set(found.trained) == {"unlabelled"}
    assert len(found.trained["unlabelled"]) == 12
    assert found.held_out == {}
    assert lines == [f"{video}: 6 samples" for video in videos]


@pytest.fixture
def good_and_dark(tmp_path: Path, dots: type[DotDetector]) -> list[Path]:
    """Two videos, of which the second shows nothing where the detector finds somebody."""
    dots.people = {index: [dots_of(90 + index)] for index in range(8)}
    frames = np.stack([picture_of(*dots.people[index]) for index in range(8)])
    return [
        make_clip(tmp_path / f"{name}.mp4", images, fps="8")
        for name, images in (("good", frames), ("dark", frames // 8))
    ]


def test_video_of_nobody_is_left_out(tmp_path: Path, good_and_dark: list[Path]) -> None:
    lines: list[str] = []
    teacher = Teacher(DotNetwork(), "dots")
    found = collect(good_and_dark, [], teacher, tmp_path / "samples", "dots", lines.append)
    assert {sample.clip for sample in found.trained["unlabelled"]} == {"good"}
    good, dark = good_and_dark
    assert lines == [f"{good}: 6 samples", f"{dark}: nobody found, left out"]


def test_videos_of_nobody_alone_are_refused(tmp_path: Path, good_and_dark: list[Path]) -> None:
    teacher = Teacher(DotNetwork(person=0.1), "dots")
    with pytest.raises(DatasetError, match=r"nobody is found in .*good\.mp4 and all other videos"):
        collect(good_and_dark, [], teacher, tmp_path / "samples", "dots")
