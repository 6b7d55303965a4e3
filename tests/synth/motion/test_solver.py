import dataclasses

import numpy as np
import pytest

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.climb import Climb, Limb, Plan, Wall
from climbpose.synth.motion import solver as motion
from climbpose.synth.motion.rig import LIMB_BONES
from climbpose.synth.planning.planner import make_plan
from climbpose.synth.planning.style import Style, sample_angle
from climbpose.synth.variation import Config
from tests.synth.motion import plans


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


@pytest.fixture(scope="module")
def climbs(body: Body) -> dict[str, Climb]:
    return {
        name: motion.solve(make(), body, np.random.default_rng(3))
        for name, make in plans.PLANS.items()
    }


@pytest.fixture(params=list(plans.PLANS))
def climb(request: pytest.FixtureRequest, climbs: dict[str, Climb]) -> Climb:
    return climbs[request.param]


def _angle(climb: Climb, body: Body, limb: Limb) -> np.ndarray:
    """How far an elbow or knee is bent, degrees."""
    first, _, middle, _, last = (climb.joints[:, body.bone(name)] for name in LIMB_BONES[limb])
    upper, lower = middle - first, last - middle
    cosine = np.einsum("fi,fi->f", upper, lower)
    cosine /= np.linalg.norm(upper, axis=1) * np.linalg.norm(lower, axis=1)
    result: np.ndarray = np.degrees(np.arccos(cosine))
    return result


def test_limbs_are_where_they_hold(climb: Climb) -> None:
    error = climb.contact_error()
    assert np.nanmax(error) < 0.02


def test_all_is_finite_and_rotations_are_rotations(climb: Climb) -> None:
    assert np.isfinite(climb.joints).all()
    turn = climb.rotations
    assert np.allclose(turn @ np.swapaxes(turn, -1, -2), np.eye(3), atol=1e-4)


def test_joints_hang_together(climb: Climb, body: Body) -> None:
    expected = body.joints(climb.rotations, climb.joints[:, 0])
    assert np.allclose(expected, climb.joints, atol=1e-4)


def test_elbows_and_knees_bend_within_their_range(climb: Climb, body: Body) -> None:
    for limb in Limb:
        assert _angle(climb, body, limb).max() < 155


def test_the_body_stays_before_the_wall_and_above_the_floor(climb: Climb, body: Body) -> None:
    ends = [body.bone(name) for name in body.bones if name.startswith(("finger", "toe"))]
    inner = ~np.isin(body.vertex_bones[:, 0], ends)
    for frame in range(0, len(climb.joints), 12):
        vertices = body.skin(climb.rotations[frame], climb.joints[frame]).astype(float)
        assert climb.plan.wall.to_wall(vertices[inner])[:, 2].min() > -0.02
        assert vertices[:, 2].min() > -0.02


def test_nothing_jumps(climb: Climb) -> None:
    speed = np.linalg.norm(np.diff(climb.joints, axis=0), axis=-1) * climb.plan.fps
    flies = climb.plan.airborne.any()
    assert speed.max() < (8 if flies else 5)
    assert np.percentile(speed[:, 0], 95) < (4 if flies else 1.5)
    turn = np.einsum("fbij,fbij->fb", climb.rotations[1:], climb.rotations[:-1])
    assert np.degrees(np.arccos(np.clip((turn - 1) / 2, -1, 1))).max() < 45


def test_a_body_in_flight_falls_freely(climbs: dict[str, Climb], body: Body) -> None:
    climb = climbs["dyno"]
    frames = np.flatnonzero(climb.plan.airborne)
    centres = np.array(
        [
            body.centre_of_mass(body.skin(climb.rotations[f], climb.joints[f]).astype(float))
            for f in frames
        ]
    )
    seconds = frames / climb.plan.fps
    curve = np.polynomial.polynomial.polyfit(seconds - seconds[0], centres, 2)
    assert np.allclose(2 * curve[2], [0, 0, -9.81], atol=1.2)


