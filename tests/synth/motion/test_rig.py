import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.climb import Limb
from climbpose.synth.motion.rig import FREEDOMS, Aim, limb_lengths, reach, rig_of
from climbpose.synth.motion.rotation import between, frame, limited, split_twist, turned, unit


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_a_limb_reaches_further_than_its_bones(body: Body) -> None:
    assert (reach(body) > limb_lengths(body) + 0.05).all()
    assert reach(body)[Limb.LEFT_HAND] == pytest.approx(reach(body)[Limb.RIGHT_HAND], abs=2e-3)


def test_rotation_vectors_turn_as_scipy_turns(rng: np.random.Generator) -> None:
    rotvec = rng.normal(size=(2, 50, 3))
    expected = Rotation.from_rotvec(rotvec.reshape(-1, 3)).as_matrix()
    assert np.allclose(turned(rotvec).reshape(-1, 3, 3), expected)


def test_the_least_rotation_brings_one_direction_to_the_other(rng: np.random.Generator) -> None:
    start, end = unit(rng.normal(size=(50, 3))), unit(rng.normal(size=(50, 3)))
    turn = between(start, end)
    assert np.allclose(np.einsum("nij,nj->ni", turn, start), end, atol=1e-6)
    assert np.allclose(turn @ np.swapaxes(turn, 1, 2), np.eye(3), atol=1e-6)


def test_swing_and_twist_make_the_rotation(rng: np.random.Generator) -> None:
    axis = unit(rng.normal(size=3))
    turn = turned(rng.normal(size=(50, 3)))
    swing, twist = split_twist(turn, axis)
    assert np.allclose(turned(swing) @ turned(twist[:, None] * axis), turn)
    assert np.allclose(swing @ axis, 0, atol=1e-9)


def test_values_within_a_range_stay_and_others_keep_their_order() -> None:
    value = np.linspace(-4, 4, 81)
    pressed = limited(value, -0.5, 1.0)
    inner = (value > -0.35) & (value < 0.7)
    assert np.allclose(pressed[inner], value[inner])
    assert (np.diff(pressed) >= 0).all()
    assert pressed.min() >= -0.5
    assert pressed.max() <= 1.0


def _random_posture(
    body: Body, rng: np.random.Generator, count: int = 40
) -> tuple[np.ndarray, np.ndarray, Aim]:
    freedoms = rng.normal(0, 0.3, (count, FREEDOMS))
    trunk = turned(rng.normal(0, 1.0, (count, 3)))
    rig = rig_of(body)
    loose = np.zeros((count, 4))
    firm = np.ones((count, 4))
    centre = rig.stand(freedoms, trunk, Aim(np.zeros((count, 4, 3)), loose, loose, firm)).origin
    way = unit(rng.normal(size=(count, 4, 3))) * rng.uniform(0.4, 0.9, (count, 4, 1))
    return freedoms, trunk, Aim(centre + way * limb_lengths(body)[:, None], loose, loose, firm)


def test_limbs_keep_their_lengths_and_meet_aims_within_reach(
    body: Body, rng: np.random.Generator
) -> None:
    rig = rig_of(body)
    freedoms, trunk, aim = _random_posture(body, rng)
    posture = rig.stand(freedoms, trunk, aim)
    upper = np.linalg.norm(posture.middle - posture.origin, axis=-1)
    lower = np.linalg.norm(posture.end - posture.middle, axis=-1)
    assert np.allclose(upper, rig.lengths[0], atol=1e-6)
    assert np.allclose(lower, rig.lengths[1], atol=1e-6)
    near = (posture.wanted < 0.98) & (posture.wanted > 0.32)
    assert near.mean() > 0.8
    assert np.allclose(posture.end[near], aim.end[near], atol=1e-5)


def test_a_mirrored_posture_has_mirrored_joints(body: Body, rng: np.random.Generator) -> None:
    rig = rig_of(body)
    freedoms, trunk, aim = _random_posture(body, rng)
    posture = rig.stand(freedoms, trunk, aim)
    image = np.diag([-1.0, 1, 1])
    other = [1, 0, 3, 2]
    flipped = freedoms[:, [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 12, 11]].copy()
    flipped[:, [0, 4, 5, 7, 8]] *= -1
    mirror_aim = aim._replace(end=(aim.end @ image)[:, other])
    mirrored = rig.stand(flipped, image @ trunk @ image, mirror_aim)
    assert np.allclose(mirrored.middle[:, other] @ image, posture.middle, atol=5e-3)


def test_a_frame_has_right_handed_upright_axes(rng: np.random.Generator) -> None:
    axes = frame(rng.normal(size=(20, 3)), rng.normal(size=(20, 3)))
    assert np.allclose(np.linalg.det(axes), 1)
    assert np.allclose(np.swapaxes(axes, 1, 2) @ axes, np.eye(3), atol=1e-9)
