"""Which frames a range has, and that their times are the file's, whatever the clock."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose.errors import UsageError
from climbpose.exporters.overlay_mp4 import OverlayOptions
from climbpose.exporters.tracks_csv import read
from climbpose.jobs import AnnotateOptions, Job
from climbpose.pipeline import annotate
from climbpose.video import VideoReader
from tests.cli.stage import make_detections
from tests.clips import make_clip, pictures, shown_times
from tests.fuzz.texts import Nobody

TICKS = [900, 3903, 6906, 20_000, 23_003, 23_100, 50_000, 53_003, 95_001, 98_004, 140_000, 143_007]
TIMES = [tick / 90_000 for tick in TICKS]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("times")
    return make_clip(folder / "vfr.mp4", pictures(len(TICKS), 96, 128), ticks=TICKS)


ends = st.none() | st.floats(0, 1.8) | st.sampled_from([time - TIMES[0] for time in TIMES])


@settings(max_examples=60)
@given(start=ends, end=ends)
def test_a_range_has_the_frames_that_begin_in_it(
    clip: Path, start: float | None, end: float | None
) -> None:
    if start is not None and end is not None and end <= start:
        return
    shown = shown_ticks(clip)
    inside = [
        (index, tick)
        for index, tick in enumerate(shown)
        if (start is None or float((tick - shown[0]) / 90_000) >= start)
        and (end is None or float((tick - shown[0]) / 90_000) < end)
    ]
    if end == 0 or not inside:
        with pytest.raises(UsageError), VideoReader(clip, start=start, end=end) as reader:
            list(reader)
        return
    with VideoReader(clip, start=start, end=end) as reader:
        found = [(frame.index, float(frame.time)) for frame in reader]
    assert [index for index, _ in found] == [index for index, _ in inside]
    np.testing.assert_allclose(
        [time for _, time in found], [tick / 90_000 for _, tick in inside], atol=1e-9
    )


def shown_ticks(clip: Path) -> list[int]:
    """The times that an independent ffmpeg tells, asked once."""
    if clip not in _SHOWN:
        _SHOWN[clip] = [round(time * 90_000) for time in shown_times(clip)]
    return _SHOWN[clip]


_SHOWN: dict[Path, list[int]] = {}


@settings(max_examples=4)
@given(
    steps=st.lists(st.integers(600, 40_000), min_size=11, max_size=11),
    first=st.integers(0, 5000),
    cut=st.sampled_from([None, 0.3]),
)
def test_annotated_video_and_tracks_have_the_source_s_times(
    steps: list[int],
    first: int,
    cut: float | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("annotated")
    ticks = [first + sum(steps[:number]) for number in range(12)]
    video = make_clip(folder / "a.mp4", pictures(12, 96, 128), ticks=ticks)
    make_detections(folder / "a.npz")
    job = Job(video, folder / "a_pose.mp4", folder / "a")
    options = AnnotateOptions(
        detector=str(folder / "a.npz"),
        smoother="none",
        overlay=OverlayOptions(start=cut, preset="ultrafast"),
    )
    annotate(job, options, Nobody(), {})
    source = [float(time) for time in shown_times(video)]
    kept = [time for time in source if time - source[0] >= (cut or 0)]
    track = read(job.output("_tracks.csv"))
    np.testing.assert_allclose(track.time, kept, atol=1e-6)
    shown = [float(time) for time in shown_times(job.annotated)]
    # What is cut begins at 0.
    begin = kept[0] if cut is not None else 0.0
    np.testing.assert_allclose(shown, np.array(kept) - begin, atol=2 / 90_000)
