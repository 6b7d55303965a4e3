"""Where files go, what is never replaced, and names that are hard to handle."""

import json
import os

import pytest

from tests.cli.stage import Stage, make_detections, refusal, run
from tests.clips import shown_times


def test_output_folder(stage: Stage) -> None:
    folder = stage.folder / "out"
    folder.mkdir()
    assert stage.annotate("-o", folder).exit_code == 0
    names = {path.name for path in folder.iterdir()}
    assert names == {"climb_pose.mp4", "climb_tracks.csv", "climb_run.json"}
    assert stage.names() == {"out"}


@pytest.mark.parametrize(
    ("name", "stem"), [("send.mp4", "send"), ("send_pose.MP4", "send"), ("_pose.mp4", "_pose")]
)
def test_output_file(stage: Stage, name: str, stem: str) -> None:
    assert stage.annotate("-o", stage.folder / name).exit_code == 0
    assert stage.names() == {name, f"{stem}_tracks.csv", f"{stem}_run.json"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent/x.mp4", "does not exist; make it first"),
        ("x.mov", "name a file in .mp4"),
        ("climb.npz", "is a file; name a folder"),
        ("climb.mp4", "is an input and would be replaced"),
    ],
)
def test_wrong_output_is_refused(stage: Stage, name: str, reason: str) -> None:
    assert reason in refusal(stage.annotate("-y", "-o", stage.folder / name), 2)
    assert stage.names() == set()


def test_one_output_file_for_two_videos_is_refused(stage: Stage) -> None:
    other = stage.folder / "other.mp4"
    other.write_bytes(stage.video.read_bytes())
    result = run("annotate", stage.video, other, "-o", stage.folder / "x.mp4")
    assert "names one file but there are 2 videos" in refusal(result, 2)


@pytest.mark.parametrize("ending", ["pose.mp4", "tracks.csv", "run.json"])
def test_existing_outputs_are_refused_before_work(stage: Stage, ending: str) -> None:
    mine = stage.output(ending)
    mine.write_text("mine")
    assert f"{mine} exists; use -y" in refusal(stage.annotate(), 2)
    assert mine.read_text() == "mine"
    assert stage.names() == {mine.name}
    assert stage.annotate("--overwrite").exit_code == 0
    assert len(shown_times(stage.output("pose.mp4"))) > 0
    assert mine.read_bytes() != b"mine"


def test_dangling_link_counts_as_existing(stage: Stage) -> None:
    stage.output("pose.mp4").symlink_to("nowhere.mp4")
    assert "exists; use -y" in refusal(stage.annotate(), 2)


def test_link_is_replaced_and_its_target_kept(stage: Stage) -> None:
    precious = stage.folder / "precious.txt"
    precious.write_text("precious")
    stage.output("pose.mp4").symlink_to(precious)
    stage.output("tracks.csv.part").symlink_to(precious)
    assert stage.annotate("-y").exit_code == 0
    assert precious.read_text() == "precious"
    assert not stage.output("pose.mp4").is_symlink()


def test_folder_in_the_way_is_refused(stage: Stage) -> None:
    stage.output("pose.mp4").mkdir()
    assert "is a folder but a file is to be written" in refusal(stage.annotate("-y"), 2)


def test_output_that_links_to_the_input_is_refused(stage: Stage) -> None:
    stage.output("pose.mp4").symlink_to(stage.video)
    assert "is an input" in refusal(stage.annotate("-y"), 2)


def test_input_that_is_a_link_gets_its_outputs_beside_the_link(stage: Stage) -> None:
    link = stage.folder / "linked.mp4"
    link.symlink_to(stage.video)
    assert stage.annotate(video=link).exit_code == 0
    assert {"linked_pose.mp4", "linked_tracks.csv", "linked_run.json"} < stage.names()


def test_same_stems_are_refused(stage: Stage) -> None:
    twin = stage.folder / "climb.mov"
    twin.write_bytes(stage.video.read_bytes())
    result = run("annotate", stage.video, twin)
    assert "would write the same files" in refusal(result, 2)


def test_glob_that_brings_own_outputs_leaves_them_out(stage: Stage, stickman: None) -> None:
    assert stage.annotate().exit_code == 0
    result = run("annotate", "-y", stage.video, stage.output("pose.mp4"), "--detector", "stickman")
    assert result.exit_code == 0
    assert stage.names() == {"climb_pose.mp4", "climb_tracks.csv", "climb_run.json"}


