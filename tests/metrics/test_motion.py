"""Jitter and error of acceleration: nothing for steady movement, known numbers for known shakes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose import metrics
from climbpose.metrics import Annotated
from tests.metrics.figures import ALL, make_annotated, moved, seeds, value

JITTER, ERROR, LAG = (metrics.create(name) for name in ("jitter", "acc_err", "lag"))


def walk(frames: int = 8, speed: tuple[float, float] = (3.0, -2.0)) -> Annotated:
    """A climber who goes steadily in one direction."""
    one = make_annotated(frames=1, is_all_visible=True)
    path = np.arange(frames)[:, None, None] * np.array(speed)
    return Annotated.of_labels(
        (one.xy + path).astype(np.float32), np.repeat(one.visibility, frames, axis=0)
    )


@given(speed=st.tuples(st.floats(-20, 20), st.floats(-20, 20)))
def test_steady_movement_has_none(speed: tuple[float, float]) -> None:
    annotated = walk(speed=speed)
    assert value(JITTER, annotated.xy, annotated) < 1e-3
    assert value(ERROR, annotated.xy, annotated) == 0


def test_a_shake_to_and_fro_counts_four_times() -> None:
    annotated = walk()
    seen = annotated.xy.copy()
    seen[::2, :, 0] += 0.5
    seen[1::2, :, 0] -= 0.5
    assert value(JITTER, seen, annotated) == pytest.approx(2.0, rel=1e-4)
    side = 1.2 * annotated.box_sides_px[0].max()
    assert value(ERROR, seen, annotated) == pytest.approx(2.0 / side, rel=1e-4)


def test_of_the_torso_neither_size_nor_frame_rate_counts() -> None:
    metric = metrics.create("jitter:torso")
    times = {fps: np.arange(0, 2, 1 / fps) for fps in (30, 60)}
    figures = []
    for fps, scale in ((30, 1.0), (60, 1.0), (30, 3.0)):
        annotated = walk(len(times[fps]))
        fall = np.zeros_like(annotated.xy)
        fall[:, :, 1] = 50 * times[fps][:, None] ** 2
        other, seen = moved(annotated, annotated.xy + fall, 0.0, scale, (0.0, 0.0))
        figures.append(value(metric, seen, replace(other, fps=float(fps))))
    assert figures == pytest.approx([100 / walk().torso_px] * 3, rel=0.01)


def test_without_frame_rate_there_is_none_a_second() -> None:
    annotated = walk()
    assert np.isnan(value(metrics.create("jitter:torso"), annotated.xy, annotated))


@given(seed=seeds, gone=st.integers(0, 7))
def test_only_frames_with_both_neighbours_are_judged(seed: int, gone: int) -> None:
    annotated = make_annotated(seed, frames=8, is_all_visible=True)
    seen = annotated.xy.copy()
    seen[gone] = np.nan
    judged = JITTER(seen, annotated).possible[:, 0]
    expected = [0, *(float(abs(row - gone) > 1) for row in range(1, 7)), 0]
    assert judged.tolist() == expected
    hidden = replace(annotated, visibility=annotated.visibility.copy())
    hidden.visibility[gone] = 1
    assert ERROR(annotated.xy, hidden).possible[:, 0].tolist() == expected
    assert JITTER(annotated.xy, hidden).over(ALL)[1].sum() == 6 * 25


@given(seed=seeds)
def test_the_labels_themselves_have_no_error(seed: int) -> None:
    annotated = make_annotated(seed, frames=6)
    scores = ERROR(annotated.xy, annotated)
    assert scores.earned.sum() == 0


def test_too_few_frames() -> None:
    for frames in (1, 2):
        annotated = walk(frames)
        assert np.isnan(value(JITTER, annotated.xy, annotated))


@given(
    late=st.floats(-3, 3),
    offset=st.floats(-10, 10),
    scale=st.floats(0.5, 4),
    seed=st.integers(0, 9),
)
def test_who_comes_late_lags_by_so_many_frames(
    late: float, offset: float, scale: float, seed: int
) -> None:
    """A swing of two seconds, seen some frames too late and off by a constant."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi, (25, 2))

    def at(frames: np.ndarray) -> np.ndarray:
        return np.asarray(250 + 100 * np.sin(frames[:, None, None] * np.pi / 30 + phase))

    frames = np.arange(121)
    annotated = Annotated.of_labels(
        (scale * at(frames)).astype(np.float32), np.full((121, 25), 2, np.uint8)
    )
    seen = (scale * (at(frames - late) + offset)).astype(np.float32)
    assert value(LAG, seen, annotated) == pytest.approx(late, abs=0.1 + 0.05 * abs(late))
