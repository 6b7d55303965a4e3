"""Where the outputs of many videos go, and what is refused before any work."""

from pathlib import Path
from typing import Any

import pytest

from climbpose.batch.planning import Manners, Plan, prepare
from climbpose.errors import ClimbposeError, OutputExistsError, UsageError
from climbpose.jobs import AnnotateOptions


@pytest.fixture
def season(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("monday/climb.mp4", "tuesday/climb.mp4", "tuesday/deep/fall.mov"):
        path = tmp_path / "season" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "season"


def plan(*given: str | Path, options: AnnotateOptions | None = None, **manners: Any) -> Plan:
    options = options or AnnotateOptions()
    return prepare([str(one) for one in given], options, {}, Manners(**manners))


def annotated(made: Plan) -> list[str]:
    return [task.job.annotated.as_posix() for task in made.tasks]


def test_outputs_lie_beside_each_video(season: Path) -> None:
    assert annotated(plan("season")) == [
        "season/monday/climb_pose.mp4",
        "season/tuesday/climb_pose.mp4",
        "season/tuesday/deep/fall_pose.mp4",
    ]


def test_tree_is_kept_and_made_below_the_output_folder(season: Path) -> None:
    made = plan("season", output="new/out")
    assert annotated(made) == [
        "new/out/monday/climb_pose.mp4",
        "new/out/tuesday/climb_pose.mp4",
        "new/out/tuesday/deep/fall_pose.mp4",
    ]
    assert Path("new/out/tuesday/deep").is_dir()


def test_trees_of_several_folders_lie_side_by_side(season: Path) -> None:
    made = plan("season/monday", "season/tuesday", output="out")
    assert annotated(made)[:2] == ["out/monday/climb_pose.mp4", "out/tuesday/climb_pose.mp4"]


def test_nothing_is_made_where_something_is_refused(season: Path) -> None:
    with pytest.raises(UsageError, match="would write the same files; give the videos different"):
        plan("season/monday/climb.mp4", "season/tuesday/climb.mp4", output="out")
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("x.mp4", "names one file but there are 3 videos; name a folder"),
        ("season/monday/climb.mp4", "names one file but there are 3 videos"),
        ("season/tuesday/deep/fall.mov", "is a file; name a folder"),
        ("season/tuesday/deep/fall.mov/out", "is a file, but a folder is needed"),
    ],
)
def test_outputs_that_cannot_be(season: Path, output: str, reason: str) -> None:
    if reason.startswith("is a file, but"):
        made = plan("season", output=output)
        assert reason in str(made.settled[0].error)
        assert not made.tasks
        return
    with pytest.raises(UsageError, match=reason):
        plan("season", output=output)


def test_one_video_of_several_that_is_not_there_fails_alone(season: Path) -> None:
    made = plan("absent.mp4", "season/monday", "*.avi")
    assert [one.status for one in made.settled] == ["failed", "failed"]
    assert "absent.mp4 cannot be read" in str(made.settled[0].error)
    assert "*.avi matches nothing" in str(made.settled[1].error)
    assert annotated(made) == ["season/monday/climb_pose.mp4"]
    assert made.sources == ["absent.mp4", "season/monday/climb.mp4", "*.avi"]
    with pytest.raises(UsageError, match=r"absent\.mp4 cannot be read"):
        plan("absent.mp4")


def test_long_name_fails_alone(season: Path) -> None:
    long = season / "monday" / f"{'x' * 245}.mp4"
    long.write_bytes(b"long")
    made = plan("season")
    assert "longer than the" in str(made.settled[0].error)
    assert len(made.tasks) == 3


def test_unwritable_folder(season: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UsageError, match="may not be written to; choose another one with -o"):
        plan("season/monday/climb.mp4")


def test_what_is_there_is_not_replaced_without_leave(season: Path) -> None:
    (season / "monday" / "climb_tracks.csv").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"climb_tracks\.csv exists; use -y"):
        plan("season")
    assert all(task.overwrite for task in plan("season", overwrite=True).tasks)


@pytest.mark.parametrize("name", ["climb_pose.mp4", "climb_run.json", "climb_tracks.csv"])
def test_resume_never_replaces_what_is_not_climbposes(season: Path, name: str) -> None:
    (season / "monday" / name).write_text("mine")
    made = plan("season", resume=True)
    (failed,) = made.settled
    assert f"{name} is" in str(failed.error)
    assert "season/monday/climb_pose.mp4" not in annotated(made)
    with pytest.raises(ClimbposeError, match="add -y"):
        plan("season/monday/climb.mp4", resume=True)
    assert plan("season/monday/climb.mp4", resume=True, overwrite=True).tasks[0].overwrite


def test_passwords_do_not_get_into_reports(season: Path) -> None:
    arguments = {"videos": ["s3://key:secret@bucket/x.mp4"], "output": "s3://key:secret@bucket/out"}
    made = prepare(["season/monday"], AnnotateOptions(), arguments, Manners())
    assert "secret" not in str(made.tasks[0].arguments)
