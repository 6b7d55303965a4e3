"""What an earlier run has left, and whether it is gone on with."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from climbpose.batch.local import Local
from climbpose.batch.resume import OF_RESULT, Standing
from climbpose.batch.task import Task
from climbpose.cli.annotate import annotate
from tests.batch.climbs import Climbs, Seen, make_climbs

OF_MANNERS = {
    *("videos", "output", "overwrite", "skip_existing", "resume", "manifest", "jobs", "engine"),
    *("address", "json", "progress", "quiet", "verbose", "offline"),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Climbs:
    """A clip that is annotated."""
    climbs = make_climbs(tmp_path_factory.mktemp("original"), "climb")
    (outcome,) = Local().run([climbs.task("climb")], Seen())
    assert outcome.status == "done"
    return climbs


@pytest.fixture
def climbs(original: Climbs, tmp_path: Path) -> Climbs:
    for path in original.folder.iterdir():
        shutil.copy2(path, tmp_path)
    return Climbs(tmp_path)


def task_of(climbs: Climbs) -> Task:
    task = climbs.task("climb")
    return replace(task, arguments={**task.arguments, "detector": "npz"})


def standing(climbs: Climbs, **arguments: Any) -> Standing:
    task = task_of(climbs)
    return Standing.of(replace(task, arguments={**task.arguments, **arguments}))


def change_report(climbs: Climbs, change: Callable[[dict[str, Any]], object]) -> None:
    path = climbs.folder / "climb_run.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_every_argument_either_counts_or_does_not() -> None:
    import inspect

    names = set(inspect.signature(annotate).parameters)
    assert names == {*OF_RESULT} | OF_MANNERS
    assert not {*OF_RESULT} & OF_MANNERS


def test_report_tells_what_its_files_were(climbs: Climbs) -> None:
    report = json.loads((climbs.folder / "climb_run.json").read_text())
    assert set(report["files"]) == {"climb_tracks.csv", "climb_pose.mp4"}
    for name, noted in [*report["files"].items(), ("climb.mp4", report["source"])]:
        path = climbs.folder / name
        assert noted["bytes"] == path.stat().st_size
        assert len(noted["sha256"]) == 64


def test_finished(climbs: Climbs) -> None:
    assert standing(climbs).is_finished
    assert standing(climbs, jobs="4", progress="none").is_finished


def test_date_alone_does_not_matter(climbs: Climbs) -> None:
    """The content is read then."""
    for name in ("climb.mp4", "climb_pose.mp4", "climb_tracks.csv"):
        os.utime(climbs.folder / name, (1e9, 1e9))
    assert standing(climbs).is_finished


@pytest.mark.parametrize("name", ["climb_pose.mp4", "climb_tracks.csv"])
def test_missing_output_is_made_again(climbs: Climbs, name: str) -> None:
    (climbs.folder / name).unlink()
    assert standing(climbs) == replace(standing(climbs), is_finished=False, in_the_way=None)


@pytest.mark.parametrize("is_longer", [True, False])
def test_changed_source_is_annotated_again(climbs: Climbs, is_longer: bool) -> None:
    content = bytearray((climbs.folder / "climb.mp4").read_bytes())
    content[100] ^= 1
    (climbs.folder / "climb.mp4").write_bytes(content + b"x" * is_longer)
    assert standing(climbs) == replace(standing(climbs), is_finished=False, in_the_way=None)


def test_other_options_make_other_outputs(climbs: Climbs) -> None:
    assert not standing(climbs, crf=30).is_finished
    assert standing(climbs, crf=30).in_the_way is None


def test_output_that_was_edited_is_never_replaced(climbs: Climbs) -> None:
    """Somebody has corrected tracks by hand."""
    with (climbs.folder / "climb_tracks.csv").open("a") as file:
        file.write("corrected")
    found = standing(climbs)
    assert not found.is_finished
    assert "climb_tracks.csv has changed since climbpose wrote it" in str(found.in_the_way)


def test_options_file_that_was_written_later(climbs: Climbs, tmp_path: Path) -> None:
    change_report(climbs, lambda content: content["arguments"].update(detector="d.npz"))
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"trained")
    change_report(climbs, lambda content: content["arguments"].update(weights=str(weights)))
    os.utime(weights, (1e9, 1e9))
    assert standing(climbs, weights=str(weights), detector="d.npz").is_finished
    os.utime(weights, (4e9, 4e9))
    assert not standing(climbs, weights=str(weights), detector="d.npz").is_finished


def test_report_of_an_older_version_counts(climbs: Climbs) -> None:
    def forget(content: dict[str, Any]) -> None:
        del content["files"], content["source"], content["arguments"]["crf"]

    change_report(climbs, forget)
    assert standing(climbs).is_finished


def test_nobody_is_a_result(climbs: Climbs) -> None:
    def empty(content: dict[str, Any]) -> None:
        content["status"] = "nobody"
        del content["files"]["climb_pose.mp4"]

    change_report(climbs, empty)
    # Of an earlier run; it stays.
    assert standing(climbs).is_finished
    (climbs.folder / "climb_pose.mp4").unlink()
    assert standing(climbs).is_finished


@pytest.mark.parametrize("left", ["", "climb_run.json.part"])
def test_stopped_while_drawing(climbs: Climbs, left: str) -> None:
    """The tracks are there and climbpose's, with or without what a kill leaves."""
    for name in ("climb_run.json", "climb_pose.mp4"):
        (climbs.folder / name).unlink()
    if left:
        (climbs.folder / left).write_text("")
    assert standing(climbs) == Standing(None, is_finished=False)


def test_killed_before_the_report(climbs: Climbs) -> None:
    (climbs.folder / "climb_run.json").rename(climbs.folder / "climb_run.json.part")
    assert standing(climbs) == Standing(None, is_finished=False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("climb_pose.mp4", None),
        ("climb_tracks.csv", "time,name\n"),
        ("climb_run.json", "mine"),
        ("climb_run.json", "[]"),
        ("climb_run.json", '{"files": 3}'),
    ],
)
def test_files_of_others_are_in_the_way(climbs: Climbs, name: str, content: str | None) -> None:
    (climbs.folder / "climb_run.json").unlink()
    if name != "climb_pose.mp4":
        (climbs.folder / "climb_pose.mp4").unlink()
    if content is not None:
        (climbs.folder / name).write_text(content)
    found = standing(climbs)
    assert not found.is_finished
    assert name in str(found.in_the_way)


@pytest.mark.parametrize(
    "change",
    [
        {"files": 3},
        {"files": {"climb_pose.mp4": 3}},
        {"files": {"climb_pose.mp4": {"bytes": "x"}}},
        {"arguments": None},
        {"source": []},
        {"started_at": "yesterday"},
        {"status": 7},
        {"outputs": 5, "files": None},
    ],
)
def test_report_that_is_malformed_is_no_error(climbs: Climbs, change: dict[str, Any]) -> None:
    change_report(climbs, lambda content: content.update(change))
    standing(climbs)
