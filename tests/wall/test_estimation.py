from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climbpose.poses import PoseTrack
from climbpose.wall.estimation import _nearest_known, estimate_motion
from climbpose.wall.motion import CameraMotion, apply
from climbpose.wall.stillness import stood_still
from tests.wall.films import FPS, climb, climber_at, film, painted_wall, turned

FRAMES = 40


def errors(motion: CameraMotion, to_picture: list[np.ndarray], poses: PoseTrack) -> np.ndarray:
    """By how many pixels the climber's keypoints are off in the wall frame."""
    matrices = np.stack(to_picture)
    true = apply(matrices[motion.reference] @ np.linalg.inv(matrices), poses.xy.astype(np.float64))
    off: np.ndarray = np.linalg.norm(motion.on_wall(poses.xy) - true, axis=2)
    return off


def shaken(frames: int) -> list[np.ndarray]:
    """A hand that trembles, pans, rolls and zooms at once."""
    time = np.arange(frames) / FPS
    return [
        turned(
            angle_deg=3 * np.sin(2 * t),
            scale=1 + 0.1 * t,
            shift=(25 * np.sin(1.5 * t) + 2 * np.sin(19 * t), -20 * t + 2 * np.cos(23 * t)),
            slant=0.03 * np.sin(t),
        )
        for t in time
    ]


def test_a_camera_that_stands_still_has_the_identity(tmp_path: Path) -> None:
    video = tmp_path / "still.mp4"
    poses = film(video, painted_wall(), [np.eye(3)] * FRAMES, climb(FRAMES), crf=28)
    assert stood_still(video, poses)
    motion = estimate_motion(video, poses)
    assert motion.is_static and motion.is_known.all()
    assert (motion.to_wall == np.eye(3)).all() and (motion.error_px == 0).all()


def test_the_pictures_tell_a_still_camera_even_where_a_few_do_not(tmp_path: Path) -> None:
    video = tmp_path / "short.mp4"
    poses = film(video, painted_wall(), [np.eye(3)] * 3, climb(3))
    assert not stood_still(video, poses)
    assert estimate_motion(video, poses).is_static


def test_every_motion_at_once_is_undone(tmp_path: Path) -> None:
    video, path = tmp_path / "shaken.mp4", shaken(FRAMES)
    poses = film(video, painted_wall(), path, climb(FRAMES))
    assert not stood_still(video, poses)
    motion = estimate_motion(video, poses)
    assert motion.is_known.all() and not motion.is_static
    assert np.median(errors(motion, path, poses)) < 0.15
    assert errors(motion, path, poses).max() < 0.6
    # Points go to the wall and back.
    back = motion.in_picture(motion.on_wall(poses.xy))
    np.testing.assert_allclose(back, poses.xy, atol=1e-3)


def test_the_claimed_error_is_of_the_true_ones_size(tmp_path: Path) -> None:
    video, path = tmp_path / "coarse.mp4", shaken(FRAMES)
    poses = film(video, painted_wall(), path, climb(FRAMES), crf=34)
    motion = estimate_motion(video, poses)
    others = motion.frame_index != motion.reference
    true = np.sqrt((errors(motion, path, poses)[others] ** 2).mean())
    claimed = np.sqrt((motion.error_px[others] ** 2).mean())
    assert 0.3 < true / claimed < 3


def test_a_long_pan_is_laid_on_several_pictures_and_closes(tmp_path: Path) -> None:
    way = np.concatenate([np.linspace(0, 150, 30), np.linspace(150, 0, 30)])
    path = [turned(shift=(float(x), 0)) for x in -way]
    video = tmp_path / "pan.mp4"
    poses = film(video, painted_wall(width=480), path, climb(60))
    motion = estimate_motion(video, poses)
    assert motion.is_known.all()
    assert errors(motion, path, poses).max() < 1
    np.testing.assert_allclose(motion.to_wall[0], motion.to_wall[-1], atol=0.3)


def test_light_that_changes_does_not_move_the_wall(tmp_path: Path) -> None:
    gains = np.linspace(0.6, 1.2, FRAMES).tolist()
    video, path = tmp_path / "light.mp4", shaken(FRAMES)
    poses = film(video, painted_wall(), path, climb(FRAMES), gains=gains)
    motion = estimate_motion(video, poses)
    assert motion.is_known.all()
    assert np.median(errors(motion, path, poses)) < 0.2


