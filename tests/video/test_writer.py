import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from climbpose.errors import VideoError
from climbpose.video import Colour, Source, VideoReader, VideoWriter
from tests import clips


def copy(
    path: Path,
    target: Path,
    *,
    start: float | None = None,
    end: float | None = None,
    with_audio: bool = True,
) -> list[str]:
    """Write a video's frames as they were read; return the writer's warnings."""
    with (
        VideoReader(path, start=start, end=end) as reader,
        VideoWriter(
            target,
            source=reader.source,
            width=reader.info.width,
            height=reader.info.height,
            with_audio=with_audio,
        ) as writer,
    ):
        for picture in reader.pictures():
            writer.write(picture)
        writer.end_time = reader.end_time
    return writer.warnings


def source(time_base: Fraction = Fraction(1, 90000), **facts: object) -> Source:
    given: dict[str, object] = {"path": Path("none.mp4"), "fps": None, "colour": Colour()}
    return Source(time_base=time_base, **(given | facts))  # type: ignore[arg-type]


def write(path: Path, times: Iterable[Fraction], of: Source | None = None) -> None:
    with VideoWriter(
        path, source=of or source(), width=16, height=16, preset="ultrafast", with_audio=False
    ) as writer:
        for n, time in enumerate(times):
            writer.write(clips.picture(np.full((16, 16, 3), n % 256, np.uint8), time))


