"""``climbpose measure`` and ``climbpose report`` as people use them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from climbpose.analytics import figures
from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.poses import PoseTrack
from tests.analytics.climbers import shifted, standing, track
from tests.cli.stage import FRAMES, HEIGHT, WIDTH, Stage, document, refusal, run
from tests.clips import make_clip, pictures
from tests.exporters.test_tracks_csv import analysis

FILES = ("climb_measures.json", "climb_measures.csv", "climb_series.csv")


def write_tracks(path: Path, xy: np.ndarray) -> PoseTrack:
    poses = track(xy)
    TracksCsv().write(analysis(poses), path)
    return poses


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    path = tmp_path / "reach_tracks.csv"
    write_tracks(path, shifted(standing(90), "left_hand", (20, -80), 40, 52))
    return path


def test_tracks_alone_are_measured(tracks: Path) -> None:
    result = run("measure", tracks, "--height", "1.7")
    assert result.exit_code == 0
    assert "hand moves" in result.stdout
    assert "measured without the video" in result.stdout
    content = json.loads(tracks.with_name("reach_measures.json").read_text())
    assert content["format"] == "climbpose-measures"
    assert content["video"] is None
    (move,) = content["moves"]
    assert (move["limb"], move["number"]) == ("left_hand", 1)
    assert {one["limb"] for one in content["contacts"]} == {
        "left_hand", "right_hand", "left_foot", "right_foot",
    }  # fmt: skip
    assert content["body_length_px"] == pytest.approx(100, abs=1)
    assert content["body_length_m"] == pytest.approx(0.2915 * 1.7, abs=1e-3)


def test_figures_and_series_are_tables(tracks: Path) -> None:
    assert run("measure", tracks).exit_code == 0
    with tracks.with_name("reach_measures.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert float(rows["moves"]["value"]) == 1
    assert rows["longest_rest_s"]["value"] == "" or float(rows["longest_rest_s"]["value"]) > 0
    assert {row["group"] for row in rows.values()} == set(figures.GROUPS)
    for row in rows.values():
        assert bool(row["value"]) != bool(row["missing"])
        assert row["meaning"] and row["caveat"] and row["source"]
    with tracks.with_name("reach_series.csv").open(newline="") as file:
        series = list(csv.DictReader(file))
    assert len(series) == 90
    assert [int(row["frame"]) for row in series] == list(range(90))
    assert float(series[0]["right_elbow_angle_deg"]) > 90


def test_a_video_that_was_annotated_is_not_annotated_again(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    before = stage.output("tracks.csv").stat().st_mtime_ns
    assert run("measure", stage.video).exit_code == 0
    assert stage.output("tracks.csv").stat().st_mtime_ns == before
    assert set(FILES) <= stage.names()
    content = json.loads(stage.output("measures.json").read_text())
    assert content["video"] == str(stage.video)
    assert len(content["frames"]["time_s"]) == FRAMES


def test_a_video_without_anybody_says_so(stage: Stage) -> None:
    result = run("measure", stage.video)
    assert result.exit_code == 0
    assert "nobody was found" in result.stdout
    content = json.loads(stage.output("measures.json").read_text())
    assert content["moves"] == content["contacts"] == []
    assert all(one["value"] is None or not one["missing"] for one in content["figures"])


def test_what_is_there_is_not_replaced_unasked(tracks: Path) -> None:
    measures = tracks.with_name("reach_measures.csv")
    measures.write_text("mine")
    line = refusal(run("measure", tracks), 2)
    assert line == f"{measures} exists; use -y to overwrite, or -o to write elsewhere"
    assert measures.read_text() == "mine"
    assert not tracks.with_name("reach_measures.json").exists()
    assert run("measure", tracks, "-y").exit_code == 0
    assert measures.read_text() != "mine"


def test_outputs_go_where_they_are_wanted(tracks: Path, tmp_path: Path) -> None:
    assert run("measure", tracks, "-o", tmp_path / "a" / "b").exit_code == 0
    assert (tmp_path / "a" / "b" / "reach_measures.json").is_file()
    assert not tracks.with_name("reach_measures.json").exists()


def test_one_that_fails_does_not_stop_the_others(tracks: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken_tracks.csv"
    broken.write_text("frame,time_s\n")
    result = run("measure", broken, tracks, tmp_path / "nothing.mp4", "--json")
    assert result.exit_code == 3
    first, second, third = document(result)["results"]
    assert "lacks" in first["error"]
    assert second["moves"]
    assert third["error"].endswith("does not exist; expected a video or tracks, check the name")
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--height", "170"), "--height: expected 0.8 to 2.5 metres, found 170"),
        (("--sex", "child"), "--sex 'child' is not known; choose one of: female, male, mean"),
        (("--video", "none.mp4"), "the video none.mp4 of {tracks} is not there; name it with"),
    ],
)
def test_wrong_options_are_told(tracks: Path, arguments: tuple[str, ...], expected: str) -> None:
    filled = [one.format(tracks=tracks) for one in arguments]
    line = refusal(run("measure", tracks, *filled), 2)
    assert line.startswith(expected.format(tracks=tracks, folder=tracks.parent))


def test_a_climb_that_is_named_twice_is_measured_once(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    named = stage.video, stage.output("pose.mp4"), stage.output("tracks.csv")
    result = run("measure", *named, "--json")
    assert result.exit_code == 0
    assert len(document(result)["results"]) == 1


def test_two_climbs_of_one_name_are_not_written_over_each_other(
    tracks: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    twin = other / tracks.name
    twin.write_bytes(tracks.read_bytes())
    line = refusal(run("measure", tracks, twin, "-o", tmp_path / "out"), 2)
    assert line.startswith(f"two climbs would write {tmp_path / 'out' / 'reach_measures.json'}")


def test_tracks_of_another_video_are_refused(stage: Stage, tracks: Path) -> None:
    # Longer than the video.
    line = refusal(run("measure", tracks, "--video", stage.video), 1)
    assert "keypoints lie outside" in line or "are the tracks of another video?" in line
    # As long, of another rate.
    small = stage.folder / "other_tracks.csv"
    write_tracks(small, standing(FRAMES, at=(48, 60)) * 0.1 + [40, 50])
    other = make_clip(stage.folder / "slow.mp4", pictures(8, WIDTH, HEIGHT), fps="17")
    assert "are the tracks of another video?" in refusal(run("measure", small, "--video", other), 1)
    # Of the same times, but upright where the video lies.
    tall = stage.folder / "tall_tracks.csv"
    write_tracks(tall, standing(FRAMES, at=(400, 1900)))
    line = refusal(run("measure", tall, "--video", stage.video), 1)
    assert "keypoints lie outside the 96 x 128 picture" in line


def test_a_report_is_one_page(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    result = run("report", stage.video, "--height", "1.7")
    assert result.exit_code == 0
    page = stage.output("report.html")
    assert f"wrote    {page}" in result.stdout
    text = page.read_text(encoding="utf-8")
    assert "climb" in text
    assert "data:video/mp4;base64," in text or "video/mp4" in text
    assert refusal(run("report", stage.video), 2).startswith(f"{page} exists; use -y")


def test_a_report_of_another_tools_tracks_draws_them(stage: Stage, tmp_path: Path) -> None:
    assert stage.annotate("--export", "tidy-csv").exit_code == 0
    out = tmp_path / "out"
    out.mkdir()
    (stage.output("tidy.csv")).rename(out / "mine.csv")
    result = run("report", out / "mine.csv", "--video", stage.video, "-o", out / "page.html")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in out.iterdir()} >= {"page.html", "mine_pose.mp4"}


def test_a_report_of_nobody_is_a_page_that_says_so(stage: Stage) -> None:
    assert run("report", stage.video).exit_code == 0
    assert "nobody was found" in stage.output("report.html").read_text(encoding="utf-8")


def test_a_page_needs_a_video_and_a_name(tracks: Path, stage: Stage) -> None:
    line = refusal(run("report", tracks), 2)
    assert line.startswith(f"{tracks} has no video, and a page shows one; name it with --video")
    line = refusal(run("report", stage.video, "-o", stage.folder), 2)
    assert line.endswith("expected the name of a page that ends in .html")
    assert not any(name.endswith((".html", ".mp4")) for name in stage.names())
