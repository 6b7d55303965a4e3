"""A season that is checked, and annotated once more."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from climbpose.batch import audit
from climbpose.batch.manifest import read
from climbpose.batch.planning import Manners
from climbpose.batch.rows import Row
from climbpose.cli.manifest import _options
from climbpose.errors import ClimbposeError, UsageError
from climbpose.jobs import AnnotateOptions
from tests.cli.stage import Stage, document, make_detections, refusal, run


@pytest.fixture(params=["csv", "jsonl"])
def manifest(request: pytest.FixtureRequest, stage: Stage) -> Path:
    """That of one annotated clip."""
    path = stage.folder / f"season.{request.param}"
    assert stage.annotate("--manifest", path).exit_code == 0
    return path


def test_manifest_tells_what_was_done(stage: Stage, manifest: Path) -> None:
    (row,) = read(manifest)
    report = json.loads(stage.output("run.json").read_text())
    assert row.source == "climb.mp4"
    assert row.status == "done"
    assert row.sha256 == report["source"]["sha256"]
    assert {file.path: file.sha256 for file in row.outputs} == {
        name: entry["sha256"] for name, entry in report["files"].items()
    }
    assert row.options["detector"] == str(stage.detections)
    assert row.options["crf"] == 22
    assert "progress" not in row.options
    assert row.seconds == report["timings_s"]["total"]


def test_verify_finds_all_as_noted(stage: Stage, manifest: Path) -> None:
    result = run("manifest", "verify", manifest)
    assert result.exit_code == 0
    assert result.stdout == f"{manifest}: 3 files: 3 ok\n"
    moved = stage.folder.with_name(f"{stage.folder.name}_moved")
    stage.folder.rename(moved)
    assert run("manifest", "verify", moved / manifest.name).exit_code == 0


def test_verify_tells_what_is_missing_or_has_changed(stage: Stage, manifest: Path) -> None:
    stage.output("pose.mp4").unlink()
    tracks = stage.output("tracks.csv")
    tracks.write_text(tracks.read_text().replace("smoothed", "detected"))
    with stage.video.open("ab") as file:
        file.write(b"x")
    result = run("manifest", "verify", manifest)
    assert result.exit_code == 1
    video, csv, pose, end = result.stdout.splitlines()
    size = stage.video.stat().st_size
    assert video == f"changed  {stage.video}: {size - 1} bytes were noted, {size} are there"
    assert csv == f"changed  {tracks}: it has other content of the same length"
    assert pose == f"missing  {stage.output('pose.mp4')}: it is not there"
    assert end == f"{manifest}: 3 files: 1 missing, 2 changed"
    content = document(run("manifest", "verify", manifest, "--json"))
    assert [one["state"] for one in content["results"]] == ["changed", "changed", "missing"]


def test_verify_reads_no_pipe(stage: Stage, manifest: Path) -> None:
    stage.output("pose.mp4").unlink()
    os.mkfifo(stage.output("pose.mp4"))
    result = run("manifest", "verify", manifest)
    assert "is no file; expected one" in result.stdout


@pytest.mark.parametrize("name", ["absent.csv", "climb.npz", "climb_tracks.csv"])
def test_what_is_no_manifest(stage: Stage, name: str) -> None:
    stage.annotate()
    result = run("manifest", "verify", stage.folder / name)
    assert "manifest" in refusal(result, 2 if name.endswith("npz") else 1)


def test_repeat_gives_the_same_tracks(stage: Stage, manifest: Path) -> None:
    result = run("manifest", "repeat", manifest, "-o", stage.folder / "again")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "tracks of 1 of 1 videos are the same"
    again = stage.folder / "again" / "climb_tracks.csv"
    assert again.read_bytes() == stage.output("tracks.csv").read_bytes()


def test_repeat_tells_of_other_tracks(stage: Stage, manifest: Path) -> None:
    make_detections(stage.detections, range(3))
    result = run("manifest", "repeat", manifest, "-o", stage.folder / "again", "--json")
    assert result.exit_code == 1
    (one,) = document(result)["results"]
    assert (one["status"], one["tracks"]) == ("done", "changed")


def test_repeat_refuses_another_video(stage: Stage, manifest: Path) -> None:
    with stage.video.open("ab") as file:
        file.write(b"x")
    result = run("manifest", "repeat", manifest, "-o", stage.folder / "again")
    message = refusal(result, 1)
    assert "climb.mp4 is not the video that" in message
    assert not (stage.folder / "again").exists()


def test_repeat_of_nothing(stage: Stage, manifest: Path) -> None:
    rows = [Row("climb.mp4", "failed", "damaged")]
    with pytest.raises(UsageError, match="names no video that was annotated"):
        audit.repeat(manifest, rows, stage.folder, lambda _: AnnotateOptions(), Manners())


@pytest.mark.parametrize(
    "options", [{"crf": "x"}, {"layers": 7}, {"rotate": []}, {"person": None}, {"every": "3"}]
)
def test_options_of_no_version_are_refused(
    stage: Stage, manifest: Path, options: dict[str, Any]
) -> None:
    (row,) = read(manifest)
    again = stage.folder / "again"
    odd = Row(row.source, row.status, outputs=row.outputs, options=options)
    with pytest.raises(ClimbposeError):
        audit.repeat(manifest, [odd], again, _options, Manners())
    assert not again.exists()


@pytest.mark.parametrize("source", ["../climb.mp4", "/etc/../climb.mp4", "day/../../climb.mp4"])
def test_no_source_leads_out_of_the_output_folder(stage: Stage, source: str) -> None:
    row = Row(source, "done")
    task, problem = audit._task(
        stage.folder / "m.csv", row, stage.folder / "again", lambda _: AnnotateOptions()
    )
    assert problem
    assert task.folder in (stage.folder / "again", Path())
