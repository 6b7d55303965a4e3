from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.analytics.values import Limb
from climbpose.comparing.alignment import align, from_start
from climbpose.comparing.moves import compare_moves, unmatched
from climbpose.comparing.registration import Registration
from climbpose.comparing.warping import warp
from climbpose.wall.motion import CameraMotion
from tests.comparing.climbs import FPS, SAME, climb, step

L, R = Limb.LEFT_HAND, Limb.RIGHT_HAND
WAY = [(L, (180, 450)), (R, (260, 380)), (L, (190, 300)), (R, (250, 210)), (L, (210, 120))]

pace = st.lists(
    st.tuples(st.floats(0.3, 2.0), st.floats(0.2, 3.0)), min_size=len(WAY), max_size=len(WAY)
)


def paced(times: list[tuple[float, float]], scale: float = 1.0):  # type: ignore[no-untyped-def]
    steps = [step(*goal, *own) for goal, own in zip(WAY, times, strict=True)]
    return climb(steps, scale=scale)


EVEN = [(0.8, 1.0)] * len(WAY)


@settings(max_examples=25)
@given(pace)
def test_a_climb_is_in_step_with_itself(times: list[tuple[float, float]]) -> None:
    one = paced(times)
    aligned = align(one, one, SAME)
    assert aligned.by == "move"
    np.testing.assert_array_equal(aligned.a_rows, aligned.b_rows)
    np.testing.assert_allclose(aligned.moments[:, 0], aligned.moments[:, 1], atol=1e-9)
    assert all(
        move.is_matched and move.seconds == 0 and move.path_bl == 0 for move in aligned.moves
    )


