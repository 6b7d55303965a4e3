"""Which encoder is taken, and what is said where there is none such."""

from pathlib import Path

import pytest

from climbpose.errors import UsageError
from climbpose.video import VideoReader, VideoWriter, encoders
from climbpose.video.encoders import Encoder
from tests.clips import described, make_clip


@pytest.fixture(autouse=True)
def no_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "_failure_of", lambda encoder: "no device")


def test_without_hardware_auto_is_x264() -> None:
    assert encoders.find("auto").codec == encoders.find("x264").codec == "libx264"


@pytest.mark.parametrize("name", ["nvenc", "qsv", "videotoolbox"])
def test_what_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=rf"--encoder {name}: .* \(no device\); .* choose auto"):
        encoders.find(name)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"'h265' is not known; choose one of: x264, auto, nvenc"):
        encoders.find("h265")


def test_auto_takes_the_first_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    def failure(encoder: Encoder) -> str | None:
        return None if encoder.name == "qsv" else "no device"

    monkeypatch.setattr(encoders, "_failure_of", failure)
    assert encoders.find("auto").name == "qsv"


def test_what_cannot_be_opened_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert encoders._failure_of(Encoder("none", "no such codec")) is not None
    assert encoders._failure_of(Encoder("x264", "libx264")) is None


@pytest.mark.parametrize("preset", ["ultrafast", "superfast", "veryslow"])
def test_options_are_in_their_range(preset: str) -> None:
    nvenc = Encoder("nvenc", "h264_nvenc").options(51, preset)
    assert nvenc["preset"] in {f"p{n}" for n in range(1, 8)}
    assert Encoder("qsv", "h264_qsv").options(0, preset)["preset"] in {"veryfast", "veryslow"}
    quality = Encoder("videotoolbox", "h264_videotoolbox").options(51, preset)["global_quality"]
    assert 118 <= int(quality) <= 118 * 100


def test_an_encoder_with_other_planes_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """x264 stands in for one that takes NV12."""
    other = Encoder("x264", "libx264", "nv12")
    monkeypatch.setattr(encoders, "find", lambda name: other)
    clip = make_clip(tmp_path / "clip.mp4")
    with VideoReader(clip) as reader:
        size = reader.info.width, reader.info.height
        with VideoWriter(
            tmp_path / "out.mp4", source=reader.source, width=size[0], height=size[1]
        ) as writer:
            for picture in reader.pictures():
                writer.write(picture)
    assert "h264" in described(tmp_path / "out.mp4")
