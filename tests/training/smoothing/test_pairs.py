from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.named_sources import DataSource
from climbpose.errors import DatasetError
from climbpose.poses import HEATMAP_SIZE
from climbpose.skeleton import CLIMBING_25
from climbpose.training.smoothing.pairs import labelled_videos, pair
from tests.training.smoothing.footage import (
    FRAMES,
    HEIGHT,
    WIDTH,
    box,
    keypoints,
    make_detections,
    make_footage,
)
from tests.training.smoothing.swings import saved


def test_rows_pair_labels_with_what_was_seen(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=2, labelled=range(3, 9))
    videos = labelled_videos(DataSource(labels), None)
    clips, seen = pair(videos, str(tmp_path / "seen"), tmp_path / "samples", print)
    assert (clips.videos, clips.offsets.tolist()) == (("climb0.mp4", "climb1.mp4"), [0, 6, 12])
    assert clips.fps.tolist() == [30.0, 30.0]
    for row in range(12):
        frame = 3 + row % 6
        assert seen.xy[row] == pytest.approx(keypoints(frame), abs=0.05)
        assert clips.xy[row] == pytest.approx(keypoints(frame) + np.array([1.0, 0.0]), abs=0.01)
    corners = box(0)
    cell = (corners[2:] - corners[:2]) / HEATMAP_SIZE
    # Two cells wide; in pixels that is less along x than along y.
    assert seen.sigma == pytest.approx(np.broadcast_to(2 * cell, seen.sigma.shape), rel=0.1)
    assert seen.height == pytest.approx(0.9, abs=0.03)


def test_frames_between_labels_are_seen_too(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1, labelled=range(0, FRAMES, 3))
    videos = labelled_videos(DataSource(labels, "climbing"), tmp_path)
    clips, seen = pair(videos, str(tmp_path / "seen"), tmp_path / "samples", print)
    assert len(clips.xy) == 10
    assert (clips.visibility > 0).all(axis=1).tolist() == [n % 3 == 0 for n in range(10)]
    assert np.isfinite(seen.xy).all()


def test_short_gaps_are_filled_and_long_ones_not(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1, frames=30)
    file = make_detections(tmp_path / "gaps.npz", [0, 1, 2, 5, 6, 20, 21])
    videos = labelled_videos(DataSource(labels), None)
    _, seen = pair(videos, str(file), tmp_path / "samples", print)
    there = np.isfinite(seen.xy).all(axis=(1, 2))
    assert np.flatnonzero(there).tolist() == [0, 1, 2, 3, 4, 5, 6, 20, 21]
    assert seen.xy[3] == pytest.approx(keypoints(3), abs=0.1)


def test_climber_is_who_is_labelled(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1)
    files = [
        make_detections(tmp_path / f"{aside}.npz", range(FRAMES), aside) for aside in (0.0, 34.0)
    ]
    both = {}
    for name in ("frame", "box", "heatmaps"):
        parts = [np.load(file)[name] for file in reversed(files)]
        both[name] = np.concatenate(parts)
    np.savez(tmp_path / "both.npz", **both)  # type: ignore[arg-type]
    videos = labelled_videos(DataSource(labels), None)
    _, seen = pair(videos, str(tmp_path / "both.npz"), tmp_path / "samples", print)
    for frame in range(FRAMES):
        assert seen.xy[frame] == pytest.approx(keypoints(frame), abs=0.05)


def test_two_labels_that_lie_close_are_enough(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1)
    (video,) = labelled_videos(DataSource(labels), None)
    wrist, thumb = CLIMBING_25.indices("left_wrist", "left_thumb")
    xy = np.full_like(video.xy, np.nan)
    xy[:, wrist] = video.xy[:, wrist]
    xy[:, thumb] = video.xy[:, wrist] + np.float32(0.5)
    few = replace(video, xy=xy)
    _, seen = pair([few], str(tmp_path / "seen"), tmp_path / "samples", print)
    assert np.isfinite(seen.xy).all()


def test_nobody_near_the_labels(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1, aside=40.0)
    videos = labelled_videos(DataSource(labels), None)
    with pytest.raises(DatasetError, match="the detector sees nobody where the labels are"):
        pair(videos, str(tmp_path / "seen"), tmp_path / "samples", print)


@pytest.mark.parametrize(
    ("frames", "size", "reason"),
    [
        (range(20), (WIDTH, HEIGHT), "expected at least 20 frames as its labels say, found 12"),
        (range(9), (WIDTH * 2, HEIGHT * 2), "has pictures of 96 x 128, but its labels are of 192"),
    ],
)
def test_video_that_does_not_fit_its_labels(
    tmp_path: Path, frames: range, size: tuple[int, int], reason: str
) -> None:
    labels = make_footage(tmp_path, videos=1, labelled=frames, size=size)
    videos = labelled_videos(DataSource(labels), None)
    with pytest.raises(DatasetError) as refused:
        pair(videos, str(tmp_path / "seen"), tmp_path / "samples", print)
    assert reason in str(refused.value)


def test_frames_of_a_synthetic_clip_are_counted(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1, labelled=range(9))
    (video,) = labelled_videos(DataSource(labels), None)
    with pytest.raises(DatasetError, match="expected 9 frames as its labels say, found 12"):
        pair([replace(video, frames=9)], str(tmp_path / "seen"), tmp_path / "samples", print)


def test_video_that_is_not_there(tmp_path: Path) -> None:
    labels = make_footage(tmp_path, videos=1)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(DatasetError, match=r"has no video climb0.mp4, which is labelled"):
        labelled_videos(DataSource(labels), tmp_path / "elsewhere")


def test_poses_without_videos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="found pose-clips; use it for climbpose train pretrain"):
        labelled_videos(DataSource(saved(tmp_path)), None)
