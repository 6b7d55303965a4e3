from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.synthetic import split_of
from climbpose.training.making import keep
from climbpose.training.samples import Sample
from climbpose.training.synthetic import (
    FreshSamples,
    Place,
    SyntheticOptions,
    clip_path,
    clip_samples,
    configs,
)
from climbpose.training.teacher import Teacher
from tests.training.stand_in import DotNetwork, make_sample

OPTIONS = SyntheticOptions(window=12, uses=2.0)
CLIPS = 40
BEGIN = Place()
SAMPLE = make_sample(source="synthetic")


def fill(folder: Path) -> None:
    """The files of clips of five samples and of none, as if processes had made them."""
    for clip in range(CLIPS):
        count = 0 if clip % 3 == 1 else 5
        made: list[Sample] = [replace(SAMPLE, clip=str(clip), frame=n) for n in range(count)]
        keep(made, clip_path(folder, clip))


def pool(folder: Path, place: Place = BEGIN) -> FreshSamples:
    return FreshSamples(folder, OPTIONS, "nobody", jobs=0, place=place)


def draw(samples: FreshSamples, steps: range) -> list[tuple[str, int]]:
    drawn = (samples.draw(np.random.default_rng(100 + step)) for step in steps)
    return [(sample.clip, sample.frame) for sample in drawn]


def test_each_sample_is_used_for_a_while(tmp_path: Path) -> None:
    fill(tmp_path)
    with pool(tmp_path) as samples:
        drawn = draw(samples, range(200))
    clips = [int(clip) for clip, _ in drawn]
    assert clips[:20].count(0) > 0 and max(clips[:4]) <= 3
    # After so many draws the window begins so many samples later.
    assert min(clips[100:]) >= 100 / OPTIONS.uses / 5
    assert len(set(drawn)) > 0.5 * 200 / OPTIONS.uses


def test_run_that_goes_on_draws_what_it_would_have_drawn(tmp_path: Path) -> None:
    fill(tmp_path)
    with pool(tmp_path) as samples:
        whole = draw(samples, range(120))
    with pool(tmp_path) as samples:
        draw(samples, range(77))
        place = samples.place()
        samples.forget(place)
    assert not clip_path(tmp_path, 0).exists() and clip_path(tmp_path, place.clip).exists()
    with pool(tmp_path, place) as samples:
        assert draw(samples, range(77, 120)) == whole[77:]


def test_window_is_what_is_drawn_from(tmp_path: Path) -> None:
    fill(tmp_path)
    with pool(tmp_path) as samples:
        shown = samples.window()
        assert len(shown) == OPTIONS.window
        assert samples.draw(np.random.default_rng(0)) in shown


def test_half_made_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    (tmp_path / "clip_000003.npz.part").write_text("half")
    with pool(tmp_path):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("split", ["train", "val"])
def test_looks_are_of_the_split_and_sizes_vary(split: str) -> None:
    found = list(islice(configs(OPTIONS, split), 8))
    assert {split_of(config.look) for config in found} == {split}
    assert len({(config.width, config.height) for config in found}) > 1
    again = list(islice(configs(OPTIONS, split), 8))
    assert [config.to_json() for config in again] == [config.to_json() for config in found]


def test_frames_of_a_clip_with_their_labels() -> None:
    config = next(configs(SyntheticOptions(seconds=1.0)))
    found = list(clip_samples(config, 12, Teacher(DotNetwork(), "dots")))
    assert [sample.frame for sample in found] == list(range(config.index % 12, 30, 12))
    for sample in found:
        assert sample.source == "synthetic"
        assert sample.clip == f"synthetic:0:{config.index}"
        assert np.isfinite(sample.truth).all()
        assert set(sample.seen) <= {0, 1, 2}
        # The climber is in the middle, within the region.
        x, y, size, _ = sample.region
        assert np.hypot(*(sample.truth - (x, y)).T).max() <= size / 2
        inside = sample.truth[sample.seen == 2]
        assert ((inside >= 0) & (inside < 448)).all()


@pytest.mark.slow
def test_processes_make_the_clips(tmp_path: Path, tiny: Path) -> None:
    options = SyntheticOptions(seconds=0.5, every=6, window=4, uses=1.0)
    folder = tmp_path / "made"
    with FreshSamples(folder, options, str(tiny), jobs=2) as samples:
        drawn = draw(samples, range(6))
    assert len({clip for clip, _ in drawn}) >= 2
    with FreshSamples(folder, options, str(tiny), jobs=1) as samples:
        assert draw(samples, range(6)) == drawn