def black(height: int = 16, width: int = 16) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def duration(path: Path) -> float:
    hours, minutes, seconds = clips.described(path).split("Duration: ")[1].split(",")[0].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@pytest.mark.parametrize("fps", ["25", "30000/1001", "60000/1001", "240", "24000/1001"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_times_and_length_are_the_source_s(fps: str, suffix: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / f"a.{suffix}", clips.pictures(40), fps=fps)
    assert copy(path, tmp_path / "b.part") == []
    assert clips.shown_times(tmp_path / "b.part") == clips.shown_times(path)
    assert duration(tmp_path / "b.part") == pytest.approx(40 / Fraction(fps), abs=0.011)


def test_variable_frame_rate_survives(tmp_path: Path) -> None:
    ticks = [0, 3000, 4500, 9000, 9100, 30000, 33000, 90000, 90700]
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(9), ticks=ticks)
    copy(path, tmp_path / "b.part")
    assert clips.shown_times(tmp_path / "b.part") == [Fraction(t, 90000) for t in ticks]
    assert duration(tmp_path / "b.part") == pytest.approx(duration(path), abs=0.011)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    gaps=st.lists(st.integers(1, 400_000), min_size=0, max_size=40),
    first=st.integers(0, 400_000),
    ticks=st.sampled_from([25, 600, 1000, 15360, 19200, 30000, 90000, 1_000_000]),
)
def test_any_increasing_times_survive(
    gaps: list[int], first: int, ticks: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("times") / "a.part"
    times = [Fraction(int(t), ticks) for t in np.cumsum([first, *gaps])]
    write(path, times, source(Fraction(1, ticks)))
    assert clips.shown_times(path) == times


@pytest.mark.parametrize("time_base", [Fraction(1, 10**9), Fraction(1, 10_000_000)])
def test_a_clock_that_is_too_fine_keeps_the_times_nearly(
    time_base: Fraction, tmp_path: Path
) -> None:
    times = [Fraction(n, 30) + n * time_base for n in range(20)]
    write(tmp_path / "a.part", times, source(time_base))
    written = clips.shown_times(tmp_path / "a.part")
    assert max(abs(a - b) for a, b in zip(times, written, strict=True)) <= Fraction(1, 240_000)


def test_times_below_zero_are_shifted(tmp_path: Path) -> None:
    write(tmp_path / "a.part", [Fraction(n, 10) for n in range(-2, 4)])
    assert clips.shown_times(tmp_path / "a.part") == [Fraction(n, 10) for n in range(6)]


def test_the_file_plays_everywhere(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", sound="aac")
    target = tmp_path / "b.part"
    copy(path, target)
    text = clips.described(target)
    assert "Video: h264 (High) (avc1" in text
    assert "yuv420p" in text
    assert "Audio: aac (LC) (mp4a" in text
    data = target.read_bytes()
    assert data[4:8] == b"ftyp"
    assert data.index(b"moov") < data.index(b"mdat")


def test_pictures_are_the_ones_given(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(40))
    stored = clips.turned(tmp_path / "t.mp4", path, degrees=90)
    copy(stored, tmp_path / "b.part")
    judged = clips.decoded(stored, 48, 64).astype(int)
    assert np.abs(clips.decoded(tmp_path / "b.part", 48, 64) - judged).mean() < 4
    assert "rotation" not in clips.described(tmp_path / "b.part")


@pytest.mark.parametrize("size", [(65, 49), (64, 49), (65, 48), (1, 1)])
def test_odd_sides_are_lengthened_by_repeating(size: tuple[int, int], tmp_path: Path) -> None:
    width, height = size
    image = clips.pictures(1, width, height)[0]
    with VideoWriter(
        tmp_path / "a.part", source=source(), width=width, height=height, crf=1, with_audio=False
    ) as writer:
        for n in range(3):
            writer.write(clips.picture(image, Fraction(n, 10)))
    even_width, even_height = width + width % 2, height + height % 2
    judged = clips.decoded(tmp_path / "a.part", even_width, even_height)[0].astype(int)
    expected = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    assert np.abs(judged - expected).mean() < 4


MATRICES = {1: "bt709", 6: "smpte170m", 9: "bt2020nc"}


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
def test_colours_are_tagged_and_right(matrix: int, is_full: bool, tmp_path: Path) -> None:
    colour = Colour(matrix=matrix, is_full_range=is_full, primaries=9, transfer=18)
    for n, rgb in enumerate([(200, 40, 40), (40, 180, 60), (30, 60, 200), (235, 235, 235)]):
        path = tmp_path / f"{n}.part"
        with VideoWriter(
            path, source=source(colour=colour), width=64, height=48, crf=5, with_audio=False
        ) as writer:
            for k, image in enumerate(clips.flat(rgb)):
                writer.write(clips.picture(image, Fraction(k, 30), colour))
        assert np.abs(clips.decoded(path, 64, 48).astype(int) - rgb).mean() < 2.5
    tags = f"{'pc' if is_full else 'tv'}, {MATRICES[matrix]}/bt2020/arib-std-b67"
    assert tags in clips.described(path)


def test_ten_bits_and_hlg_tags_carry_over_to_eight(tmp_path: Path) -> None:
    video = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le")
    tags = "colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc:range=limited"
    path = clips.make_clip(
        tmp_path / "a.mov", video=(*video, "-x265-params", f"log-level=none:{tags}")
    )
    copy(path, tmp_path / "b.part")
    text = clips.described(tmp_path / "b.part")
    assert "yuv420p(tv, bt2020nc/bt2020/arib-std-b67" in text
    judged = clips.decoded(path, 64, 48).astype(int)
    assert np.abs(clips.decoded(tmp_path / "b.part", 64, 48) - judged).mean() < 4


def test_pixel_aspect_turns_with_the_picture(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", filters="setsar=4/3")
    copy(path, tmp_path / "b.part")
    assert "SAR 4:3" in clips.described(tmp_path / "b.part")
    copy(clips.turned(tmp_path / "c.mp4", path, degrees=90), tmp_path / "d.part")
    assert "SAR 3:4" in clips.described(tmp_path / "d.part")


def onset(path: Path) -> float:
    """When the sound starts, seconds."""
    return float(np.argmax(np.abs(clips.sound_samples(path)) > 0.03) / 48000)


SOUNDS = {
    "aac.mp4": ("aac", True),
    "aac.ts": ("aac", True),
    "mp3.mkv": ("libmp3lame", True),
    "ac3.mkv": ("ac3", True),
    "alac.mov": ("alac", True),
    "vorbis.mkv": ("libvorbis", False),
    "opus.webm": ("libopus", False),
    "pcm.mov": ("pcm_s16le", False),
    "pcm.avi": ("pcm_s16le", False),
    "flac.mkv": ("flac", False),
}


@pytest.mark.parametrize("offset", [0, 0.4])
@pytest.mark.parametrize("name", SOUNDS)
def test_sound_stays_with_the_picture(name: str, offset: float, tmp_path: Path) -> None:
    codec, is_copied = SOUNDS[name]
    video = clips.H264 if not name.endswith("webm") else ("-c:v", "libvpx", "-deadline", "realtime")
    path = clips.make_clip(
        tmp_path / name, clips.pictures(30), sound=codec, sound_offset=offset, video=video
    )
    target = tmp_path / "b.part"
    assert copy(path, target) == []
    written = "aac" if not is_copied else codec.removeprefix("lib").removesuffix("lame")
    assert f"Audio: {written}" in clips.described(target)
    start = clips.shown_times(path)[0]
    assert clips.shown_times(target)[0] == start
    assert onset(target) == pytest.approx(onset(path), abs=0.03)
    if is_copied:
        assert len(clips.packet_times(target)) == len(clips.packet_times(path))
        gaps = zip(clips.packet_times(target), clips.packet_times(path), strict=True)
        assert max(abs(a - b) for a, b in gaps) <= 0.0011
    assert clips.sound_samples(target).size == pytest.approx(
        clips.sound_samples(path).size, abs=3000
    )


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_a_range_starts_at_zero_and_cuts_the_sound(codec: str, tmp_path: Path) -> None:
    path = clips.make_clip(
        tmp_path / "a.mov", clips.pictures(60), sound=codec, sound_offset=0.7, sound_seconds=2
    )
    target = tmp_path / "b.part"
    assert copy(path, target, start=0.5, end=1.5) == []
    assert clips.shown_times(target) == [Fraction(n, 30) for n in range(30)]
    assert onset(target) == pytest.approx(0.2, abs=0.03)
    assert clips.sound_samples(target).size / 48000 == pytest.approx(1, abs=0.05)
    assert duration(target) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_a_range_within_sounding_time(codec: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mov", clips.pictures(60), sound=codec)
    copy(path, tmp_path / "b.part", start=0.5, end=1.5)
    whole, part = clips.sound_samples(path), clips.sound_samples(tmp_path / "b.part")
    piece = whole[24000 + 4800 : 24000 + 43200]
    # A tone of 440 Hz repeats after 109 samples: only its phase tells a shift.
    assert np.corrcoef(piece, part[4800:43200])[0, 1] > 0.98


def test_without_sound(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", sound="aac")
    assert copy(path, tmp_path / "b.part", with_audio=False) == []
    assert "Audio" not in clips.described(tmp_path / "b.part")


@pytest.mark.parametrize("codec", ["aac", "libopus"])
def test_damaged_sound_does_not_harm_the_picture(codec: str, tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", clips.pictures(60), sound=codec)
    clips.damage(path, range(20, 40), stream=1)
    warnings = copy(path, tmp_path / "b.part")
    if codec == "libopus":  # what is copied is not decoded, so its damage is passed on unseen
        assert warnings == ["20 packets of the sound could not be decoded"]
    assert len(clips.shown_times(tmp_path / "b.part")) == 60


def test_sound_of_an_unknown_codec_is_left_out(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", sound="aac")
    path.write_bytes(path.read_bytes().replace(b"A_AAC", b"A_ZZZ"))
    (warning,) = copy(path, tmp_path / "b.part")
    assert "sound is left out" in warning
    assert len(clips.shown_times(tmp_path / "b.part")) == 10


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_exception_closes_and_is_not_masked(error: type[BaseException], tmp_path: Path) -> None:
    before = threading.active_count()
    with (
        pytest.raises(error),
        VideoWriter(
            tmp_path / "a.part", source=source(), width=16, height=16, with_audio=False
        ) as writer,
    ):
        writer.write(clips.picture(black()))
        raise error
    assert threading.active_count() == before


def test_misuse_is_refused(tmp_path: Path) -> None:
    with VideoWriter(
        tmp_path / "a.part", source=source(), width=16, height=16, with_audio=False
    ) as writer:
        writer.write(clips.picture(black(), Fraction(1)))
        with pytest.raises(ValueError, match=r"expected \(16, 16\) pixels"):
            writer.write(clips.picture(black(width=18), Fraction(2)))
        with pytest.raises(ValueError, match="is_full_range=True"):
            writer.write(clips.picture(black(), Fraction(2), Colour(is_full_range=True)))
        with pytest.raises(ValueError, match="before"):
            writer.write(clips.picture(black(), Fraction(0)))


def test_no_frames_are_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="found none"):
        write(tmp_path / "a.part", [])


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="cannot be written"):
        write(tmp_path / "no" / "a.part", [Fraction(0)])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows few of these names")
@pytest.mark.parametrize("name", ["-y %d\nü.part", "http:x", "concat:a|b"])
def test_a_name_is_only_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(name), [Fraction(0), Fraction(1)])
    assert (tmp_path / name).is_file()


def test_a_file_that_lost_frames_does_not_count_as_done(tmp_path: Path) -> None:
    path = tmp_path / "a.part"
    with (
        pytest.raises(VideoError, match="expected 4 frames"),
        VideoWriter(path, source=source(), width=16, height=16, with_audio=False) as writer,
    ):
        for n in range(3):
            writer.write(clips.picture(black(), Fraction(n)))
        writer.frames_written += 1


LIMITED = """
    import resource, signal, sys
    from fractions import Fraction
    from pathlib import Path
    import numpy as np
    from climbpose.errors import VideoError
    from climbpose.video import Colour, Picture, Source, VideoWriter

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    source = Source(Path("none"), Fraction(1, 30), None, Colour())
    noise = np.random.default_rng(0)
    try:
        with VideoWriter(
            Path(sys.argv[1]), source=source, width=320, height=240, with_audio=False
        ) as writer:
            for n in range(60):
                image = noise.integers(0, 256, (240, 320, 3), dtype=np.uint8)
                writer.write(Picture.of_rgb(image, n, Fraction(n, 30), Colour()))
    except VideoError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
@pytest.mark.parametrize("limit", [0, 100_000, 1_000_000])
def test_a_full_disk_is_named(limit: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIMITED), str(tmp_path / "a.part"), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written (File too large); free some space" in done.stdout
    assert done.stderr == ""


@pytest.mark.clips
def test_a_real_clip(tmp_path: Path) -> None:
    path = clips.SHARED / "climbing_clips" / "h22jju_lunge.mp4"
    if not path.exists():
        pytest.skip("the real clips are not here")
    assert copy(path, tmp_path / "b.part", end=1.0) == []
    assert len(clips.shown_times(tmp_path / "b.part")) == 30