def test_output_that_is_another_input_is_refused(stage: Stage) -> None:
    mine = stage.output("pose.mp4")
    mine.write_bytes(stage.video.read_bytes())
    result = run("annotate", "-y", stage.video, mine)
    assert "is an input and would be replaced" in refusal(result, 2)


def test_output_folder_is_made(stage: Stage) -> None:
    assert stage.annotate("-o", stage.folder / "new" / "folder").exit_code == 0
    names = {path.name for path in (stage.folder / "new" / "folder").iterdir()}
    assert names == {"climb_pose.mp4", "climb_tracks.csv", "climb_run.json"}


def test_skip_existing_leaves_out_what_is_done_and_own_outputs(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in stage.folder.iterdir()}
    result = run("annotate", "--skip-existing", stage.video, stage.output("pose.mp4"))
    assert result.exit_code == 0
    assert "1 of 1 videos skipped" in result.stdout
    assert {path: path.stat().st_mtime_ns for path in stage.folder.iterdir()} == before


def test_skip_existing_skips_a_video_of_nobody(stage: Stage) -> None:
    make_detections(stage.detections, [])
    assert stage.annotate().exit_code == 4
    assert "1 of 1 videos skipped" in stage.annotate("--skip-existing").stdout


@pytest.mark.parametrize("ending", ["pose.mp4", "tracks.csv", "run.json"])
def test_skip_existing_does_not_skip_what_is_half_done(stage: Stage, ending: str) -> None:
    assert stage.annotate().exit_code == 0
    stage.output(ending).unlink()
    assert "exists; use -y" in refusal(stage.annotate("--skip-existing"), 2)
    assert not stage.output(ending).exists()
    assert stage.annotate("--skip-existing", "-y").exit_code == 0
    assert stage.output(ending).exists()


def test_part_files_of_a_killed_run_are_not_in_the_way(stage: Stage) -> None:
    for ending in ("pose.mp4.part", "tracks.csv.part", "run.json.part"):
        stage.output(ending).write_bytes(b"half")
    assert stage.annotate().exit_code == 0
    assert stage.names() == {"climb_pose.mp4", "climb_tracks.csv", "climb_run.json"}


HARD_NAMES = [
    "two words.mp4",
    "Überhang ß 岩.mp4",
    "100%d of %03d.mp4",
    "new\nline.mp4",
    "[red]tag :car:.mp4",
    "a'b\"c;d|e.mp4",
    "concat:x.mp4",
    ".mp4",
    "dots.in.name.mov",
]


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names(stage: Stage, name: str) -> None:
    video = stage.folder / name
    stage.video.rename(video)
    result = stage.annotate(video=video)
    assert result.exit_code == 0
    assert stage.names() - {name} == {
        f"{video.stem}{ending}" for ending in ("_pose.mp4", "_tracks.csv", "_run.json")
    }
    report = json.loads((stage.folder / f"{video.stem}_run.json").read_text(encoding="utf-8"))
    assert report["video"]["path"] == str(video)
    shown = str(video).replace("\n", r"\n").removesuffix(video.suffix)
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"wrote    {shown}_tracks.csv", f"wrote    {shown}_pose.mp4"]
    assert len(lines) == 4


def test_leading_dash(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stage.folder)
    stage.video.rename(stage.folder / "-o.mp4")
    assert run("annotate", "--detector", "climb.npz", "--", "-o.mp4").exit_code == 0
    assert "-o_pose.mp4" in stage.names()


def test_name_that_is_not_unicode(stage: Stage) -> None:
    video = stage.folder / os.fsdecode(b"caf\xe9.mp4")
    try:
        stage.video.rename(video)
    except OSError:
        pytest.skip("this file system wants Unicode")
    result = stage.annotate("--json", video=video)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["results"][0]["status"] == "done"


def test_too_long_a_name_is_refused_before_work(stage: Stage) -> None:
    limit = os.pathconf(stage.folder, "PC_NAME_MAX")
    ending = len("_tracks.csv.part")
    video = stage.folder / f"{'x' * (limit - ending + 1)}.mp4"
    stage.video.rename(video)
    message = refusal(stage.annotate(video=video), 2)
    assert f"longer than the {limit - 5} bytes" in message
    fitting = stage.folder / f"{'y' * (limit - ending)}.mp4"
    video.rename(fitting)
    assert stage.annotate(video=fitting).exit_code == 0


def test_name_too_long_to_exist(stage: Stage) -> None:
    assert "cannot be read" in refusal(stage.annotate(video=stage.folder / ("x" * 999)), 2)
