from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from climbpose.comparing.alignment import Alignment
from climbpose.comparing.ghost import GHOST
from climbpose.comparing.playing import Filmed
from climbpose.comparing.registration import Registration
from climbpose.comparing.video import FilmOptions, write_ghost, write_side_by_side
from climbpose.errors import TracksError, UsageError
from climbpose.video import VideoReader
from climbpose.wall.motion import CameraMotion
from tests.wall.films import FPS, HEIGHT, WIDTH, climb, film, painted_wall, turned

FRAMES = 12
SAME = Registration(np.eye(3), 0.1, 100, 1.0)


def in_step(a_rows: list[int], b_rows: list[int]) -> Alignment:
    """Rows that are shown together."""
    first, second = np.array(a_rows, np.int64), np.array(b_rows, np.int64)
    moments = np.array([(first[0], second[0]), (first[-1], second[-1])]) / FPS
    time = np.arange(len(first)) / FPS
    return Alignment(moments, time, first, second, [], "time")


def filmed(path: Path, seed: int, middles: np.ndarray) -> Filmed:
    """An attempt before a static camera."""
    poses = film(path, painted_wall(seed), [np.eye(3)] * len(middles), middles)
    return Filmed(path, poses, CameraMotion.static(poses.frame_index))


@pytest.fixture
def both(tmp_path: Path) -> tuple[Filmed, Filmed]:
    way = climb(FRAMES)
    return filmed(tmp_path / "a.mp4", 1, way), filmed(
        tmp_path / "b.mp4", 2, way + np.array([40, 0])
    )


def images(path: Path) -> list[np.ndarray]:
    with VideoReader(path) as reader:
        return [frame.image.astype(int) for frame in reader]


def times(path: Path) -> list[Fraction]:
    with VideoReader(path) as reader:
        return [frame.time for frame in reader]


def test_both_lie_side_by_side(both: tuple[Filmed, Filmed], tmp_path: Path) -> None:
    path = tmp_path / "side.mp4"
    rows = list(range(FRAMES))
    told: list[int] = []
    plain = FilmOptions(has_skeletons=False, crf=8)
    write_side_by_side(
        *both, in_step(rows, rows[::-1][:1] * FRAMES), path, plain, lambda: told.append(1)
    )
    shown = images(path)
    assert len(shown) == len(told) == FRAMES
    assert shown[0].shape == (HEIGHT, 2 * WIDTH + 4, 3)
    with VideoReader(both[0].video) as first, VideoReader(both[1].video) as second:
        ours = [frame.image.astype(int) for frame in first]
        last = [frame.image.astype(int) for frame in second][-1]
    # Below the labels.
    for number in (0, FRAMES - 1):
        assert np.abs(shown[number][60:, :WIDTH] - ours[number][60:]).mean() < 4
        assert np.abs(shown[number][60:, WIDTH + 4 :] - last[60:]).mean() < 4
    assert times(path) == pytest.approx([number / FPS for number in rows], abs=1e-4)
    with VideoReader(path) as reader:
        assert reader.info.codec == "h264" and reader.info.audio_codec is None


def test_rows_may_be_left_out_and_stand_still(both: tuple[Filmed, Filmed], tmp_path: Path) -> None:
    path = tmp_path / "side.mp4"
    aligned = in_step([2, 3, 4, 5, 5, 5], [0, 0, 4, 8, 11, 11])
    write_side_by_side(*both, aligned, path, FilmOptions(height=160))
    shown = images(path)
    assert len(shown) == 6 and shown[0].shape[0] == 160
    assert np.abs(shown[4] - shown[5]).mean() < 2


def test_heights_are_matched_whatever_the_sizes(
    both: tuple[Filmed, Filmed], tmp_path: Path
) -> None:
    path, rows = tmp_path / "side.mp4", list(range(FRAMES))
    # The same video, said to lie on its side.
    b = replace(both[1], rotate=90)
    write_side_by_side(both[0], b, in_step(rows, rows), path, FilmOptions(height=161))
    with VideoReader(path) as reader:
        assert reader.info.height == 160
        assert reader.info.width == pytest.approx(160 * (3 / 4 + 4 / 3) + 4, abs=3)


