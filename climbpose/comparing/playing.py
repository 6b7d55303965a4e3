"""The pictures of an attempt, one row of its track after the other."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from climbpose.errors import TracksError
from climbpose.poses import Analysis, PoseTrack
from climbpose.render.skeleton import SkeletonLayer
from climbpose.video import Colour, Picture, VideoReader, prefetch
from climbpose.wall.motion import CameraMotion


@dataclass(frozen=True, slots=True, eq=False)
class Filmed:
    """An attempt and its video.

    Attributes:
        video: The file.
        poses: The climber.
        camera: The camera's motion.
        rotate: Degrees clockwise that make the pictures upright; None takes what the file says.
    """

    video: Path
    poses: PoseTrack
    camera: CameraMotion
    rotate: int | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How large an attempt is shown.

    Attributes:
        width: Pixels, even.
        height: Pixels, even.
    """

    width: int
    height: int

    @classmethod
    def of(cls, reader: VideoReader, height: int) -> "Size":
        """The size at some height; pixels that are not square are made so."""
        info = reader.info
        shape = info.width * float(reader.source.pixel_aspect) / info.height
        return cls(max(round(height * shape / 2), 1) * 2, max(height // 2, 1) * 2)


class Player:
    """Gives the picture of each row, with the skeleton on it.

    Args:
        filmed: The attempt.
        pictures: Of its video, scaled, in order.
        layer: Draws its skeleton, None where none is drawn.
    """

    def __init__(
        self, filmed: Filmed, pictures: Iterator[Picture], layer: SkeletonLayer | None
    ) -> None:
        self._frame_index = filmed.poses.frame_index
        self._pictures, self._layer = pictures, layer
        self._ahead = next(pictures, None)
        self._shown: Picture | None = None

    def at(self, row: int) -> Picture:
        """The picture of a row, which must not be before the last one asked for.

        Where a picture is missing, it is the one before; what is drawn on it stays there.

        Raises:
            TracksError: The video has no picture for any row so far.
        """
        wanted = int(self._frame_index[row])
        while self._ahead is not None and self._ahead.index <= wanted:
            self._shown, self._ahead = self._ahead, next(self._pictures, None)
            if self._layer is not None and self._shown.index == wanted:
                self._layer.draw(self._shown, row)
        if self._shown is None:
            raise TracksError(
                f"expected a picture for frame {wanted} of the tracks, found that the video begins "
                "later; are they of another video?"
            )
        return self._shown


@contextmanager
def player(
    filmed: Filmed, reader: VideoReader, size: Size, colour: Colour, *, has_skeleton: bool = True
) -> Generator[Player]:
    """Plays an attempt.

    Args:
        filmed: The attempt.
        reader: Of its video.
        size: Of the pictures.
        colour: What the numbers of the pictures shall stand for.
        has_skeleton: Whether the skeleton is drawn.
    """
    layer = skeleton(filmed, reader, size) if has_skeleton else None
    # Closed before the reader: its thread must not read from a closed file.
    with closing(prefetch(_pictures(reader, size, colour))) as pictures:
        yield Player(filmed, pictures, layer)


def _pictures(reader: VideoReader, size: Size, colour: Colour) -> Iterator[Picture]:
    """All pictures of a video, scaled, in the numbers of a colour."""
    if reader.source.colour == colour:
        yield from reader.pictures(size.width, size.height)
        return
    for frame in reader:
        image = np.asarray(
            cv2.resize(frame.image, (size.width, size.height), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
        yield Picture.of_rgb(image, frame.index, frame.time, colour)


def to_shown(reader: VideoReader, size: Size) -> np.ndarray:
    """From pixels of the upright picture to those that are shown: a diagonal matrix."""
    return np.diag([size.width / reader.info.width, size.height / reader.info.height, 1.0])


def skeleton(filmed: Filmed, reader: VideoReader, size: Size) -> SkeletonLayer:
    """What draws a climber's skeleton on pictures that are shown."""
    poses = filmed.poses
    across, down, _ = np.diag(to_shown(reader, size))
    scaled = replace(poses, xy=(poses.xy * (across, down)).astype(np.float32))
    return SkeletonLayer(Analysis(video=reader.info, poses=scaled), 1.0)
