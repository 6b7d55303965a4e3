"""A few pictures from all over a video, without decoding all that lies between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from climbpose.pixels import Pixels
from climbpose.video.colour import Colour
from climbpose.video.container import open_local
from climbpose.video.converter import Converter
from climbpose.video.orientation import Orientation

_ENOUGH = 0.4
"""Of the wished pictures that can be had by seeking; with fewer the file is gone through."""


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """A picture from somewhere in a video.

    Attributes:
        time: Its presentation time, seconds.
        pixels: What it shows, upright.
    """

    time: float
    pixels: Pixels


def glimpses(path: Path, count: int, rotate: int | None = None) -> Iterator[Glimpse]:
    """Give up to some pictures, in order of time, from all over a video.

    They are pictures that the decoder can begin with, where there are enough of them. Nothing is
    given of a file that does not say how long it is; what cannot be decoded is passed over.

    Args:
        path: A local file.
        count: How many are wished for.
        rotate: Degrees clockwise that make the stored picture upright; None takes what the file
            says.

    Raises:
        UsageError: There is no such file.
        VideoError: The file is not a video.
    """
    with open_local(path) as container:
        stream = next(iter(container.streams.video), None)
        if stream is None or not stream.time_base:
            return
        first, ticks = stream.start_time or 0, stream.duration
        if not ticks and container.duration:
            # Matroska says it for the whole file only.
            ticks = int(container.duration / av.time_base / stream.time_base)
        if not ticks:
            return
        wished = [first + ticks * number // count for number in range(count)]
        try:
            starts = sorted({_start_before(container, stream, tick) for tick in wished})
            if len(starts) < _ENOUGH * count:
                stored = _gone_through(container, stream, wished)
            else:
                stored = _jumped_to(container, stream, starts)
            yield from _shown(stored, stream, rotate)
        except (av.error.FFmpegError, EOFError, StopIteration):
            return


def _start_before(container: av.container.InputContainer, stream: av.VideoStream, tick: int) -> int:
    """Where the decoder can begin, at or before a time."""
    container.seek(tick, stream=stream)
    packet = next(container.demux(stream))
    return tick if packet.pts is None else packet.pts


def _jumped_to(
    container: av.container.InputContainer, stream: av.VideoStream, starts: list[int]
) -> Iterator[av.VideoFrame]:
    """The first picture from each of some places."""
    for tick in starts:
        container.seek(tick, stream=stream)
        frame = next(container.decode(stream), None)
        if isinstance(frame, av.VideoFrame):
            yield frame


def _gone_through(
    container: av.container.InputContainer, stream: av.VideoStream, wished: list[int]
) -> Iterator[av.VideoFrame]:
    """The first pictures from some times on, of those that others are decoded from."""
    context = stream.codec_context
    context.thread_type = "AUTO"
    context.skip_frame = "NONREF"
    container.seek(wished[0], stream=stream)
    left = list(wished)
    for frame in container.decode(stream):
        if isinstance(frame, av.VideoFrame) and frame.pts is not None and frame.pts >= left[0]:
            yield frame
            left = [tick for tick in left if tick > frame.pts]
            if not left:
                return


def _shown(
    stored: Iterator[av.VideoFrame], stream: av.VideoStream, rotate: int | None
) -> Iterator[Glimpse]:
    """Stored pictures, upright."""
    converter: Converter | None = None
    for frame in stored:
        if converter is None:
            orientation = Orientation.of(frame) if rotate is None else Orientation(rotate // 90)
            converter = Converter(orientation, Colour.of(frame, stream.codec_context))
            width, height = frame.width, frame.height
            if orientation.swaps_sides:
                width, height = height, width
        time = float((frame.pts or 0) * (stream.time_base or Fraction(1)))
        yield Glimpse(time, converter.pixels(frame, width, height))
