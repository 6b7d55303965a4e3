"""Write frames as an mp4 that plays everywhere, with the source's times, colours and sound."""

import errno
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
from av.container import OutputContainer

from climbpose import processes
from climbpose.errors import VideoError
from climbpose.video import encoders
from climbpose.video.container import Packet, local_url, open_local, shown
from climbpose.video.picture import Picture
from climbpose.video.sound import Sound
from climbpose.video.source import Source

# What a disk or a file system says; anything else that goes wrong with a packet lies in the packet.
_FULL_ERRORS = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_DISK_ERRORS = _FULL_ERRORS | {
    errno.EACCES,
    errno.EBADF,
    errno.EIO,
    errno.EISDIR,
    errno.EMFILE,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EPIPE,
    errno.EROFS,
}

# An mp4 counts in whole ticks a second. Coarser clocks are refined by doubling, finer ones than a
# microsecond are replaced by one that NTSC's and all common whole rates divide.
_MIN_TICKS, _MAX_TICKS, _COMMON_TICKS = 10_000, 1_000_000, 240_000
_KEYFRAME_SECONDS = 2
_WAITING_FRAMES = 3
_MAX_FPS = 1000


class VideoWriter:
    """Writes pictures to an mp4: H.264, yuv420p, its index in front.

    A picture keeps its presentation time to within one tick of the source's clock; where the source
    was cut to a range, times are counted from the first one written. Colours are tagged as the
    source's. The sound is the source's first audio stream: AAC, MP3, AC-3
    and ALAC are copied untouched, anything else becomes AAC.

    Pictures are encoded in a background thread while the caller prepares the next ones, so what
    went wrong with one is raised by a later call.

    Leaving the ``with`` block finishes the file and counts its frames again. Where the block is
    left by an exception the file is closed as it is; deleting it is the caller's work.

    Attributes:
        warnings: What became of the sound, complete after closing.
        frames_written: Frames given so far.
        end_time: Set this, before closing, to when the last frame ends (`VideoReader.end_time`), on
            the source's clock; without it the last frame lasts as long as the one before.
    """

    warnings: list[str]
    frames_written: int
    end_time: Fraction | None

    def __init__(
        self,
        path: Path,
        *,
        source: Source,
        width: int,
        height: int,
        crf: int = 22,
        preset: str = "superfast",
        with_audio: bool = True,
        threads: int | None = None,
        encoder: str = encoders.DEFAULT,
    ) -> None:
        """Create the file.

        Args:
            path: Where to write; the name need not end in .mp4, and an existing file is replaced.
            source: Of the video whose frames are written, from `VideoReader.source`.
            width: Of the frames, pixels.
            height: Of the frames, pixels.
            crf: H.264's constant rate factor, 0 (lossless) to 51.
            preset: x264's trade of speed for size.
            with_audio: Whether to carry the sound over.
            threads: That encode; by default as many as the process may use. The bytes written
                depend on their number.
            encoder: One of `climbpose.video.encoders.NAMES`.

        Raises:
            VideoError: The file cannot be created.
            UsageError: This machine has no such encoder.
        """
        self._encoder = encoders.find(encoder)
        self.warnings = []
        self.frames_written = 0
        self.end_time = None
        self._path, self._source = path, source
        self._width, self._height = width, height
        self._threads = threads or processes.threads()
        self._tick = _output_tick(source.time_base)
        self._shift = Fraction(0)
        self._last_tick: int | None = None
        self._last_gap = max(1, round(1 / (_output_fps(source.fps) * self._tick)))
        self._durations: dict[int, int] = {}
        self._encoded: deque[Packet] = deque()
        self._sound: Sound | None = None
        self._sound_packets: Iterator[tuple[Fraction, Packet]] = iter(())
        self._next_sound: tuple[Fraction, Packet] | None = None
        self._is_closed = False
        self._jobs: deque[Future[None]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="climbpose-writer")
        try:
            self._open(crf, preset, with_audio)
        except av.error.FFmpegError as error:
            self._close_files()
            if not with_audio or error.errno in _DISK_ERRORS or self._sound is None:
                raise self._failure(error) from error
            # Only the sound is left to have been refused by the muxer.
            self.warnings.append(f"the sound is left out: an mp4 cannot hold it ({error.strerror})")
            self._sound = None
            try:
                self._open(crf, preset, with_audio=False)
            except av.error.FFmpegError as second_error:
                self._abandon()
                raise self._failure(second_error) from second_error
        except BaseException:
            self._abandon()
            raise

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self._abandon()

    def write(self, picture: Picture) -> None:
        """Append a picture.

        Args:
            picture: Later than the one before, of the source's colour. It is handed over: whoever
                draws on it now draws on what is being encoded.

        Raises:
            VideoError: The file cannot be written.
            ValueError: The picture has another size or colour, or its time does not increase.
        """
        size, wanted = (picture.width, picture.height), (self._width, self._height)
        if size != wanted or picture.colour != self._source.colour:
            raise ValueError(
                f"expected {wanted} pixels in {self._source.colour}, got {size} in {picture.colour}"
            )
        if self.frames_written == 0:
            self._begin(picture.time)
        tick = round((picture.time - self._shift) / self._tick)
        if self._last_tick is not None:
            if tick < self._last_tick:
                raise ValueError(f"the time {float(picture.time)} s lies before the last frame's")
            # Times closer than a tick must not fall on the same one.
            tick = max(tick, self._last_tick + 1)
            self._last_gap = tick - self._last_tick
            self._durations[self._last_tick] = self._last_gap
        self._last_tick = tick
        try:
            if len(self._jobs) == _WAITING_FRAMES:
                self._jobs.popleft().result()
            self._jobs.append(self._thread.submit(self._encode, picture.frame, tick))
        except av.error.FFmpegError as error:
            raise self._failure(error) from error
        self.frames_written += 1

    def close(self) -> None:
        """Finish the file.

        Raises:
            VideoError: It cannot be written, no frame was given, or frames are missing in it.
        """
        if self._is_closed:
            return
        try:
            if self._last_tick is None:
                raise VideoError(f"{shown(self._path)}: expected frames to write, found none")
            while self._jobs:
                self._jobs.popleft().result()
            self._durations[self._last_tick] = self._last_duration(self._last_tick)
            self._encoded.extend(self._context.encode(None))
            self._mux()
            self._mux_sound(None)
            self._is_closed = True
            self._container.close()
        except av.error.FFmpegError as error:
            raise self._failure(error) from error
        finally:
            self._abandon()
        self._verify()

    def _open(self, crf: int, preset: str, with_audio: bool) -> None:
        """Create the streams and write the header."""
        fps = _output_fps(self._source.fps)
        # A stream that does not start at 0 starts after an empty edit, which is counted in ticks of
        # the movie, by default milliseconds.
        options = {
            "movflags": "+faststart",
            "movie_timescale": str(self._tick.denominator),
        }
        container: OutputContainer = av.open(
            local_url(self._path), "w", format="mp4", container_options=options
        )
        self._container = container
        stream = container.add_stream(self._encoder.codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        context = stream.codec_context
        # H.264 halves both sides of the chroma.
        context.width, context.height = (side + side % 2 for side in (self._width, self._height))
        context.pix_fmt = self._encoder.pixel_format
        context.time_base = self._tick
        context.gop_size = max(1, round(_KEYFRAME_SECONDS * fps))
        context.thread_type, context.thread_count = "AUTO", self._threads
        # B-frames are stored out of order, so where frames are unevenly spaced the sum of the
        # stored durations is not the video's, and players that ignore edit lists start late.
        context.max_b_frames = 0
        colour = self._source.colour
        context.color_range = colour.converter_range.value
        context.colorspace = colour.matrix
        context.color_primaries = colour.primaries
        context.color_trc = colour.transfer
        context.sample_aspect_ratio = self._source.pixel_aspect
        context.options = dict(self._encoder.options(crf, preset))
        self._stream, self._context = stream, context
        if with_audio:
            self._sound = Sound.of(self._source, container, self.warnings)
        container.start_encoding()

    def _begin(self, first_time: Fraction) -> None:
        # An mp4 has no times below 0.
        self._shift = first_time if self._source.is_cut else min(first_time, Fraction(0))
        if self._sound is not None:
            self._sound_packets = self._sound.packets(self._shift, first_time)
            self._next_sound = next(self._sound_packets, None)

    def _encode(self, frame: av.VideoFrame, tick: int) -> None:
        if frame.format.name != self._encoder.pixel_format:
            frame = frame.reformat(format=self._encoder.pixel_format)
        frame.pts, frame.time_base = tick, self._tick
        self._encoded.extend(self._context.encode(frame))
        self._mux()

    def _mux(self) -> None:
        """Write the encoded pictures whose durations are known, and the sound up to them."""
        while self._encoded:
            packet = self._encoded[0]
            assert packet.pts is not None
            duration = self._durations.pop(packet.pts, None)
            if duration is None:
                return
            self._encoded.popleft()
            packet.duration = duration
            packet.stream = self._stream
            time = packet.pts * packet.time_base
            self._container.mux(packet)
            self._mux_sound(time)

    def _mux_sound(self, until: Fraction | None) -> None:
        while self._next_sound is not None:
            time, packet = self._next_sound
            if until is not None and time > until:
                return
            try:
                self._container.mux(packet)
            except av.error.FFmpegError as error:
                if error.errno in _DISK_ERRORS:
                    raise
                self.warnings.append(f"the sound ends early: it is damaged ({error.strerror})")
                self._next_sound = None
                return
            self._next_sound = next(self._sound_packets, None)

    def _last_duration(self, last_tick: int) -> int:
        if self.end_time is None:
            return self._last_gap
        return max(1, round((self.end_time - self._shift) / self._tick) - last_tick)

    def _verify(self) -> None:
        """Count the frames that are in the file, without decoding them."""
        found = 0
        try:
            with open_local(self._path) as container:
                stream = container.streams.video[0]
                found = sum(packet.size > 0 for packet in container.demux(stream))
        except (VideoError, av.error.FFmpegError, IndexError) as error:
            raise VideoError(
                f"{shown(self._path)}: the file just written cannot be read back ({error})"
            ) from error
        if found != self.frames_written:
            raise VideoError(
                f"{shown(self._path)}: expected {self.frames_written} frames in the file just "
                f"written, found {found}; check the disk"
            )

    def _abandon(self) -> None:
        """Let go of everything, whatever state it is in."""
        self._is_closed = True
        self._thread.shutdown(cancel_futures=True)
        self._close_files()

    def _close_files(self) -> None:
        if self._sound is not None:
            self._sound.close()
        self._encoded.clear()
        self._next_sound = None
        if hasattr(self, "_container"):
            with suppress(av.error.FFmpegError, OSError, ValueError):
                self._container.close()

    def _failure(self, error: av.error.FFmpegError) -> VideoError:
        reason = error.strerror or str(error)
        if error.errno in _DISK_ERRORS:
            reason = os.strerror(error.errno or 0)
        remedy = (
            "; free some space or write to another folder" if error.errno in _FULL_ERRORS else ""
        )
        return VideoError(f"{shown(self._path)}: cannot be written ({reason}){remedy}")


def _output_tick(time_base: Fraction) -> Fraction:
    """The clock of the mp4: the source's, where a whole number of its ticks makes a second."""
    ticks = time_base.denominator
    while ticks < _MIN_TICKS:
        ticks *= 2
    return Fraction(1, ticks if ticks <= _MAX_TICKS else _COMMON_TICKS)


def _output_fps(fps: Fraction | None) -> Fraction:
    """The rate that the encoder plans with; the true times are the frames' own."""
    return fps if fps is not None and 1 <= fps <= _MAX_FPS else Fraction(30)
