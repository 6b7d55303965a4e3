"""Read the frames of a video file and write an annotated one; only this package knows a codec."""

from climbpose.video.colour import Colour
from climbpose.video.picture import Picture
from climbpose.video.prefetch import prefetch
from climbpose.video.reader import VideoReader
from climbpose.video.recording import write_sound
from climbpose.video.source import Source
from climbpose.video.writer import VideoWriter

__all__ = ["Colour", "Picture", "Source", "VideoReader", "VideoWriter", "prefetch", "write_sound"]
