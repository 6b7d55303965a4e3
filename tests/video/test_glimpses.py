from pathlib import Path

import av
import numpy as np
import pytest

from climbpose.errors import UsageError, VideoError
from climbpose.video import VideoReader
from climbpose.video.glimpses import glimpses
from tests.wall.films import climb, film, painted_wall, turned


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "pan.mp4"
    film(path, painted_wall(), [turned(shift=(x, 0.0)) for x in range(60)], climb(60))
    return path


def test_glimpses_are_frames_of_the_video_in_order(video: Path) -> None:
    with VideoReader(video) as reader:
        frames = {float(frame.time): frame.image.astype(int) for frame in reader}
    seen = list(glimpses(video, 12))
    times = [glimpse.time for glimpse in seen]
    assert 6 <= len(times) <= 12 and times == sorted(set(times))
    assert times[0] == 0 and times[-1] > 1.5
    for glimpse in seen:
        assert np.abs(glimpse.pixels.rgb() - frames[glimpse.time]).max() <= 1


def test_matroska_has_glimpses_too(video: Path) -> None:
    path = video.with_name("pan.mkv")
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert len(list(glimpses(path, 12))) >= 6


def test_pictures_are_turned_as_asked_for(video: Path) -> None:
    pixels = next(iter(glimpses(video, 4, rotate=90))).pixels
    assert (pixels.width, pixels.height) == (320, 240)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        list(glimpses(tmp_path / "none.mp4", 4))
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(VideoError, match="expected a video"):
        list(glimpses(tmp_path / "text.mp4", 4))


@pytest.mark.clips
def test_many_places_to_begin_make_it_quick(climbing_clips: Path) -> None:
    seen = list(glimpses(climbing_clips / "h22jju_campusing.mp4", 16))
    assert len(seen) >= 4
    assert (seen[0].pixels.width, seen[0].pixels.height) == (1080, 1396)
