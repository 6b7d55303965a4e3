"""What holds for every smoother."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from climbpose import smoothers
from climbpose.errors import UsageError
from climbpose.poses import Detection, Status
from climbpose.smoothers.base import HeatmapSmoother, PoseSmoother
from tests.smoothers.climber import KEYPOINTS, TORSO, climb, coordinates, detect, stance

# The ConvLSTMs take a fifth of a second a frame; conv3d has the same adapter.
NAMES = [name for name in smoothers.names() if not name.startswith("convlstm")]
every = pytest.mark.parametrize("name", NAMES)
LEARNED = ("conv3d", "deciwatch")
INTERVAL = 1 / 30


def test_names_and_default() -> None:
    assert smoothers.names() == [
        "butterworth",
        "conv3d",
        "convlstm_c",
        "convlstm_s",
        "deciwatch",
        "gaussian",
        "none",
        "one-euro",
        "savgol",
        "spline",
    ]
    assert smoothers.DEFAULT in smoothers.names()


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"'median'.*one-euro"):
        smoothers.create("median")


@pytest.mark.parametrize("strength", [-0.1, 3.1, math.nan, math.inf])
def test_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(UsageError, match="from 0 to 3"):
        smoothers.create("none", strength)


@every
def test_has_a_description(name: str) -> None:
    assert smoothers.create(name).description


@every
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 30, 31])
def test_one_pose_for_each_detection(name: str, count: int) -> None:
    xy = climb(np.arange(count) * INTERVAL)
    detections = detect(xy)
    poses = list(smoothers.create(name)(detections))
    assert [pose.frame_index for pose in poses] == list(range(count))
    assert [pose.time for pose in poses] == [detection.time for detection in detections]
    assert all(np.isfinite(pose.xy).all() for pose in poses)
    expected = Status.DETECTED if name == "none" else Status.SMOOTHED
    assert all((pose.status == expected).all() for pose in poses)


@every
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0, 3.0])
def test_still_climber_stays_still(name: str, strength: float) -> None:
    still = np.broadcast_to(stance(), (40, KEYPOINTS, 2))
    poses = list(smoothers.create(name, strength)(detect(still)))
    # They were trained on climbers, not on points at random.
    atol = {"conv3d": 0.01, "deciwatch": 0.02}.get(name, 0.0) * TORSO + 1e-3
    np.testing.assert_allclose(coordinates(poses), still, atol=atol)


@every
def test_strength_0_gives_what_was_detected(name: str) -> None:
    noisy = climb(np.arange(40) * INTERVAL) + np.random.default_rng(0).normal(
        0, 5, (40, KEYPOINTS, 2)
    )
    np.testing.assert_allclose(
        coordinates(list(smoothers.create(name, 0.0)(detect(noisy)))), noisy, atol=1e-3
    )


@every
@pytest.mark.parametrize("breaks", [(10,), (1, 2), (5, 39)])
def test_nothing_is_smoothed_across_a_gap(name: str, breaks: tuple[int, ...]) -> None:
    noisy = stance() + np.random.default_rng(0).normal(0, 5, (40, KEYPOINTS, 2))
    frame_index = np.arange(40) + 7 * np.searchsorted(breaks, np.arange(40), side="right")
    detections = detect(noisy, frame_index=frame_index)
    together = list(smoothers.create(name)(detections))
    edges = [0, *breaks, 40]
    apart = [
        pose
        for first, last in pairwise(edges)
        for pose in smoothers.create(name)(detections[first:last])
    ]
    assert [pose.frame_index for pose in together] == frame_index.tolist()
    np.testing.assert_array_equal(coordinates(together), coordinates(apart))


@every
def test_statuses(name: str) -> None:
    noisy = stance() + np.random.default_rng(0).normal(0, 2, (60, KEYPOINTS, 2))
    confidence = np.full((60, KEYPOINTS), 0.9)
    confidence[:, 4] = 0.2
    noisy[10:13, 5] = np.nan
    noisy[20:45, 6] = np.nan
    noisy[:, 7] = np.nan
    detections = detect(noisy, confidence)
    detections[30] = Detection(
        30, detections[30].time, detections[30].box, detections[30].maps, 0.5, is_filled=True
    )
    poses = list(smoothers.create(name)(detections))
    status = np.stack([pose.status for pose in poses])
    usual = Status.DETECTED if name == "none" else Status.SMOOTHED
    expected = np.full_like(status, usual)
    expected[:, 4] = Status.LOW
    expected[30] = Status.FILLED
    expected[10:13, 5] = Status.MISSING if name == "none" else Status.FILLED
    expected[20:45, 6] = Status.MISSING
    expected[:, 7] = Status.MISSING
    np.testing.assert_array_equal(status, expected)
    is_missing = status == Status.MISSING
    np.testing.assert_array_equal(np.isnan(coordinates(poses)).all(axis=2), is_missing)
    confidences = np.stack([pose.confidence for pose in poses])
    np.testing.assert_array_equal(confidences == 0, is_missing)


@every
def test_a_missing_keypoint_parts_its_neighbours(name: str) -> None:
    xy = np.broadcast_to(stance(), (60, KEYPOINTS, 2)).copy()
    xy[20:40, 3] = np.nan
    xy[40:, 3] += 100
    poses = coordinates(list(smoothers.create(name)(detect(xy))))
    present = np.isfinite(xy)
    atol = 0.05 * TORSO if name in LEARNED else 1e-3
    np.testing.assert_allclose(poses[present], xy[present], atol=atol)


@every
def test_may_be_used_again(name: str) -> None:
    smoother = smoothers.create(name)
    detections = detect(climb(np.arange(20) * INTERVAL))
    first = coordinates(list(smoother(detections)))
    np.testing.assert_array_equal(first, coordinates(list(smoother(detections))))


def window_length(name: str) -> int | None:
    """Frames that a smoother sees at once, None where it takes the whole segment's coordinates."""
    smoother = smoothers.create(name)
    return smoother.length if isinstance(smoother, PoseSmoother | HeatmapSmoother) else 1


@pytest.mark.parametrize("name", [name for name in NAMES if window_length(name)])
def test_windowed_ones_hold_a_bounded_number_of_frames(name: str) -> None:
    smoother, length = smoothers.create(name), window_length(name)
    assert length is not None
    taken = 0

    def stream() -> Iterator[Detection]:
        nonlocal taken
        for detection in detect(climb(np.arange(100) * INTERVAL)):
            taken += 1
            yield detection

    for given_back, _ in enumerate(smoother(stream()), start=1):
        assert taken - given_back <= 2 * length + 10


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name != "conv3d"])
@pytest.mark.parametrize("fps", [30, 240])
def test_windows_of_a_long_track_leave_no_trace(
    name: str, fps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = np.arange(4500) / fps
    track = climb(time, seed=3)
    track += np.random.default_rng(4).normal(0, 3, track.shape)
    detections = detect(track, time=time)
    windowed = coordinates(list(smoothers.create(name)(detections)))
    monkeypatch.setattr(smoothers.registry.factory(name), "length", None, raising=False)
    whole = coordinates(list(smoothers.create(name)(detections)))
    distance = np.linalg.norm(windowed - whole, axis=-1)
    # The noise is 3 px; what the whole track decides together, such as the usual noise, may differ.
    assert np.percentile(distance, 99) < 0.3
    assert distance.max() < 2
