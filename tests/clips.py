"""Make tiny real clips, and look at what was written, with an FFmpeg that is not the program's."""

import subprocess
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
from av.video.reformatter import ColorRange

from climbpose.video import Colour, Picture

SHARED = Path(__file__).parents[2] / "shared" / "data"
"""Real clips, where they lie beside the checkout."""

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p")


def ffmpeg(*arguments: str | Path, given: bytes = b"") -> bytes:
    """Run the ffmpeg binary and return its standard output."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
    done = subprocess.run([*command, *map(str, arguments)], input=given, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout


def described(path: Path) -> str:
    """What ffmpeg says of a file: its duration and its streams."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", f"file:{path}"]
    return subprocess.run(command, capture_output=True).stderr.decode(errors="replace")


def pictures(count: int, width: int = 64, height: int = 48) -> np.ndarray:
    """RGB pictures (count, height, width, 3): soft gradients that move, each its own brightness."""
    y, x = np.mgrid[:height, :width]
    return np.stack(
        [
            np.stack(
                [
                    (40 + 150 * x / width + 3 * n) % 256,
                    (200 - 150 * y / height + 2 * n) % 256,
                    np.full(x.shape, (60 + 10 * n) % 256),
                ],
                axis=-1,
            )
            for n in range(count)
        ]
    ).astype(np.uint8)


def flat(colour: Sequence[int], count: int = 3, width: int = 64, height: int = 48) -> np.ndarray:
    """RGB pictures of one colour."""
    return np.broadcast_to(np.array(colour, np.uint8), (count, height, width, 3)).copy()


def picture(
    image: np.ndarray, time: Fraction = Fraction(0), colour: Colour | None = None
) -> Picture:
    """An RGB image as a picture to draw on or to write."""
    return Picture.of_rgb(image, 0, time, colour or Colour())


def rgb(picture: Picture) -> np.ndarray:
    """A picture's planes as RGB (height, width, 3), by FFmpeg's own conversion."""
    colour = picture.colour
    converted = picture.frame.reformat(
        format="rgb24",
        src_colorspace=colour.converter_matrix,
        dst_colorspace=colour.converter_other_matrix,
        src_color_range=colour.converter_range,
        dst_color_range=ColorRange.JPEG,
    )
    return converted.to_ndarray()[: picture.height, : picture.width]


def make_clip(
    path: Path,
    images: np.ndarray | None = None,
    *,
    fps: str = "30",
    ticks: Sequence[int] | None = None,
    time_base: str = "1/90000",
    video: Iterable[str] = H264,
    sound: str | None = None,
    sound_seconds: float | None = None,
    sound_offset: float = 0,
    filters: str = "",
    options: Iterable[str] = (),
) -> Path:
    """Write a clip; the suffix of its path says which container.

    Args:
        path: Where to.
        images: RGB (count, height, width, 3); ten moving ones if None.
        fps: Frames a second, such as 30000/1001.
        ticks: A presentation time for each picture in `time_base`, instead of `fps`.
        time_base: Seconds a tick.
        video: ffmpeg's options for the video codec.
        sound: Codec of a tone that is added.
        sound_seconds: How long it sounds; as long as the pictures if None.
        sound_offset: Seconds by which it starts later than the pictures.
        filters: Video filters.
        options: Further output options.
    """
    images = pictures(10) if images is None else images
    count, height, width, _ = images.shape
    arguments: list[str | Path] = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
    arguments += ["-s", f"{width}x{height}", "-r", fps, "-i", "-"]
    if sound:
        length = count / float(Fraction(fps)) if sound_seconds is None else sound_seconds
        arguments += ["-itsoffset", str(sound_offset)]
        arguments += [
            "-f",
            "lavfi",
            "-i",
            f"sine=frequency=440:sample_rate=48000:duration={length}",
        ]
    chain = [filters] if filters else []
    if ticks is not None:
        table = str(ticks[-1])
        for n, tick in reversed(list(enumerate(ticks[:-1]))):
            table = f"if(eq(N,{n}),{tick},{table})"
        chain.append(f"settb={time_base},setpts='{table}'")
        options = [*options, "-enc_time_base", time_base, "-fps_mode", "passthrough"]
    if chain:
        arguments += ["-vf", ",".join(chain)]
    arguments += [*video]
    if sound:
        arguments += ["-c:a", sound, "-strict", "-2"]
    ffmpeg(*arguments, *options, f"file:{path}", given=images.tobytes())
    return path


def turned(path: Path, source: Path, *, degrees: int = 0, hflip: bool = False) -> Path:
    """Copy a clip whose display matrix asks for a turn (counter-clockwise) and a mirroring."""
    arguments: list[str | Path] = ["-display_rotation", str(degrees)]
    if hflip:
        arguments += ["-display_hflip"]
    ffmpeg(*arguments, "-i", source, "-c", "copy", path)
    return path


def damage(path: Path, packets: Collection[int], stream: int = 0) -> None:
    """Spoil some packets of a stream, so that they cannot be decoded."""
    with av.open(str(path)) as container:
        places = [
            (packet.pos, packet.size)
            for packet in container.demux(container.streams[stream])
            if packet.size and packet.pos is not None
        ]
    data = bytearray(path.read_bytes())
    for n in packets:
        position, size = places[n]
        data[position : position + size] = b"\xff" * size
    path.write_bytes(data)


def shown_times(path: Path) -> list[Fraction]:
    """Presentation times of the decoded pictures, seconds."""
    return _times(path, "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", "demux")


def packet_times(path: Path, stream: str = "0:a:0") -> list[Fraction]:
    """Presentation times of a stream's packets, seconds."""
    return _times(path, stream, "-c", "copy")


def _times(path: Path, stream: str, *options: str) -> list[Fraction]:
    text = ffmpeg(
        "-copyts", "-i", f"file:{path}", "-map", stream, *options, "-f", "framecrc", "-"
    ).decode()
    time_base = Fraction(1)
    times = []
    for line in text.splitlines():
        if line.startswith("#tb"):
            time_base = Fraction(line.split()[-1])
        elif not line.startswith("#"):
            times.append(int(line.split(",")[2]) * time_base)
    return times


def decoded(path: Path, width: int, height: int) -> np.ndarray:
    """The pictures as ffmpeg decodes and turns them, RGB (count, height, width, 3)."""
    raw = ffmpeg(
        "-i",
        f"file:{path}",
        *("-map", "0:v:0", "-fps_mode", "passthrough"),
        *("-sws_flags", "accurate_rnd+full_chroma_int"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
    )
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def sound_samples(path: Path, rate: int = 48000) -> np.ndarray:
    """The sound as mono float samples from time 0 on, silence where there is none."""
    raw = ffmpeg(
        "-copyts",
        "-i",
        f"file:{path}",
        *("-map", "0:a:0", "-af", "aresample=async=1:first_pts=0"),
        *("-ac", "1", "-ar", str(rate), "-f", "f32le", "-"),
    )
    return np.frombuffer(raw, np.float32)
