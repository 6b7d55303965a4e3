from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from climbpose.training.samples import Sample
from climbpose.training.teacher import Teacher
from climbpose.training.unlabelled import FrameChoice, video_samples
from tests.clips import make_clip
from tests.training.stand_in import CHANNELS, DotDetector, DotNetwork, Dots, dots_of, picture_of

FRAMES = 9
EVERY_THIRD = FrameChoice(a_second=10.0)
STILL = [[dots_of()]] * FRAMES


def film(path: Path, frames: Sequence[Sequence[Dots]], dots: type[DotDetector]) -> Path:
    """A video of people, whom the stand-in detector finds."""
    dots.people = {index: list(people) for index, people in enumerate(frames)}
    return make_clip(path, np.stack([picture_of(*people) for people in frames]))


def samples_of(video: Path, network: DotNetwork, key: str = "dots") -> list[Sample]:
    return video_samples(
        video, Teacher(network, key), video.parent / "samples", "dots", EVERY_THIRD
    )


def test_everybody_in_every_third_frame(tmp_path: Path, dots: type[DotDetector]) -> None:
    people = [[dots_of(90 + n, 110), dots_of(230 - n, 120)] for n in range(FRAMES)]
    video = film(tmp_path / "two.mp4", people, dots)
    found = samples_of(video, DotNetwork())
    # The first frame has none before it.
    assert [sample.frame for sample in found] == [3, 3, 6, 6]
    assert {(sample.source, sample.clip) for sample in found} == {("unlabelled", "two")}
    for sample in found:
        assert np.isnan(sample.truth).all() and (sample.seen == 255).all()
        for channel in range(3):
            x, y = sample.points[channel == CHANNELS][0].round().astype(int)
            assert sample.image[y, x, channel] > 180
        # They keep to their tracks, so nothing speaks against them.
        assert sample.spread.max() < 0.01


def test_what_leaves_its_track_counts_less(tmp_path: Path, dots: type[DotDetector]) -> None:
    people: list[list[Dots]] = [[dots_of(90 + n)] for n in range(FRAMES)]
    people[3][0][2] += (14, 0)
    video = film(tmp_path / "jump.mp4", people, dots)
    first, second = samples_of(video, DotNetwork())
    assert first.spread[CHANNELS == 2].min() > 0.04
    assert first.spread[CHANNELS != 2].max() < 0.01
    assert second.spread.max() < 0.01


def test_samples_are_made_once_for_each_teacher(tmp_path: Path, dots: type[DotDetector]) -> None:
    video = film(tmp_path / "still.mp4", STILL, dots)
    first, again, other = DotNetwork(), DotNetwork(), DotNetwork()
    made = samples_of(video, first)
    kept = samples_of(video, again)
    assert first.looks > 0 and again.looks == 0
    np.testing.assert_array_equal(kept[1].points, made[1].points)
    assert kept[1].jpeg == made[1].jpeg
    samples_of(video, other, key="another")
    assert other.looks == first.looks


def test_damaged_file_of_samples_is_made_anew(tmp_path: Path, dots: type[DotDetector]) -> None:
    video = film(tmp_path / "still.mp4", STILL, dots)
    made = samples_of(video, DotNetwork())
    (file,) = (tmp_path / "samples" / "unlabelled").iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    again = DotNetwork()
    assert len(samples_of(video, again)) == len(made)
    assert again.looks > 0


def test_changed_video_of_the_same_name_is_looked_at(
    tmp_path: Path, dots: type[DotDetector]
) -> None:
    samples_of(film(tmp_path / "clip.mp4", STILL, dots), DotNetwork())
    network = DotNetwork()
    moved = [[dots_of(200)]] * FRAMES
    samples_of(film(tmp_path / "clip.mp4", moved, dots), network)
    assert network.looks > 0


def test_doubtful_people_are_left_out(tmp_path: Path, dots: type[DotDetector]) -> None:
    video = film(tmp_path / "still.mp4", STILL, dots)
    for network in (DotNetwork(person=0.6), DotNetwork(slip=40)):
        assert samples_of(video, network, key=f"{network.person} {network.slip}") == []


def test_far_away_people_are_left_out(tmp_path: Path, dots: type[DotDetector]) -> None:
    small = (dots_of() - 150) * 0.5 + 150
    video = film(tmp_path / "far.mp4", [[small]] * FRAMES, dots)
    assert samples_of(video, DotNetwork()) == []


@pytest.mark.parametrize(
    ("frames", "fps", "wanted"), [(100, 30.0, 3), (100, 5.0, 1), (36_000, 30.0, 90)]
)
def test_frames_are_as_far_apart_as_is_useful(frames: int, fps: float, wanted: int) -> None:
    assert FrameChoice(a_second=10.0).spacing(frames, fps) == wanted