def test_words_on_the_pictures_do_not_stand_for_the_wall(tmp_path: Path) -> None:
    video, path = tmp_path / "words.mp4", shaken(FRAMES)
    poses = film(video, painted_wall(), path, climb(FRAMES), caption=True)
    motion = estimate_motion(video, poses)
    assert not motion.is_static
    assert np.median(errors(motion, path, poses)) < 0.2


def test_what_nobody_can_see_is_not_known(tmp_path: Path) -> None:
    gains = [1.0] * FRAMES
    gains[15:22] = [0.0] * 7
    video, path = tmp_path / "black.mp4", shaken(FRAMES)
    # The camera has gone on meanwhile.
    poses = film(video, painted_wall(), path, climb(FRAMES), gains=gains)
    motion = estimate_motion(video, poses)
    known = np.array(gains) > 0
    assert (motion.is_known == known).all()
    assert np.isnan(motion.error_px[~known]).all() and np.isfinite(motion.error_px[known]).all()
    assert errors(motion, path, poses)[known].max() < 0.6
    assert (motion.to_wall[16] == motion.to_wall[14]).all()
    assert (motion.to_wall[21] == motion.to_wall[22]).all()


def test_a_wall_without_any_mark_is_not_known(tmp_path: Path) -> None:
    video = tmp_path / "blank.mp4"
    blank = np.full((320, 240, 3), 140, np.uint8)
    poses = film(video, blank, [np.eye(3)] * FRAMES, np.full((FRAMES, 2), np.nan))
    motion = estimate_motion(video, poses)
    assert not motion.is_known.any() and not motion.is_static
    assert (motion.to_wall == np.eye(3)).all()


def test_tracks_of_a_part_of_the_video_get_the_motion_of_that_part(tmp_path: Path) -> None:
    video, path = tmp_path / "part.mp4", shaken(FRAMES)
    poses = film(video, painted_wall(), path, climb(FRAMES))
    part = PoseTrack(
        poses.frame_index[10:30],
        poses.time[10:30],
        poses.xy[10:30],
        poses.confidence[10:30],
        poses.status[10:30],
    )
    looked_at: list[int] = []
    motion = estimate_motion(video, part, advance=lambda: looked_at.append(1))
    assert (motion.frame_index == np.arange(10, 30)).all() and motion.reference in range(10, 30)
    assert len(looked_at) == 20
    matrices = np.stack(path)
    true = matrices[motion.reference] @ np.linalg.inv(matrices[10:30])
    off = motion.on_wall(part.xy) - apply(true, part.xy.astype(np.float64))
    assert motion.is_known.all() and np.abs(off).max() < 0.6


def test_nobody_in_the_video_is_no_hindrance(tmp_path: Path) -> None:
    video, path = tmp_path / "nobody.mp4", shaken(FRAMES)
    film(video, painted_wall(), path, np.full((FRAMES, 2), np.nan))
    nobody = climber_at(np.full((FRAMES, 2), np.nan))
    motion = estimate_motion(video, nobody)
    assert errors(motion, path, climber_at(climb(FRAMES))).max() < 0.6


def test_no_rows_are_no_motion(tmp_path: Path) -> None:
    video = tmp_path / "none.mp4"
    film(video, painted_wall(), [np.eye(3)] * 2, climb(2))
    motion = estimate_motion(video, climber_at(np.empty((0, 2))))
    assert len(motion.to_wall) == 0


@pytest.mark.clips
@pytest.mark.parametrize(
    ("name", "is_static"), [("vrusuu_board_test", True), ("liamchayes_settingvid6", False)]
)
def test_real_cameras_are_told_apart(climbing_clips: Path, name: str, is_static: bool) -> None:
    nobody = climber_at(np.full((90, 2), np.nan))
    assert stood_still(climbing_clips / f"{name}.mp4", nobody) == is_static


@given(st.lists(st.booleans(), min_size=1, max_size=40).filter(any))
def test_rows_that_are_not_known_take_the_nearest_that_is(known: list[bool]) -> None:
    nearest = _nearest_known(np.array(known))
    rows = np.flatnonzero(known)
    for row, chosen in enumerate(nearest):
        assert known[chosen] and abs(row - chosen) == np.abs(rows - row).min()
