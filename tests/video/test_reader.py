from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import UsageError, VideoError
from climbpose.poses import Frame
from climbpose.video import VideoReader
from tests import clips


def read(path: Path, rotate: int | None = None) -> list[Frame]:
    with VideoReader(path, rotate=rotate) as reader:
        frames = list(reader)
        assert reader.warnings == []
        assert reader.frames_decoded == len(frames)
    return frames


def mean_error(frames: list[Frame], judged: np.ndarray) -> float:
    images = np.stack([frame.image for frame in frames]).astype(int)
    return float(np.abs(images - judged).mean())


H264_10 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "20")
AV1 = ("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-crf", "20")
CODECS = {
    "h264.mp4": (clips.H264, "h264", "yuv420p"),
    "h264.mov": (clips.H264, "h264", "yuv420p"),
    "h264.mkv": (clips.H264, "h264", "yuv420p"),
    "h264-10.mp4": (H264_10, "h264", "yuv420p10le"),
    "hevc.mp4": ((*HEVC, "-tag:v", "hvc1", "-pix_fmt", "yuv420p"), "hevc", "yuv420p"),
    "hevc-10.mov": ((*HEVC, "-pix_fmt", "yuv420p10le"), "hevc", "yuv420p10le"),
    "vp9.webm": ((*VP9, "-pix_fmt", "yuv420p"), "vp9", "yuv420p"),
    "av1.mkv": ((*AV1, "-pix_fmt", "yuv420p"), "av1", "yuv420p"),
    "mjpeg.avi": (("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"), "mjpeg", "yuvj420p"),
    "mpeg4.avi": (("-c:v", "mpeg4", "-q:v", "2"), "mpeg4", "yuv420p"),
    "h264.ts": (clips.H264, "h264", "yuv420p"),
    "prores.mov": (("-c:v", "prores", "-pix_fmt", "yuv422p10le"), "prores", "yuv422p10le"),
    "rgb.mkv": (("-c:v", "ffv1", "-pix_fmt", "bgr0"), "ffv1", "bgr0"),
}


@pytest.mark.parametrize("name", CODECS)
def test_reads_what_ffmpeg_reads(name: str, tmp_path: Path) -> None:
    video, codec, pixel_format = CODECS[name]
    path = clips.make_clip(tmp_path / name, clips.pictures(6), video=video)
    frames = read(path)
    assert [f.index for f in frames] == list(range(6))
    assert [f.time for f in frames] == clips.shown_times(path)
    assert mean_error(frames, clips.decoded(path, 64, 48)) < 2.5
    assert mean_error(frames, clips.pictures(6)) < 12
    with VideoReader(path) as reader:
        info = reader.info
    assert (info.codec, info.width, info.height) == (codec, 64, 48)
    assert info.pixel_format.replace("yuvj", "yuv") == pixel_format.replace("yuvj", "yuv")
    assert info.audio_codec is None
    assert info.path == path


