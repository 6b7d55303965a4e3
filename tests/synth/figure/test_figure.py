from dataclasses import replace

import numpy as np
import pytest

from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import Body, BodyShape
from climbpose.synth.camera import Shot
from climbpose.synth.climb import Wall
from climbpose.synth.figure.extras import STANCES, People, Stance, bystander
from climbpose.synth.figure.figure import Box, Drawn, Figure
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.pose import Pose
from climbpose.synth.figure.rope import Rope, draw_rope, hanging_rope, tie_in
from climbpose.synth.light import Light

WALL = Wall()
COLS, ROWS = 240, 300
SHOT = Shot(
    COLS,
    ROWS,
    np.array([0.0, -4.0, 1.2]),
    np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    440.0,
)


def _open_scene(box: Box) -> np.ndarray:
    return np.full((box[3] - box[1], box[2] - box[0]), 50, np.float32)


def _posture(body: Body, heading_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """The body at rest on the floor before the wall, turned."""
    angle = np.radians(180 + heading_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float32)
    rotations = np.tile(turn, (len(body.bones), 1, 1))
    return rotations, body.joints(rotations, np.array([0, -0.4, 0.95], np.float32))


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


@pytest.fixture(scope="module")
def figure(body: Body) -> Figure:
    return Figure(body, Outfit.base(), Light(), WALL, np.random.default_rng(0))


@pytest.fixture(scope="module")
def behind(figure: Figure) -> Pose:
    return figure.pose(*_posture(figure.body, 0))


def _drawn(figure: Figure, pose: Pose) -> tuple[np.ndarray, Drawn]:
    image = np.full((ROWS, COLS, 3), 190, np.uint8)
    return image, figure.draw(image, SHOT, pose, _open_scene)


def _keypoints(body: Body, heading_deg: float) -> np.ndarray:
    rotations, joints = _posture(body, heading_deg)
    found: np.ndarray = body.keypoints(rotations[None], joints[None])[0]
    return found


def test_the_same_numbers_give_the_same_picture(body: Body, behind: Pose, figure: Figure) -> None:
    twin = Figure(body, Outfit.base(), Light(), WALL, np.random.default_rng(0))
    first, _ = _drawn(figure, behind)
    second, _ = _drawn(twin, twin.pose(*_posture(body, 0)))
    assert np.array_equal(first, second)


def test_the_figure_is_where_its_keypoints_are(figure: Figure, behind: Pose) -> None:
    image, drawn = _drawn(figure, behind)
    xy, depth = SHOT.project(_keypoints(figure.body, 0))
    left, top = drawn.box[:2]
    for name in ("shoulder", "hip", "knee", "elbow"):
        for side in ("left", "right"):
            x, y = xy[CLIMBING_25.keypoints.index(f"{side}_{name}")].astype(int)
            assert drawn.coverage[y - top, x - left] > 0.95
            assert abs(drawn.distance_at((int(x), int(y))) - depth.mean()) < 0.5
    changed = np.flatnonzero((image != 190).any(axis=(1, 2)))
    assert drawn.box[1] <= changed[0] and changed[-1] < drawn.box[3]


def test_what_is_before_the_figure_hides_it(figure: Figure, behind: Pose) -> None:
    image = np.full((ROWS, COLS, 3), 190, np.uint8)

    def half_closed(box: Box) -> np.ndarray:
        scene = _open_scene(box)
        scene[:, : COLS // 2 - box[0]] = 2.0
        return scene

    drawn = figure.draw(image, SHOT, behind, half_closed)
    assert (image[:, : COLS // 2] == 190).all()
    assert (image[:, COLS // 2 :] != 190).any()
    seen = figure.visibility(_keypoints(figure.body, 0), SHOT, drawn, half_closed)
    knees = [CLIMBING_25.keypoints.index(f"{side}_knee") for side in ("left", "right")]
    assert list(seen[knees]) == [1, 2]


def test_the_face_is_seen_from_the_front_only(figure: Figure, behind: Pose) -> None:
    nose = CLIMBING_25.keypoints.index("nose")
    joints = [
        CLIMBING_25.keypoints.index(f"{side}_{name}")
        for side in ("left", "right")
        for name in ("shoulder", "hip", "knee", "ankle")
    ]
    for heading, wanted in ((0, 1), (180, 2)):
        pose = behind if heading == 0 else figure.pose(*_posture(figure.body, heading))
        _, drawn = _drawn(figure, pose)
        seen = figure.visibility(_keypoints(figure.body, heading), SHOT, drawn, _open_scene)
        assert seen[nose] == wanted
        assert (seen[joints] == 2).all()


def test_nothing_is_visible_outside_the_picture(figure: Figure, behind: Pose) -> None:
    aside = replace(SHOT, position=np.array([30.0, -4, 1.2]))
    image = np.full((ROWS, COLS, 3), 190, np.uint8)
    drawn = figure.draw(image, aside, behind, _open_scene)
    assert (image == 190).all()
    keypoints = _keypoints(figure.body, 0)
    assert (figure.visibility(keypoints, aside, drawn, _open_scene) == 0).all()
    away = replace(SHOT, rotation=SHOT.rotation * np.array([[-1], [1], [-1]]))
    assert figure.draw(image, away, behind, _open_scene).box == (0, 0, 0, 0)
    assert (figure.visibility(keypoints, away, drawn, _open_scene) == 0).all()


def test_another_person_hides_keypoints(figure: Figure, behind: Pose) -> None:
    _, drawn = _drawn(figure, behind)
    cover = np.full((ROWS, COLS), 2.0, np.float32)
    other = Drawn((0, 0, COLS, ROWS), cover, np.ones_like(cover))
    seen = figure.visibility(_keypoints(figure.body, 0), SHOT, drawn, _open_scene, [other])
    assert (seen == 1).all()


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_shadow_falls_away_from_the_lamp(body: Body, side: float) -> None:
    direction = np.array([0.6 * side, -0.7, 0.4])
    x, y, z = (float(n) for n in direction / np.linalg.norm(direction))
    light = Light((x, y, z), (0.8, 0.8, 0.8), (0.3, 0.3, 0.3), 0.1)
    figure = Figure(body, Outfit.base(), light, WALL, np.random.default_rng(0))
    image = np.full((ROWS, COLS, 3), 200, np.uint8)
    figure.cast_shadow(image, SHOT, figure.pose(*_posture(body, 0)))
    dark = 200.0 - image[..., 0]
    assert dark.max() > 60
    middle = (dark.sum(axis=0) * np.arange(COLS)).sum() / dark.sum() - COLS / 2
    assert middle * side < -8


def test_a_lamp_behind_the_wall_casts_no_shadow_on_it(body: Body) -> None:
    light = Light((0.0, 0.6, 0.8), (0.8, 0.8, 0.8), (0.3, 0.3, 0.3), 0.1)
    figure = Figure(body, Outfit.base(), light, WALL, np.random.default_rng(0))
    rotations, joints = _posture(body, 0)
    image = np.full((ROWS, COLS, 3), 200, np.uint8)
    figure.cast_shadow(
        image, SHOT, figure.pose(rotations, joints + np.array([0, -1.2, 0], np.float32))
    )
    above_floor = image[: int(SHOT.project(np.array([0, 0, 0.3]))[0][1])]
    assert above_floor.min() > 190


def test_motion_blurs_the_figure(figure: Figure, behind: Pose) -> None:
    rotations, joints = _posture(figure.body, 0)
    later = figure.pose(rotations, joints + np.array([0.12, 0, 0], np.float32))
    images = []
    for poses in ((behind, behind), (behind, later)):
        image = np.full((ROWS, COLS, 3), 190, np.uint8)
        drawn = figure.draw_blurred(image, (SHOT, SHOT), poses, _open_scene)
        images.append(image)
    still, moved = (np.abs(np.diff(image.astype(float), axis=1)).max() for image in images)
    assert moved < 0.8 * still
    half = (drawn.coverage > 0.1) & (drawn.coverage < 0.9)
    assert half.mean() > 0.02
    middle = np.isfinite(drawn.distance).nonzero()[1].mean() + drawn.box[0] - COLS / 2
    assert abs(middle - 0.06 * 440 / 3.6) < 2


@pytest.mark.parametrize("stance", STANCES)
def test_a_bystander_stands_on_the_floor(body: Body, stance: Stance) -> None:
    rng = np.random.default_rng(2)
    rotations, joints = bystander(body, stance, 20, 30.0, (0.8, -1.5), 30.0, rng)
    assert np.allclose(rotations @ rotations.swapaxes(-1, -2), np.eye(3), atol=1e-4)
    keypoints = body.keypoints(rotations, joints)
    feet, hips = (
        keypoints[:, [CLIMBING_25.keypoints.index(f"{side}_{name}") for side in ("left", "right")]]
        for name in ("heel", "hip")
    )
    assert feet[..., 2].min() > -0.03 and feet[..., 2].min(axis=1).max() < 0.12
    head = keypoints[:, CLIMBING_25.keypoints.index("nose")]
    assert (head[:, 2] > hips[:, 0, 2] + 0.4).all()
    travelled = float(np.linalg.norm(hips[-1, 0, :2] - hips[0, 0, :2]))
    assert (travelled > 0.4) == (stance == "walk")


def test_a_rope_hangs_where_it_is_not_hidden(figure: Figure, behind: Pose) -> None:
    image, drawn = _drawn(figure, behind)
    rope = Rope("top")
    knot = tie_in(figure.body, *_posture(figure.body, 0))
    path = rope.path(knot, WALL, 0.0)
    before = image.copy()
    seen = draw_rope(image, SHOT, path, (0.9, 0.1, 0.1), Light(), _open_scene, [drawn])
    changed = (image != before).any(axis=2)
    assert changed[: drawn.box[1]].any()
    hips = SHOT.project(knot)[0].astype(int)
    assert not changed[hips[1] - 20 : hips[1]].any()
    assert np.isfinite(seen.distance).any()
    sagging = hanging_rope(np.array([0, 0, 1.0]), np.array([0, 0, 3.0]), 0.2)
    assert len(Rope("lead").path(knot, WALL, 0.2)) == 48 == len(sagging)


def test_people_and_ropes_vary() -> None:
    assert People.base().persons == () and Rope.base().kind == "none"
    crowds = [People.sample(np.random.default_rng(seed)) for seed in range(40)]
    assert {len(crowd.persons) for crowd in crowds} == {0, 1, 2}
    assert {Rope.sample(np.random.default_rng(seed)).kind for seed in range(60)} == {
        "none",
        "top",
        "lead",
    }
    person = next(crowd for crowd in crowds if crowd.persons).persons[0]
    assert person.place(Wall(40.0))[1] < person.place(Wall(0.0))[1] < 0
