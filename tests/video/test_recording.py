"""A sound is written as it is, and a writer can carry it over."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from climbpose.errors import VideoError
from climbpose.video import Colour, Source, VideoWriter, write_sound
from tests.clips import described, flat, picture, sound_samples

RATE = 48000
SOUND = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE * 2) / RATE)


def test_samples_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "sound.mov"
    write_sound(SOUND, RATE, path)
    assert sound_samples(path) == pytest.approx(SOUND, abs=1e-4)


def test_too_loud_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "sound.mov"
    write_sound(4 * SOUND, RATE, path)
    assert sound_samples(path) == pytest.approx(np.clip(4 * SOUND, -1, 1), abs=1e-4)


def test_writer_carries_it_over(tmp_path: Path) -> None:
    sound, video = tmp_path / "sound.mov", tmp_path / "video.mp4"
    write_sound(SOUND, RATE, sound)
    source = Source(sound, Fraction(1, 25), Fraction(25), Colour())
    with VideoWriter(video, source=source, width=64, height=48) as writer:
        for frame, image in enumerate(flat((90, 90, 90), 50)):
            writer.write(picture(image, Fraction(frame, 25)))
    assert "Audio: aac" in described(video)
    heard = sound_samples(video)[: len(SOUND)]
    assert np.corrcoef(heard, SOUND[: len(heard)])[0, 1] > 0.95


def test_absent_folder(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="cannot be written"):
        write_sound(SOUND, RATE, tmp_path / "none" / "sound.mov")