@settings(max_examples=25)
@given(pace, pace)
def test_moves_of_both_coincide_and_time_never_goes_back(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    a, b = paced(first), paced(second)
    aligned = align(a, b, SAME)
    assert (np.diff(aligned.moments, axis=0) > 0).all()
    assert (np.diff(aligned.a_rows) == 1).all() and (np.diff(aligned.b_rows) >= 0).all()
    assert len(aligned.time) == len(aligned.a_rows) == len(aligned.b_rows)
    assert aligned.b_rows[0] == 0 and aligned.b_rows[-1] == len(b.poses) - 1
    for move in aligned.moves:
        assert move.first is not None and move.second is not None
        there = np.interp(move.first.end_s, *aligned.moments.T)
        assert there == pytest.approx(move.second.end_s, abs=1e-6)


@settings(max_examples=25)
@given(pace, pace)
def test_swapped_climbs_are_mirrored(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    a, b = paced(first), paced(second)
    there, back = align(a, b, SAME), align(b, a, SAME)
    for one, other in zip(there.moves, back.moves, strict=True):
        assert (one.first, one.second) == (other.second, other.first)
        assert one.seconds == -other.seconds
        assert one.rest_before_s == -other.rest_before_s
    moments = np.interp(there.moments[:, 0], *back.moments[:, ::-1].T)
    np.testing.assert_allclose(moments, there.moments[:, 1], atol=0.25)


def test_a_move_that_one_lacks_is_named() -> None:
    a = paced(EVEN)
    steps = [step(*goal, 0.8, 1.0) for goal in WAY]
    steps.insert(2, step(R, (330, 330), 0.6, 0.5))
    b = climb(steps)
    moves = compare_moves(a, b, SAME)
    assert [(m.first and m.first.number, m.second and m.second.number) for m in moves] == [
        (1, 1),
        (2, 2),
        (None, 3),
        (3, 4),
        (4, 5),
        (5, 6),
    ]
    assert np.isnan(moves[2].seconds)
    assert unmatched(moves) == ["B's move 3 (right hand) has no counterpart in A"]
    assert unmatched(compare_moves(b, a, SAME)) == [
        "A's move 3 (right hand) has no counterpart in B"
    ]
    aligned = align(a, b, SAME)
    assert aligned.by == "move" and (np.diff(aligned.moments, axis=0) > 0).all()


def test_hands_that_move_at_once_do_not_lead_astray() -> None:
    a, b = paced(EVEN), paced([(0.8, 1.5)] * len(WAY))
    # In A the fourth move begins during the third, in B after it.
    early = replace(a.moves[3], start_s=a.moves[2].start_s - 0.3)
    aligned = align(replace(a, moves=[*a.moves[:3], early, *a.moves[4:]]), b, SAME)
    assert aligned.by == "move" and (np.diff(aligned.moments, axis=0) > 0).all()
    for number in (1, 2, 3):
        there = np.interp(a.moves[number].end_s, *aligned.moments.T)
        assert there == pytest.approx(b.moves[number].end_s, abs=0.05)


def test_another_limb_on_the_same_hold_is_another_move() -> None:
    other = [step(R if limb == L else L, goal, 0.8, 1.0) for limb, goal in WAY]
    moves = compare_moves(paced(EVEN), climb(other), SAME)
    assert not any(move.is_matched for move in moves) and len(moves) == 2 * len(WAY)


def test_walls_that_are_seen_otherwise_have_the_same_moves() -> None:
    a, b = paced(EVEN), paced(EVEN, scale=0.5)
    aligned = align(a, b, Registration(np.diag([2.0, 2.0, 1.0]), 0.1, 100, 1.0))
    assert all(move.is_matched for move in aligned.moves)
    assert all(abs(move.path_bl) < 1e-9 for move in aligned.moves)
    assert not any(move.is_matched for move in align(a, b, SAME).moves)


def test_climbs_without_moves_go_by_height() -> None:
    a = paced([(0.5, 1.0)] * 5)
    b = paced([(1.0, 0.4), (0.5, 2.0), (0.4, 1.0), (1.2, 0.3), (0.5, 1.0)])
    aligned = align(replace(a, moves=[]), replace(b, moves=[]), SAME)
    assert aligned.by == "height" and not aligned.moves
    heights = a.centre_of_mass[aligned.a_rows, 1], b.centre_of_mass[aligned.b_rows, 1]
    before = b.centre_of_mass[np.linspace(0, len(b.poses) - 1, len(aligned.a_rows)).astype(int), 1]
    assert np.abs(heights[0] - heights[1]).mean() < 0.5 * np.abs(heights[0] - before).mean()


def test_climbs_of_which_nothing_is_known_go_by_time() -> None:
    one = paced(EVEN)
    nowhere = replace(one, moves=[], centre_of_mass=np.full_like(one.centre_of_mass, np.nan))
    aligned = align(nowhere, nowhere, SAME)
    assert aligned.by == "time" and len(aligned.moments) == 2
    np.testing.assert_array_equal(aligned.a_rows, aligned.b_rows)


def test_from_the_start_the_one_that_ends_first_waits() -> None:
    slow, quick = paced([(1.5, 2.0)] * 5), paced([(0.5, 0.5)] * 5)
    for a, b in ((slow, quick), (quick, slow)):
        aligned = from_start(a, b, SAME)
        assert aligned.by == "time"
        assert aligned.time[-1] == pytest.approx(slow.poses.time[-1], abs=1 / FPS)
        assert aligned.a_rows[-1] == len(a.poses) - 1 and aligned.b_rows[-1] == len(b.poses) - 1
        assert aligned.a_rows[30] == aligned.b_rows[30] == 30
        assert (np.diff(aligned.time) > 0).all()


def test_one_row_is_enough() -> None:
    one = paced(EVEN)
    poses = replace(
        one.poses,
        frame_index=one.poses.frame_index[:1],
        time=one.poses.time[:1],
        xy=one.poses.xy[:1],
        confidence=one.poses.confidence[:1],
        status=one.poses.status[:1],
    )
    short = replace(
        one,
        poses=poses,
        camera=CameraMotion.static(poses.frame_index),
        on_wall=one.on_wall[:1],
        limbs=one.limbs[:1],
        centre_of_mass=one.centre_of_mass[:1],
        coverage=one.coverage[:1],
        moves=[],
    )
    for aligned in (align(short, short, SAME), from_start(short, one, SAME)):
        assert (aligned.a_rows == 0).all()


rises = st.lists(st.floats(0.01, 1.0), min_size=12, max_size=60)


@settings(max_examples=50)
@given(rises, rises)
def test_warping_is_the_same_both_ways(first: list[float], second: list[float]) -> None:
    a, b = (
        (np.linspace(0, len(rise) / 10, len(rise)), np.cumsum(rise) / sum(rise))
        for rise in (first, second)
    )
    there, back = warp(a, b), warp(b, a)
    assert (np.diff(there, axis=0) > 0).all()
    share = there / there[-1]
    slopes = np.diff(share[:, 1]) / np.diff(share[:, 0])
    assert (slopes > 1 / 3 - 1e-9).all() and (slopes < 3 + 1e-9).all()
    times = np.interp(there[:, 0], back[:, 1], back[:, 0])
    np.testing.assert_allclose(times / b[0][-1], there[:, 1] / b[0][-1], atol=0.03)