@pytest.mark.parametrize("fps", ["25", "30000/1001", "60000/1001", "240", "24000/1001"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_times_are_those_of_the_file(fps: str, suffix: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / f"a.{suffix}", clips.pictures(8), fps=fps)
    frames = read(path)
    assert [f.time for f in frames] == clips.shown_times(path)
    if suffix == "mp4":
        assert [f.time for f in frames] == [n / Fraction(fps) for n in range(8)]
        with VideoReader(path) as reader:
            assert reader.info.fps == Fraction(fps)
            list(reader)
            assert reader.end_time == 8 / Fraction(fps)


def test_variable_frame_rate_keeps_every_time(tmp_path: Path) -> None:
    ticks = [0, 3000, 4500, 9000, 9100, 30000, 33000, 90000]
    path = clips.make_clip(
        tmp_path / "vfr.mp4", clips.pictures(8), ticks=ticks, options=("-bf", "2")
    )
    assert [f.time for f in read(path)] == [Fraction(t, 90000) for t in ticks]


def test_b_frames_in_avi_come_out_in_order(tmp_path: Path) -> None:
    video = ("-c:v", "libx264", "-preset", "medium", "-bf", "3", "-pix_fmt", "yuv420p")
    path = clips.make_clip(tmp_path / "b.avi", clips.pictures(12), video=video)
    with VideoReader(path) as reader:
        frames = list(reader)
    assert mean_error(frames, clips.decoded(path, 64, 48)) < 2.5
    assert [f.time for f in frames] == clips.shown_times(path)


@pytest.mark.parametrize("hflip", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_upright_as_the_file_asks(degrees: int, hflip: bool, tmp_path: Path) -> None:
    stored = clips.make_clip(tmp_path / "stored.mp4", clips.pictures(2))
    path = clips.turned(tmp_path / "turned.mp4", stored, degrees=degrees, hflip=hflip)
    width, height = (64, 48) if degrees % 180 == 0 else (48, 64)
    frames = read(path)
    assert mean_error(frames, clips.decoded(path, width, height)) < 2.5
    with VideoReader(path) as reader:
        assert (reader.info.width, reader.info.height) == (width, height)
        if not hflip:
            assert reader.info.rotation == -degrees % 360
    assert all(f.image.flags.c_contiguous and f.image.flags.writeable for f in frames)


@pytest.mark.parametrize(("rotate", "turns"), [(0, 0), (90, -1), (180, 2), (270, 1)])
def test_rotate_overrides_the_file(rotate: int, turns: int, tmp_path: Path) -> None:
    stored = clips.make_clip(tmp_path / "stored.mp4", clips.pictures(2))
    path = clips.turned(tmp_path / "turned.mp4", stored, degrees=90, hflip=True)
    expected = np.rot90(clips.decoded(stored, 64, 48), turns, axes=(1, 2))
    assert mean_error(read(path, rotate), expected) < 2.5


@pytest.mark.parametrize("size", [(65, 49), (64, 49), (37, 23)])
def test_odd_sizes(size: tuple[int, int], tmp_path: Path) -> None:
    width, height = size
    video = (*VP9, "-pix_fmt", "yuv420p")
    path = clips.make_clip(tmp_path / "odd.webm", clips.pictures(3, width, height), video=video)
    assert mean_error(read(path), clips.decoded(path, width, height)) < 3


COLOURS = [(200, 40, 40), (40, 180, 60), (30, 60, 200), (128, 128, 128), (250, 250, 250)]
MATRICES = {"bt709": "bt709", "bt601": "smpte170m", "bt2020": "bt2020nc"}


def tagged(matrix: str, is_full: bool) -> tuple[tuple[str, ...], str]:
    """Output options and a filter that convert to a matrix and range and tag them."""
    colour_range = "pc" if is_full else "tv"
    name = MATRICES[matrix]
    options = ("-colorspace", name, "-color_range", colour_range)
    # scale= knows bt2020nc as bt2020.
    filters = f"scale=out_color_matrix={name.removesuffix('nc')}:out_range={colour_range}"
    return options, filters + ",format=yuv420p"


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
def test_colours_follow_the_tags(matrix: str, is_full: bool, tmp_path: Path) -> None:
    options, filters = tagged(matrix, is_full)
    for n, colour in enumerate(COLOURS):
        path = clips.make_clip(
            tmp_path / f"{n}.mp4", clips.flat(colour, 2), options=options, filters=filters
        )
        with VideoReader(path) as reader:
            assert reader.source.colour.is_full_range == is_full
            for frame in reader:
                assert np.abs(frame.image.astype(int) - colour).mean() <= 2.5


@pytest.mark.parametrize(("height", "matrix"), [(48, "bt601"), (720, "bt709")])
def test_untagged_colours_go_by_height(height: int, matrix: str, tmp_path: Path) -> None:
    _, filters = tagged(matrix, is_full=False)
    colour = (200, 40, 40)
    path = clips.make_clip(
        tmp_path / "a.mp4",
        clips.flat(colour, 1, height=height),
        filters=filters + ",setparams=colorspace=unknown:range=unknown",
    )
    assert np.abs(read(path)[0].image.astype(int) - colour).max() <= 3


def test_a_range_keeps_indices_and_times(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(20), fps="10")
    with VideoReader(path, start=0.3, end=0.7) as reader:
        frames = list(reader)
        assert reader.end_time == Fraction(7, 10)
    assert [f.index for f in frames] == [3, 4, 5, 6]
    assert [f.time for f in frames] == [Fraction(n, 10) for n in (3, 4, 5, 6)]
    judged = clips.decoded(path, 64, 48)
    assert mean_error(frames, judged[3:7]) < 2.5
    with VideoReader(path, start=1.85) as reader:
        assert [f.index for f in reader] == [19]


def test_a_range_counts_from_the_first_frame(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.ts", clips.pictures(10), fps="10")
    first = clips.shown_times(path)[0]
    assert first > 1
    with VideoReader(path, start=0.5) as reader:
        assert [f.time for f in reader] == [first + Fraction(n, 10) for n in range(5, 10)]


def test_a_range_without_frames_says_how_long_the_video_is(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(20), fps="10")
    with VideoReader(path, start=2.0) as reader, pytest.raises(UsageError, match=r"2\.00 s long"):
        list(reader)
    with VideoReader(path, start=0.31, end=0.32) as reader, pytest.raises(UsageError):
        list(reader)


@pytest.mark.parametrize(
    "options",
    [{"start": -1.0}, {"end": -1.0}, {"start": 2.0, "end": 2.0}, {"start": float("nan")}],
)
def test_a_senseless_range_is_refused(options: dict[str, float], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected"):
        VideoReader(tmp_path, **options)  # type: ignore[arg-type]


def test_a_senseless_rotation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="got 45"):
        VideoReader(tmp_path, rotate=45)


def test_damage_in_the_middle_costs_only_what_is_damaged(tmp_path: Path) -> None:
    path = clips.make_clip(
        tmp_path / "a.mkv", clips.pictures(30), video=("-c:v", "ffv1", "-slicecrc", "1")
    )
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = b"\x00" * 3000
    path.write_bytes(data)
    with VideoReader(path) as reader:
        count = len(list(reader))
        assert 15 <= count <= 30
        assert reader.frames_decoded == count


def test_packets_that_fail_are_counted_in_one_warning(tmp_path: Path) -> None:
    video = (*clips.H264, "-g", "1")
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(20), video=video)
    clips.damage(path, {4, 5, 8})
    with VideoReader(path) as reader:
        frames = list(reader)
        assert len(frames) == 17
        assert len(reader.warnings) == 1
        assert "3 packets could not be decoded" in reader.warnings[0]
    assert np.all(np.diff([float(f.time) for f in frames]) > 0)


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_a_file_cut_at_the_end_gives_what_is_there(suffix: str, tmp_path: Path) -> None:
    path = clips.make_clip(
        tmp_path / f"a.{suffix}",
        clips.pictures(40),
        options=() if suffix != "mp4" else ("-movflags", "+faststart"),
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    with VideoReader(path) as reader:
        count = len(list(reader))
        assert 5 < count < 40
        assert reader.frames_decoded == count


def test_a_change_of_size_is_scaled_and_told(tmp_path: Path) -> None:
    for name, size in (("a", (64, 48)), ("b", (96, 32))):
        clips.make_clip(tmp_path / f"{name}.ts", clips.pictures(5, *size))
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    with VideoReader(path) as reader:
        shapes = {frame.image.shape for frame in reader}
        assert shapes == {(48, 64, 3)}
        assert any("size changes from 64 x 48 to 96 x 32" in w for w in reader.warnings)
        assert reader.frames_decoded == 10


def test_clocks_set_anew_are_mended(tmp_path: Path) -> None:
    ticks = [n * 3000 for n in range(60)]
    path = clips.make_clip(tmp_path / "a.ts", clips.pictures(60), ticks=ticks)
    both = tmp_path / "both.ts"
    both.write_bytes(path.read_bytes() * 2)
    with VideoReader(both) as reader:
        times = [frame.time for frame in reader]
        assert len(times) == 120
        assert all(a < b for a, b in pairwise(times))
        assert [w for w in reader.warnings if "times are estimated" in w] == reader.warnings[-1:]
        assert times[-1] - times[0] == pytest.approx(119 / 30, abs=0.1)


def test_sound_and_pixel_aspect_are_described(tmp_path: Path) -> None:
    path = clips.make_clip(
        tmp_path / "a.mov", sound="aac", filters="setsar=4/3", options=("-metadata", "title=ü")
    )
    turned = clips.turned(tmp_path / "b.mov", path, degrees=90)
    with VideoReader(path) as reader, VideoReader(turned) as turned_reader:
        assert reader.info.audio_codec == "aac"
        assert reader.info.duration == pytest.approx(10 / 30, abs=0.01)
        assert reader.source.pixel_aspect == Fraction(4, 3)
        assert turned_reader.source.pixel_aspect == Fraction(3, 4)


def test_frames_stay_valid_and_can_be_drawn_on(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", video=("-c:v", "ffv1", "-pix_fmt", "bgr0"))
    judged = clips.decoded(path, 64, 48)
    with VideoReader(path) as reader:
        frames = []
        for n, frame in enumerate(reader):
            assert np.abs(frame.image.astype(int) - judged[n]).mean() < 2.5
            frames.append(frame)
            frame.image[:] = n
    assert all((frame.image == n).all() for n, frame in enumerate(frames))


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4")
    with VideoReader(path) as reader:
        next(iter(reader))
    assert list(reader) == []


REAL = sorted(clips.SHARED.glob("*clips/*.mp4"))


@pytest.mark.clips
@pytest.mark.parametrize("path", REAL[:5], ids=lambda path: path.name)
def test_real_clips(path: Path) -> None:
    with VideoReader(path, end=0.5) as reader:
        frames = list(reader)
        assert reader.warnings == []
        height, width = frames[0].image.shape[:2]
        assert (reader.info.width, reader.info.height) == (width, height)
    assert [f.time for f in frames] == clips.shown_times(path)[: len(frames)]


def test_an_audio_file_with_a_cover_is_no_video(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    clips.make_clip(cover, clips.pictures(1), video=("-c:v", "png"))
    path = tmp_path / "song.m4a"
    clips.ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=1", "-i", cover, "-map", "0:a", "-map", "1:v"),
        *("-c:a", "aac", "-c:v", "png", "-disposition:v:0", "attached_pic", path),
    )
    with pytest.raises(VideoError, match="no moving pictures"):
        VideoReader(path)
