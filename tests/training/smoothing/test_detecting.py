from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.errors import UsageError
from climbpose.heatmaps import DenseMaps, encode
from climbpose.poses import HEATMAP_SIZE
from climbpose.training.smoothing.detecting import look, widths
from tests.clips import make_clip, pictures
from tests.training.smoothing.footage import (
    FRAMES,
    HEIGHT,
    WIDTH,
    keypoints,
    make_detections,
)


@given(
    x=st.floats(2, HEATMAP_SIZE - 2),
    y=st.floats(2, HEATMAP_SIZE - 2),
    wide=st.floats(0.8, 5.0),
    high=st.floats(0.8, 5.0),
)
def test_width_of_a_gaussian_is_found_anywhere(
    x: float, y: float, wide: float, high: float
) -> None:
    maps = encode(np.array([[x, y]]), np.array([[wide, high]]), np.array([0.9]))
    assert widths(maps)[0] == pytest.approx([wide, high], rel=0.02)


def test_width_of_what_is_no_gaussian_is_finite() -> None:
    maps = np.zeros((3, HEATMAP_SIZE, HEATMAP_SIZE), np.float32)
    maps[1, 0, 0] = 1.0
    maps[2] = 0.5
    found = widths(maps)
    assert np.isfinite(found).all()
    assert (found > 0).all()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "climb.mp4", pictures(FRAMES, WIDTH, HEIGHT))


def test_what_is_seen_is_kept_as_gaussians(tmp_path: Path, clip: Path) -> None:
    seen = tmp_path / "seen.npz"
    make_detections(seen, range(2, FRAMES))
    lines: list[str] = []
    found = look(clip, str(seen), tmp_path / "samples", lines.append)
    assert (len(found.times), found.size.tolist(), float(found.fps)) == (12, [WIDTH, HEIGHT], 30)
    again = look(clip, str(seen), tmp_path / "samples", lines.append)
    assert lines == ["climb.mp4: looking for climbers"]
    for one in (found, again):
        detections = one.detections()
        assert [detection.frame_index for detection in detections] == list(range(2, FRAMES))
        xy, confidence = detections[3].keypoints()
        assert xy == pytest.approx(keypoints(5), abs=0.05)
        assert confidence == pytest.approx(0.9, abs=0.03)
        assert one.sigma == pytest.approx(2.0, rel=0.1)


def test_other_detections_are_not_taken_from_the_cache(tmp_path: Path, clip: Path) -> None:
    seen, folder = tmp_path / "seen.npz", tmp_path / "samples"
    make_detections(seen, range(FRAMES))
    look(clip, str(seen), folder, print)
    make_detections(seen, range(4))
    assert len(look(clip, str(seen), folder, print).frame) == 4
    # A damaged file is made again.
    for file in folder.iterdir():
        file.write_bytes(b"PK")
    assert len(look(clip, str(seen), folder, print).frame) == 4


def test_video_without_detections_in_the_folder(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "seen").mkdir()
    with pytest.raises(UsageError, match=r"expected climb.npz in it, found none"):
        look(clip, str(tmp_path / "seen"), tmp_path / "samples", print)


def test_nobody_is_seen(tmp_path: Path, clip: Path) -> None:
    seen = tmp_path / "seen.npz"
    np.savez(
        seen,
        frame=np.zeros(0, np.int64),
        box=np.zeros((0, 4), np.float32),
        heatmaps=np.zeros((0, 25, HEATMAP_SIZE, HEATMAP_SIZE), np.uint8),
    )
    found = look(clip, str(seen), tmp_path / "samples", print)
    assert (found.xy.shape, found.detections()) == ((0, 25, 2), [])
    assert DenseMaps(np.zeros((25, HEATMAP_SIZE, HEATMAP_SIZE))).peaks()[1].max() == 0
