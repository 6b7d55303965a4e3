"""Small videos of a painted wall: what the camera did is known exactly."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from climbpose.poses import PoseTrack, Status
from climbpose.skeleton import CLIMBING_25
from climbpose.video import Colour, Picture, Source, VideoWriter

WIDTH, HEIGHT, FPS = 240, 320, 30
CENTRED = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])


def painted_wall(seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A wall with holds of all colours, and grain."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), rng.integers(120, 200, 3), np.uint8)
    for _ in range(width * height // 700):
        middle = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(3, 12)), int(rng.integers(3, 12)))
        colour = [int(value) for value in rng.integers(0, 255, 3)]
        cv2.ellipse(image, middle, axes, float(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    grain = rng.normal(0, 4, image.shape)
    grainy = image + np.asarray(cv2.GaussianBlur(grain, (3, 3), 0))
    wall: np.ndarray = np.clip(grainy, 0, 255).astype(np.uint8)
    return wall


def climber_at(middles: np.ndarray) -> PoseTrack:
    """A climber 24 pixels wide and 60 high, NaN where nobody is there."""
    frames, count = len(middles), len(CLIMBING_25)
    rng = np.random.default_rng(1)
    offsets = rng.uniform((-12, -30), (12, 30), (count, 2))
    offsets[:4] = (-12, -30), (12, -30), (12, 30), (-12, 30)
    xy = (middles[:, None] + offsets).astype(np.float32)
    absent = np.isnan(xy).any(axis=2)
    status = np.where(absent, Status.MISSING.value, Status.SMOOTHED.value).astype(np.uint8)
    return PoseTrack(
        frame_index=np.arange(frames, dtype=np.int64),
        time=np.arange(frames) / FPS,
        xy=xy,
        confidence=np.where(absent, 0, 0.9).astype(np.float32),
        status=status,
    )


def film(
    path: Path,
    wall: np.ndarray,
    to_picture: Sequence[np.ndarray],
    middles: np.ndarray,
    *,
    gains: Sequence[float] | None = None,
    caption: bool = False,
    crf: int = 12,
) -> PoseTrack:
    """Films a wall and a climber of plain colour before it.

    Args:
        path: Of the video.
        wall: Seen as it is where a homography is the identity.
        to_picture: From the wall's pixels to each picture's.
        middles: Of the climber in each picture, pixels.
        gains: Brightness of each picture.
        caption: Whether words stand on all pictures.
        crf: Of the encoding.
    """
    colour = Colour()
    source = Source(path, Fraction(1, FPS), Fraction(FPS), colour)
    with VideoWriter(
        path, source=source, width=WIDTH, height=HEIGHT, with_audio=False, crf=crf
    ) as writer:
        for index, (matrix, middle) in enumerate(zip(to_picture, middles, strict=True)):
            centred = np.linalg.inv(CENTRED) @ matrix @ CENTRED
            image = np.asarray(
                cv2.warpPerspective(wall, centred, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
            )
            if np.isfinite(middle).all():
                x, y = middle.round().astype(int)
                cv2.rectangle(image, (x - 12, y - 30), (x + 12, y + 30), (20, 60, 40), -1)
            if gains is not None:
                image = np.clip(image * gains[index], 0, 255).astype(np.uint8)
            if caption:
                cv2.putText(image, "MY SEND", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (255,) * 3, 3)
            time = Fraction(index, FPS)
            writer.write(Picture.of_rgb(np.ascontiguousarray(image), index, time, colour))
    return climber_at(middles)


def climb(frames: int) -> np.ndarray:
    """A climber's way up the picture."""
    share = np.linspace(0, 1, frames)
    return np.stack([120 + 40 * np.sin(5 * share), 270 - 200 * share], axis=1)


def turned(
    angle_deg: float = 0, scale: float = 1, shift: tuple[float, float] = (0, 0), slant: float = 0
) -> np.ndarray:
    """A homography about the picture's middle."""
    a, b = scale * np.cos(np.radians(angle_deg)), scale * np.sin(np.radians(angle_deg))
    middle = np.array([[1, 0, WIDTH / 2], [0, 1, HEIGHT / 2], [0, 0, 1.0]])
    inner = np.array([[a, -b, shift[0]], [b, a, shift[1]], [slant / WIDTH, slant / HEIGHT, 1]])
    moved: np.ndarray = middle @ inner @ np.linalg.inv(middle)
    return moved
