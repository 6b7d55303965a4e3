from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from climbpose.poses import Analysis, Detection, PoseTrack, Status, VideoInfo
from climbpose.render import Layer
from climbpose.skeleton import CLIMBING_25
from climbpose.video import Colour, Picture
from tests import clips

WIDTH, HEIGHT = 360, 480

_HALF = {
    "ear": (12, 80),
    "shoulder": (35, 120),
    "elbow": (75, 100),
    "wrist": (95, 60),
    "pinky": (103, 50),
    "index": (97, 45),
    "thumb": (88, 50),
    "hip": (25, 240),
    "knee": (60, 310),
    "ankle": (55, 390),
    "heel": (48, 402),
    "toes": (75, 405),
}


def star() -> Float32[np.ndarray, "25 2"]:
    """A climber seen from behind, arms and legs spread, no limb across another."""
    places = {"nose": (WIDTH / 2 + 0.0, 85.0)}
    for name, (away, down) in _HALF.items():
        places[f"left_{name}"] = (WIDTH / 2 - away, down)
        places[f"right_{name}"] = (WIDTH / 2 + away, down)
    return np.array([places[name] for name in CLIMBING_25.keypoints], np.float32)


def analysis(
    xy: Float32[np.ndarray, "frames 25 2"], confidence: float = 0.9, fps: float = 25.0
) -> Analysis:
    frames = len(xy)
    poses = PoseTrack(
        frame_index=np.arange(frames),
        time=np.arange(frames) / fps,
        xy=xy,
        confidence=np.full((frames, 25), confidence, np.float32),
        status=np.full((frames, 25), Status.SMOOTHED, np.uint8),
    )
    video = VideoInfo(
        path=Path("clip.mp4"),
        width=WIDTH,
        height=HEIGHT,
        rotation=0,
        fps=None,
        duration=None,
        codec="h264",
        pixel_format="yuv420p",
        audio_codec=None,
    )
    return Analysis(video=video, poses=poses)


def still(confidence: float = 0.9, frames: int = 3) -> Analysis:
    return analysis(np.repeat(star()[None], frames, axis=0), confidence)


def moving(frames: int = 60, fps: float = 25.0) -> Analysis:
    """The left wrist travels to the right, 2 pixels a frame; all else stays."""
    xy = np.repeat(star()[None], frames, axis=0)
    xy[:, CLIMBING_25.index("left_wrist")] = np.column_stack(
        [20 + 2.0 * np.arange(frames), np.full(frames, 440)]
    )
    return analysis(xy, fps=fps)


def with_status(shown: Analysis, status: Status, *keypoints: str) -> Analysis:
    """The same with these keypoints, or all, of another status in every row."""
    poses = shown.poses
    columns = CLIMBING_25.indices(*(keypoints or CLIMBING_25.keypoints))
    statuses, xy, confidence = poses.status.copy(), poses.xy.copy(), poses.confidence.copy()
    statuses[:, columns] = status
    if status == Status.MISSING:
        xy[:, columns], confidence[:, columns] = np.nan, 0
    return replace(shown, poses=replace(poses, status=statuses, xy=xy, confidence=confidence))


@dataclass(frozen=True)
class Maps:
    """Heatmaps with one warm cell, for every keypoint the same."""

    cell: tuple[int, int]

    def render(self) -> Float32[np.ndarray, "25 56 56"]:
        maps = np.zeros((25, 56, 56), np.float32)
        maps[:, self.cell[1], self.cell[0]] = 1
        return maps

    def peaks(self) -> tuple[Float32[np.ndarray, "25 2"], Float32[np.ndarray, " 25"]]:
        return np.tile(np.array(self.cell, np.float32) + np.float32(0.5), (25, 1)), np.ones(
            25, np.float32
        )


def with_detection(
    shown: Analysis,
    box: tuple[float, float, float, float],
    cell: tuple[int, int] = (10, 20),
    is_filled: bool = False,
) -> Analysis:
    """The same with a detection in the first frame."""
    detection = Detection(0, 0.0, np.array(box, np.float32), Maps(cell), 0.9, is_filled)
    return replace(shown, detections={0: detection})


def grey(height: int = HEIGHT, width: int = WIDTH, shade: int = 128) -> Picture:
    """One shade; of full range, so that what is not drawn on comes back exactly as RGB."""
    picture = Picture.empty(0, Fraction(0), width, height, Colour(is_full_range=True))
    picture.y[:], picture.u[:], picture.v[:] = shade, 128, 128
    return picture


def drawn(layer: Layer, row: int, picture: Picture | None = None) -> np.ndarray:
    """What a layer makes of a picture, grey if None, as RGB."""
    picture = picture or grey()
    layer.draw(picture, row)
    return clips.rgb(picture)
