"""Tracks are written as documented and come back as they were."""

import csv
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from climbpose.exporters.tracks_csv import TracksCsv, read
from climbpose.poses import Analysis, PoseTrack, Status, VideoInfo
from climbpose.skeleton import CLIMBING_25

K = len(CLIMBING_25)


def analysis(poses: PoseTrack, raw: PoseTrack | None = None) -> Analysis:
    info = VideoInfo(
        path=Path("a.mp4"), width=1080, height=1920, rotation=0, fps=Fraction(30), duration=1.0,
        codec="h264", pixel_format="yuv420p", audio_codec=None,
    )  # fmt: skip
    return Analysis(info, poses, raw)


@st.composite
def tracks(draw: st.DrawFn) -> PoseTrack:
    """Tracks with gaps in frames, uneven times, keypoints far outside and missing ones."""
    count = draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    status = random.choice([int(s) for s in Status], (count, K)).astype(np.uint8)
    is_missing = status == Status.MISSING
    reach = draw(st.sampled_from([1.0, 100.0, 20_000.0]))
    xy = random.uniform(-reach, reach, (count, K, 2)).astype(np.float32)
    confidence = random.random((count, K), np.float32)
    xy[is_missing], confidence[is_missing] = np.nan, 0
    start = draw(st.floats(0, 1e5))
    return PoseTrack(
        frame_index=np.cumsum(random.integers(1, 5, count)),
        time=start + np.cumsum(random.uniform(1e-4, 1, count)),
        xy=xy,
        confidence=confidence,
        status=status,
    )


@given(tracks())
def test_what_is_written_is_read(poses: PoseTrack) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        TracksCsv().write(analysis(poses), path)
        again = read(path)
    np.testing.assert_array_equal(again.frame_index, poses.frame_index)
    np.testing.assert_allclose(again.time, poses.time, atol=5.1e-7, rtol=0)
    np.testing.assert_allclose(again.xy, poses.xy, atol=5.1e-3, rtol=1e-7)
    np.testing.assert_allclose(again.confidence, poses.confidence, atol=5.1e-4)
    np.testing.assert_array_equal(again.status, poses.status)


@given(tracks(), st.booleans())
def test_one_header_row_and_one_row_for_each_frame(poses: PoseTrack, with_raw: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        TracksCsv(with_raw).write(analysis(poses, poses), path)
        text = path.read_bytes().decode("utf-8")
        assert (read(path).status == poses.status).all()
    assert "\r" not in text
    header, *rows = csv.reader(text.splitlines())
    expected = ["frame", "time_s"]
    for name in CLIMBING_25.keypoints:
        expected += [f"{name}_x", f"{name}_y", f"{name}_conf", f"{name}_status"]
    if with_raw:
        for name in CLIMBING_25.keypoints:
            expected += [f"{name}_raw_x", f"{name}_raw_y", f"{name}_raw_conf"]
    assert header == expected
    assert [int(row[0]) for row in rows] == poses.frame_index.tolist()
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        for name in CLIMBING_25.keypoints:
            is_missing = cells[f"{name}_status"] == "missing"
            for field in ("x", "y"):
                digits = cells[f"{name}_{field}"].partition(".")[2]
                assert len(digits) == (0 if is_missing else 2)
            assert (cells[f"{name}_conf"] == "") == is_missing
            assert cells[f"{name}_status"] in {status.word for status in Status}


def test_further_columns_and_another_order_are_read(tmp_path: Path) -> None:
    poses = PoseTrack(
        frame_index=np.arange(2),
        time=np.arange(2) / 30,
        xy=np.full((2, K, 2), 5, np.float32),
        confidence=np.ones((2, K), np.float32),
        status=np.zeros((2, K), np.uint8),
    )
    path = tmp_path / "a.csv"
    TracksCsv().write(analysis(poses), path)
    rows = [["note", *reversed(row)] for row in csv.reader(path.read_text().splitlines())]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    np.testing.assert_array_equal(read(path).xy, poses.xy)
