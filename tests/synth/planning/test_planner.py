from dataclasses import asdict, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.climb import Limb, Move, Plan, Touch, Wall
from climbpose.synth.planning.planner import make_plan
from climbpose.synth.planning.stance import Measures
from climbpose.synth.planning.style import SPECIALS, Ending, Style, sample_angle

SEEDS = range(4)
FREE = {Move.CUT_LOOSE, Move.DYNO, Move.FALL, Move.WALK}


@lru_cache
def body_of(seed: int) -> Body:
    return Body.of(BodyShape.sample(np.random.default_rng(seed)) if seed else BodyShape.base())


@lru_cache
def sampled(seed: int) -> tuple[Plan, Body]:
    rng = np.random.default_rng(seed)
    fps = float(rng.choice([24.0, 29.97, 30.0, 60.0]))
    wall = Wall(sample_angle(rng), 5.0, float(rng.choice([4.5, 6.0, 12.0])))
    body = body_of(seed)
    frames = int(rng.choice([1, 3, 5]) * fps)
    return make_plan(Style.sample(rng), wall, body, fps, frames, rng), body


def wanted(style: Style, angle: float, seconds: float, seed: int, height: float = 7.0) -> Plan:
    rng = np.random.default_rng(seed)
    return make_plan(style, Wall(angle, 5.0, height), body_of(0), 30.0, int(30 * seconds), rng)


def moves_of(plan: Plan) -> list[Move]:
    return [phase.move for phase in plan.phases for _ in range(phase.start, phase.end)]


