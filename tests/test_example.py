"""The README's first command: the example clip is annotated, and truly."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from climbpose import metrics
from climbpose.jobs import AnnotateOptions
from climbpose.labels import ClipLabels, labels_path
from climbpose.metrics import PCK, Annotated
from climbpose.metrics.groups import keypoints_of
from climbpose.video import VideoReader
from tests.bench.labelled_frames import ours
from tests.clips import described

EXAMPLES = Path(__file__).parents[1] / "examples"
BOULDER = EXAMPLES / "boulder.mp4"
MAX_BYTES = 2_500_000

FLOORS = {
    "head": (66, 94, 96),
    "shoulders": (57, 91, 96),
    "elbows": (36, 77, 93),
    "wrists": (61, 92, 95),
    "hips": (61, 95, 96),
    "knees": (44, 91, 96),
    "ankles": (54, 94, 96),
    "fingers": (9, 80, 92),
    "feet": (39, 94, 96),
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
    annotated = Annotated.of_labels(labels.xy, labels.visibility)
    xy = ours(BOULDER, tmp_path, AnnotateOptions()).xy
    scores = {name: metrics.create(name)(xy, annotated) for name in ("found", "swaps", *PCK)}
    assert scores["found"].share(keypoints_of()) == 1
    swapped, pairs = scores["swaps"].over(keypoints_of())
    assert pairs.sum() > 1000
    assert swapped.sum() == 0
    measured = {
        group: [100 * scores[name].share(keypoints_of((group,))) for name in PCK]
        for group in FLOORS
    }
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