def test_the_ghost_is_where_it_would_be_on_the_first_wall(tmp_path: Path) -> None:
    way = climb(FRAMES)
    a = filmed(tmp_path / "a.mp4", 1, np.full((FRAMES, 2), np.nan))
    # B was filmed from a camera that moved, and through another lens.
    path = [turned(shift=(2.0 * number, 0)) for number in range(FRAMES)]
    wide = np.diag([0.5, 0.5, 1.0])
    poses = film(tmp_path / "b.mp4", painted_wall(1), [wide @ one for one in path], way / 2)
    motion = replace(
        CameraMotion.static(poses.frame_index),
        to_wall=np.linalg.inv(np.stack(path)) @ np.diag([2.0, 2.0, 1.0]),
        is_static=False,
    )
    b = Filmed(tmp_path / "b.mp4", poses, motion)
    out, rows = tmp_path / "ghost.mp4", list(range(FRAMES))
    write_ghost(a, b, in_step(rows, rows), SAME, out, FilmOptions(crf=8))
    shown, before = images(out), images(a.video)
    for number in (0, 6, FRAMES - 1):
        changed = np.abs(shown[number] - before[number]).max(axis=2) > 60
        changed[:90, :140] = False
        _, x = np.nonzero(changed)
        expected = way[number] - (2.0 * number, 0)
        # The climber's keypoints reach 24 pixels to each side and 60 up and down, twice as large.
        assert np.abs((x.min() + x.max()) / 2 - expected[0]) < 6
        assert x.max() - x.min() == pytest.approx(48, abs=10)
        is_ghostly = np.abs(shown[number] - np.array(GHOST)).max(axis=2) < 60
        assert is_ghostly[changed].mean() > 0.2


def test_the_other_climber_is_seen_through(both: tuple[Filmed, Filmed], tmp_path: Path) -> None:
    a, b = both
    rows, plain, seen = list(range(FRAMES)), tmp_path / "plain.mp4", tmp_path / "seen.mp4"
    options = FilmOptions(has_skeletons=False, crf=8)
    write_ghost(a, b, in_step(rows, rows), SAME, plain, options)
    write_ghost(a, b, in_step(rows, rows), SAME, seen, replace(options, ghost_opacity=1.0))
    x, y = (climb(FRAMES)[6] + np.array([40, 0])).round().astype(int)
    theirs = images(b.video)[6][y - 20 : y + 20, x - 8 : x + 8]
    ours, mixed = (images(path)[6][y - 20 : y + 20, x - 8 : x + 8] for path in (plain, seen))
    # What the ghost's bones leave of it.
    is_theirs = [(np.abs(image - theirs).max(axis=2) < 40).mean() for image in (mixed, ours)]
    assert is_theirs[0] > is_theirs[1] + 0.1
    # Far from the climber nothing changes.
    far = np.s_[250:, :40]
    assert np.abs(images(plain)[6][far] - images(seen)[6][far]).mean() < 4


def test_a_ghost_that_is_nowhere_is_not_drawn(both: tuple[Filmed, Filmed], tmp_path: Path) -> None:
    behind = Registration(np.diag([1.0, 1.0, -1.0]), 0.1, 100, 1.0)
    rows, path = list(range(FRAMES)), tmp_path / "ghost.mp4"
    options = FilmOptions(has_skeletons=False, ghost_opacity=0.5, crf=8)
    write_ghost(*both, in_step(rows, rows), behind, path, options)
    shown, before = images(path)[5][90:], images(both[0].video)[5][90:]
    assert np.abs(shown - before).mean() < 3


def test_tracks_of_another_video_are_refused_and_nothing_is_left(
    both: tuple[Filmed, Filmed], tmp_path: Path
) -> None:
    poses = both[1].poses
    late = replace(both[1], poses=replace(poses, frame_index=poses.frame_index - 100))
    folder = tmp_path / "out"
    folder.mkdir()
    rows = list(range(FRAMES))
    with pytest.raises(TracksError, match="video begins later"):
        write_side_by_side(both[0], late, in_step(rows, rows), folder / "side.mp4")
    assert not list(folder.iterdir())


@pytest.mark.parametrize("wrong", [{"height": 10}, {"height": 9000}, {"ghost_opacity": 1.5}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="expected"):
        FilmOptions(**wrong)  # type: ignore[arg-type]
