"""Motion capture becomes pose clips, from every form that it comes in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose.datasets.mocap import Trial, is_cmu, is_deepmimic, read_cmu, read_deepmimic
from climbpose.errors import DatasetError, UsageError
from climbpose.skeleton import CLIMBING_25
from tests.datasets.test_asf_amc import ASF, published_amc

PAIRS = [f"{side}_{part}" for part in ("hip", "shoulder") for side in ("left", "right")]
DEEPMIMIC = [
    *PAIRS,
    *(f"{s}_{p}" for p in ("knee", "ankle", "elbow", "wrist") for s in ("left", "right")),
]
CMU = ["head_end", *DEEPMIMIC, "left_toe_base", "right_toe_base"]


def write_array(path: Path, names: list[str], **more: Any) -> Path:
    """Two motions of somebody who walks along z."""
    rng = np.random.default_rng(0)
    body = rng.uniform(-500, 500, (len(names), 3))
    body[names.index("left_hip")] = [100, 900, 0]
    body[names.index("right_hip")] = [-100, 900, 0]
    walk = np.arange(90)[:, None, None] * [0, 0, 10.0]
    content: dict[str, Any] = {
        "pos_mm": (body + walk).astype(np.int16),
        "offsets": np.array([0, 61, 90]),
        "fps": np.array([120, 60], np.int16),
        "joints": np.array(names),
    }
    np.savez(path, **(content | more))
    return path


@pytest.fixture
def cmu(tmp_path: Path) -> Path:
    return write_array(tmp_path / "cmu.npz", CMU, trial=np.array(["01_01", "02_03"]))


def test_array_of_cmu(cmu: Path) -> None:
    assert is_cmu(cmu)
    assert not is_deepmimic(cmu)
    clips = read_cmu(cmu, views=3)
    assert [len(clip) for clip in clips] == [16, 16, 16, 15, 15, 15]
    assert clips.names[2:4] == ("cmu:01_01:2", "cmu:02_03:0")
    assert clips.videos[2:4] == ("cmu:01_01", "cmu:02_03")
    assert set(clips.fps.tolist()) == {30.0}
    expected = CLIMBING_25.indices(*DEEPMIMIC, "left_toes", "right_toes")
    assert np.flatnonzero(clips[0].visibility[0] == 2).tolist() == sorted(expected)
    assert np.isnan(clips.xy[clips.visibility == 0]).all()
    assert np.isfinite(clips.xy[clips.visibility == 2]).all()


def test_cameras_differ_but_stay_the_same(cmu: Path) -> None:
    clips = read_cmu(cmu, views=2)
    assert np.nanmax(np.abs(clips[0].xy - clips[1].xy)) > 5
    np.testing.assert_array_equal(read_cmu(cmu, views=2).xy, clips.xy)
    # A trial's cameras do not depend on what else is filmed.
    np.testing.assert_array_equal(read_cmu(cmu, views=1, trials=["02_03"])[0].xy, clips[2].xy)
    assert np.nanmax(np.abs(read_cmu(cmu, views=2, seed=1)[0].xy - clips[0].xy)) > 5


def test_deepmimic(tmp_path: Path) -> None:
    path = write_array(
        tmp_path / "deepmimic.npz",
        DEEPMIMIC,
        motion=np.array(["backflip", "roll"]),
        fps=np.array([16.0, 60.0024]),
    )
    assert is_deepmimic(path)
    clips = read_deepmimic(path, views=1)
    assert clips.names == ("deepmimic:backflip:0", "deepmimic:roll:0")
    assert [len(clip) for clip in clips] == [113, 14]
    toes = CLIMBING_25.indices("left_toes", "right_toes")
    assert not clips.visibility[:, toes].any()


def test_other_frame_rates() -> None:
    times = np.arange(121) / 120
    xyz = np.stack([np.sin(3 * times + phase) for phase in range(6)], axis=1).reshape(121, 2, 3)
    trial = Trial("t", ("left_hip", "right_hip"), xyz, 120.0)
    np.testing.assert_allclose(trial.at(30.0).xyz, xyz[::4], atol=1e-12)
    assert len(trial.at(25.0).xyz) == 26
    expected = np.sin(3 * np.arange(201) / 200)
    np.testing.assert_allclose(trial.at(200.0).xyz[:, 0, 0], expected, atol=1e-6)
    still = Trial("t", ("left_hip", "right_hip"), xyz[:1], 120.0)
    np.testing.assert_array_equal(still.at(30.0).xyz, xyz[:1])
    assert len(Trial("t", trial.keypoints, xyz[:2], 120.0).at(30.0).xyz) == 1


@pytest.mark.parametrize(
    "options", [{"views": 0}, {"fps": 0.0}, {"fps": float("nan")}, {"seed": -1}]
)
def test_options_that_make_no_sense(cmu: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected views from 1"):
        read_cmu(cmu, **options)


def test_unknown_trials(cmu: Path) -> None:
    with pytest.raises(UsageError, match="has no trial '09_01'"):
        read_cmu(cmu, trials=["01_01", "09_01"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": np.array([0, 80])}, "offsets do not fit"),
        ({"joints": np.array(CMU[1:])}, "arrays do not fit"),
        ({"joints": np.array([*CMU[:-1], "tail"])}, "has no right_toe_base"),
        ({"fps": np.array([0, 0])}, "no frame rate"),
        ({"trial": np.array(["a", "b", "c"])}, "arrays do not fit"),
    ],
)
def test_damaged_arrays(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    given = {"trial": np.array(["a", "b"])} | change
    with pytest.raises(DatasetError, match=message):
        read_cmu(write_array(tmp_path / "cmu.npz", CMU, **given))


def test_folders_without_motion(tmp_path: Path) -> None:
    assert not is_cmu(tmp_path)
    with pytest.raises(DatasetError, match="holds no motion"):
        read_cmu(tmp_path)
    (tmp_path / "01_01.amc").write_text("1\n")
    with pytest.raises(DatasetError, match=r"put 01\.asf beside it"):
        read_cmu(tmp_path)
    (tmp_path / "01.asf").write_text(ASF)
    (tmp_path / "01_01.amc").write_text("1\nroot 0 0 0 0 0 0\nthigh 0 0\nshin 0\n")
    with pytest.raises(DatasetError, match="has no lclavicle"):
        read_cmu(tmp_path)


SIDE = """JOINT {long}UpLeg {{ OFFSET {sign}1.7 -1.8 0.6 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}Leg {{ OFFSET {sign}2.6 -7.1 0 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}Foot {{ OFFSET {sign}2.5 -6.8 0 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}ToeBase {{ OFFSET {sign}0.2 -0.5 2.1 CHANNELS 3 Zrotation Yrotation Xrotation
End Site {{ OFFSET 0 0 1.1 }} }} }} }} }}"""

ARM = """JOINT {long}Shoulder {{ OFFSET 0 0 0 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}Arm {{ OFFSET {sign}3.5 0.9 -0.2 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}ForeArm {{ OFFSET {sign}4.9 0 0 CHANNELS 3 Zrotation Yrotation Xrotation
JOINT {long}Hand {{ OFFSET {sign}3.4 0 0 CHANNELS 3 Zrotation Yrotation Xrotation
End Site {{ OFFSET {sign}1 0 0 }} }} }} }} }}"""


def bvh_body() -> str:
    """CMU's body in the BVH edition, as far as it is read, in a T-pose and in two more frames."""
    sides = {"Left": "", "Right": "-"}
    legs = "\n".join(SIDE.format(long=long, sign=sign) for long, sign in sides.items())
    arms = "\n".join(ARM.format(long=long, sign=sign) for long, sign in sides.items())
    joints = f"""HIERARCHY
ROOT Hips {{ OFFSET 0 0 0
CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
{legs}
JOINT Spine1 {{ OFFSET 0 4 0 CHANNELS 3 Zrotation Yrotation Xrotation
{arms}
}} }}"""
    width = joints.count("rotation") + 3
    frames = [" ".join(["0", str(y), "0", *["0"] * (width - 3)]) for y in (50, 10, 11)]
    return "\n".join([joints, "MOTION", "Frames: 3", "Frame Time: 0.0333333", *frames, ""])


