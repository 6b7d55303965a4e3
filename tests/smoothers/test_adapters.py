"""The adapters for windows of coordinates and of heatmaps."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from jaxtyping import Float32, Float64

from climbpose.poses import Detection, Status
from climbpose.smoothers.base import HeatmapSmoother, PoseSmoother, segments
from climbpose.smoothers.bridging import MAX_BRIDGE_S, Sample, bridge
from tests.smoothers.climber import KEYPOINTS, climb, coordinates, detect, stance

Maps = Float32[np.ndarray, "time keypoints rows cols"]
Coordinates = Float64[np.ndarray, "time keypoints 2"]


class SameMaps(HeatmapSmoother):
    description = "the maps as they are"
    length, stride = 5, 1

    def smooth(self, maps: Maps) -> Maps:
        return maps


class MeanMaps(HeatmapSmoother):
    description = "the mean of the window's maps"
    length, stride = 5, 2

    def smooth(self, maps: Maps) -> Maps:
        return np.broadcast_to(maps.mean(axis=0), maps.shape).astype(np.float32)


class Mean(PoseSmoother):
    description = "the window's mean"
    length, stride = 5, 2

    def smooth(
        self,
        xy: Coordinates,
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Coordinates:
        return np.broadcast_to(xy.mean(axis=0), xy.shape).copy()


class Whole(PoseSmoother):
    """Remembers what it was given."""

    description = "all keypoints at once"
    length, stride = 8, 4
    keypoints_are_independent = False
    shapes: ClassVar[set[tuple[int, ...]]] = set()
    zeros: ClassVar[int] = 0

    def smooth(
        self,
        xy: Coordinates,
        confidence: Float64[np.ndarray, "time keypoints"],
        time: Float64[np.ndarray, " time"],
    ) -> Coordinates:
        assert np.isfinite(xy).all()
        type(self).shapes.add(xy.shape)
        type(self).zeros += int((confidence == 0).sum())
        return xy


def moving_boxes(count: int) -> np.ndarray:
    """A climb of whose box every side moves."""
    time = np.arange(count) / 30
    return climb(time) + 200 * time[:, None, None]


@pytest.mark.parametrize("is_dense", [False, True])
@pytest.mark.parametrize("count", [1, 4, 5, 6, 20])
def test_unchanged_maps_give_the_detected_positions(is_dense: bool, count: int) -> None:
    xy = moving_boxes(count)
    poses = list(SameMaps()(detect(xy, is_dense=is_dense)))
    cell = (np.ptp(xy, axis=1).max() * 1.2) / 56
    assert np.abs(coordinates(poses) - xy).max() < 0.1 * cell
    confidence = np.stack([pose.confidence for pose in poses])
    np.testing.assert_allclose(confidence, 0.9, atol=0.05 if is_dense else 0.002)


def test_mean_of_maps_calms_a_still_climber() -> None:
    xy = stance() + np.random.default_rng(0).normal(0, 5, (60, KEYPOINTS, 2))
    poses = list(MeanMaps()(detect(xy)))
    ratio = (coordinates(poses) - stance()).var() / (xy - stance()).var()
    assert ratio < 0.45
    assert all((pose.status == Status.SMOOTHED).all() for pose in poses)


def test_strength_takes_part_of_the_way() -> None:
    xy = stance() + np.random.default_rng(0).normal(0, 5, (20, KEYPOINTS, 2))
    raw, half, full, more = (
        coordinates(list(MeanMaps(strength)(detect(xy)))) for strength in (0.0, 0.5, 1.0, 2.0)
    )
    np.testing.assert_allclose(raw, xy, atol=1e-3)
    np.testing.assert_allclose(half, (raw + full) / 2, atol=1e-3)
    np.testing.assert_array_equal(more, full)


def test_a_keypoint_that_the_maps_bring_back_is_filled() -> None:
    xy = np.broadcast_to(stance(), (15, KEYPOINTS, 2)).copy()
    xy[7, 3] = np.nan
    xy[:, 4] = np.nan
    poses = list(MeanMaps()(detect(xy)))
    assert poses[7].status[3] == Status.FILLED
    np.testing.assert_allclose(poses[7].xy[3], stance()[3], atol=0.5)
    assert all(pose.status[4] == Status.MISSING for pose in poses)


@pytest.mark.parametrize("kind", [SameMaps, MeanMaps, Mean, Whole])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 6, 7, 8, 9, 23])
def test_every_frame_comes_back(kind: type[SameMaps | Mean], count: int) -> None:
    detections = detect(moving_boxes(count))
    assert [pose.frame_index for pose in kind()(detections)] == list(range(count))


@pytest.mark.parametrize("kind", [SameMaps, MeanMaps, Mean, Whole])
def test_memory_is_bounded_by_the_window(kind: type[SameMaps | Mean]) -> None:
    taken = 0
    detections = detect(climb(np.arange(80) / 30))

    def stream() -> Iterator[Detection]:
        nonlocal taken
        for detection in detections:
            taken += 1
            yield detection

    for given_back, _ in enumerate(kind()(stream()), start=1):
        assert taken - given_back <= 16


@pytest.mark.parametrize("kind", [MeanMaps, Mean, Whole])
def test_windows_end_at_gaps(kind: type[MeanMaps | Mean]) -> None:
    xy = np.concatenate([[stance()] * 7, [stance() + 300] * 3])
    frame_index = np.array([*range(7), *range(20, 23)])
    poses = list(kind()(detect(xy, frame_index=frame_index)))
    np.testing.assert_allclose(coordinates(poses), xy, atol=0.5)
    assert [pose.frame_index for pose in poses] == frame_index.tolist()


def test_a_network_of_all_keypoints_gets_them_all() -> None:
    Whole.shapes, Whole.zeros = set(), 0
    xy = np.broadcast_to(stance(), (30, KEYPOINTS, 2)).copy()
    xy[5:20, 3] = np.nan
    xy[:, 4] = np.nan
    poses = list(Whole()(detect(xy)))
    list(Whole()(detect(xy[:3])))
    assert Whole.shapes == {(8, KEYPOINTS, 2), (3, KEYPOINTS, 2)}
    assert Whole.zeros > 45
    np.testing.assert_allclose(coordinates(poses), xy, atol=1e-3)
    assert all(poses[row].status[3] == Status.MISSING for row in range(5, 20))


def test_segments_end_where_an_index_is_not_the_next() -> None:
    frame_index = np.array([3, 4, 5, 9, 10, 12])
    detections = detect(np.array([stance()] * 6), frame_index=frame_index)
    found = [[each.frame_index for each in segment] for segment in segments(detections)]
    assert found == [[3, 4, 5], [9, 10], [12]]


def bridged(xy: np.ndarray, time: np.ndarray) -> list[Sample]:
    return list(bridge(map(Sample.of, detect(xy, time=time))))


def test_bridges_are_straight_in_time() -> None:
    time = np.array([0.0, 0.03, 0.05, 0.11, 0.2])
    xy = stance() + 100 * time[:, None, None]
    gone = xy.copy()
    gone[1:4, 2] = np.nan
    gone[2, 3] = np.nan
    samples = bridged(gone, time)
    np.testing.assert_allclose(np.stack([sample.xy for sample in samples]), xy, atol=1e-3)
    assert [bool(sample.is_bridged[2]) for sample in samples] == [False, True, True, True, False]
    assert [int(sample.is_filled.sum()) for sample in samples] == [0, 1, 2, 1, 0]


def test_what_is_put_in_does_not_count_for_the_filter() -> None:
    seen: list[np.ndarray] = []

    class Witness(Mean):
        def smooth(
            self,
            xy: Coordinates,
            confidence: Float64[np.ndarray, "time keypoints"],
            time: Float64[np.ndarray, " time"],
        ) -> Coordinates:
            seen.append(confidence)
            return xy

    xy = np.broadcast_to(stance(), (5, KEYPOINTS, 2)).copy()
    xy[2, 3] = np.nan
    poses = list(Witness()(detect(xy)))
    assert np.argwhere(seen[0] == 0).tolist() == [[2, 3]]
    assert poses[2].confidence[3] == np.float32(0.9)


@pytest.mark.parametrize(("frames", "is_short"), [(1, True), (6, True), (7, False), (20, False)])
def test_only_short_absences_are_bridged(frames: int, is_short: bool) -> None:
    time = np.arange(40) / 30
    assert ((frames + 1) / 30 <= MAX_BRIDGE_S) == is_short
    xy = np.broadcast_to(stance(), (40, KEYPOINTS, 2)).copy()
    xy[10 : 10 + frames, 2] = np.nan
    xy[:2, 5] = np.nan
    xy[38:, 6] = np.nan
    samples = bridged(xy, time)
    assert len(samples) == 40
    assert np.isnan(samples[10].xy[2]).any() != is_short
    assert np.isnan(samples[0].xy[5]).all()
    assert np.isnan(samples[39].xy[6]).all()
