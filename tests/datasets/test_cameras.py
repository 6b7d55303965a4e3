"""Cameras see what is in front of them, the right way round."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.datasets.cameras import STATURE_M, CameraRanges, film

BEHIND = CameraRanges(
    behind_deg=0.0,
    anywhere=0.0,
    elevation_deg=(0.0, 0.0),
    roll_deg=0.0,
    following=0.0,
    shake_deg=0.0,
)
"""A level tripod straight behind the person."""


def make_body(frames: int = 20, seed: int = 0, wandering: float = 1.0) -> np.ndarray:
    """Feet, hips (left, right) and head of somebody who faces along z, wandering about."""
    body = np.array([[0, 0, 0], [0.1, 0.9, 0], [-0.1, 0.9, 0], [0, STATURE_M, 0]], float)
    path = np.random.default_rng(seed).normal(0, wandering / 10, (frames, 1, 3)).cumsum(axis=0)
    moved: np.ndarray = body + path
    return moved


def left_of(body: np.ndarray) -> np.ndarray:
    left: np.ndarray = body[:, 1] - body[:, 2]
    return left


def test_seen_from_behind() -> None:
    body = make_body(wandering=0)
    ranges = replace(BEHIND, distance_m=(100.0, 100.0), height_px=(400.0, 400.0))
    pixels = film(body, left_of(body), 30.0, np.random.default_rng(0), ranges)
    feet, left, right, head = pixels[0]
    assert left[0] < right[0]
    assert head[1] < left[1] < feet[1]
    assert feet[1] - head[1] == pytest.approx(400, rel=0.01)
    assert (feet + head) / 2 == pytest.approx(np.array([540, 960]), abs=2)
    # From far off, proportions are those of the body.
    assert (right[0] - left[0]) / (feet[1] - head[1]) == pytest.approx(0.2 / STATURE_M, rel=0.01)


def test_a_rolled_camera_turns_the_picture() -> None:
    body = make_body(wandering=0)
    ranges = replace(BEHIND, roll_deg=10.0)
    level = film(body, left_of(body), 30.0, np.random.default_rng(1), BEHIND)
    rolled = film(body, left_of(body), 30.0, np.random.default_rng(1), ranges)
    middle = np.array([540, 960])
    assert np.linalg.norm(rolled - middle, axis=2) == pytest.approx(
        np.linalg.norm(level - middle, axis=2)
    )
    assert np.abs(rolled - level).max() > 1


def test_a_camera_from_below_sees_feet_larger() -> None:
    body = make_body(wandering=0)
    seen = {}
    for elevation in (-35.0, 0.0):
        ranges = replace(BEHIND, elevation_deg=(elevation, elevation), distance_m=(2.5, 2.5))
        feet, left, _, head = film(body, left_of(body), 30.0, np.random.default_rng(0), ranges)[0]
        seen[elevation] = (feet[1] - left[1]) / (left[1] - head[1])
    assert seen[-35.0] > 1.2 * seen[0.0]


def test_following_cameras_keep_the_person_in_the_middle() -> None:
    body = make_body(300, wandering=2)
    spread = {}
    for share in (0.0, 1.0):
        ranges = replace(BEHIND, following=share, following_s=(0.2, 0.2))
        pixels = film(body, left_of(body), 30.0, np.random.default_rng(0), ranges)
        spread[share] = np.ptp(pixels.mean(axis=1)[:, 0])
    assert spread[1.0] < 0.3 * spread[0.0]


def test_shaking_moves_the_picture_smoothly() -> None:
    body = make_body(300, wandering=0)
    ranges = replace(BEHIND, shake_deg=0.6, distance_m=(5.0, 5.0), height_px=(400.0, 400.0))
    pixels = film(body, left_of(body), 30.0, np.random.default_rng(0), ranges)[:, 1]
    degree = np.radians(1) * 5.0 * 400 / STATURE_M
    assert 0 < np.ptp(pixels, axis=0).max() < 6 * degree
    steps = np.abs(np.diff(pixels, axis=0)).max()
    assert steps < 0.5 * np.ptp(pixels, axis=0).max()


@given(seed=st.integers(0, 2**32), wandering=st.floats(0, 20), frames=st.integers(1, 30))
def test_all_is_in_front_whatever_the_camera(seed: int, wandering: float, frames: int) -> None:
    body = make_body(frames, seed, wandering)
    pixels = film(body, left_of(body), 30.0, np.random.default_rng(seed))
    assert np.isfinite(pixels).all()
    # A point behind the camera would be seen upside down: here heads stay above feet.
    assert (pixels[:, 3, 1] < pixels[:, 0, 1]).all()
    again = film(body, left_of(body), 30.0, np.random.default_rng(seed))
    np.testing.assert_array_equal(pixels, again)


def test_who_lies_on_one_side_is_filmed_too() -> None:
    body = make_body()
    left = np.tile([0.0, 1.0, 0.0], (len(body), 1))
    assert np.isfinite(film(body, left, 30.0, np.random.default_rng(0))).all()
