"""The README's first command: the example clip is annotated, and truly."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from climbpose.jobs import AnnotateOptions
from climbpose.labels import ClipLabels, labels_path
from climbpose.video import VideoReader
from tests.bench.labelled_frames import ours
from tests.bench.synthetic_clips import Tally
from tests.clips import described

EXAMPLES = Path(__file__).parents[1] / "examples"
BOULDER = EXAMPLES / "boulder.mp4"
MAX_BYTES = 2_500_000

FLOORS = {
    "head": (46, 90, 97),
    "shoulders": (40, 77, 97),
    "elbows": (26, 52, 84),
    "wrists": (23, 80, 88),
    "hips": (49, 91, 97),
    "knees": (30, 79, 94),
    "ankles": (73, 93, 95),
    "fingers": (9, 48, 83),
    "feet": (56, 91, 94),
}
"""PCK@0.05, @0.1 and @0.2 in percent by group of keypoints; each a few points below what was
measured."""


@pytest.fixture(scope="module")
def labels() -> ClipLabels:
    return ClipLabels.read(labels_path(BOULDER))


def test_the_clip_is_small_sounds_and_lasts_as_its_labels(labels: ClipLabels) -> None:
    assert BOULDER.stat().st_size <= MAX_BYTES
    assert "Audio: aac" in described(BOULDER)
    with VideoReader(BOULDER) as reader:
        assert (reader.info.width, reader.info.height) == (labels.width, labels.height)
        frames = sum(1 for _ in reader)
    assert frames == len(labels)
    assert 8 <= frames / labels.fps <= 10


@pytest.mark.weights
@pytest.mark.usefixtures("models")
def test_annotating_it_finds_the_climber_and_the_keypoints(
    labels: ClipLabels, tmp_path: Path
) -> None:
    tally = Tally()
    tally.add(ours(BOULDER, tmp_path, AnnotateOptions()).xy, labels)
    assert tally.found_share() == 100
    assert tally.pairs > 1000
    assert tally.swaps == 0
    measured = {group: tally.pck(group) for group in FLOORS}
    for group, floors in FLOORS.items():
        assert all(np.array(measured[group]) >= floors), measured


@pytest.mark.slow
def test_the_documented_command_makes_the_same_climb(labels: ClipLabels, tmp_path: Path) -> None:
    _script("boulder").main(tmp_path)
    made = ClipLabels.read(tmp_path / "boulder_labels.npz")
    assert made.config == labels.config
    assert made.contacts == labels.contacts
    # Another processor rounds differently, by far less than a detector could tell.
    assert np.abs(made.xy - labels.xy).max() < 0.5
    assert (made.visibility != labels.visibility).mean() < 0.01


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
