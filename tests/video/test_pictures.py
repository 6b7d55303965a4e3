"""Pictures to draw on: the reader's second way out, judged by an FFmpeg that is not ours."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from climbpose.video import Colour, Picture, VideoReader, VideoWriter
from climbpose.video.converter import Converter
from climbpose.video.orientation import Orientation
from tests import clips
from tests.video.test_reader import CODECS, tagged


def read(path: Path, size: tuple[int, int] | None = None) -> list[Picture]:
    with VideoReader(path) as reader:
        pictures = list(reader.pictures(*(size or ())))
        assert reader.warnings == []
    return pictures


def planes(picture: Picture) -> np.ndarray:
    return np.concatenate([plane.ravel() for plane in (picture.y, picture.u, picture.v)])


def stored_planes(path: Path, count: int) -> np.ndarray:
    """The pictures as ffmpeg decodes and turns them, in the numbers that are stored."""
    raw = ffmpeg_raw(path, "yuv420p")
    return np.frombuffer(raw, np.uint8).reshape(count, -1)


def ffmpeg_raw(path: Path, pixel_format: str) -> bytes:
    return clips.ffmpeg(
        *("-i", path, "-map", "0:v:0", "-fps_mode", "passthrough"),
        *("-f", "rawvideo", "-pix_fmt", pixel_format, "-"),
    )


def mean_error(pictures: list[Picture], judged: np.ndarray) -> float:
    images = np.stack([clips.rgb(picture) for picture in pictures]).astype(int)
    return float(np.abs(images - judged).mean())


@pytest.mark.parametrize("hflip", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_every_bit_is_the_video_s(degrees: int, hflip: bool, tmp_path: Path) -> None:
    made = clips.make_clip(tmp_path / "a.mp4", clips.pictures(4, 70, 46))
    path = clips.turned(tmp_path / "b.mp4", made, degrees=degrees, hflip=hflip)
    pictures = read(path)
    judged = stored_planes(path, 4)
    assert [(planes(p) == judged[n]).all() for n, p in enumerate(pictures)] == [True] * 4
    with VideoReader(path) as reader:
        assert (pictures[0].width, pictures[0].height) == (reader.info.width, reader.info.height)
        frames = list(reader)
    assert [(p.index, p.time) for p in pictures] == [(f.index, f.time) for f in frames]


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", ["bt709", "bt601", "bt2020"])
def test_every_bit_reaches_the_encoder(matrix: str, is_full: bool, tmp_path: Path) -> None:
    options, filters = tagged(matrix, is_full)
    path = clips.make_clip(tmp_path / "a.mp4", options=options, filters=filters)
    target = tmp_path / "b.part"
    with (
        VideoReader(path) as reader,
        VideoWriter(target, source=reader.source, width=64, height=48, crf=0) as writer,  # lossless
    ):
        for picture in reader.pictures():
            writer.write(picture)
    assert (stored_planes(target, 10) == stored_planes(path, 10)).all()


@pytest.mark.parametrize("name", CODECS)
def test_every_format_keeps_its_colours(name: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / name, clips.pictures(6), video=CODECS[name][0])
    pictures = read(path)
    with VideoReader(path) as reader:
        assert pictures[0].colour == reader.source.colour
    assert mean_error(pictures, clips.decoded(path, 64, 48)) < 3


@pytest.mark.parametrize("pixel_format", ["yuvj422p", "yuvj444p", "yuvj420p"])
def test_full_range_stays_full(pixel_format: str, tmp_path: Path) -> None:
    video = ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", pixel_format)
    for shade in (0, 255):
        path = clips.make_clip(tmp_path / "a.avi", clips.flat([shade] * 3, 2), video=video)
        (picture, _) = read(path)
        assert picture.colour.is_full_range
        assert picture.y.astype(int) == pytest.approx(shade, abs=1)


@pytest.mark.parametrize("hflip", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("size", [(65, 49), (64, 49), (37, 24)])
def test_odd_sides_do_not_move_the_picture(
    size: tuple[int, int], degrees: int, hflip: bool, tmp_path: Path
) -> None:
    images = clips.pictures(2, *size)
    video = ("-c:v", "libx264", "-crf", "1", "-pix_fmt", "yuv444p")
    made = clips.make_clip(tmp_path / "a.mp4", images, video=video)
    path = clips.turned(tmp_path / "b.mp4", made, degrees=degrees, hflip=hflip)
    width, height = size if degrees % 180 == 0 else size[::-1]
    pictures = read(path)
    first = pictures[0]
    assert (first.width, first.height) == (width, height)
    assert first.y.shape == (height + height % 2, width + width % 2)
    assert first.u.shape == first.v.shape == (first.y.shape[0] // 2, first.y.shape[1] // 2)
    luma = np.frombuffer(ffmpeg_raw(path, "yuv444p"), np.uint8)[: width * height].astype(int)
    assert np.abs(first.y[:height, :width] - luma.reshape(height, width)).mean() < 1
    assert (first.y[:, width:] == first.y[:, width - 1 : width]).all()
    assert (first.y[height:] == first.y[height - 1]).all()
    assert mean_error(pictures, clips.decoded(path, width, height)) < 3


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("degrees", [0, 90])
@pytest.mark.parametrize("scale", [0.5, 0.33, 1.7])
def test_scaled(scale: float, degrees: int, pixel_format: str, tmp_path: Path) -> None:
    video = ("-c:v", "libx264", "-crf", "1", "-pix_fmt", pixel_format)
    made = clips.make_clip(tmp_path / "a.mp4", clips.pictures(2, 128, 96), video=video)
    path = clips.turned(tmp_path / "b.mp4", made, degrees=degrees)
    width, height = (128, 96) if degrees == 0 else (96, 128)
    size = round(width * scale), round(height * scale)
    pictures = read(path, size)
    assert (pictures[0].width, pictures[0].height) == size
    expected = clips.ffmpeg(
        *("-i", path, "-vf", f"scale={size[0]}:{size[1]}:flags=lanczos+accurate_rnd"),
        *("-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
    )
    judged = np.frombuffer(expected, np.uint8).reshape(2, size[1], size[0], 3)
    # Without the rims, where filters that reach over them differ.
    inner = np.s_[:, 3:-3, 3:-3]
    images = np.stack([clips.rgb(picture) for picture in pictures]).astype(int)
    assert np.abs(images[inner] - judged[inner]).mean() < 3


def test_a_change_of_size_is_scaled_and_told(tmp_path: Path) -> None:
    for name, size in (("a", (64, 48)), ("b", (96, 32))):
        clips.make_clip(tmp_path / f"{name}.ts", clips.pictures(5, *size))
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    with VideoReader(path) as reader:
        assert {picture.y.shape for picture in reader.pictures()} == {(48, 64)}
        assert any("size changes from 64 x 48 to 96 x 32" in w for w in reader.warnings)


def test_a_range(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(20), fps="10")
    with VideoReader(path, start=0.3, end=0.7) as reader:
        pictures = list(reader.pictures())
        assert reader.end_time == Fraction(7, 10)
    assert [p.index for p in pictures] == [3, 4, 5, 6]
    assert [p.time for p in pictures] == [Fraction(n, 10) for n in (3, 4, 5, 6)]


@pytest.mark.parametrize("video", [clips.H264, ("-c:v", "mpeg4", "-q:v", "2")])
def test_drawing_does_not_reach_the_decoder_s_references(
    video: tuple[str, ...], tmp_path: Path
) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(12), video=video)
    judged = stored_planes(path, 12)
    drawn = []
    with VideoReader(path) as reader:
        for n, picture in enumerate(reader.pictures()):
            assert (planes(picture) == judged[n]).all()
            picture.y[:], picture.u[:], picture.v[:] = n, n, n
            drawn.append(picture)
    assert all((planes(picture) == n).all() for n, picture in enumerate(drawn))


def test_a_picture_upside_down_in_memory() -> None:
    image = clips.pictures(1)[0]
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=64, height=48, format=av.VideoFormat("yuv420p"), time_base=Fraction(1, 30)
    )
    graph.link_nodes(source, graph.add("vflip"), graph.add("buffersink")).configure()
    upright = clips.picture(image)
    upright.frame.pts = 0
    graph.push(upright.frame)
    flipped = graph.pull()
    assert isinstance(flipped, av.VideoFrame) and flipped.planes[0].line_size < 0
    picture = Converter(Orientation(), Colour()).picture(flipped, 0, Fraction(0), 64, 48)
    assert np.abs(clips.rgb(picture)[::-1] - image.astype(int)).mean() < 3
