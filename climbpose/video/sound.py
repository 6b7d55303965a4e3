"""The sound of a video, carried over to the annotated one."""

from collections.abc import Generator, Iterator
from contextlib import suppress
from fractions import Fraction

import av
from av.container import InputContainer, OutputContainer
from av.filter import Graph

from climbpose.video.container import Packet, open_local
from climbpose.video.source import Source

try:
    from av.stream import Discard
except ImportError:  # before PyAV 17; without it the pictures are read along
    Discard = None  # type: ignore[assignment, misc]

_COPIED_CODECS = frozenset({"aac", "mp3", "ac3", "alac"})
"""Codecs that players expect in an mp4; any other is encoded anew, as AAC."""

_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
_AAC_FRAME = 1024
_BITS_PER_SECOND = {"mono": 96_000, "stereo": 160_000}


class Sound:
    """The first audio stream of a video that can be decoded, as packets for an mp4.

    Packets keep their times on the video's clock. Trouble with the sound ends the sound, never the
    video: it is told in the list of warnings.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: av.AudioStream,
        source: Source,
        output: OutputContainer,
        warnings: list[str],
    ) -> None:
        self._container = container
        self._stream = stream
        self._source = source
        self._warnings = warnings
        context = stream.codec_context
        self._is_copied = context.codec.canonical_name in _COPIED_CODECS
        self._output: av.AudioStream
        if self._is_copied:
            self._output = output.add_stream_from_template(stream, opaque=True)
        else:
            rate = context.sample_rate if context.sample_rate in _AAC_RATES else 48000
            layout = "mono" if context.layout.nb_channels == 1 else "stereo"
            self._output = output.add_stream("aac", rate=rate)
            self._output.codec_context.layout = layout
            self._output.codec_context.format = "fltp"
            self._output.codec_context.bit_rate = _BITS_PER_SECOND[layout]
            self._output.codec_context.time_base = Fraction(1, rate)
            self._layout, self._rate = layout, rate
        if Discard is not None:
            for other in container.streams:
                if other.index != stream.index:
                    other.discard = Discard.all

    @classmethod
    def of(cls, source: Source, output: OutputContainer, warnings: list[str]) -> "Sound | None":
        """The sound of a video with its stream added to an output, None where there is none."""
        container = open_local(source.path)
        try:
            for stream in container.streams.audio:
                if stream.codec_context is not None:
                    return cls(container, stream, source, output, warnings)
            if container.streams.audio:
                warnings.append("the sound is left out: its codec is not known")
        except (av.error.FFmpegError, ValueError) as error:
            warnings.append(f"the sound is left out: it cannot be carried over ({error})")
        except BaseException:
            container.close()
            raise
        container.close()
        return None

    def close(self) -> None:
        """Close the source."""
        self._container.close()

    def packets(self, shift: Fraction, first_time: Fraction) -> Iterator[tuple[Fraction, Packet]]:
        """The packets to write, each with its time in the output in seconds.

        Args:
            shift: Subtracted from all times, seconds.
            first_time: Sound before this time of the source is left out where the video is cut.
        """
        start = first_time if self._source.is_cut else None
        make = self._copied if self._is_copied else self._encoded
        try:
            yield from make(shift, start)
        except av.error.MemoryError:
            # Packets of sound are small: a damaged table told of gigabytes.
            self._warnings.append("the sound ends early: it is damaged (a packet is too large)")
        except MemoryError:
            raise
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self._warnings.append(f"the sound ends early: it is damaged ({_reason(error)})")

    def _demuxed(self, start: Fraction | None) -> Generator[Packet]:
        """The packets of the range; its ends may cut through the first and the last one."""
        until = self._source.until
        for packet in self._container.demux(self._stream):
            if packet.size == 0:
                continue
            if packet.pts is None:
                packet.pts = packet.dts
            if packet.pts is None or packet.time_base is None:
                continue
            time = packet.pts * packet.time_base
            length = (packet.duration or 0) * packet.time_base
            if start is not None and time + length <= start:
                continue
            if until is not None and time >= until:
                break
            yield packet

    def _copied(
        self, shift: Fraction, start: Fraction | None
    ) -> Generator[tuple[Fraction, Packet]]:
        last_dts: int | None = None
        left_out = usual_duration = 0
        for packet in self._demuxed(start):
            ticks = round(shift / packet.time_base)
            assert packet.pts is not None
            dts = packet.pts if packet.dts is None else packet.dts
            if packet.is_corrupt or (last_dts is not None and dts <= last_dts):
                left_out += 1
                continue
            last_dts = dts
            # The muxer hides a last packet that does not say how long it lasts.
            usual_duration = packet.duration = packet.duration or usual_duration
            packet.pts, packet.dts = packet.pts - ticks, dts - ticks
            packet.stream = self._output
            yield packet.pts * packet.time_base, packet
        if left_out:
            self._warnings.append(f"{left_out} packets of the sound were damaged and are left out")

    def _encoded(
        self, shift: Fraction, start: Fraction | None
    ) -> Generator[tuple[Fraction, Packet]]:
        context = self._output.codec_context
        ticks = round(shift * self._rate)
        graph: Graph | None = None
        for frame in self._decoded(start):
            if graph is None:
                graph = self._graph(frame, start)
            graph.push(frame)
            for ready in _pulled(graph):
                yield from self._shifted(context.encode(ready), ticks)
        if graph is not None:
            graph.push(None)
            for ready in _pulled(graph):
                yield from self._shifted(context.encode(ready), ticks)
        yield from self._shifted(context.encode(None), ticks)

    def _shifted(self, packets: list[Packet], ticks: int) -> Generator[tuple[Fraction, Packet]]:
        for packet in packets:
            if packet.pts is None or packet.dts is None:
                continue
            packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
            packet.stream = self._output
            yield packet.pts * packet.time_base, packet

    def _decoded(self, start: Fraction | None) -> Generator[av.AudioFrame]:
        context = self._stream.codec_context
        failed = 0
        for packet in self._demuxed(start):
            try:
                yield from context.decode(packet)
            except av.error.InvalidDataError:
                failed += 1
        with suppress(EOFError, av.error.InvalidDataError):
            yield from context.decode(None)
        if failed:
            self._warnings.append(f"{failed} packets of the sound could not be decoded")

    def _graph(self, frame: av.AudioFrame, start: Fraction | None) -> Graph:
        """Cuts to the range, fills gaps with silence, converts to what the encoder takes."""
        trim = [] if start is None else [f"start={float(start):.6f}"]
        if self._source.until is not None:
            trim.append(f"end={float(self._source.until):.6f}")
        graph = Graph()
        given = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        nodes = [given]
        if trim:
            nodes.append(graph.add("atrim", ":".join(trim)))
        nodes += [
            graph.add("aresample", f"{self._rate}:async=1"),
            graph.add(
                "aformat",
                f"sample_fmts=fltp:sample_rates={self._rate}:channel_layouts={self._layout}",
            ),
            graph.add("asetnsamples", f"n={_AAC_FRAME}:p=0"),
            graph.add("abuffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        return graph


def _pulled(graph: Graph) -> Generator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
