"""Every measure gives its due, obeys the laws of geometry, and says why it is missing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.analytics import figures
from climbpose.analytics.measuring import MeasureOptions, measure
from climbpose.analytics.values import Figure, Limb, Measures, Series
from climbpose.errors import UsageError
from climbpose.labels import ClipLabels
from climbpose.poses import PoseTrack
from climbpose.skeleton import CLIMBING_25
from climbpose.wall.motion import CameraMotion
from tests.analytics.climbers import (
    EXAMPLE,
    climb,
    shifted,
    standing,
    track,
    true_track,
)
from tests.climb_truth import true_camera
from tests.exporters.test_tracks_csv import tracks


def measures(poses: PoseTrack, options: MeasureOptions | None = None) -> Measures:
    return measure(poses, CameraMotion.static(poses.frame_index), options or MeasureOptions())


def values(found: Measures) -> dict[str, float]:
    return {figure.name: figure.value for figure in found.figures}


@pytest.fixture(scope="module")
def example() -> PoseTrack:
    return true_track(ClipLabels.read(EXAMPLE))


def nobody(frames: int = 40) -> np.ndarray:
    return np.full((frames, 25, 2), np.nan)


CASES = {
    "no frame": standing(0),
    "one frame": standing(1),
    "few frames": standing(4),
    "nobody": nobody(),
    "still": standing(60),
    "a move": shifted(standing(90), "left_hand", (20, -80), 40, 50),
    "seen in the middle": np.concatenate([nobody(), standing(60), nobody()]),
    "at one point": np.full((40, 25, 2), 5.0),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", figures.names())
def test_every_measure_is_whole(name: str, case: str) -> None:
    found = list(figures.factory(name)(climb(CASES[case], height_m=1.7)))
    assert found
    for one in found:
        if isinstance(one, Series):
            assert one.values.shape == one.is_sure.shape == (len(CASES[case]),)
            assert not one.is_sure[~np.isfinite(one.values)].any(), one.name
            continue
        assert isinstance(one, Figure)
        assert one.group in figures.GROUPS
        assert np.isfinite(one.value) != bool(one.missing), (one.name, one.value, one.missing)
        for text in (one.label, one.meaning, one.caveat, one.source):
            assert text
        for sentence in (one.meaning, one.caveat):
            assert sentence.endswith("."), one.name


def test_names_are_unique(example: PoseTrack) -> None:
    found = measures(example, MeasureOptions(1.7))
    for names in ([one.name for one in found.figures], [one.name for one in found.series]):
        assert len(set(names)) == len(names)


def test_who_moves_nothing_rests_all_the_time() -> None:
    found = measures(track(standing(90)))
    known = values(found)
    assert known["immobility_ratio"] == pytest.approx(100)
    assert known["state_immobile"] == pytest.approx(100)
    assert known["moves"] == 0
    assert known["median_speed_bl_s"] == pytest.approx(0, abs=1e-6)
    assert known["time_on_wall_s"] == pytest.approx(3, abs=0.05)
    assert len(found.rests) == 1


def test_going_up_is_height_gained() -> None:
    xy = standing(150)
    rise = np.linspace(0, 150, 150)
    held = CLIMBING_25.indices("left_index", "left_pinky", "left_wrist", "left_thumb")
    body = [n for n in range(25) if n not in held]
    xy[:, body, 1] -= rise[:, None]
    known = values(measures(track(xy), MeasureOptions(1.75, "male")))
    assert known["height_gained_bl"] == pytest.approx(1.5, abs=0.05)
    assert known["height_gained_m"] == pytest.approx(1.5 * 0.296 * 1.75, abs=0.03)
    assert known["path_economy"] == pytest.approx(100, abs=1)
    assert known["geometric_entropy"] == pytest.approx(0, abs=0.02)
    assert known["median_speed_bl_s"] == pytest.approx(1.5 / 5, abs=0.02)


def test_there_are_metres_only_where_a_height_was_given(example: PoseTrack) -> None:
    assert not any("_m" in one.name.split("_bl")[0][-2:] for one in measures(example).series)
    names = {one.name for one in measures(example, MeasureOptions(1.7)).series}
    assert {"speed_m_s", "height_m"} <= names


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_size_of_the_picture_does_not_matter(example: PoseTrack, factor: float) -> None:
    here = values(measures(example))
    there = values(measures(replace(example, xy=example.xy * np.float32(factor) + 40)))
    assert there.pop("body_length_px") == pytest.approx(factor * here.pop("body_length_px"))
    for name, value in here.items():
        assert there[name] == pytest.approx(value, rel=0.02, abs=0.02, nan_ok=True), name


def test_a_mirror_exchanges_left_and_right(example: PoseTrack) -> None:
    mirrored = example.xy[:, list(CLIMBING_25.flipped)] * [-1, 1] + [720, 0]
    here, there = (
        measures(example),
        measures(replace(example, xy=mirrored.astype(np.float32))),
    )
    mine, other = values(here), values(there)
    for side, far in (("left", "right"), ("right", "left")):
        for end in ("hand_holding", "foot_standing", "arm_straight", "elbow_angle_deg"):
            name, twin = f"{side}_{end}", f"{far}_{end}"
            assert other[twin] == pytest.approx(mine[name], abs=0.5, nan_ok=True)
    assert other["hand_balance"] == pytest.approx(-mine["hand_balance"])
    assert [1 - move.limb for move in there.moves] == [move.limb for move in here.moves]


def test_the_wall_is_where_the_camera_is_laid_on_it() -> None:
    labels = ClipLabels.read(EXAMPLE)
    poses, camera = true_track(labels), true_camera(labels)
    lost = np.zeros(len(poses), bool)
    lost[100:160] = True
    partly = replace(camera, is_known=~lost)
    found = measure(poses, partly, MeasureOptions())
    assert np.isnan(found.centre_of_mass[110:150]).all()
    assert np.isfinite(found.centre_of_mass[:95]).all()
    assert any("22%" in warning for warning in found.warnings)


def test_warnings_tell_what_is_wrong() -> None:
    assert measures(track(nobody())).warnings == [
        "nobody was found in the video: there is nothing to measure"
    ]
    (few,) = measures(track(standing(4))).warnings[:1]
    assert few == "only 4 frames: too few for speeds and contacts"
    half = np.concatenate([standing(30), nobody(30)])
    assert "the climber was not found in 50% of the frames" in measures(track(half)).warnings
    assert measures(track(standing(60))).warnings == []


def test_other_frames_than_the_cameras_are_a_mistake(example: PoseTrack) -> None:
    with pytest.raises(ValueError, match="other frames"):
        measure(example, CameraMotion.static(example.frame_index[1:]), MeasureOptions())


@pytest.mark.parametrize("height", [0.0, 175.0, -1.7, float("nan")])
def test_a_height_is_in_metres(height: float) -> None:
    with pytest.raises(UsageError, match=r"--height: expected 0\.8 to 2\.5 metres"):
        MeasureOptions(height)


def test_feet_that_leave_together_are_cut_loose() -> None:
    xy = standing(120)
    for foot in ("left_foot", "right_foot"):
        xy = shifted(xy, foot, (90, -40), 40, 55)
    known = values(measures(track(xy)))
    assert known["cut_loose"] == 1
    assert 0.2 <= known["cut_loose_s"] <= 0.6
    assert known["foot_placements"] == 4


def test_a_bent_arm_that_holds_while_the_other_reaches_locks_off() -> None:
    xy = standing(120)
    elbow, wrist = CLIMBING_25.indices("right_elbow", "right_wrist")
    xy[:, elbow] = xy[:, CLIMBING_25.index("right_shoulder")] + [60, 0]
    hand = CLIMBING_25.indices("right_wrist", "right_pinky", "right_index", "right_thumb")
    xy[:, hand] += xy[:, elbow][:, None] + [-10, -60] - xy[:, wrist][:, None]
    away = shifted(xy, "left_hand", (0, -70), 40, 80)
    known = values(measures(track(away)))
    assert known["lock_offs"] == 1
    assert known["lock_off_s"] > 0.5
    assert known["right_arm_straight"] == 0
    assert values(measures(track(xy)))["lock_offs"] == 0
    assert Limb.RIGHT_HAND.word == "right_hand"


@given(tracks(), st.sampled_from([None, 1.7]))
def test_any_track_is_measured(poses: PoseTrack, height: float | None) -> None:
    found = measures(poses, MeasureOptions(height))
    for figure in found.figures:
        assert np.isfinite(figure.value) != bool(figure.missing), figure.name
    for contact in found.contacts:
        assert 0 <= contact.start < contact.end <= len(poses)
        assert 0 <= contact.confidence <= 1
        assert 0 <= contact.hold <= len(found.holds)
    for move in found.moves:
        assert 0 <= move.start <= move.end <= len(poses)
