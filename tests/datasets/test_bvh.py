"""BVH files are read as their format says."""

from pathlib import Path

import numpy as np
import pytest

from climbpose.datasets.bvh import read_bvh
from climbpose.errors import DatasetError

BVH = """HIERARCHY
ROOT Hips
{
\tOFFSET 0 0 0
\tCHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
\tJOINT LeftUpLeg
\t{
\t\tOFFSET 1 0 0
\t\tCHANNELS 3 Zrotation Yrotation Xrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 -2 0
\t\t}
\t}
\tJOINT Spine
\t{
\t\tOFFSET 0 3 0
\t\tCHANNELS 3 Zrotation Yrotation Xrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 1 0
\t\t}
\t}
}
MOTION
Frames: 3
Frame Time: .0083333
5 6 7 0 0 0 0 0 0 0 0 0
0 0 0 90 0 0 0 0 0 0 0 90
0 0 0 0 0 0 90 0 90 0 0 0
"""


def write(folder: Path, text: str = BVH) -> Path:
    path = folder / "01_01.bvh"
    path.write_text(text)
    return path


def test_a_small_body(tmp_path: Path) -> None:
    motion = read_bvh(write(tmp_path))
    assert motion.fps == pytest.approx(120, abs=0.001)
    assert [joint.parent for joint in motion.joints] == [-1, 0, 1, 0, 3]
    found = {name: place.round(6).tolist() for name, place in motion.positions().items()}
    assert found["Hips"] == [[5, 6, 7], [0, 0, 0], [0, 0, 0]]
    assert found["LeftUpLeg"] == [[6, 6, 7], [0, 1, 0], [1, 0, 0]]
    # Turned about z and then about its own x, which by then points up.
    assert found["LeftUpLeg_end"] == [[6, 4, 7], [2, 1, 0], [1, 0, -2]]
    assert found["Spine_end"] == [[5, 10, 7], [-3, 0, 1], [0, 4, 0]]


def test_joints_may_be_moved(tmp_path: Path) -> None:
    motion = read_bvh(write(tmp_path))
    moved = motion.moved({"Spine": np.array([0.0, 10, 0])}).positions()
    assert moved["Spine"][0].tolist() == [5, 19, 7]
    assert moved["LeftUpLeg"][0].tolist() == [6, 6, 7]
    assert motion.positions()["Spine"][0].tolist() == [5, 9, 7]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BVH, ""),
        (BVH, "HIERARCHY MOTION"),
        ("MOTION", "REST"),
        ("HIERARCHY", "TREE"),
        ("Frames: 3", "Frames: 4"),
        ("Frames: 3", "Frames: 0"),
        ("Frames: 3", "Count: 3"),
        ("Frame Time: .0083333", "Frame Time: 0"),
        ("5 6 7", "5 6 nan"),
        ("5 6 7", "5 6 x"),
        ("\tOFFSET 1 0 0\n", ""),
        ("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation"),
        ("\tEnd Site", "\tEnd"),
        ("\t}\n}\nMOTION", "\t}\nMOTION"),
        ("\t}\n}\nMOTION", "\t}\n}}\nMOTION"),
    ],
)
def test_damaged_files(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(DatasetError, match=r"01_01\.bvh is damaged") as refusal:
        read_bvh(write(tmp_path, BVH.replace(old, new)))
    assert "\n" not in str(refusal.value)


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_bvh(tmp_path / "01_01.bvh")
