from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.heatmaps import GaussianMaps
from climbpose.poses import Detection
from climbpose.repair import PARTS, Repair, repair
from climbpose.skeleton import CLIMBING_25
from tests.smoothers.climber import detect, leap

FPS = 30.0
FLIPPED = np.array(CLIMBING_25.flipped)
JOINTS = {
    "arms": ("elbow", "wrist", "pinky", "index", "thumb"),
    "legs": ("knee", "ankle", "heel", "toes"),
}
KEYPOINTS = {
    part: CLIMBING_25.indices(*(f"{side}_{name}" for name in names for side in ("left", "right")))
    for part, names in JOINTS.items()
}

# A climber with a torso of 100 px: to the right of the body's middle and down from the hips.
FIGURE = {
    "nose": (0, -150),
    "ear": (8, -152),
    "shoulder": (20, -100),
    "elbow": (45, -140),
    "wrist": (50, -190),
    "pinky": (54, -200),
    "index": (50, -203),
    "thumb": (46, -198),
    "hip": (14, 0),
    "knee": (40, 40),
    "ankle": (30, 95),
    "heel": (28, 103),
    "toes": (42, 106),
}


def climber(count: int, seed: int = 0, fps: float = FPS) -> np.ndarray:
    """Pixels (time, 25, 2) of a climber who goes up, swaying, limbs apart."""
    random = np.random.default_rng(seed)
    still = []
    for name in CLIMBING_25.keypoints:
        side, _, joint = name.rpartition("_")
        x, y = FIGURE[joint]
        still.append((400 + (-x if side == "left" else x), 900 + y))
    time = np.arange(count) / fps
    phase = random.uniform(0, 6, (25, 2))
    sway = 4 * np.sin(2 * np.pi * 0.4 * time[:, None, None] + phase)
    return np.asarray(np.array(still) + sway - np.array([0, 60]) * time[:, None, None])


def exchanged(xy: np.ndarray, frames: slice, *parts: str) -> np.ndarray:
    """A copy in which these parts' left and right are exchanged in these frames."""
    wrong = xy.copy()
    for part in parts:
        keypoints = KEYPOINTS[part]
        wrong[frames, keypoints] = xy[frames, FLIPPED[keypoints]]
    return wrong


def pixels(detections: Sequence[Detection]) -> np.ndarray:
    return np.stack([detection.keypoints()[0] for detection in detections])


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(1, 60), st.floats(0.05, 1.0))
def test_right_track_stays_the_very_same(seed: int, count: int, confidence: float) -> None:
    detections = detect(climber(count, seed), confidence)
    repaired = repair(detections)
    assert all(a is b for a, b in zip(repaired.detections, detections, strict=True))
    assert not repaired.swapped.any()
    assert repaired.repairs == []


@settings(max_examples=25)
@given(
    st.integers(0, 1000),
    st.sampled_from([("arms",), ("legs",), PARTS]),
    st.integers(1, 60),
    st.integers(1, 30),
    st.sampled_from([25.0, 30.0, 60.0]),
)
def test_exchanged_stretch_is_found_to_the_frame(
    seed: int, parts: tuple[str, ...], start: int, length: int, fps: float
) -> None:
    xy = climber(100, seed, fps)
    stretch = slice(start, start + length)
    repaired = repair(detect(exchanged(xy, stretch, *parts), fps=fps))
    np.testing.assert_allclose(pixels(repaired.detections), xy, atol=1e-3)
    assert repaired.repairs == [Repair(start, start + length - 1, part) for part in parts]
    expected = np.zeros((100, 25), bool)
    for part in parts:
        expected[stretch, KEYPOINTS[part]] = True
    np.testing.assert_array_equal(repaired.swapped, expected)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 40), st.floats(1, 200))
def test_repairing_twice_is_repairing_once(seed: int, count: int, jumps: float) -> None:
    random = np.random.default_rng(seed)
    xy = climber(count, seed)
    for part in PARTS:
        for frame in np.flatnonzero(random.random(count) < 0.3):
            xy = exchanged(xy, slice(frame, frame + 1), part)
    xy += random.normal(0, jumps, xy.shape) * (random.random(xy.shape[:2]) < 0.2)[:, :, None]
    once = repair(detect(xy, random.uniform(0, 1, xy.shape[:2])))
    twice = repair(once.detections)
    assert not twice.swapped.any()
    np.testing.assert_array_equal(pixels(twice.detections), pixels(once.detections))


