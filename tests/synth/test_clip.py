"""A real clip, tiny: its labels fit together, to the settings and to the pictures."""

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from climbpose.labels import OCCLUDED, UNLABELLED, VISIBLE, ClipLabels
from climbpose.skeleton import CLIMBING_25
from climbpose.synth.clip import make_clip
from climbpose.synth.figure.extras import People
from climbpose.synth.figure.rope import Rope
from climbpose.synth.variation import AXES, Config
from tests.clips import decoded, described, shown_times, sound_samples

WIDTH, HEIGHT, FRAMES = 96, 160, 12


def config_of(index: int, *axes: str, frames: int = FRAMES) -> Config:
    return Config.sample(
        2, index, axes=axes, width=WIDTH, height=HEIGHT, seconds=frames / 30, fps=30.0
    )


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clip") / "clip.mp4"


@pytest.fixture(scope="module")
def labels(video: Path) -> ClipLabels:
    """Of a clip in which the camera and the climber's shape vary."""
    return make_clip(config_of(1, "body", "handling", "blur"), video)


def test_video_is_as_long_and_large_as_asked(video: Path, labels: ClipLabels) -> None:
    assert len(labels) == FRAMES
    assert f"{WIDTH}x{HEIGHT}" in described(video)
    assert shown_times(video) == [Fraction(frame, 30) for frame in range(FRAMES)]
    assert len(sound_samples(video)) / 48000 == pytest.approx(FRAMES / 30, abs=0.05)


def test_settings_are_in_the_labels(labels: ClipLabels) -> None:
    config = config_of(1, "body", "handling", "blur")
    assert Config.from_json(labels.config) == config
    assert (labels.seed, labels.index, labels.look) == (2, 1, config.look)
    assert labels.body["stature_m"] == config.body.stature_m
    assert labels.wall["angle_deg"] == config.angle


def test_2d_is_3d_seen_by_the_camera(labels: ClipLabels) -> None:
    for xy, xyz in (
        (labels.xy, labels.xyz),
        (labels.xy_anatomical, labels.xyz_anatomical),
        (labels.centre_of_mass_xy[:, None], labels.centre_of_mass[:, None]),
    ):
        seen = np.einsum("fij,fkj->fki", labels.rotation, xyz - labels.position[:, None])
        pixels = np.einsum("fij,fkj->fki", labels.intrinsics, seen)
        assert (pixels[..., 2] > 0).all()
        assert pixels[..., :2] / pixels[..., 2:] == pytest.approx(xy, abs=0.01)


def test_visibility_and_box(labels: ClipLabels) -> None:
    inside = np.all((labels.xy >= 0) & (labels.xy < [WIDTH, HEIGHT]), axis=-1)
    np.testing.assert_array_equal(labels.visibility == UNLABELLED, ~inside)
    assert {OCCLUDED, VISIBLE} <= set(labels.visibility.ravel().tolist())
    low, high = labels.box[:, None, :2], labels.box[:, None, 2:]
    in_box = np.all((labels.xy > low - 3) & (labels.xy < high + 3), axis=-1)
    assert in_box[labels.visibility == VISIBLE].all()
    sides = labels.box[:, 2:] - labels.box[:, :2]
    assert (labels.area < sides.prod(axis=1)).all()
    assert (labels.area > 0.15 * sides.prod(axis=1)).all()


def test_body_is_where_the_keypoints_are(labels: ClipLabels) -> None:
    hips = labels.xyz_anatomical[:, CLIMBING_25.indices("left_hip", "right_hip")].mean(axis=1)
    assert np.linalg.norm(labels.centre_of_mass - hips, axis=1).max() < 0.35
    shoulder = labels.xyz_anatomical[:, CLIMBING_25.index("left_shoulder")]
    joint = labels.joints[:, labels.bones.index("upperarm01.L")]
    assert shoulder == pytest.approx(joint, abs=0.02)
    assert np.ptp(labels.bone_rotation, axis=0).max() > 0.01


