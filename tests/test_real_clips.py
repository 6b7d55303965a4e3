"""The main job on real clips: what was written, judged by an FFmpeg that is not the program's."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from climbpose.cli import app
from tests.clips import described, ffmpeg, shown_times
from tests.conftest import SHARED_DATA

pytestmark = [
    pytest.mark.clips,
    pytest.mark.weights,
    pytest.mark.usefixtures("models", "climbing_clips"),
]

SHORT = "tommyjtl_dyno_left_panel"
CLIPS = [
    pytest.param(path, id=path.stem, marks=() if path.stem == SHORT else (pytest.mark.slow,))
    for path in [
        *sorted((SHARED_DATA / "climbing_clips").glob("*.mp4")),
        SHARED_DATA / "other_clips" / "sports2d_demo.mp4",
    ]
]


def stated_size(description: str) -> tuple[int, int]:
    """Upright width and height, as ffmpeg says them."""
    found = re.search(r"Video:.*?, (\d+)x(\d+)", description)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    is_turned = re.search(r"rotation of -?90", description)
    return (height, width) if is_turned else (width, height)


def stated_seconds(description: str) -> float:
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", description)
    assert found is not None
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


@pytest.mark.parametrize("clip", CLIPS)
def test_what_is_written_is_what_ffmpeg_reads(clip: Path, tmp_path: Path) -> None:
    # A tone joins, since the clips came without their sound.
    video = tmp_path / "climb.mp4"
    tone = ("-f", "lavfi", "-i", "sine=frequency=300:sample_rate=44100")
    ffmpeg("-i", clip, *tone, "-shortest", "-c:v", "copy", "-c:a", "aac", video)

    result = CliRunner().invoke(app, ["annotate", str(video), "-q"])
    assert result.exit_code == 0, result.output

    annotated = tmp_path / "climb_pose.mp4"
    before, after = described(video), described(annotated)
    times = shown_times(video)
    assert shown_times(annotated) == pytest.approx(times, abs=1 / 10_000)
    width, height = stated_size(before)
    assert stated_size(after) == (width + width % 2, height + height % 2)
    assert "rotation of" not in after
    assert "h264" in after and "yuv420p" in after
    assert stated_seconds(after) == pytest.approx(stated_seconds(before), abs=0.05)
    assert sound_packets(annotated) == sound_packets(video)

    with (tmp_path / "climb_tracks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["frame"]) for row in rows] == list(range(len(times)))
    assert [float(row["time_s"]) for row in rows] == pytest.approx(
        [float(time) for time in times], abs=1e-6
    )
    frames = json.loads((tmp_path / "climb_run.json").read_text())["frames"]
    assert frames["decoded"] == len(times)
    assert frames["with_climber"] > 0.9 * len(times)


def sound_packets(path: Path) -> list[str]:
    """A hash of each packet of the sound."""
    lines = ffmpeg("-i", path, "-map", "0:a:0", "-c", "copy", "-f", "framehash", "-").decode()
    return [line.split(",")[5].strip() for line in lines.splitlines() if not line.startswith("#")]


def test_the_skeleton_is_drawn_on_the_climber(climbing_clips: Path, tmp_path: Path) -> None:
    video = climbing_clips / f"{SHORT}.mp4"
    out = tmp_path / "out.mp4"
    result = CliRunner().invoke(
        app, ["annotate", str(video), "-o", str(out), "--end", "1.0", "--crf", "1", "-q"]
    )
    assert result.exit_code == 0, result.output
    frame = 20
    pictures = [
        np.frombuffer(
            ffmpeg(
                *("-i", path, "-vf", f"select='eq(n,{frame})'", "-frames:v", "1"),
                *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
            ),
            np.uint8,
        ).reshape(1080, 606, 3)
        for path in (video, out)
    ]
    change = np.abs(pictures[0].astype(int) - pictures[1]).max(axis=2)
    labels = json.loads((climbing_clips / "labels.json").read_text())[SHORT][str(frame)]
    points = np.array([point[:2] for point in labels.values()])
    low, high = (points.min(axis=0) - 40).astype(int), (points.max(axis=0) + 40).astype(int)
    inside = np.zeros(change.shape, bool)
    inside[low[1] : high[1], low[0] : high[0]] = True
    assert (change[inside] > 60).mean() > 0.02
    assert (change[~inside] > 60).mean() < 1e-4
