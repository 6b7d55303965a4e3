import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import UsageError, VideoError
from climbpose.video import VideoReader
from tests import clips


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.make_clip(tmp_path_factory.mktemp("clip") / "good.mp4", sound="aac")


def refusal(path: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(VideoError) as caught:
        VideoReader(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


NAMES = [
    "with space.mp4",
    "Höhe 攀岩.mp4",
    "%d.mp4",
    "%03d.mp4",
    "line\nbreak.mp4",
    "-y.mp4",
    "concat:a.mp4|b.mp4",
    "http:evil.mp4",
    "a?b#c.mp4",
    "'q\"[x],y=1.mp4",
    "file:a.mp4",
    "no suffix",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows few of these names")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(
    name: str, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / name, Path(name)):
        with VideoReader(path) as reader:
            assert len(list(reader)) == 10


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no UTF-8")
def test_a_name_that_is_not_utf8(clip: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xe4.mp4"))
    path.write_bytes(clip.read_bytes())
    with VideoReader(path) as reader:
        assert len(list(reader)) == 10
    path.write_bytes(b"")
    assert "empty" in refusal(path)


@pytest.mark.parametrize("name", ["nothing.mp4", "no/such/folder.mp4", "nu\0l.mp4"])
def test_no_such_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        VideoReader(tmp_path / name)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        VideoReader(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "pipe" in refusal(tmp_path / "pipe.mp4")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert "empty" in refusal(tmp_path / "a.mp4")


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mov", "webm"])
@pytest.mark.parametrize("content", [b"To be, or not to be.\n" * 100, b"\0" * 9000, b"\xff" * 50])
def test_no_video_at_all(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    assert "expected a video" in refusal(path)


def test_noise(tmp_path: Path) -> None:
    for seed in range(5):
        path = tmp_path / f"{seed}.mp4"
        path.write_bytes(np.random.default_rng(seed).bytes(5000))
        assert "expected" in refusal(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.bmp", "a.avif"])
def test_a_picture(name: str, tmp_path: Path) -> None:
    video = ("-c:v", "libaom-av1", "-cpu-used", "8") if name == "a.avif" else ()
    path = clips.make_clip(tmp_path / name, clips.pictures(1), video=video)
    assert "found a picture" in refusal(path)
    path.rename(tmp_path / "a.mp4")
    assert "found a picture" in refusal(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["a.m4a", "a.mp3", "a.wav", "a.ogg"])
def test_sound_alone(name: str, tmp_path: Path) -> None:
    clips.ffmpeg("-f", "lavfi", "-i", "sine=duration=1", tmp_path / name)
    assert "expected a video" in refusal(tmp_path / name)


def test_a_recording_that_was_not_finished(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: data.index(b"moov") - 4])
    assert "moov" in refusal(path)
    path.write_bytes(data[: len(data) // 2])
    assert "moov" in refusal(path)


def test_a_header_that_is_missing(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "tail.mp4"
    path.write_bytes(clip.read_bytes()[3000:])
    assert "expected" in refusal(path)


def test_only_damaged_pictures(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4")
    clips.damage(path, range(10))
    assert "damaged packets" in refusal(path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root"
)
def test_a_file_that_may_not_be_read(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    assert "permissions" in refusal(path)


@pytest.mark.parametrize(
    ("size", "found"),
    [("16000x16000", "larger"), ("8200x16", "8200 x 16"), ("16x8200", "16 x 8200")],
)
def test_giant_pictures_are_refused(size: str, found: str, tmp_path: Path) -> None:
    path = giant(tmp_path, size)
    assert "at most 8192" in refusal(path)
    assert f"found {found}" in refusal(path)


def giant(folder: Path, size: str) -> Path:
    path = folder / "giant.mov"
    clips.ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "monob", "-s", size, "-i", "/dev/zero"),
        *("-frames:v", "1", "-c:v", "png", "-compression_level", "1", path),
    )
    return path


PEAK = """
    import resource, sys
    from pathlib import Path
    from climbpose.errors import VideoError
    from climbpose.video import VideoReader
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        VideoReader(Path(sys.argv[1]))
    except VideoError:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts kilobytes as Linux does")
def test_giant_pictures_take_no_memory(tmp_path: Path) -> None:
    path = giant(tmp_path, "16000x16000")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PEAK), str(path)], capture_output=True, check=True
    )
    assert int(done.stdout) < 30_000  # a bit a pixel would be 32 MB


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what was asked of it."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    is_over = threading.Event()

    def listen() -> None:
        while not is_over.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.5)
                asked.append(connection.recv(1000))

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/a.mp4", asked
    is_over.set()
    thread.join()
    server.close()


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{}'
    "</BaseURL></Representation></AdaptationSet></Period></MPD>"
)
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
PLAYLISTS = {
    "m3u8": HLS,
    "mpd": DASH,
    "ffconcat": "ffconcat version 1.0\nfile '{}'\n",
    "sdp": SDP + "a=rtpmap:96 H264/90000\n",
    "asx": '<asx version="3.0"><entry><ref href="{}"/></entry></asx>',
    "pls": "[playlist]\nFile1={}\nNumberOfEntries=1\n",
    "xspf": "<playlist><trackList><track><location>{}</location></track></trackList></playlist>",
    "strm": "{}\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", [None, "mp4", "ts"])
def test_a_list_of_other_files_opens_none_of_them(
    kind: str,
    suffix: str | None,
    clip: Path,
    tmp_path: Path,
    listener: tuple[str, list[bytes]],
) -> None:
    (tmp_path / "other.mp4").write_bytes(clip.read_bytes())
    address, asked = listener
    path = tmp_path / f"list.{suffix or kind}"
    for target in (address, "other.mp4", str(tmp_path / "other.mp4"), f"file:{clip}"):
        path.write_text(PLAYLISTS[kind].format(target))
        assert "expected a video" in refusal(path)
    assert asked == []


def test_ffmpeg_itself_would_follow_the_lists(clip: Path, tmp_path: Path) -> None:
    """The lists above are real ones: without our guard they are read."""
    (tmp_path / "other.mp4").write_bytes(clip.read_bytes())
    (tmp_path / "a.ffconcat").write_text(PLAYLISTS["ffconcat"].format("other.mp4"))
    assert len(clips.shown_times(tmp_path / "a.ffconcat")) == 10
    clips.make_clip(tmp_path / "other.ts")
    (tmp_path / "a.m3u8").write_text(HLS.format("other.ts"))
    assert len(clips.shown_times(tmp_path / "a.m3u8")) == 10


def test_an_mp4_that_refers_to_another_file(clip: Path, tmp_path: Path) -> None:
    """Pictures that a data reference (ISO/IEC 14496-12, 8.7.2) has elsewhere are not looked for."""
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes())
    data = clip.read_bytes()
    start = data.index(b"url ") - 4
    assert data[start : start + 12] == b"\0\0\0\x0curl \0\0\0\1"  # flag 1: in this very file
    # The same twelve bytes, but they say that the data lie elsewhere, and the pictures are gone.
    media = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    edited = bytearray(data)
    edited[start + 8 : start + 12] = b"\0\0\0\0"
    edited[media:end] = b"\0" * (end - media)
    path = tmp_path / "refers.mp4"
    path.write_bytes(edited)
    assert "expected pictures" in refusal(path)


def test_an_image_series_is_not_read(tmp_path: Path) -> None:
    for n in range(3):
        clips.make_clip(tmp_path / f"{n}.png", clips.pictures(1), video=())
    with pytest.raises(UsageError, match="no such file"):
        VideoReader(tmp_path / "%d.png")
