"""Markers are what OpenSim's reader takes, evenly timed, whole, and honest about what was not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.exporters.trc import MARKERS, Trc
from climbpose.poses import PoseTrack
from climbpose.skeleton import CLIMBING_25
from tests.exporters.climbs import NEVER_SEEN, WITH_A_GAP, make_analysis, make_poses, nobody

KEYS = [
    *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
    *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
]


def written(path: Path, poses: PoseTrack) -> list[str]:
    exporter = Trc()
    exporter.write(make_analysis(poses), path)
    return exporter.warnings


def opensim(path: Path) -> tuple[dict[str, str], list[str], np.ndarray]:
    """Header, markers and rows, read by the rules of OpenSim's TRC reader."""
    lines = path.read_text().split("\n")
    assert lines[0].split()[0] == "PathFileType"
    keys, values = lines[1].split("\t"), lines[2].split("\t")
    assert keys == KEYS and len(values) == len(keys)
    header = dict(zip(keys, values, strict=True))
    labels = [cell for cell in lines[3].split("\t") if cell]
    assert labels[:2] == ["Frame#", "Time"]
    assert len(labels) == int(header["NumMarkers"]) + 2
    axes = [cell for cell in lines[4].split("\t") if cell]
    assert axes == [f"{axis}{n + 1}" for n in range(len(labels) - 2) for axis in "XYZ"]
    assert lines[5] == "" and lines[-1] == ""
    rows = [line.split("\t") for line in lines[6:-1]]
    assert all(len(row) == 2 + 3 * (len(labels) - 2) for row in rows)
    table = np.array(rows, float).reshape(len(rows), 3 * len(labels) - 4)
    assert len(table) == int(header["NumFrames"]) == int(header["OrigNumFrames"])
    assert table[:, 0].tolist() == list(range(1, len(rows) + 1))
    return header, labels[2:], table[:, 1:]


def test_gaps_are_bridged_and_listed(tmp_path: Path) -> None:
    poses = make_poses()
    (warning,) = written(path := tmp_path / "a_markers.trc", poses)
    assert "gaps that were bridged: 1, the longest RWrist 0.167-0.233 s" in warning
    first = path.read_text().split("\n")[0]
    assert first.endswith("a_markers.trc (never seen: LEar; bridged: RWrist 0.167-0.233 s)")
    header, markers, table = opensim(path)
    assert (MARKERS["LEar"], MARKERS["RWrist"]) == (NEVER_SEEN, WITH_A_GAP)
    assert set(markers) == set(MARKERS) - {"LEar"}
    # The first two frames and the last are without the climber.
    np.testing.assert_allclose(table[:, 0], poses.time[2:-1], atol=1e-6)
    x = table[:, 1 + 3 * markers.index("RWrist")]
    known = poses.xy[:, CLIMBING_25.index(WITH_A_GAP), 0]
    np.testing.assert_allclose(x[3:6], np.linspace(known[4], known[8], 5)[1:-1], atol=1e-3)
    assert header["Units"] == "px"


def test_a_keypoint_unseen_at_an_end_stays_where_it_was(tmp_path: Path) -> None:
    poses = make_poses()
    poses.xy[:6, 0], poses.confidence[:6, 0] = np.nan, 0
    written(path := tmp_path / "a.trc", poses)
    _, markers, table = opensim(path)
    place = 1 + 3 * markers.index("Nose")
    assert (table[:4, place] == table[4, place]).all()
    assert "Nose 0.067-0.167 s" in path.read_text().split("\n")[0]


def test_nothing_is_told_where_nothing_is_bridged(tmp_path: Path) -> None:
    poses = make_poses()
    rows = slice(2, 5)
    whole = PoseTrack(
        poses.frame_index[rows],
        poses.time[rows],
        np.nan_to_num(poses.xy[rows], nan=7),
        poses.confidence[rows],
        np.zeros_like(poses.status[rows]),
    )
    assert written(path := tmp_path / "a.trc", whole) == []
    assert path.read_text().split("\n")[0].split("\t")[-1] == "a.trc"
    assert len(opensim(path)[1]) == 25


def test_nobody(tmp_path: Path) -> None:
    written(path := tmp_path / "a.trc", nobody())
    header, markers, table = opensim(path)
    assert (header["NumFrames"], markers, len(table)) == ("0", [], 0)


@given(st.integers(0, 999), st.sampled_from([23.976, 25, 59.94, 240]), st.booleans())
def test_rows_are_even_and_whole(
    tmp_path_factory: pytest.TempPathFactory, seed: int, fps: float, is_uneven: bool
) -> None:
    poses = make_poses(20, fps, seed=seed)
    if is_uneven:
        poses.time[10:] += 3.5 / fps
    written(path := tmp_path_factory.mktemp("trc") / "a.trc", poses)
    header, _, table = opensim(path)
    assert float(header["DataRate"]) == pytest.approx(fps, rel=1e-4)
    np.testing.assert_allclose(np.diff(table[:, 0]), 1 / fps, atol=2e-6)
    assert table[-1, 0] == pytest.approx(poses.time[-2], abs=0.51 / fps)
    assert np.isfinite(table).all()
    low, high = np.nanmin(poses.xy), np.nanmax(poses.xy)
    assert (table[:, 1::3] >= low - 1e-3).all() and (table[:, 1::3] <= high + 1e-3).all()
    assert (table[:, 2::3] <= -low + 1e-3).all() and not table[:, 3::3].any()
