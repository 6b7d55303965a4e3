"""Acclaim skeletons move as the published positions say."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.asf_amc import read_amc, read_asf
from climbpose.errors import DatasetError

ASF = """# made for a test
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:documentation
   a body of three bones
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name hip
     direction 1 0 0
     length 2
     axis 0 0 0  XYZ
  end
  begin
     id 2
     name thigh
     direction 0 -1 0
     length 10
     axis 0 0 90  XYZ
    dof rx rz
    limits (-160.0 20.0)
           (-70.0 70.0)
  end
  begin
     id 3
     name shin
     direction 0 -1 0
     length 5
     axis 0 0 0  XYZ
    dof rx
    limits (-10.0 170.0)
  end
:hierarchy
  begin
    root hip
    hip thigh
    thigh shin
  end
"""

AMC = """#!OML:ASF
:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 0 0 0
thigh 0 0
shin 0
2
root 0 0 0 0 0 0
thigh 90 90
shin 90
3
root 0 0 0 90 0 90
thigh 0 0
shin 0
"""

UNIT = 0.0254 / 0.45


def write(folder: Path, asf: str = ASF, amc: str = AMC) -> tuple[Path, Path]:
    (folder / "01.asf").write_text(asf)
    (folder / "01_01.amc").write_text(amc)
    return folder / "01.asf", folder / "01_01.amc"


def test_a_small_body(tmp_path: Path) -> None:
    asf, amc = write(tmp_path)
    skeleton = read_asf(asf)
    ends = skeleton.ends(read_amc(amc, skeleton))
    assert [bone.name for bone in skeleton.bones] == ["hip", "thigh", "shin"]
    found = {name: (place / UNIT).round(6).tolist() for name, place in ends.items()}
    # The root turns about x first, then about the world's z: what points to the right ends upward,
    # what hangs down to the back.
    assert found["hip"] == [[3, 2, 3], [2, 0, 0], [0, 2, 0]]
    # The thigh's own x is the world's y, about which it turns first: it still hangs down; then,
    # turned about z, it points to the right.
    assert found["thigh"] == [[3, -8, 3], [12, 0, 0], [0, 2, -10]]
    # The shin bends to the back, which the thigh's turns bring to the left and then down.
    assert found["shin"] == [[3, -13, 3], [12, -5, 0], [0, 2, -15]]


def test_lengths_stay(tmp_path: Path) -> None:
    asf, _ = write(tmp_path)
    skeleton = read_asf(asf)
    rng = np.random.default_rng(0)
    channels = {name: rng.uniform(-180, 180, (20, n)) for name, n in skeleton.width.items()}
    ends = skeleton.ends(channels)
    for bone in skeleton.bones:
        length = np.linalg.norm(ends[bone.name] - ends[bone.parent], axis=1)
        assert length == pytest.approx(np.linalg.norm(bone.offset) * UNIT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("length 0.45", "length 0"),
        ("length 0.45", ""),
        ("length 10", "length nan"),
        ("direction 0 -1 0", "direction 0 -1"),
        ("axis 0 0 90  XYZ", "axis 0 0 90  ABC"),
        ("thigh shin", ""),
        ("name thigh", "name arm"),
        (":hierarchy", ":nothing"),
        ("dof rx rz", "dof rx rq"),
        (ASF, ""),
    ],
)
def test_damaged_skeletons(tmp_path: Path, old: str, new: str) -> None:
    asf, _ = write(tmp_path, asf=ASF.replace(old, new))
    with pytest.raises(DatasetError, match=r"01\.asf is damaged") as refusal:
        read_asf(asf)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("amc", "message"),
    [
        ("", "has no frames"),
        (AMC.replace("shin 90\n", ""), "frame 1: shin is missing"),
        (AMC.replace("shin 90", "shin 90 1"), "line 11: shin has 2 numbers, its skeleton 1"),
        (AMC.replace("shin 90", "tail 90"), "tail has 1 numbers, its skeleton no such bone"),
        (AMC.replace("shin 90", "shin nan"), "line 11: expected a bone and its numbers"),
        (AMC.replace("shin 90", "shin x"), "expected a bone and its numbers, found 'shin x'"),
        ("shin 90\n", "line 1: expected"),
        ("walk\n", "line 1: expected"),
    ],
)
def test_damaged_motions(tmp_path: Path, amc: str, message: str) -> None:
    asf, path = write(tmp_path, amc=amc)
    with pytest.raises(DatasetError, match=message) as refusal:
        read_amc(path, read_asf(asf))
    assert "01_01.amc" in str(refusal.value)


def test_absent_files(tmp_path: Path) -> None:
    asf, _ = write(tmp_path)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_asf(tmp_path / "02.asf")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_amc(tmp_path / "02_01.amc", read_asf(asf))


def published_amc(folder: Path, trial: str, frames: int) -> Iterator[str]:
    """The first frames of a trial as the text that CMU publishes."""
    with np.load(folder / "cmu_amc_channels_01_02_03.npz") as content:
        number = content["trial"].tolist().index(trial)
        first = content["offsets"][number]
        channels = content["channels_x1000"][first : first + frames] / 1000
        columns = [column.split(".")[0] for column in content["columns"].tolist()]
    yield ":FULLY-SPECIFIED\n:DEGREES\n"
    for frame, row in enumerate(channels, 1):
        yield f"{frame}\n"
        for bone in dict.fromkeys(columns):
            numbers = [f"{x:g}" for x, name in zip(row, columns, strict=True) if name == bone]
            yield f"{bone} {' '.join(numbers)}\n"


@pytest.mark.clips
@pytest.mark.parametrize("trial", ["01_02", "02_07", "03_04"])
def test_published_positions(shared_data: Path, tmp_path: Path, trial: str) -> None:
    folder = shared_data / "cmu_mocap"
    path = tmp_path / f"{trial}.amc"
    path.write_text("".join(published_amc(folder, trial, 60)))
    skeleton = read_asf(folder / f"{trial[:2]}.asf")
    ends = skeleton.ends(read_amc(path, skeleton))
    with np.load(folder / "cmu_joint_positions.npz") as content:
        number = content["trial"].tolist().index(trial)
        mm = content["pos_mm"][content["offsets"][number] :][:60].astype(float)
        joints = content["joints"].tolist()
    pairs = {"left_wrist": "lradius", "right_hip": "rhipjoint", "left_toe_base": "lfoot"}
    pairs |= {"head_end": "head", "right_shoulder": "rclavicle", "right_knee": "rfemur"}
    for joint, bone in pairs.items():
        assert 1000 * ends[bone] == pytest.approx(mm[:, joints.index(joint)], abs=2)
