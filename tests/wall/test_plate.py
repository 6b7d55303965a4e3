from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import TracksError
from climbpose.poses import PoseTrack
from climbpose.wall.motion import CameraMotion, apply
from climbpose.wall.plate import MAX_SIDE, wall_picture
from tests.wall.films import HEIGHT, WIDTH, climb, film, painted_wall, turned

FRAMES = 40


def motion_of(poses: PoseTrack, to_picture: list[np.ndarray]) -> CameraMotion:
    """The exact motion, as seen from the first picture."""
    matrices = np.stack(to_picture)
    return replace(
        CameraMotion.static(poses.frame_index),
        to_wall=matrices[0] @ np.linalg.inv(matrices),
        is_static=False,
    )


def test_the_climber_is_gone(tmp_path: Path) -> None:
    video, wall = tmp_path / "a.mp4", painted_wall()
    poses = film(video, wall, [np.eye(3)] * FRAMES, climb(FRAMES), crf=8)
    picture = wall_picture(video, poses, CameraMotion.static(poses.frame_index))
    assert picture.image.shape == wall.shape and picture.is_seen.all()
    assert (picture.from_wall == np.eye(3)).all()
    off = np.abs(picture.image.astype(int) - wall).max(axis=2)
    assert (off > 60).mean() < 0.01 and off.mean() < 12


def test_a_pan_is_put_together(tmp_path: Path) -> None:
    video, wall = tmp_path / "a.mp4", painted_wall(width=480)
    path = [turned(shift=(-x, 0.0)) for x in np.linspace(0, 200, FRAMES)]
    poses = film(video, wall, path, climb(FRAMES), crf=8)
    picture = wall_picture(video, poses, motion_of(poses, path))
    assert picture.image.shape[0] == HEIGHT and WIDTH + 180 < picture.image.shape[1] <= WIDTH + 201
    shown = picture.image[picture.is_seen].astype(int)
    expected = wall[:, : picture.image.shape[1]][picture.is_seen]
    assert np.abs(shown - expected).mean() < 12
    assert picture.is_seen.mean() > 0.98


def test_where_the_climber_always_is_the_picture_is_calm(tmp_path: Path) -> None:
    video, wall = tmp_path / "a.mp4", painted_wall()
    poses = film(video, wall, [np.eye(3)] * FRAMES, np.full((FRAMES, 2), (120.0, 160.0)))
    picture = wall_picture(video, poses, CameraMotion.static(poses.frame_index))
    assert not picture.is_seen[140:180, 112:128].any()
    hidden = picture.image[~picture.is_seen].astype(float)
    assert hidden.std(axis=0).max() < wall.reshape(-1, 3).std(axis=0).max()
    around = picture.image[picture.is_seen]
    assert (hidden.min(axis=0) >= around.min(axis=0)).all()
    assert (hidden.max(axis=0) <= around.max(axis=0)).all()


def test_a_picture_that_explodes_does_not_make_the_wall_huge(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    poses = film(video, painted_wall(), [np.eye(3)] * FRAMES, climb(FRAMES))
    motion = motion_of(poses, [np.eye(3)] * FRAMES)
    motion.to_wall[7] = np.array([[1e6, 3, 9], [0, 1e6, 5], [0.01, 0, 1]])
    motion.to_wall[8] = turned(scale=40)
    picture = wall_picture(video, poses, motion)
    height, width = picture.image.shape[:2]
    assert width <= 3 * WIDTH and height <= 3 * HEIGHT and max(width, height) <= MAX_SIDE


def test_pixels_of_the_wall_are_found_in_its_picture(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    path = [turned(shift=(x, 0.0)) for x in np.linspace(0, 60, FRAMES)]
    poses = film(video, painted_wall(), path, climb(FRAMES))
    picture = wall_picture(video, poses, motion_of(poses, path))
    # The camera went to the left, so what came in lies at places below 0.
    corner = apply(picture.from_wall, np.zeros((1, 2)))
    assert 50 < corner[0, 0] <= 61 and corner[0, 1] == 0


def test_a_camera_that_is_nowhere_known_still_gives_a_picture(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    poses = film(video, painted_wall(), [np.eye(3)] * FRAMES, climb(FRAMES))
    motion = replace(
        CameraMotion.static(poses.frame_index), is_known=np.zeros(FRAMES, bool), is_static=False
    )
    assert wall_picture(video, poses, motion).image.shape == (HEIGHT, WIDTH, 3)


def test_tracks_of_another_video_are_refused(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    poses = film(video, painted_wall(), [np.eye(3)] * 5, climb(5))
    others = replace(poses, frame_index=poses.frame_index + 90, time=poses.time + 3)
    with pytest.raises(TracksError, match="none for any of its pictures"):
        wall_picture(video, others, CameraMotion.static(others.frame_index))
