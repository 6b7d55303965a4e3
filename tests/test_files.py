"""A file takes its name when it is whole, and else leaves nothing and changes nothing."""

from pathlib import Path

import pytest

from climbpose.errors import ClimbposeError
from climbpose.files import part_file


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "two.dots.csv", "none", ".hidden", "a b\nc.%d.mp4"])
def test_whole_file_takes_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with part_file(path) as part:
        part.write_text("new")
        assert part.name == f"{name}.part"
        assert not path.exists()
    assert path.read_text() == "new"
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_failure_leaves_the_older_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("older")
    with pytest.raises(error), part_file(path) as part:
        part.write_text("half")
        raise error
    assert path.read_text() == "older"
    assert names_in(tmp_path) == ["a.csv"]


def test_errors_of_the_system_become_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    message = r"a\.csv could not be written \(No space left on device\); make room"
    with pytest.raises(ClimbposeError, match=message), part_file(path) as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert names_in(tmp_path) == []


def test_absent_folder(tmp_path: Path) -> None:
    with pytest.raises(ClimbposeError, match="No such file"), part_file(tmp_path / "x/a") as part:
        part.write_text("")


def test_folder_in_place_of_the_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv.part").mkdir()
    with pytest.raises(ClimbposeError, match="could not be written"), part_file(tmp_path / "a.csv"):
        pytest.fail("began to write")


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with (
        pytest.raises(ClimbposeError, match="could not be written"),
        part_file(tmp_path / "a.csv") as part,
    ):
        part.write_text("")
    assert names_in(tmp_path) == ["a.csv"]


def test_links_are_replaced_and_never_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    for name in ("a.csv", "a.csv.part"):
        (tmp_path / name).symlink_to(precious)
    with part_file(tmp_path / "a.csv") as part:
        part.write_text("new")
    assert precious.read_text() == "precious"
    assert not (tmp_path / "a.csv").is_symlink()
    assert names_in(tmp_path) == ["a.csv", "precious"]


def test_two_files_of_one_stem(tmp_path: Path) -> None:
    with part_file(tmp_path / "a.mp4") as video, part_file(tmp_path / "a.csv") as tracks:
        video.write_text("video")
        tracks.write_text("tracks")
    assert (tmp_path / "a.mp4").read_text() == "video"
    assert (tmp_path / "a.csv").read_text() == "tracks"