def test_exchanged_from_the_first_or_to_the_last_frame_is_repaired() -> None:
    xy = climber(90)
    for stretch in (slice(0, 8), slice(82, 90)):
        repaired = repair(detect(exchanged(xy, stretch, "arms")))
        np.testing.assert_allclose(pixels(repaired.detections), xy, atol=1e-3)


def test_crossing_hands_and_feet_stay() -> None:
    xy = climber(120)
    time = np.arange(120) / FPS
    for part, duration in (("arms", 0.3), ("legs", 0.6)):
        keypoints = KEYPOINTS[part]
        over = leap(time, 1.0, duration) - leap(time, 2.5, duration)
        apart = xy[:, FLIPPED[keypoints], 0] - xy[:, keypoints, 0]
        xy[:, keypoints, 0] += over[:, None] * apart
    assert repair(detect(xy)).repairs == []


def test_turning_around_stays() -> None:
    xy = climber(150)
    middle = xy[:, :, :1].mean(axis=1, keepdims=True)
    turned = np.cos(np.pi * leap(np.arange(150) / FPS, 1.5, 0.8))[:, None, None]
    xy[:, :, :1] = middle + (xy[:, :, :1] - middle) * turned
    assert repair(detect(xy)).repairs == []


def test_long_stretch_stays_as_the_detector_has_it() -> None:
    xy = climber(600)
    repaired = repair(detect(exchanged(xy, slice(100, 500), "arms")))
    assert repaired.repairs == []


def test_hand_that_jumps_to_the_other_stays() -> None:
    xy = climber(60)
    xy[20:30, KEYPOINTS["arms"][1::2]] = xy[20:30, KEYPOINTS["arms"][::2]]
    assert repair(detect(xy)).repairs == []


def test_nothing_is_concluded_across_a_gap() -> None:
    xy = climber(60)
    frames = np.array([*range(30), *range(60, 90)])
    there = repair(detect(exchanged(xy, slice(30, 60), "legs"), frame_index=frames))
    assert there.repairs == []
    wrong = exchanged(xy, slice(40, 45), "legs")
    repaired = repair(detect(wrong, frame_index=frames))
    assert repaired.repairs == [Repair(70, 74, "legs")]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_frames_stay(count: int) -> None:
    repaired = repair(detect(exchanged(climber(2), slice(1, 2), "arms")[:count]))
    assert (len(repaired.detections), repaired.swapped.shape) == (count, (count, 25))
    assert len(repaired.repairs) <= 1


def test_missing_keypoints_hinder_nothing() -> None:
    xy = climber(60)
    wrong = exchanged(xy, slice(20, 26), *PARTS)
    gone = CLIMBING_25.indices("left_thumb", "right_pinky", "left_heel", "nose", "right_shoulder")
    wrong[:, gone] = xy[:, gone] = np.nan
    wrong[35, :] = np.nan
    detections = detect(wrong, box=np.array([200, 500, 600, 1100]))
    repaired = repair(detections)
    assert repaired.repairs == [Repair(20, 25, part) for part in PARTS]
    # The thumb is missing on the side that was taken for the left.
    left, right = CLIMBING_25.indices("left_thumb", "right_thumb")
    assert np.isnan(repaired.detections[22].keypoints()[0][right]).all()
    assert np.isfinite(repaired.detections[22].keypoints()[0][left]).all()


def test_maps_confidences_and_world_go_along() -> None:
    xy = climber(40)
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, (40, 25))
    world = random.normal(size=(25, 3))
    wrong = exchanged(xy, slice(10, 14), "arms")
    swapped = np.isin(np.arange(25), KEYPOINTS["arms"])
    order = np.where(swapped, FLIPPED, np.arange(25))
    for is_dense in (False, True):
        given = [replace(one, world=world) for one in detect(wrong, confidence, is_dense=is_dense)]
        found = repair(given).detections[12]
        assert isinstance(found.maps, GaussianMaps) is not is_dense
        np.testing.assert_array_equal(found.maps.render(), given[12].maps.render()[order])
        np.testing.assert_array_equal(found.keypoints()[1], given[12].keypoints()[1][order])
        np.testing.assert_allclose(found.keypoints()[0], xy[12], atol=0.2)
        assert found.world is not None
        np.testing.assert_array_equal(found.world, world[order])
