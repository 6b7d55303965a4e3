"""What is true of every exporter."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from climbpose import exporters
from climbpose.cli import app
from climbpose.errors import TracksError, UsageError
from climbpose.exporters import needs
from climbpose.jobs import AnnotateOptions
from tests.exporters.climbs import make_analysis, make_poses, nobody

OWN = {"overlay-mp4", "tracks-csv"}
NAMES = sorted({*exporters.names()} - {"overlay-mp4"})
NEEDS = {
    "dlc-h5": ("pandas", "tables"),
    "parquet": ("pyarrow",),
    "sleap": ("h5py",),
}
TRACKS = {
    "a climb": make_poses(),
    "one frame with the climber": make_poses(4),
    "nobody": nobody(),
}


def test_no_two_write_the_same_file() -> None:
    suffixes = [exporters.create(name).suffix for name in exporters.names()]
    assert len(set(suffixes)) == len(suffixes)


def test_the_help_names_every_one() -> None:
    text = CliRunner().invoke(app, ["annotate", "--help"], env={"COLUMNS": "400"}).output
    told = text[text.index("Further files for other tools, of ") :].split("of ", 1)[1]
    assert told[: told.index(".")].split(", ") == sorted({*exporters.names()} - OWN)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", TRACKS)
def test_the_same_tracks_make_the_same_file(name: str, kind: str, tmp_path: Path) -> None:
    contents = []
    for _ in range(2):
        exporter = exporters.create(name)
        path = tmp_path / f"a{exporter.suffix}"
        exporter.write(make_analysis(TRACKS[kind]), path)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_unicode(name: str, tmp_path: Path) -> None:
    exporter = exporters.create(name)
    path = tmp_path / f"b{exporter.suffix}"
    exporter.write(make_analysis(make_poses(), "Ö\udcff\\..\n.mp4"), path)
    assert path.stat().st_size


@pytest.mark.parametrize(("name", "package"), [(n, p) for n, all_ in NEEDS.items() for p in all_])
def test_a_missing_package_is_told_before_any_work(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        needs, "find_spec", lambda one: None if one == package else importlib.util.find_spec(one)
    )
    with pytest.raises(UsageError, match=rf"{name} needs {package}: pip install 'climbpose\[exp"):
        AnnotateOptions(exports=(name,)).check()


def test_all_others_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "find_spec", lambda _: None)
    for name in {*exporters.names()} - {*NEEDS}:
        assert isinstance(exporters.create(name).suffix, str)


def test_none_is_loaded_unless_it_is_used() -> None:
    code = (
        "import sys\n"
        "from climbpose import exporters, importers\n"
        "[exporters.create(name) for name in exporters.names()], importers.names()\n"
        "print(sorted({'pandas', 'tables', 'h5py', 'pyarrow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["sleap", "trc"])
def test_frames_of_no_video_are_refused(name: str, tmp_path: Path) -> None:
    """They would fill the memory where the format has a row for each frame or moment."""
    poses = make_poses()
    poses.frame_index[-1], poses.time[-1] = 10**9, 1e9
    exporter = exporters.create(name)
    with pytest.raises(TracksError, match="expected at most 2000000; are the tracks' frames"):
        exporter.write(make_analysis(poses), tmp_path / f"a{exporter.suffix}")
    assert not list(tmp_path.iterdir())
