"""The whole pipeline on the same climb, filmed from elsewhere, larger, in a mirror, twice as often.

Distances are shares of the climber's torso. Black borders, resampling and the networks, which are
not symmetric, keep them from being 0.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from climbpose.exporters.overlay_mp4 import OverlayOptions
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, Job
from climbpose.metrics import Annotated
from climbpose.pipeline import annotate
from climbpose.poses import LOW_CONFIDENCE, PoseTrack
from climbpose.skeleton import CLIMBING_25
from climbpose.video import VideoReader
from tests.clips import ffmpeg, turned

pytestmark = pytest.mark.slow

_CLIMB = Path(__file__).parents[2] / "examples" / "boulder.mp4"
_SECONDS = "1.6"
_WIDTH = 270
_LOSSLESS = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-an")
_ORDER = list(CLIMBING_25.flipped)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short small clip of a climb."""
    path = tmp_path_factory.mktemp("laws") / "base.mp4"
    scale = f"scale={_WIDTH}:-2:flags=area"
    ffmpeg("-i", _CLIMB, "-t", _SECONDS, "-vf", scale, *_LOSSLESS, path)
    return path


@pytest.fixture(scope="module")
def ours(base: Path) -> PoseTrack:
    return tracked(base)


class _Nobody:
    def stage(self, name: str, total: int | None) -> None:
        """Nobody looks."""

    def advance(self) -> None:
        """Nobody looks."""


def tracked(video: Path) -> PoseTrack:
    """The tracks of the climber, with all defaults."""
    stem = video.with_suffix("")
    job = Job(video, stem.with_name(f"{stem.name}_pose.mp4"), stem)
    options = AnnotateOptions(overlay=OverlayOptions(preset="ultrafast"))
    report = annotate(job, options, _Nobody(), {})
    assert report.status == "done"
    return read(job.output("_tracks.csv"))


def filtered(base: Path, name: str, filters: str) -> Path:
    """The clip after a filter of ffmpeg's, without loss."""
    path = base.with_name(f"{name}.mp4")
    ffmpeg("-i", base, "-vf", filters, *_LOSSLESS, path)
    return path


def distances(ours: PoseTrack, xy: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Between keypoints that both tracks are sure of, in torsos."""
    visible = np.full(ours.xy.shape[:2], 2, np.uint8)
    torso = Annotated.of_labels(ours.xy, visible).torso_px
    is_sure = (ours.confidence > LOW_CONFIDENCE) & (confidence > LOW_CONFIDENCE)
    assert is_sure.mean() > 0.6
    return np.asarray(np.linalg.norm(xy - ours.xy, axis=2)[is_sure] / torso)


def assert_near(found: np.ndarray, median: float, most: float) -> None:
    """The median, and what nine of ten are below."""
    assert np.median(found) < median, np.median(found)
    assert np.quantile(found, 0.9) < most, np.quantile(found, 0.9)


@pytest.mark.parametrize(("right", "down"), [(40, 0), (0, 66), (128, 32)])
def test_filmed_from_elsewhere(base: Path, ours: PoseTrack, right: int, down: int) -> None:
    pad = f"pad=iw+{right}:ih+{down}:{right}:{down}"
    theirs = tracked(filtered(base, f"padded_{right}_{down}", pad))
    assert_near(
        distances(ours, theirs.xy - np.array([right, down], np.float32), theirs.confidence),
        0.01,
        0.025,
    )


def test_twice_as_large(base: Path, ours: PoseTrack) -> None:
    theirs = tracked(filtered(base, "large", "scale=2*iw:2*ih:flags=bicubic"))
    assert_near(distances(ours, theirs.xy / 2, theirs.confidence), 0.015, 0.03)


def test_in_a_mirror(base: Path, ours: PoseTrack) -> None:
    theirs = tracked(filtered(base, "mirrored", "hflip"))
    xy = theirs.xy[:, _ORDER] * np.array([-1, 1], np.float32) + np.array([_WIDTH, 0], np.float32)
    assert_near(distances(ours, xy, theirs.confidence[:, _ORDER]), 0.035, 0.07)


@pytest.mark.parametrize(
    ("filters", "turn"), [("transpose=clock", 90), ("hflip,vflip", 180), ("transpose=cclock", 270)]
)
def test_stored_turned_and_shown_upright(
    base: Path, ours: PoseTrack, filters: str, turn: int
) -> None:
    stored = filtered(base, f"stored_{turn}", filters)
    video = turned(base.with_name(f"turned_{turn}.mp4"), stored, degrees=turn)
    with VideoReader(video) as reader, VideoReader(base) as upright:
        assert (reader.info.width, reader.info.height) == (upright.info.width, upright.info.height)
    theirs = tracked(video)
    # Chroma is sampled elsewhere in the turned picture.
    assert_near(distances(ours, theirs.xy, theirs.confidence), 0.01, 0.02)


def test_twice_as_many_frames(base: Path, ours: PoseTrack) -> None:
    video = filtered(base, "double", "fps=60")
    theirs = tracked(video)
    times = {Fraction(time).limit_denominator(1000): row for row, time in enumerate(theirs.time)}
    rows = [times[Fraction(time).limit_denominator(1000)] for time in ours.time]
    assert len(theirs) >= 2 * len(ours) - 1
    assert_near(distances(ours, theirs.xy[rows], theirs.confidence[rows]), 0.015, 0.03)


def test_again(base: Path, ours: PoseTrack) -> None:
    video = base.with_name("again.mp4")
    video.write_bytes(base.read_bytes())
    theirs = tracked(video)
    np.testing.assert_array_equal(theirs.xy, ours.xy)
    np.testing.assert_array_equal(theirs.confidence, ours.confidence)
    np.testing.assert_array_equal(theirs.status, ours.status)