def test_the_same_generator_makes_the_same_climb(body: Body) -> None:
    first, second = (
        motion.solve(plans.hang(), body, np.random.default_rng(1)).rotations for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.parametrize("frames", [1, 4])
def test_a_plan_may_be_very_short(body: Body, frames: int) -> None:
    whole = plans.hang()
    parts = {
        field.name: getattr(whole, field.name)[:frames]
        for field in dataclasses.fields(Plan)
        if isinstance(getattr(whole, field.name), np.ndarray)
    }
    plan = dataclasses.replace(whole, **parts)
    climb = motion.solve(plan, body, np.random.default_rng(0))
    assert np.nanmax(climb.contact_error()) < 0.02


def test_a_mirrored_plan_makes_a_mirrored_climb(body: Body) -> None:
    plan = plans.slab()
    image = np.array([-1.0, 1, 1])
    other = [1, 0, 3, 2]
    mirror = dataclasses.replace(
        plan,
        target=plan.target[:, other] * image,
        in_contact=plan.in_contact[:, other],
        touch=plan.touch[:, other],
        extension=plan.extension[:, other],
        pole=plan.pole[:, other] * image,
        pelvis=plan.pelvis * image,
        gaze=plan.gaze * image,
    )
    first = motion.solve(plan, body, np.random.default_rng(2)).joints
    second = motion.solve(mirror, body, np.random.default_rng(2)).joints * image
    pairs = [
        (body.bone(LIMB_BONES[limb][2]), body.bone(LIMB_BONES[Limb(other[limb])][2]))
        for limb in Limb
    ]
    for row, column in [*pairs, (0, 0)]:
        assert np.linalg.norm(first[:, row] - second[:, column], axis=1).max() < 0.12


def test_sampled_climbs_meet_holds_and_stay_human(body: Body) -> None:
    """Of twelve climbers on all walls: where they hold, how deep in the wall, how far bent."""
    errors, depths = [], []
    hands_and_feet = ("finger", "metacarpal", "wrist", "toe", "foot")
    ends = [body.bone(name) for name in body.bones if name.startswith(hands_and_feet)]
    inner = ~np.isin(body.vertex_bones[:, 0], ends)
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        wall = Wall(sample_angle(rng), 5.0, 6.0)
        plan = make_plan(Style.sample(rng), wall, body, 20.0, 24, rng)
        climb = motion.solve(plan, body, rng)
        errors.append(climb.contact_error().ravel())
        for frame in range(0, len(plan), 8):
            vertices = body.skin(climb.rotations[frame], climb.joints[frame])
            depths.append(-wall.to_wall(vertices[inner].astype(float))[:, 2].min())
        for limb in Limb:
            assert _angle(climb, body, limb).max() < 150
        back, up = np.moveaxis(_thighs(climb, body), -1, 0)[1:]
        assert np.degrees(np.arcsin(back)).max() < 40
        assert np.degrees(np.arccos(-up)).max() < 140
    assert np.nanpercentile(np.concatenate(errors), 99) < 0.05
    assert max(depths) < 0.03


def _thighs(climb: Climb, body: Body) -> np.ndarray:
    """Directions of the thighs in the pelvis's left, back and up, where both legs hang at -up."""
    sides = []
    for limb in (Limb.LEFT_FOOT, Limb.RIGHT_FOOT):
        hip, knee = (climb.joints[:, body.bone(LIMB_BONES[limb][row])] for row in (0, 2))
        thigh = (knee - hip) / np.linalg.norm(knee - hip, axis=1, keepdims=True)
        sides.append(np.einsum("fji,fj->fi", climb.rotations[:, body.bone("root")], thigh))
    result: np.ndarray = np.stack(sides)
    return result


def test_many_frames_a_second_are_solved_as_well() -> None:
    # A climb whose knee was once 18 cm behind the wall at this rate, and nowhere near it at 30.
    config = Config.sample(0, 3, seconds=4.0, fps=60.0)
    body, wall = Body.of(config.body), Wall(config.angle)
    plan = make_plan(config.style, wall, body, 60.0, config.frames, config.stream("plan"))
    climb = motion.solve(plan, body, config.stream("motion"))
    assert np.nanmax(climb.contact_error()) < 0.02
    knees = climb.joints[:, [body.bone("lowerleg01.L"), body.bone("lowerleg01.R")]]
    assert wall.to_wall(knees.astype(float))[..., 2].min() > 0.02