def test_contacts_are_near_their_holds(labels: ClipLabels) -> None:
    assert labels.contacts and labels.phases and labels.holds
    for contact in labels.contacts:
        frames = slice(contact.start, contact.end)
        row = ("left_hand", "right_hand", "left_foot", "right_foot").index(contact.limb)
        assert labels.in_contact[frames, row].all()
        if contact.hold >= 0:
            hold = labels.holds[contact.hold]
            apart = np.linalg.norm(labels.limb_xyz[frames, row] - hold.xyz, axis=1)
            assert apart.max() < hold.size_m + hold.depth_m + 0.1
    assert labels.phases[0].start == 0 and labels.phases[-1].end == FRAMES


def shown(config: Config, path: Path) -> tuple[np.ndarray, ClipLabels]:
    """The last picture of a clip, and its labels."""
    labels = make_clip(config, path)
    return decoded(path, WIDTH, HEIGHT)[-1].astype(int), labels


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[np.ndarray, ClipLabels]:
    """Of a clip in which nothing varies."""
    return shown(config_of(3, frames=2), tmp_path_factory.mktemp("plain") / "clip.mp4")


def test_pictures_show_the_climber_where_the_labels_say(
    tmp_path: Path, plain: tuple[np.ndarray, ClipLabels]
) -> None:
    """The climber in another shirt: what differs lies in the box, and fills much of it."""
    config = config_of(3, frames=2)
    cloth = replace(config.outfit.top_cloth, colour=(0.9, 0.1, 0.9))
    other = replace(config, outfit=replace(config.outfit, top_cloth=cloth))
    picture, labels = shown(other, tmp_path / "clip.mp4")
    differs = np.abs(picture - plain[0]).max(axis=-1) > 60
    rows, columns = np.nonzero(differs)
    x1, y1, x2, y2 = labels.box[1]
    assert len(rows) > 0.1 * labels.area[1]
    assert x1 - 2 <= columns.min() and columns.max() < x2 + 2
    assert y1 - 2 <= rows.min() and rows.max() < y2 + 2
    trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
    x, y = labels.xy[1, trunk].mean(axis=0)
    assert differs[int(y), int(x)]


@pytest.mark.slow
def test_same_settings_make_the_same_clip(tmp_path: Path) -> None:
    config, made = config_of(5, *AXES, frames=3), []
    for name in ("a", "b"):
        made.append(make_clip(config, tmp_path / f"{name}.mp4"))
        made[-1].write(tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    one, other = (decoded(tmp_path / f"{name}.mp4", WIDTH, HEIGHT) for name in ("a", "b"))
    np.testing.assert_array_equal(one, other)
    assert {field.name for field in fields(ClipLabels)} >= {"xy", "box"}


@pytest.mark.parametrize("part", ["people", pytest.param("rope", marks=pytest.mark.slow)])
def test_people_and_a_rope_are_drawn(
    tmp_path: Path, plain: tuple[np.ndarray, ClipLabels], part: str
) -> None:
    alone = config_of(3, frames=2)
    draws = [np.random.default_rng(seed) for seed in range(100)]
    rope = next(rope for rope in map(Rope.sample, draws) if rope.kind == "top")
    people = next(some for some in map(People.sample, draws) if len(some.persons) == 2)
    config = replace(alone, people=people) if part == "people" else replace(alone, rope=rope)
    picture, _ = shown(config, tmp_path / "clip.mp4")
    assert (np.abs(picture - plain[0]).max(axis=-1) > 40).sum() > 30


@pytest.mark.slow
@pytest.mark.parametrize("index", range(20))
def test_any_clip_can_be_made(tmp_path: Path, index: int) -> None:
    labels = make_clip(config_of(index, *AXES, frames=90), tmp_path / "clip.mp4")
    assert len(shown_times(tmp_path / "clip.mp4")) == 90
    assert (labels.area > 0).mean() > 0.9
