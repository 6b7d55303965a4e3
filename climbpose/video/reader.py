"""Read the frames of a video, upright, each with its true presentation time."""

import math
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.stream import Disposition

from climbpose import processes
from climbpose.errors import UsageError, VideoError
from climbpose.poses import Frame, VideoInfo
from climbpose.video.clock import Clock
from climbpose.video.colour import Colour
from climbpose.video.container import MAX_SIDE, open_local, shown
from climbpose.video.converter import Converter
from climbpose.video.orientation import Orientation
from climbpose.video.picture import Picture
from climbpose.video.source import Source

_NO_VIDEO = Disposition.attached_pic | Disposition.timed_thumbnails
# A frame-threaded decoder holds back at most its threads' pictures; each may fail when it is
# emptied, and a decoder that fails for ever must not hold us for ever.
_MAX_FAILURES_AT_THE_END = 256


class VideoReader:
    """The frames of a video file, in order of presentation.

    Rotation and mirroring that the file asks for are done here, once: pictures come out upright.
    Pictures that cannot be decoded are left out, counted, and told in `warnings` at the end.
    Iterating, or `pictures`, goes through the file once; a second loop goes on where the first
    stopped.

    Attributes:
        info: What the file says of itself.
        source: What `VideoWriter` needs to know.
        warnings: What was odd about the file, complete once the frames are used up.
        frames_decoded: Pictures decoded so far, those before the range included.
        end_time: Presentation time at which the last frame given so far ends, seconds.
    """

    info: VideoInfo
    source: Source
    warnings: list[str]
    frames_decoded: int
    end_time: Fraction | None

    def __init__(
        self,
        path: Path,
        *,
        rotate: int | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> None:
        """Open a video and decode its first picture.

        Args:
            path: A local file.
            rotate: Degrees clockwise that make the stored picture upright: 0, 90, 180 or 270. None
                takes what the file says; a number overrides it, mirroring too.
            start: Seconds after the first frame; earlier frames are left out.
            end: Seconds after the first frame; this and later frames are left out.

        Raises:
            UsageError: There is no such file, or rotation or range make no sense.
            VideoError: The file is not a video, or none of its pictures can be decoded.
        """
        _check_options(rotate, start, end)
        self.warnings = []
        self.frames_decoded = 0
        self.end_time = None
        self._path = path
        self._start, self._end = start, end
        self._failed_packets = 0
        self._has_sizes = False
        self._demuxer_failure: str | None = None
        self._last_packet_end: tuple[int, int] | None = None
        self._container = open_local(path)
        try:
            self._stream = self._video_stream()
            self._pictures = self._decode()
            first = self._first_picture()
            self._orientation = (
                Orientation.of(first) if rotate is None else Orientation(rotate // 90)
            )
            self._width, self._height = first.width, first.height
            context = self._stream.codec_context
            self._colour = Colour.of(first, context)
            self._converter = Converter(self._orientation, self._colour)
            self._time_base = self._stream.time_base or Fraction(1, 90_000)
            fps = self._stream.average_rate or self._stream.guessed_rate or None
            self._clock = Clock(self._time_base, fps)
            self._first_tick = self._clock.tick(_stated_tick(first))
            self._first: av.VideoFrame | None = first
            self.info = self._describe(first, fps)
            self.source = self._describe_source(fps)
            self._stored = self._read()
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames of the range.

        Raises:
            UsageError: No frame lies in the range.
        """
        for index, time, stored in self._stored:
            pixels = self._converter.pixels(stored, self.info.width, self.info.height)
            yield Frame(index=index, time=time, pixels=pixels)

    def pictures(self, width: int | None = None, height: int | None = None) -> Iterator[Picture]:
        """Give the frames of the range to draw on, for `VideoWriter`.

        Args:
            width: To which they are scaled, pixels; None keeps the video's.
            height: To which they are scaled, pixels; None keeps the video's.

        Raises:
            UsageError: No frame lies in the range.
        """
        size = width or self.info.width, height or self.info.height
        for index, time, stored in self._stored:
            yield self._converter.picture(stored, index, time, *size)

    def close(self) -> None:
        """Close the file; frames already given stay valid."""
        self._stored.close()
        self._pictures.close()
        self._container.close()

    def _video_stream(self) -> av.VideoStream:
        """The first stream of moving pictures, ready to decode."""
        name = shown(self._path)
        streams = [s for s in self._container.streams.video if not s.disposition & _NO_VIDEO]
        if not streams:
            raise VideoError(f"{name}: expected a video, found no moving pictures in the file")
        stream = streams[0]
        context = stream.codec_context
        if context is None:
            raise VideoError(f"{name}: the video codec is not known; convert the file to H.264")
        self._check_size(context.width, context.height)
        self._has_stated_size = context.width > 0
        context.thread_type = "AUTO"
        # Whoever looks at the pictures or encodes them needs the other half.
        context.thread_count = max(1, processes.threads() // 2)
        context.options = {"max_pixels": str(MAX_SIDE * MAX_SIDE)}
        return stream

    def _check_size(self, width: int, height: int) -> None:
        if width > MAX_SIDE or height > MAX_SIDE:
            raise VideoError(
                f"{shown(self._path)}: expected pictures of at most {MAX_SIDE} pixels a side, "
                f"found {width} x {height}; scale the video down"
            )

    def _first_picture(self) -> av.VideoFrame:
        picture = next(self._pictures, None)
        if picture is None and not self._has_stated_size:
            # The limit that guards the memory also hides the size of what exceeds it.
            raise VideoError(
                f"{shown(self._path)}: expected pictures of at most {MAX_SIDE} pixels a side, "
                "found larger or damaged ones; scale the video down or copy the file again"
            )
        if picture is None:
            raise VideoError(
                f"{shown(self._path)}: expected pictures, found none that can be decoded "
                f"({self._failed_packets} damaged packets); copy the file again"
            )
        self._check_size(picture.width, picture.height)
        return picture

    def _decode(self) -> Generator[av.VideoFrame]:
        """Every picture that can be decoded."""
        stream = self._stream
        context = stream.codec_context
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError) as error:
                self._demuxer_failure = error.strerror or "damaged data"
                break
            if packet is None or packet.size == 0:
                break
            if packet.pts is not None:
                last = (packet.pts, packet.pts + (packet.duration or 0))
                self._last_packet_end = max(last, self._last_packet_end or last)
            try:
                pictures = context.decode(packet)
            except MemoryError:
                raise
            except av.error.FFmpegError:
                self._failed_packets += 1
                continue
            yield from pictures
        for _ in range(_MAX_FAILURES_AT_THE_END):
            try:
                yield from context.decode(None)
                return
            except EOFError:
                return
            except av.error.FFmpegError:
                self._failed_packets += 1

    def _read(self) -> Generator[tuple[int, Fraction, av.VideoFrame]]:
        """The stored pictures of the range, with their indices and times."""
        tick = previous_tick = self._first_tick
        has_given = is_past_end = False
        picture = self._first
        self._first = None
        while picture is not None:
            index = self.frames_decoded
            self.frames_decoded += 1
            if index:
                previous_tick, tick = tick, self._clock.tick(_stated_tick(picture))
            time = tick * self._time_base
            elapsed = float(time - self._first_tick * self._time_base)
            if self._end is not None and elapsed >= self._end:
                is_past_end = True
                if has_given:
                    self.end_time = time
                break
            if self._start is None or elapsed >= self._start:
                has_given = True
                gap = (tick - previous_tick) or self._clock.step
                self.end_time = time + self._duration(tick, gap) * self._time_base
                self._tell_size(picture)
                yield index, time, picture
            del picture
            picture = next(self._pictures, None)
        self._warn()
        if not has_given:
            raise UsageError(self._no_frame_message(tick, is_past_end))

    def _duration(self, tick: int, gap: int) -> int:
        """Ticks for which a frame is shown if it is the last one."""
        if self._last_packet_end is not None:
            pts, end = self._last_packet_end
            if pts == tick and end > pts:
                return end - pts
        return gap

    def _tell_size(self, picture: av.VideoFrame) -> None:
        if (picture.width, picture.height) != (self._width, self._height) and not self._has_sizes:
            self._has_sizes = True
            self.warnings.append(
                f"the picture's size changes from {self._width} x {self._height} to "
                f"{picture.width} x {picture.height}; all frames are scaled to the first one's"
            )

    def _warn(self) -> None:
        if self._failed_packets:
            self.warnings.append(
                f"{self._failed_packets} packets could not be decoded; "
                f"{self.frames_decoded} frames could"
            )
        if self._demuxer_failure is not None:
            self.warnings.append(
                f"the file is damaged after frame {self.frames_decoded - 1} "
                f"({self._demuxer_failure}); what comes after it is left out"
            )
        if self._clock.mended:
            self.warnings.append(
                f"{self._clock.mended} frames had no presentation time or one that does not "
                "increase; their times are estimated"
            )

    def _no_frame_message(self, last_tick: int, is_past_end: bool) -> str:
        asked = f"{self._start or 0:g} s to " + (
            "the end" if self._end is None else f"{self._end:g} s"
        )
        length = float((last_tick - self._first_tick + self._clock.step) * self._time_base)
        known = f"the video is {length:.2f} s long"
        if is_past_end:
            known = "its frames are further apart"
        return f"{shown(self._path)}: no frame lies in the range {asked}; {known}"

    def _describe(self, first: av.VideoFrame, fps: Fraction | None) -> VideoInfo:
        width, height = self._width, self._height
        if self._orientation.swaps_sides:
            width, height = height, width
        stream, container = self._stream, self._container
        duration = None
        if stream.duration:
            duration = float(stream.duration * self._time_base)
        elif container.duration:
            duration = container.duration / av.time_base
        sound = next((s for s in container.streams.audio if s.codec_context is not None), None)
        return VideoInfo(
            path=self._path,
            width=width,
            height=height,
            rotation=self._orientation.degrees,
            fps=fps,
            duration=duration,
            codec=stream.codec_context.codec.canonical_name,
            pixel_format=first.format.name,
            audio_codec=None if sound is None else sound.codec_context.codec.canonical_name,
        )

    def _describe_source(self, fps: Fraction | None) -> Source:
        context = self._stream.codec_context
        aspect = Fraction(self._stream.sample_aspect_ratio or context.sample_aspect_ratio or 1)
        if self._orientation.swaps_sides:
            aspect = 1 / aspect
        until = None
        if self._end is not None and math.isfinite(self._end):
            until = self._first_tick * self._time_base + Fraction(self._end)
        return Source(
            path=self._path,
            time_base=self._time_base,
            fps=fps,
            colour=self._colour,
            pixel_aspect=aspect,
            is_cut=self._start is not None or self._end is not None,
            until=until,
        )


def _stated_tick(picture: av.VideoFrame) -> int | None:
    return picture.dts if picture.pts is None else picture.pts


def _check_options(rotate: int | None, start: float | None, end: float | None) -> None:
    if rotate not in (None, 0, 90, 180, 270):
        raise UsageError(f"rotate: expected 0, 90, 180 or 270 degrees clockwise, got {rotate}")
    for name, value in (("start", start), ("end", end)):
        if value is not None and not value >= 0:
            raise UsageError(f"{name}: expected seconds from 0 on, got {value:g}")
    if start is not None and end is not None and end <= start:
        raise UsageError(f"end: expected more than the start of {start:g} s, got {end:g} s")
