"""How far before a keypoint its own limb and clothes may lie."""

import numpy as np
import pytest

from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import Body, BodyShape
from climbpose.synth.figure.radii import keypoint_radii


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


def test_loose_trousers_leave_the_knee_visible_and_the_ears_as_they_are(body: Body) -> None:
    knee, ear = CLIMBING_25.indices("left_knee", "left_ear")
    bare = keypoint_radii(body, body.vertices)
    is_leg = np.linalg.norm(body.vertices - body.point("left_knee"), axis=1) < 0.13
    away = body.vertices - body.point("left_knee")
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    dressed = (body.vertices + 0.05 * is_leg[:, None] * away).astype(np.float32)
    loose = keypoint_radii(body, dressed)
    assert loose[knee] - bare[knee] == pytest.approx(0.05, abs=0.012)
    assert loose[ear] == bare[ear]


def test_a_bag_behind_the_hips_hides_them(body: Body) -> None:
    hip = CLIMBING_25.index("left_hip")
    bare = keypoint_radii(body, body.vertices)
    bag = body.point("left_hip") + np.array([0, 0.13, 0], np.float32)
    worn = np.concatenate([body.vertices, bag[None]])
    assert keypoint_radii(body, worn)[hip] <= bare[hip] + 0.06
