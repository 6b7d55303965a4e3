"""A file takes its name when it is whole, and else leaves nothing and changes nothing."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from climbpose.errors import ClimbposeError
from climbpose.files import claimed, part_file

Keep = Callable[[Path], AbstractContextManager[Path] | AbstractContextManager[None]]


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


def test_second_writer_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with part_file(path) as part:
        part.write_text("first")
        with pytest.raises(ClimbposeError, match="is being written by another run"):
            part_file(path).__enter__()
        assert part.read_text() == "first"
    with part_file(path) as part:
        part.write_text("second")
    assert path.read_text() == "second"


def test_part_that_was_removed_meanwhile_never_takes_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(ClimbposeError, match="was removed meanwhile"), part_file(path) as part:
        part.unlink()
        part.write_text("of somebody else")
    assert not path.exists()
    assert part.read_text() == "of somebody else"


@pytest.mark.parametrize("mode", [0o600, 0o444])
def test_what_a_killed_run_left_is_replaced(tmp_path: Path, mode: int) -> None:
    part = tmp_path / "a.csv.part"
    part.write_text("half")
    part.chmod(mode)
    twin = tmp_path / "precious"
    twin.hardlink_to(part)
    with part_file(tmp_path / "a.csv") as given:
        assert given.read_text() == ""
        given.write_text("new")
    assert twin.read_text() == "half"
    assert (tmp_path / "a.csv").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are POSIX's")
@pytest.mark.parametrize("keep", [part_file, claimed])
def test_fifo_in_place_of_the_part_is_replaced(tmp_path: Path, keep: Keep) -> None:
    os.mkfifo(tmp_path / "a.csv.part")
    with keep(tmp_path / "a.csv"):
        assert stat.S_ISREG((tmp_path / "a.csv.part").stat().st_mode)


def test_folder_made_in_the_block(tmp_path: Path) -> None:
    with part_file(tmp_path / "new" / "a.csv") as part:
        part.parent.mkdir()
        part.write_text("new")
    assert names_in(tmp_path / "new") == ["a.csv"]


def test_file_system_without_locks_refuses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    (tmp_path / "a.csv.part").write_text("half")
    with claimed(tmp_path / "a.csv"), part_file(tmp_path / "a.csv") as part:
        part.write_text("new")
    assert (tmp_path / "a.csv").read_text() == "new"
    assert names_in(tmp_path) == ["a.csv"]


def test_lock_that_keeps_ourselves_from_writing_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on SMB shares, where a lock binds every other opening of the file."""
    locked: set[int] = set()
    flock, open_ = fcntl.flock, Path.open

    def note(file: int, operation: int) -> None:
        flock(file, operation)
        (locked.discard if operation & fcntl.LOCK_UN else locked.add)(file)

    def open_unless_locked(path: Path, *arguments: Any, **options: Any) -> Any:
        if locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_(path, *arguments, **options)

    monkeypatch.setattr("fcntl.flock", note)
    monkeypatch.setattr(Path, "open", open_unless_locked)
    with part_file(tmp_path / "a.csv") as part:
        part.write_text("new")
    assert (tmp_path / "a.csv").read_text() == "new"


def test_disk_that_is_full_from_the_start_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(part: Path, file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("climbpose.files._unlock_if_in_the_way", fail)
    with pytest.raises(ClimbposeError, match="No space left"), part_file(tmp_path / "a.csv"):
        pytest.fail("began to write")
    assert names_in(tmp_path) == []


def test_content_is_on_the_disk_before_it_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, flushed = tmp_path / "a.csv", []

    def flush(file: int) -> None:
        flushed.append((os.fstat(file).st_size, path.exists()))

    monkeypatch.setattr("os.fsync", flush)
    with part_file(path) as part:
        part.write_text("new")
    assert flushed == [(3, False)]


@pytest.mark.parametrize("name", [errno.EIO, errno.ENOSPC])
def test_content_that_does_not_reach_the_disk_never_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: int
) -> None:
    def fail(file: int) -> None:
        raise OSError(name, os.strerror(name))

    monkeypatch.setattr("os.fsync", fail)
    with (
        pytest.raises(ClimbposeError, match=os.strerror(name)),
        part_file(tmp_path / "a.csv") as part,
    ):
        part.write_text("new")
    assert names_in(tmp_path) == []


def test_claim_holds_a_part_and_leaves_nothing(tmp_path: Path) -> None:
    with claimed(tmp_path / "a.json"):
        assert names_in(tmp_path) == ["a.json.part"]
        with pytest.raises(ClimbposeError, match="is being written by another run"):
            claimed(tmp_path / "a.json").__enter__()
    assert names_in(tmp_path) == []


def test_claimed_file_is_written_by_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("older")
    with claimed(path):
        with pytest.raises(ZeroDivisionError), part_file(path) as part:
            part.write_text("half")
            raise ZeroDivisionError
        assert path.read_text() == "older"
        for text in ("new", "newer"):
            with part_file(path) as part:
                part.write_text(text)
            assert path.read_text() == text
    assert names_in(tmp_path) == ["a.json"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failed_claim_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), claimed(tmp_path / "a.json"):
        raise error
    assert names_in(tmp_path) == []
    with claimed(tmp_path / "a.json"):
        pass


HOLD = """
import sys
from pathlib import Path
from climbpose import files
with getattr(files, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="the locks are POSIX's")
@pytest.mark.parametrize("first", ["claimed", "part_file"])
@pytest.mark.parametrize("second", [claimed, part_file])
def test_killed_process_holds_nothing(tmp_path: Path, first: str, second: Keep) -> None:
    path = tmp_path / "a.json"
    command = [sys.executable, "-c", HOLD, first, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ClimbposeError, match="is being written by another run"):
            second(path).__enter__()
        process.kill()
        process.wait()
    assert names_in(tmp_path) == ["a.json.part"]
    with second(path):
        pass
    assert not (tmp_path / "a.json.part").exists()


RACE = """
import sys
from pathlib import Path
from climbpose.errors import ClimbposeError
from climbpose.files import part_file
path, wins = Path(sys.argv[1]), 0
for _ in range(150):
    try:
        with part_file(path) as part:
            for letter in sys.argv[2] * 40:
                with part.open("a") as file:
                    file.write(letter)
            assert part.read_text() == sys.argv[2] * 40, part.read_text()
        wins += 1
    except ClimbposeError as error:
        assert "is being written by another run" in str(error), error
print(wins)
"""


@pytest.mark.skipif(os.name != "posix", reason="the locks are POSIX's")
def test_racing_processes_never_share_a_part(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path / "a.csv"), letter],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for letter in "abc"
    ]
    ends = [process.communicate(timeout=60) for process in processes]
    assert [end[1] for end in ends] == ["", "", ""]
    assert sum(int(end[0]) for end in ends) > 0
    assert (tmp_path / "a.csv").read_text() in {letter * 40 for letter in "abc"}
    assert names_in(tmp_path) == ["a.csv"]
