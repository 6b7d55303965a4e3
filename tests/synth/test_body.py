"""The baked bodies: closed, human in size, and moved rigidly where nothing bends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import DEFINITIONS, Body, BodyShape

seeds = st.integers(0, 2**32 - 1)


def at_rest(body: Body) -> tuple[np.ndarray, np.ndarray]:
    rotations = np.broadcast_to(np.eye(3), (len(body.bones), 3, 3))
    return rotations, body.joints(rotations, body.heads[0].astype(float))


def volume_m3(body: Body, vertices: np.ndarray) -> float:
    a, b, c = (vertices[body.triangles[:, k]] for k in range(3))
    return float(np.einsum("tc,tc->", a, np.cross(b, c)) / 6)


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


@given(seeds)
def test_any_sampled_body_is_a_grown_persons(seed: int) -> None:
    shape = BodyShape.sample(np.random.default_rng(seed))
    body = Body.of(shape)
    assert sum(shape.mixture.values()) == pytest.approx(1)
    assert np.ptp(body.vertices[:, 2]) == pytest.approx(shape.stature_m, abs=1e-4)
    assert body.vertices[:, 2].min() == pytest.approx(0, abs=1e-4)
    # A litre of body weighs about a kilogram.
    assert 0.030 < volume_m3(body, body.vertices) < 0.16
    assert body.point("left_shoulder")[0] > 0.1 > -0.1 > body.point("right_shoulder")[0]


def test_the_surface_is_closed(body: Body) -> None:
    edges = np.concatenate([body.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    _, count = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    assert (count == 2).all()


def test_a_posture_without_turns_is_the_rest(body: Body) -> None:
    rotations, joints = at_rest(body)
    assert joints == pytest.approx(body.heads, abs=1e-5)
    assert body.skin(rotations, joints) == pytest.approx(body.vertices, abs=1e-5)


@settings(max_examples=20)
@given(seeds)
def test_a_turned_and_moved_body_is_turned_and_moved_as_a_whole(seed: int) -> None:
    body = Body.of(BodyShape.base())
    rng = np.random.default_rng(seed)
    turn, shift = Rotation.random(random_state=rng).as_matrix(), rng.normal(size=3)
    rotations = np.broadcast_to(turn, (len(body.bones), 3, 3))
    joints = body.joints(rotations, turn @ body.heads[0] + shift)
    assert joints == pytest.approx(body.heads @ turn.T + shift, abs=1e-4)
    assert body.skin(rotations, joints) == pytest.approx(body.vertices @ turn.T + shift, abs=1e-4)
    rest, heads = at_rest(body)
    still = body.keypoints(rest[None], heads[None])[0]
    moved = body.keypoints(rotations[None], joints[None])[0]
    assert moved == pytest.approx(still @ turn.T + shift, abs=1e-4)
    centre = body.centre_of_mass(body.vertices)
    assert body.centre_of_mass(body.vertices @ turn.T + shift) == pytest.approx(
        turn @ centre + shift, abs=1e-4
    )


def test_a_bent_elbow_moves_the_hand_and_nothing_above(body: Body) -> None:
    rotations, _ = at_rest(body)
    rotations = rotations.copy()
    forearm = ("lowerarm", "wrist", "finger")
    bent = [
        row
        for row, name in enumerate(body.bones)
        if name.endswith(".L") and name.startswith(forearm)
    ]
    rotations[bent] = Rotation.from_euler("x", -90, degrees=True).as_matrix()
    joints = body.joints(rotations, body.heads[0].astype(float))
    before, after = (
        body.keypoints(turn[None], head[None], "anatomical")[0]
        for turn, head in (at_rest(body), (rotations, joints))
    )
    moved = np.linalg.norm(after - before, axis=1) > 0.02
    names = {CLIMBING_25.keypoints[row] for row in np.flatnonzero(moved)}
    assert names == {f"left_{part}" for part in ("wrist", "pinky", "index", "thumb")}
    elbow, wrist = CLIMBING_25.indices("left_elbow", "left_wrist")
    assert np.linalg.norm(after[wrist] - after[elbow]) == pytest.approx(
        float(np.linalg.norm(before[wrist] - before[elbow])), abs=1e-3
    )


def test_the_centre_of_mass_of_who_stands_lies_between_the_hips_and_the_navel(body: Body) -> None:
    x, y, z = body.centre_of_mass(body.vertices)
    assert abs(x) < 0.01
    assert abs(y) < 0.08
    assert 0.52 < z / np.ptp(body.vertices[:, 2]) < 0.60


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_each_definition_names_a_point_for_each_keypoint(body: Body, definition: str) -> None:
    points = DEFINITIONS[definition]
    assert len(points) == len(CLIMBING_25)
    assert set(points) <= set(body.points)
    rotations, joints = at_rest(body)
    xyz = body.keypoints(rotations[None], joints[None], definition)[0]
    # The body's mirror plane is x = 0.
    assert xyz[list(CLIMBING_25.flipped)] * (-1, 1, 1) == pytest.approx(xyz, abs=0.012)
