"""Inputs that are no videos, or broken ones: one line, the right exit code, nothing lost."""

import csv
import json
import struct
from pathlib import Path

import pytest

from tests.cli.stage import FRAMES, Stage, document, make_climb, make_detections, refusal, run
from tests.clips import H264, ffmpeg, make_clip, pictures, shown_times


def test_no_such_file(stage: Stage) -> None:
    assert "absent.mp4 cannot be read" in refusal(
        stage.annotate(video=stage.folder / "absent.mp4"), 2
    )


def test_folder_without_videos(stage: Stage) -> None:
    empty = stage.folder / "empty"
    empty.mkdir()
    message = refusal(stage.annotate(video=empty), 2)
    assert f"folder {empty} holds no video" in message


def test_pattern_without_videos(stage: Stage) -> None:
    message = refusal(stage.annotate(video=stage.folder / "*.mov"), 2)
    assert message.endswith("*.mov matches nothing; check the name")
    message = refusal(stage.annotate(video=stage.folder / "*z"), 2)
    assert message.endswith("*z matches no video; check the name")


def huge_picture(path: Path) -> None:
    """A PNG in a Matroska file whose header states 16384 x 16384 pixels."""
    ffmpeg(
        *("-f", "lavfi", "-i", "color=black:s=64x64:d=0.1:r=30"),
        *("-c:v", "png", "-f", "matroska", path),
    )
    data = path.read_bytes()
    for tag in (b"\xb0\x81\x40", b"\xba\x81\x40"):
        assert tag in data
        data = data.replace(tag, tag[:1] + b"\x82\x40\x00"[:1] + b"\x00")
    ihdr = struct.pack(">II", 64, 64)
    assert ihdr in data
    path.write_bytes(data.replace(ihdr, struct.pack(">II", 16384, 16384)))


def no_header(path: Path) -> None:
    whole = make_clip(path, pictures(10))
    data = whole.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


BAD = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not a video\n" * 99),
    "picture": lambda path: ffmpeg(
        *("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", "-f", "image2"),
        *("-c:v", "png", path),
    ),
    "audio only": lambda path: ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", path)
    ),
    "header missing": no_header,
    "playlist": lambda path: path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
    "concat": lambda path: path.write_text("ffconcat version 1.0\nfile '/etc/passwd'\n"),
    "16k": huge_picture,
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_video_is_refused(stage: Stage, kind: str) -> None:
    bad = stage.folder / "bad.mp4"
    BAD[kind](bad)
    message = refusal(stage.annotate(video=bad), 1)
    assert str(bad) in message
    assert stage.names() == {"bad.mp4"}


def test_no_frame_in_range(stage: Stage) -> None:
    message = refusal(stage.annotate("--start", "100"), 2)
    assert "no frame lies in the range 100 s to the end" in message
    assert stage.names() == set()


def test_cut_in_the_middle(stage: Stage) -> None:
    """What decodes is annotated and counted, and the user is told."""
    whole = make_clip(
        stage.video,
        pictures(60, 96, 128),
        video=[*H264, "-g", "1"],
        options=["-movflags", "+faststart"],
    )
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) // 2])
    result = stage.annotate()
    assert result.exit_code == 0
    assert "warning" in result.stdout
    report = json.loads(stage.output("run.json").read_text(encoding="utf-8"))
    count = report["frames"]["decoded"]
    assert 10 < count < 50
    assert report["warnings"]
    assert len(stage.output("tracks.csv").read_text().splitlines()) == count + 1
    assert len(shown_times(stage.output("pose.mp4"))) == count


def test_nobody(stage: Stage) -> None:
    make_detections(stage.detections, [])
    result = stage.annotate()
    assert f"nobody was found in {stage.video}" in refusal(result, 4)
    assert stage.names() == {"climb_tracks.csv", "climb_run.json"}
    with stage.output("tracks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == FRAMES
    assert {value for row in rows for name, value in row.items() if name.endswith("_x")} == {""}
    assert {row["nose_status"] for row in rows} == {"missing"}
    report = json.loads(stage.output("run.json").read_text(encoding="utf-8"))
    assert report["status"] == "nobody"
    assert report["outputs"] == ["climb_tracks.csv"]


def test_nobody_tells_of_an_earlier_video(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    make_detections(stage.detections, [])
    result = stage.annotate("-y", "--json")
    assert document(result)["results"][0]["report"]["warnings"] == [
        "climb_pose.mp4 is of an earlier run"
    ]
    assert stage.output("pose.mp4").exists()


def test_batch_does_the_others_and_names_what_failed(stage: Stage, stickman: None) -> None:
    bad, good = stage.folder / "bad.mp4", make_climb(stage.folder / "good.mp4", 4)
    bad.write_text("not a video")
    out = stage.folder / "out"
    out.mkdir()
    result = run("annotate", stage.video, bad, good, "-o", out, "--detector", "stickman")
    assert result.exit_code == 3
    lines = result.stderr.splitlines()
    assert str(bad) in lines[0]
    assert lines[1] == "climbpose: error: 1 of 3 videos failed:"
    assert lines[2].split("  ")[-1].startswith("expected a video")
    assert len(lines) == 3
    assert {path.name for path in out.glob("*_pose.mp4")} == {"climb_pose.mp4", "good_pose.mp4"}


def test_batch_in_json(stage: Stage, stickman: None) -> None:
    bad = stage.folder / "bad.mp4"
    bad.write_text("not a video")
    result = run("annotate", bad, stage.video, "--json", "--detector", "stickman")
    results = document(result)["results"]
    assert [one["status"] for one in results] == ["failed", "done"]
    assert str(bad) in results[0]["error"]


def test_absent_file_fails_alone(stage: Stage, stickman: None) -> None:
    absent = stage.folder / "absent.mp4"
    result = run("annotate", absent, stage.video, "--detector", "stickman", "--json")
    assert result.exit_code == 3
    first, second = document(result)["results"]
    assert (first["status"], second["status"]) == ("failed", "done")
    assert first["error"] == f"{absent} cannot be read (No such file or directory); check the name"


def test_detections_and_tracks_belong_to_one_video(stage: Stage) -> None:
    other = make_climb(stage.folder / "other.mp4", 4)
    for option in ("--detector", "--tracks"):
        result = run("annotate", stage.video, other, option, stage.detections)
        assert "belongs to one video, but there are 2" in refusal(result, 2)
