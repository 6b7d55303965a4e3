"""What is seen in a mirror is the same with left and right exchanged."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose import metrics, smoothers
from climbpose.exporters.tracks_csv import TracksCsv, read
from climbpose.metrics import Annotated
from climbpose.poses import Analysis, PoseTrack, Status, VideoInfo
from climbpose.repair import repair
from climbpose.skeleton import CLIMBING_25
from tests.metrics.test_names import EXAMPLES
from tests.smoothers.climber import TORSO, climb, coordinates, detect
from tests.test_repair import climber, exchanged

WIDTH = 1024.0
ORDER = np.array(CLIMBING_25.flipped)

# Their networks were not trained to be symmetric; how far they are from it is a bound of its own.
_LEARNED_SHARE = {"conv3d": 0.04, "deciwatch": 0.05}


def mirrored(xy: np.ndarray) -> np.ndarray:
    """Pixels (..., 25, 2) as a mirror shows them, left and right named anew."""
    seen = xy[..., ORDER, :].copy()
    seen[..., 0] = WIDTH - seen[..., 0]
    return seen


@settings(max_examples=25)
@given(
    st.integers(0, 999),
    st.integers(20, 60),
    st.lists(st.sampled_from(["arms", "legs"]), max_size=2, unique=True),
    st.integers(4, 12),
)
def test_repairing(seed: int, count: int, parts: list[str], length: int) -> None:
    xy = climber(count, seed)
    start = seed % max(1, count - length)
    wrong = exchanged(xy, slice(start, start + length), *parts)
    one, other = repair(detect(wrong)), repair(detect(mirrored(wrong)))
    assert one.repairs == other.repairs
    np.testing.assert_array_equal(one.swapped[:, ORDER], other.swapped)
    for detection, twin in zip(one.detections, other.detections, strict=True):
        (xy, confidence), (other_xy, other_confidence) = detection.keypoints(), twin.keypoints()
        np.testing.assert_allclose(other_xy, mirrored(xy), atol=1e-2)
        np.testing.assert_allclose(other_confidence, confidence[ORDER], atol=1e-6)


@pytest.mark.parametrize(
    "name", [name for name in smoothers.names() if not name.startswith("convlstm")]
)
def test_smoothing(name: str) -> None:
    noisy = climb(np.arange(40) / 30) + np.random.default_rng(1).normal(0, 3, (40, 25, 2))
    noisy[5:8, 3] = np.nan
    confidence = np.random.default_rng(2).uniform(0.2, 1, (40, 25))
    smoother = smoothers.create(name)
    ours = list(smoother(detect(noisy, confidence)))
    twins = list(smoother(detect(mirrored(noisy), confidence[:, ORDER])))
    atol = max(_LEARNED_SHARE.get(name, 0.0) * TORSO, 5e-3)
    np.testing.assert_allclose(coordinates(twins), mirrored(coordinates(ours)), atol=atol)
    for pose, twin in zip(ours, twins, strict=True):
        np.testing.assert_array_equal(pose.status[ORDER], twin.status)


@pytest.mark.parametrize("name", EXAMPLES.values())
@settings(max_examples=10)
@given(seed=st.integers(0, 999))
def test_measuring(name: str, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    xy = climb(np.arange(8) / 30, seed).astype(np.float32)
    predicted = (xy + numbers.normal(0, 10, xy.shape)).astype(np.float32)
    predicted[numbers.random((8, 25)) < 0.1] = np.nan
    visibility = numbers.integers(0, 3, (8, 25)).astype(np.uint8)
    metric = metrics.create(name)
    labels = replace(Annotated.of_labels(xy, visibility), fps=30.0)
    twin = replace(
        Annotated.of_labels(mirrored(xy).astype(np.float32), visibility[:, ORDER]), fps=30.0
    )
    ours, theirs = metric(predicted, labels), metric(mirrored(predicted).astype(np.float32), twin)
    order = ORDER if metric.is_of_keypoints else np.arange(25)
    np.testing.assert_allclose(theirs.possible, ours.possible[:, order], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(theirs.earned, ours.earned[:, order], rtol=1e-3, atol=1e-4)


@settings(max_examples=10)
@given(seed=st.integers(0, 999))
def test_writing_tracks(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tracks")
    numbers = np.random.default_rng(seed)
    # Hundredths of a pixel are what the file has.
    xy = (numbers.integers(0, 100 * int(WIDTH), (5, 25, 2)) / 100).astype(np.float32)
    status = numbers.choice([s.value for s in Status], (5, 25)).astype(np.uint8)
    is_missing = status == Status.MISSING.value
    xy[is_missing] = np.nan
    confidence = np.where(is_missing, 0, numbers.random((5, 25))).astype(np.float32)
    ours = PoseTrack(np.arange(5), np.arange(5) / 30, xy, confidence, status)
    twin = replace(
        ours,
        xy=mirrored(xy).astype(np.float32),
        confidence=confidence[:, ORDER],
        status=status[:, ORDER],
    )
    found = [written(track, folder / name) for track, name in ((ours, "a.csv"), (twin, "b.csv"))]
    np.testing.assert_allclose(found[1].xy, mirrored(found[0].xy), atol=0.011)
    np.testing.assert_array_equal(found[1].confidence, found[0].confidence[:, ORDER])
    np.testing.assert_array_equal(found[1].status, found[0].status[:, ORDER])
    with (folder / "a.csv").open(newline="") as one, (folder / "b.csv").open(newline="") as other:
        for row, mirror in zip(csv.DictReader(one), csv.DictReader(other), strict=True):
            assert row["left_wrist_y"] == mirror["right_wrist_y"]
            assert row["right_toes_status"] == mirror["left_toes_status"]


def written(track: PoseTrack, path: Path) -> PoseTrack:
    """The track as its file gives it back."""
    info = VideoInfo(path, 1024, 768, 0, Fraction(30), None, "h264", "yuv420p", None)
    TracksCsv().write(Analysis(info, track), path)
    return read(path)
