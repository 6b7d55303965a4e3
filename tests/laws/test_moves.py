"""Where in the picture, how large and how fast a film is must not matter, each in its own unit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose import metrics, smoothers
from climbpose.metrics import Annotated
from climbpose.poses import Detection
from climbpose.repair import repair
from climbpose.tracks import follow
from tests.metrics.figures import blurred, make_annotated, moved
from tests.metrics.test_names import EXAMPLES
from tests.smoothers.climber import TORSO, climb, coordinates, detect
from tests.test_repair import climber, exchanged

LEARNED = ("conv3d", "deciwatch")


@pytest.mark.parametrize("name", LEARNED)
@settings(max_examples=5)
@given(scale=st.floats(0.25, 4.0), shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_learned_smoothing_moves_and_grows_with_the_picture(
    name: str, scale: float, shift: tuple[float, float]
) -> None:
    noisy = climb(np.arange(30) / 30) + np.random.default_rng(1).normal(0, 3, (30, 25, 2))
    smoother = smoothers.create(name)
    ours = coordinates(list(smoother(detect(noisy))))
    placed = coordinates(list(smoother(detect(noisy * scale + shift))))
    np.testing.assert_allclose(placed, ours * scale + shift, atol=0.002 * TORSO * max(scale, 1))


@pytest.mark.parametrize(
    "name", [name for name in smoothers.names() if name[:4] != "conv" and name != "deciwatch"]
)
def test_smoothing_knows_seconds_not_frames(name: str) -> None:
    """Twice as many frames of the same movement: the same places at the same times."""
    slow, fast = np.arange(45) / 30, np.arange(89) / 60
    smoother = smoothers.create(name)
    ours, theirs = (
        coordinates(list(smoother(detect(climb(time, seed=2), time=time)))) for time in (slow, fast)
    )
    middle = slice(8, -8)
    difference = np.linalg.norm(theirs[::2][middle] - ours[middle], axis=2)
    assert difference.max() < 0.03 * TORSO


@settings(max_examples=20)
@given(
    st.integers(0, 999),
    st.floats(0.25, 4),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.sampled_from(["arms", "legs"]),
)
def test_repairing_moves_and_grows_with_the_picture(
    seed: int, scale: float, shift: tuple[float, float], part: str
) -> None:
    wrong = exchanged(climber(50, seed), slice(20, 28), part)
    one, other = repair(detect(wrong)), repair(detect(wrong * scale + shift))
    assert one.repairs == other.repairs
    np.testing.assert_array_equal(one.swapped, other.swapped)


@settings(max_examples=20)
@given(
    st.integers(0, 999),
    st.floats(0.25, 4),
    st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    st.floats(-1000, 1000),
)
def test_the_climber_is_the_same_wherever_and_whenever(
    seed: int, scale: float, shift: tuple[float, float], later: float
) -> None:
    times = {n: n / 30 for n in range(40)}
    moment = {n: time + later for n, time in times.items()}
    still = np.broadcast_to(climber(1, seed)[0] + (250, 0), (40, 25, 2))
    people = sorted([*_seen(climber(40, seed)), *_seen(still)], key=lambda one: one.frame_index)
    placed = sorted(
        [
            *_seen(climber(40, seed) * scale + shift, later),
            *_seen(still * scale + shift, later),
        ],
        key=lambda one: one.frame_index,
    )
    ours, theirs = follow(people, times, "auto"), follow(placed, moment, "auto")
    assert [one.frame_index for one in ours] == [one.frame_index for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        xy, placed_xy = one.keypoints()[0], other.keypoints()[0]
        np.testing.assert_allclose(placed_xy, xy * scale + shift, atol=0.05 * max(scale, 1))


def _seen(xy: np.ndarray, later: float = 0.0) -> list[Detection]:
    return [replace(one, time=one.time + later) for one in detect(xy)]


@pytest.mark.parametrize("name", [*EXAMPLES.values(), "jitter", "oks", "pck@0.05:torso"])
@settings(max_examples=10)
@given(
    seed=st.integers(0, 999),
    scale=st.sampled_from([0.3, 0.5, 2.0, 4.0]),
    turn=st.sampled_from([-2.0, 0.0, 0.5, 3.0]),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_measuring_in_a_picture_that_is_shifted_scaled_and_turned(
    name: str, seed: int, scale: float, turn: float, shift: tuple[float, float]
) -> None:
    annotated = replace(make_annotated(seed, frames=8), fps=30.0)
    seen = blurred(annotated, seed)
    # Boxes have sides that lie along the picture's.
    is_of_boxes = name in ("acc_err", "lag", "oks") or ":box" in name or ":crop" in name
    placed = moved(annotated, seen, 0.0 if is_of_boxes else turn, scale, shift)
    metric = metrics.create(name)
    ours, theirs = metric(seen, annotated), metric(placed[1], placed[0])
    factor = scale if metric.unit.startswith("px") else 1.0
    # A keypoint on the very threshold may fall to either side.
    is_off = np.abs(theirs.earned - factor * ours.earned) > 1e-3 * (1 + np.abs(ours.earned))
    assert is_off.mean() <= 0.01
    np.testing.assert_allclose(theirs.possible, ours.possible, rtol=1e-3, atol=1e-6)


@settings(max_examples=20)
@given(seed=st.integers(0, 999), name=st.sampled_from([*EXAMPLES.values()]))
def test_frames_that_nobody_labelled_change_no_figure(seed: int, name: str) -> None:
    annotated = replace(make_annotated(seed, frames=6), fps=30.0)
    seen = blurred(annotated, seed)
    nothing = np.full((3, 25, 2), np.nan, np.float32)
    longer = Annotated(
        np.concatenate([annotated.xy, nothing]),
        np.concatenate([annotated.visibility, np.zeros((3, 25), np.uint8)]),
        fps=30.0,
    )
    metric = metrics.create(name)
    ours = metric(seen, annotated)
    theirs = metric(np.concatenate([seen, nothing + np.float32(1)]), longer)
    np.testing.assert_allclose(theirs.earned[:6], ours.earned, atol=1e-6)
    assert not theirs.possible[6:].any()