@pytest.mark.parametrize("seed", SEEDS)
def test_arrays_are_finite_and_rotations_are_rotations(seed: int) -> None:
    plan, _ = sampled(seed)
    for array in (plan.target, plan.pelvis, plan.trunk, plan.extension, plan.pole, plan.gaze):
        assert np.isfinite(array).all()
    identity = plan.trunk @ np.swapaxes(plan.trunk, 1, 2)
    np.testing.assert_allclose(identity, np.broadcast_to(np.eye(3), identity.shape), atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(plan.pole, axis=2), 1)
    assert ((plan.extension > 0) & (plan.extension < 1)).all()
    assert ((plan.trunk_weight >= 0) & (plan.trunk_weight <= 1)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_contacts_agree_with_arrays(seed: int) -> None:
    plan, _ = sampled(seed)
    kinds = list(Touch)
    seen = np.zeros_like(plan.in_contact)
    for contact in plan.contacts:
        rows = slice(contact.start, contact.end)
        assert 0 <= contact.start < contact.end <= len(plan)
        assert not seen[rows, contact.limb].any()
        seen[rows, contact.limb] = True
        assert (plan.touch[rows, contact.limb] == kinds.index(contact.touch)).all()
        target = plan.target[rows, contact.limb]
        assert np.ptp(target, axis=0).max() == 0
        if contact.hold < 0:
            assert contact.touch is Touch.FLAT
            assert abs(target[0, 2]) < 1e-9
        else:
            hold = plan.holds[contact.hold]
            assert hold.is_used
            place = plan.wall.to_world(np.array(hold.contact(contact.limb)))
            assert np.linalg.norm(target[0] - place) <= 0.7 * hold.size_m
    assert (seen == plan.in_contact).all()
    assert not (plan.is_loose & plan.in_contact).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_phases_tile_the_clip(seed: int) -> None:
    plan, _ = sampled(seed)
    bounds = [(phase.start, phase.end) for phase in plan.phases]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == len(plan)
    assert all(before[1] == after[0] for before, after in pairwise(bounds))


@pytest.mark.parametrize("seed", SEEDS)
def test_limbs_move_continuously_outside_the_wall(seed: int) -> None:
    plan, _ = sampled(seed)
    if len(plan) > 1:
        speed = np.linalg.norm(np.diff(plan.target, axis=0), axis=2) * plan.fps
        assert speed.max() < 12
        assert np.percentile(speed, 99) < 7
        assert np.linalg.norm(np.diff(plan.pelvis, axis=0), axis=1).max() * plan.fps < 8
    assert plan.wall.to_wall(plan.target)[..., 2].min() > -1e-6
    assert plan.target[..., 2].min() > -1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_something_holds_the_climber(seed: int) -> None:
    plan, _ = sampled(seed)
    count = plan.in_contact.sum(axis=1)
    assert not count[plan.airborne].any()
    for held, move, is_airborne in zip(count, moves_of(plan), plan.airborne, strict=True):
        least = 0 if is_airborne else 1 if move in FREE else 2
        assert held >= least, move


@pytest.mark.parametrize("seed", SEEDS)
def test_holds_are_within_reach(seed: int) -> None:
    plan, body = sampled(seed)
    measures = Measures.of(body)
    joints = plan.pelvis[:, None] + np.einsum("nij,lj->nli", plan.trunk, measures.joints)
    length = np.linalg.norm(plan.target - joints, axis=2)
    assert (length / measures.reach)[plan.in_contact].max(initial=0) < 1.09
    stretched = (length > 1.05 * measures.reach) & plan.in_contact
    assert stretched.mean() < 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_holds_lie_on_the_wall(seed: int) -> None:
    plan, _ = sampled(seed)
    used = [hold for hold in plan.holds if hold.is_used]
    for hold in plan.holds:
        assert abs(hold.u) < plan.wall.width_m / 2
        assert 0 < hold.v < plan.wall.height_m
        if not hold.is_used:
            assert all(np.hypot(hold.u - other.u, hold.v - other.v) > 0.199 for other in used)


@pytest.mark.parametrize(("angle", "pace"), [(-8.0, 1.0), (0.0, 4.0), (35.0, 2.5)])
def test_height_is_gained_at_the_wished_pace(angle: float, pace: float) -> None:
    plan = wanted(replace(Style.base(), pace=pace), angle, 10, 0, height=12.0)
    assert plan.pelvis[-1, 2] - plan.pelvis[0, 2] == pytest.approx(pace, rel=0.25)


def test_in_a_hurry_a_foot_leaves_before_a_hand_has_arrived() -> None:
    fast = wanted(replace(Style.base(), pace=4.0), 0.0, 4, 1, height=12.0)
    slow = wanted(replace(Style.base(), pace=1.0), 0.0, 4, 1, height=12.0)
    assert (fast.in_contact.sum(axis=1) == 2).mean() > 0.1
    assert (slow.in_contact.sum(axis=1) >= 3).all()


def test_short_clips_show_climbing() -> None:
    for seed in range(4):
        style = replace(Style.base(), starts_on_ground=True, ending=Ending.FALL)
        moves = moves_of(wanted(style, 10.0, 3, seed))
        climbing = [move not in (Move.WALK, Move.FALL, Move.LAND) for move in moves]
        assert np.mean(climbing) >= 0.55


def test_who_keeps_climbing_does_not_fall() -> None:
    plan = wanted(replace(Style.base(), pace=3.5), 5.0, 15, 1, height=4.5)
    moves = moves_of(plan)
    assert Move.DOWN_CLIMB in moves
    assert Move.FALL not in moves


@pytest.mark.parametrize("move", [move for move in SPECIALS if move is not Move.REST])
def test_special_moves_happen_when_asked_for(move: Move) -> None:
    found = [
        move in moves_of(wanted(Style.base().wanting(move), 20.0, 4, seed)) for seed in range(2)
    ]
    assert any(found)


def test_base_style_has_plain_moves_only() -> None:
    moves = {move for seed in range(2) for move in moves_of(wanted(Style.base(), 5.0, 4, seed))}
    assert moves <= {Move.REACH, Move.STEP, Move.REST}


@pytest.mark.parametrize("ending", [Ending.FALL, Ending.TOP])
def test_a_fall_ends_on_both_feet(ending: Ending) -> None:
    style = replace(Style.base(), ending=ending)
    plan = wanted(style, 10.0, 12, 3, height=4.5)
    moves = moves_of(plan)
    assert Move.FALL in moves
    landing = moves.index(Move.LAND)
    assert plan.airborne[moves.index(Move.FALL) + 1]
    feet = [Limb.LEFT_FOOT, Limb.RIGHT_FOOT]
    assert plan.in_contact[landing + 1][feet].all()
    assert (plan.touch[landing + 1][feet] == list(Touch).index(Touch.FLAT)).all()
    crouch = plan.pelvis[landing:, 2].min()
    assert crouch < 0.4 * 1.76
    assert plan.pelvis[-1, 2] > crouch


def test_a_down_climb_leads_down() -> None:
    plan = wanted(replace(Style.base(), ending=Ending.DOWN_CLIMB), 5.0, 14, 4)
    moves = moves_of(plan)
    first = moves.index(Move.DOWN_CLIMB)
    last = len(moves) - 1 - moves[::-1].index(Move.DOWN_CLIMB)
    assert plan.pelvis[last, 2] < plan.pelvis[first, 2] - 0.3


@pytest.mark.parametrize("angle", [0.0, 35.0])
def test_a_start_on_the_ground_walks_up_and_gets_on(angle: float) -> None:
    plan = wanted(replace(Style.base(), starts_on_ground=True), angle, 15, 2, height=5.0)
    moves = moves_of(plan)
    assert moves[0] in (Move.WALK, Move.REST)
    walking = np.array([move is Move.WALK for move in moves])
    assert plan.in_contact[walking][:, 2:].any(axis=1).all()
    assert {Move.REACH, Move.STEP} <= set(moves)
    assert plan.in_contact[-1].sum() >= 2


def test_the_same_chance_gives_the_same_plan() -> None:
    style = Style.sample(np.random.default_rng(4))
    first, second = (wanted(style, 12.0, 4, 9) for _ in range(2))
    assert first.holds == second.holds
    assert first.contacts == second.contacts
    np.testing.assert_array_equal(first.target, second.target)
    np.testing.assert_array_equal(first.pelvis, second.pelvis)


def test_styles_survive_writing() -> None:
    for seed in SEEDS:
        style = Style.sample(np.random.default_rng(seed))
        assert Style(**asdict(style)) == style


def test_a_long_clip_goes_on() -> None:
    plan = wanted(Style.base(), 10.0, 30, 5, height=4.5)
    assert len(plan) == 900
    assert len([phase for phase in plan.phases if phase.move is not Move.REST]) > 20


def test_angles_are_those_of_gyms() -> None:
    rng = np.random.default_rng(0)
    angles = np.array([sample_angle(rng) for _ in range(500)])
    assert angles.min() >= -10
    assert angles.max() <= 45
    assert 0.4 < ((angles >= -1) & (angles < 15)).mean() < 0.65
