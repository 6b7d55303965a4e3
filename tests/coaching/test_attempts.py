"""A climb is found by whatever of its files is named."""

import json
import os
import shutil
from pathlib import Path

import pytest

from climbpose.analytics.measuring import MeasureOptions
from climbpose.cli.display import Display
from climbpose.coaching.attempts import find
from climbpose.coaching.measuring import annotated as annotated_attempt
from climbpose.coaching.measuring import measured
from climbpose.coaching.reporting import shown
from climbpose.errors import UsageError
from climbpose.jobs import AnnotateOptions
from tests.cli.stage import Stage, make_climb, make_detections


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path / "a climb")
    stage.folder.mkdir()
    make_climb(stage.video)
    make_detections(stage.detections)
    return stage


@pytest.fixture
def annotated(stage: Stage) -> Stage:
    assert stage.annotate().exit_code == 0
    return stage


@pytest.mark.parametrize("ending", [None, "pose.mp4", "tracks.csv"])
def test_a_run_is_found_by_each_of_its_files(annotated: Stage, ending: str | None) -> None:
    found = find(annotated.output(ending) if ending else annotated.video)
    assert found.name == "climb"
    assert found.video == annotated.video
    assert found.tracks == annotated.output("tracks.csv")
    assert found.annotated == annotated.output("pose.mp4")
    assert found.job.output("_measures.json") == annotated.output("measures.json")
    assert found.identity == find(annotated.video).identity


def test_a_run_in_the_folder_of_outputs_is_found(stage: Stage, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert stage.annotate("-o", out).exit_code == 0
    assert find(stage.video).tracks is None
    found = find(stage.video, out)
    assert found.tracks == out / "climb_tracks.csv"
    assert found.job.output("_measures.json") == out / "climb_measures.json"


def test_a_run_of_another_video_of_this_name_is_not_taken(annotated: Stage) -> None:
    make_climb(annotated.video, frames=9)
    found = find(annotated.video)
    assert found.tracks is None
    assert found.annotated is None


def test_a_copied_run_still_knows_its_video(annotated: Stage, tmp_path: Path) -> None:
    away = tmp_path / "elsewhere"
    shutil.copytree(annotated.folder, away)
    os.utime(away / "climb.mp4", (0, 0))
    found = find(away / "climb.mp4")
    assert found.tracks == away / "climb_tracks.csv"
    shutil.rmtree(annotated.folder)
    assert find(away / "climb_tracks.csv").video == away / "climb.mp4"


def test_tracks_find_a_video_of_their_name(stage: Stage) -> None:
    tracks = stage.folder / "climb.csv"
    tracks.write_text("")
    assert find(tracks).video == stage.video
    other = stage.folder / "theirs.h5"
    other.write_text("")
    assert find(other).video is None
    assert find(other, video=stage.video).video == stage.video
    assert find(other).job.output("_measures.json") == stage.folder / "theirs_measures.json"


@pytest.mark.parametrize("ending", ["coco.json", "tidy.csv", "markers.trc"])
def test_exported_tracks_are_of_the_same_climb(stage: Stage, ending: str) -> None:
    assert stage.annotate("--export", "coco,tidy-csv,trc").exit_code == 0
    found = find(stage.output(ending))
    assert (found.name, found.video) == ("climb", stage.video)
    assert found.annotated == stage.output("pose.mp4")


def test_a_damaged_report_is_none(annotated: Stage) -> None:
    report = annotated.output("run.json")
    for content in ("[]", "{", json.dumps({"video": {"path": 5}, "source": 7, "arguments": []})):
        report.write_text(content)
        assert find(annotated.video).tracks is None
        found = find(annotated.output("tracks.csv"))
        assert (found.video, found.rotate, found.start) == (annotated.video, None, None)


def test_the_clock_of_a_part_begins_with_it(stage: Stage) -> None:
    assert stage.annotate("--start", "0.1").exit_code == 0
    attempt = find(stage.video)
    assert attempt.start == 0.1
    display = Display("none", is_quiet=True)
    climb = shown(measured(attempt, MeasureOptions(), display), display)
    assert climb.offset_s == pytest.approx(0.1, abs=1e-3)
    assert climb.times[0] == pytest.approx(0, abs=1e-6)


def test_a_turned_run_is_measured_as_it_was_turned(stage: Stage) -> None:
    assert stage.annotate("--rotate", "180").exit_code == 0
    attempt = find(stage.video)
    assert attempt.rotate == 180
    done = measured(attempt, MeasureOptions(), Display("none", is_quiet=True))
    assert done.info is not None
    assert done.info.rotation == 180


def test_a_lost_drawing_is_drawn_again_as_it_was(stage: Stage) -> None:
    assert stage.annotate("--rotate", "180", "--start", "0.1").exit_code == 0
    stage.output("pose.mp4").unlink()
    ready = annotated_attempt(
        find(stage.video), AnnotateOptions(), Display("none", is_quiet=True),
        overwrite=True, is_offline=True, with_video=True,
    )  # fmt: skip
    assert ready.annotated == stage.output("pose.mp4")
    assert (ready.rotate, ready.start) == (180, 0.1)
    again = find(stage.video)
    assert (again.rotate, again.start) == (180, 0.1)


def test_what_the_run_had_to_say_is_on_the_page(annotated: Stage) -> None:
    report = annotated.output("run.json")
    content = json.loads(report.read_text())
    report.write_text(json.dumps({**content, "warnings": ["was it cut short?", 5]}))
    display = Display("none", is_quiet=True)
    climb = shown(measured(find(annotated.video), MeasureOptions(), display), display)
    assert list(climb.notes) == ["was it cut short?"]


def test_what_is_not_there_is_told(stage: Stage) -> None:
    with pytest.raises(UsageError, match="does not exist; expected a video or tracks"):
        find(stage.folder / "none.mp4")
    with pytest.raises(UsageError, match=r"--video is of tracks, but .* is a video"):
        find(stage.video, video=stage.video)
