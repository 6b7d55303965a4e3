"""Labels as an outsider checks them: with the files alone, PyAV, and geometry written out anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from climbpose.labels import (
    OCCLUDED,
    UNLABELLED,
    VISIBLE,
    ClipLabels,
    ContactLabel,
    HoldLabel,
    labels_path,
)
from climbpose.skeleton import CLIMBING_25
from climbpose.synth.body import DEFINITIONS, Body, BodyShape
from climbpose.synth.clip import make_clip
from climbpose.synth.variation import Config

LIMBS = ("left_hand", "right_hand", "left_foot", "right_foot")
CLOTHES_M = 0.06
"""How far clothes, hair and shoes of the base outfit stand out."""


@dataclass(frozen=True, eq=False)
class Written:
    """A clip's labels as read back, with the body posed from nothing but them."""

    video: Path
    labels: ClipLabels

    @property
    def body(self) -> Body:
        shape = self.labels.body
        return Body.of(BodyShape(dict(shape["mixture"]), float(shape["stature_m"])))

    def turns(self, frame: int) -> np.ndarray:
        vectors = self.labels.bone_rotation[frame].astype(np.float64)
        return np.asarray(Rotation.from_rotvec(vectors).as_matrix())

    def vertices(self, frame: int) -> np.ndarray:
        return self.body.skin(self.turns(frame), self.labels.joints[frame]).astype(np.float64)

    def pixels(self, xyz: np.ndarray, frame: int) -> np.ndarray:
        """Homogeneous, so that the third number is the depth."""
        labels = self.labels
        seen = (xyz - labels.position[frame]) @ labels.rotation[frame].T
        return np.asarray(seen @ labels.intrinsics[frame].T)

    def silhouette(self, frame: int) -> np.ndarray:
        """Pixels whose middles the naked body covers; drawn finely, as OpenCV fattens edges."""
        fine, labels = 9, self.labels
        places = self.pixels(self.vertices(frame), frame)
        corners = (fine * places[:, :2] / places[:, 2:] - 0.5)[self.body.triangles]
        mask = np.zeros((fine * labels.height, fine * labels.width), np.uint8)
        for corner in np.round(256 * corners).astype(np.int32):
            cv2.fillConvexPoly(mask, corner, 1, shift=8)
        return mask[fine // 2 :: fine, fine // 2 :: fine]

    def into_wall(self, xyz: np.ndarray) -> np.ndarray:
        """Metres behind the wall's plane."""
        lean = np.radians(self.labels.wall["angle_deg"])
        return np.asarray(xyz @ np.array([0, np.cos(lean), np.sin(lean)]))


def written(folder: Path, config: Config) -> Written:
    video = folder / f"{config.index}.mp4"
    make_clip(config, video).write(labels_path(video))
    return Written(video, ClipLabels.read(labels_path(video)))


UPRIGHT = (1, 30.0, 96, 160, ("body", "angle", "view", "handling", "blur", "light"))
LANDSCAPE = (4, 23.976, 160, 96, ("body", "angle", "style", "view", "handling", "noise"))


@pytest.fixture(scope="module", params=[UPRIGHT, LANDSCAPE], ids=["upright", "landscape"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    index, fps, width, height, axes = request.param
    config = Config.sample(
        31, index, axes=axes, width=width, height=height, fps=fps, seconds=9 / fps
    )
    return written(tmp_path_factory.mktemp("truth"), config)


def some_frames(clip: Written) -> Iterator[int]:
    return iter((0, len(clip.labels) // 2, len(clip.labels) - 1))


def metres_a_pixel(clip: Written, frame: int) -> float:
    depth = float(clip.pixels(clip.vertices(frame), frame)[:, 2].mean())
    return depth / float(clip.labels.intrinsics[frame, 0, 0])


def test_video_has_a_picture_for_each_row(clip: Written) -> None:
    labels = clip.labels
    with av.open(clip.video) as container:
        (stream,) = container.streams.video
        (sound,) = container.streams.audio
        assert stream.time_base is not None and sound.duration and sound.time_base
        frames = list(container.decode(stream))
        times = [frame.pts * stream.time_base for frame in frames if frame.pts is not None]
        length = float(sound.duration * sound.time_base)
    assert {(frame.width, frame.height) for frame in frames} == {(labels.width, labels.height)}
    assert len(frames) == len(labels) == 9
    for row, time in enumerate(times):
        assert abs(time - row / labels.fps) <= Fraction(1, 90_000)
    assert length == pytest.approx(len(labels) / labels.fps, abs=0.05)


def test_matrices_take_metres_to_pixels(clip: Written) -> None:
    labels = clip.labels
    for xy, xyz in (
        (labels.xy, labels.xyz),
        (labels.xy_anatomical, labels.xyz_anatomical),
        (labels.centre_of_mass_xy[:, None], labels.centre_of_mass[:, None]),
    ):
        for frame in range(len(labels)):
            places = clip.pixels(xyz[frame], frame)
            assert (places[:, 2] > 0.3).all()
            assert places[:, :2] / places[:, 2:] == pytest.approx(xy[frame], abs=0.002)
    turns = labels.rotation
    assert turns @ turns.transpose(0, 2, 1) == pytest.approx(np.eye(3)[None].repeat(9, 0))
    assert np.linalg.det(turns) == pytest.approx(1)


@pytest.mark.parametrize("definition", list(DEFINITIONS))
def test_body_shape_and_bones_give_the_keypoints(clip: Written, definition: str) -> None:
    labels, body = clip.labels, clip.body
    assert labels.bones == body.bones
    turns = np.stack([clip.turns(frame) for frame in range(len(labels))])
    rows = [body.points.index(name) for name in DEFINITIONS[definition]]
    found = body.marks(turns, labels.joints)[:, rows]
    told = labels.xyz if definition == "detector" else labels.xyz_anatomical
    assert np.linalg.norm(found - told, axis=-1).max() < 1e-3


def test_bones_hang_together(clip: Written) -> None:
    labels, body = clip.labels, clip.body
    for frame in some_frames(clip):
        turns = clip.turns(frame)
        for row, parent in enumerate(body.parents[1:], start=1):
            offset = body.heads[row].astype(np.float64) - body.heads[parent]
            end = labels.joints[frame, parent] + turns[parent] @ offset
            assert np.linalg.norm(end - labels.joints[frame, row]) < 1e-3


def test_centre_of_mass_is_the_posed_meshs(clip: Written) -> None:
    for frame in some_frames(clip):
        a, b, c = (clip.vertices(frame)[clip.body.triangles[:, k]] for k in range(3))
        volumes = np.einsum("tk,tk->t", a, np.cross(b, c)) / 6
        centre = volumes @ (a + b + c) / 4 / volumes.sum()
        assert volumes.sum() > 0.03
        assert np.linalg.norm(centre - clip.labels.centre_of_mass[frame]) < 1e-3


def test_silhouette_of_the_posed_mesh_fits_box_and_area(clip: Written) -> None:
    labels = clip.labels
    for frame in some_frames(clip):
        mask = clip.silhouette(frame)
        rows, columns = np.nonzero(mask)
        low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
        room = 2 + CLOTHES_M / metres_a_pixel(clip, frame)
        assert np.abs(np.concatenate([low, high]) - labels.box[frame]).max() < room
        assert 0.85 < labels.area[frame] / len(rows) < 1.4
        shown = labels.visibility[frame] == VISIBLE
        trunk = CLIMBING_25.indices("left_shoulder", "right_shoulder", "left_hip", "right_hip")
        for x, y in labels.xy[frame, [row for row in trunk if shown[row]]].astype(int):
            assert mask[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].any()


def test_visibility_agrees_with_rays_to_the_posed_mesh(clip: Written) -> None:
    """What is far behind the body is hidden, what is before it and far from the wall is seen."""
    labels = clip.labels
    large = CLIMBING_25.indices(
        *(f"{side}_{part}" for side in ("left", "right") for part in ("elbow", "knee", "hip"))
    )
    counts = {OCCLUDED: 0, VISIBLE: 0}
    for frame in range(len(labels)):
        corners = clip.vertices(frame)[clip.body.triangles]
        eye = labels.position[frame]
        for row, point in enumerate(labels.xyz[frame].astype(np.float64)):
            told = int(labels.visibility[frame, row])
            reach = float(np.linalg.norm(point - eye))
            before = reach - _first_hit(eye, (point - eye) / reach, corners)
            if told == UNLABELLED:
                continue
            if before > 0.3:
                assert told == OCCLUDED
                counts[told] += 1
            elif row in large and before < 0.05 and clip.into_wall(point) < -0.2:
                assert told == VISIBLE
                counts[told] += 1
    assert counts[VISIBLE] >= 3


def _first_hit(eye: np.ndarray, ray: np.ndarray, corners: np.ndarray) -> float:
    """Metres to the first triangle, by Moeller and Trumbore; infinite where there is none."""
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = np.cross(ray, v)
    scale = np.einsum("tk,tk->t", u, p)
    scale = np.where(np.abs(scale) > 1e-15, scale, np.inf)
    from_a = eye - a
    q = np.cross(from_a, u)
    first, second = np.einsum("tk,tk->t", from_a, p) / scale, q @ ray / scale
    metres = np.einsum("tk,tk->t", v, q) / scale
    is_hit = (first >= 0) & (second >= 0) & (first + second <= 1) & (metres > 0)
    return float(metres[is_hit].min(initial=np.inf))


def test_visibility_is_0_just_outside_the_picture_and_never_2_behind_the_wall(
    clip: Written,
) -> None:
    labels = clip.labels
    is_inside = ((labels.xy >= 0) & (labels.xy < [labels.width, labels.height])).all(axis=-1)
    np.testing.assert_array_equal(labels.visibility != UNLABELLED, is_inside)
    assert clip.into_wall(labels.xyz)[labels.visibility == VISIBLE].max() < 0.05


def test_limbs_are_on_their_holds(clip: Written) -> None:
    labels = clip.labels
    holding = np.zeros((len(labels), 4), int)
    for contact in labels.contacts:
        limb, frames = LIMBS.index(contact.limb), slice(contact.start, contact.end)
        holding[frames, limb] += 1
        touching = labels.limb_xyz[frames, limb].astype(np.float64)
        if contact.hold < 0:
            assert np.abs(touching[:, 2]).max() < 0.05
        else:
            hold = labels.holds[contact.hold]
            place = _contact_point(clip, contact, hold)
            # Two hands share a hold side by side.
            assert np.linalg.norm(touching - place, axis=1).max() < max(0.06, hold.size_m)
    assert holding.max() <= 1
    np.testing.assert_array_equal(holding == 1, labels.in_contact)


def _contact_point(clip: Written, contact: ContactLabel, hold: HoldLabel) -> np.ndarray:
    lean = np.radians(clip.labels.wall["angle_deg"])
    up = np.array([0, -np.sin(lean), np.cos(lean)])
    out = np.array([0, -np.cos(lean), -np.sin(lean)])
    middle = hold.uv[0] * np.array([1.0, 0, 0]) + hold.uv[1] * up
    assert middle == pytest.approx(hold.xyz)
    if contact.limb.endswith("hand"):
        return np.asarray(middle + 0.4 * hold.size_m * up + 0.7 * hold.depth_m * out)
    depth = min(0.6 * hold.depth_m, 0.05)
    return np.asarray(middle + 0.5 * hold.size_m * up + depth * out)


def test_phases_tile_the_clip(clip: Written) -> None:
    phases = clip.labels.phases
    ends = [phase.end for phase in phases]
    assert [phase.start for phase in phases] == [0, *ends[:-1]]
    assert ends[-1] == len(clip.labels)
    assert all(set(phase.limbs) <= set(LIMBS) for phase in phases)


@pytest.mark.parametrize("clip", [LANDSCAPE], ids=["landscape"], indirect=True)
def test_what_the_labels_say_makes_the_same_bytes(clip: Written, tmp_path: Path) -> None:
    again = written(tmp_path, Config.from_json(clip.labels.config))
    assert again.video.read_bytes() == clip.video.read_bytes()
    assert labels_path(again.video).read_bytes() == labels_path(clip.video).read_bytes()


def test_no_look_and_no_climb_is_in_two_splits() -> None:
    looks: dict[str, set[int]] = {"train": set(), "val": set(), "test": set()}
    wears: dict[int, tuple[object, ...]] = {}
    climbs = set()
    for seed in (0, 1, 2**32, 2**63 - 1):
        for index in range(20):
            config = Config.sample(seed, index)
            split = {8: "val", 9: "test"}.get(config.look % 10, "train")
            looks[split].add(config.look)
            parts = (config.outfit, config.wall, config.light)
            assert wears.setdefault(config.look, parts) == parts
            climbs.add(config.stream("plan").bytes(16))
    assert len(climbs) == 80
    assert not looks["train"] & looks["val"] | looks["test"] & (looks["train"] | looks["val"])
    held_out = [wears[look] for look in looks["val"] | looks["test"]]
    trained = [wears[look] for look in looks["train"]]
    for row in range(3):
        assert not any(one[row] == other[row] for one in held_out for other in trained)