def test_bvh(tmp_path: Path) -> None:
    (tmp_path / "05_01.bvh").write_text(bvh_body())
    assert is_cmu(tmp_path)
    clips = read_cmu(tmp_path, views=1)
    # The first frame is a T-pose, not motion.
    assert len(clips[0]) == 2
    assert clips.names == ("cmu:05_01:0",)
    # The trunk has a thorax again, as long as the upper back: 4 and 4 and the rise of the shoulder.
    shoulders, hips = (
        clips[0].xy[0, CLIMBING_25.indices(f"left_{part}", f"right_{part}")].mean(axis=0)
        for part in ("shoulder", "hip")
    )
    arm = CLIMBING_25.indices("left_shoulder", "left_elbow")
    upper_arm = np.linalg.norm(np.diff(clips[0].xy[0, arm], axis=0))
    trunk = np.linalg.norm(shoulders - hips)
    assert trunk / upper_arm > 1.5


@pytest.mark.clips
def test_published_trials(shared_data: Path, tmp_path: Path) -> None:
    """The files of a trial give what the published positions give."""
    folder, frames = shared_data / "cmu_mocap", 121
    (tmp_path / "02.asf").write_bytes((folder / "02.asf").read_bytes())
    (tmp_path / "02_01.amc").write_text("".join(published_amc(folder, "02_01", frames)))
    with np.load(folder / "cmu_joint_positions.npz") as content:
        first = content["offsets"][content["trial"].tolist().index("02_01")]
        np.savez(
            tmp_path / "cmu.npz",
            pos_mm=content["pos_mm"][first : first + frames],
            joints=content["joints"],
            trial=np.array(["02_01"]),
            fps=np.array([120]),
            offsets=np.array([0, frames]),
        )
    found, expected = read_cmu(tmp_path / "02_01.amc"), read_cmu(tmp_path / "cmu.npz")
    assert found.names == expected.names
    assert len(found[0]) == 31
    np.testing.assert_array_equal(found.visibility, expected.visibility)
    # A millimetre is at most half a pixel here.
    assert np.nanmax(np.abs(found.xy - expected.xy)) < 1
