"""Stores of all kinds do the same, and are asked again where the network fails."""

import hashlib
from collections.abc import Generator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from climbpose.batch import clients
from climbpose.batch.stores import Remote
from climbpose.errors import ClimbposeError, UsageError
from tests.batch.s3_server import Server

CONTENT = b"a climb" * 1000
NAMES = ("climb.mp4", "a b.mp4", "Kante #2 [neu]*?.mp4", "ü%20é.mp4", "x.mp4.part")


@pytest.fixture
def local(tmp_path: Path) -> Path:
    path = tmp_path / "local"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def folder() -> Generator[Remote]:
    MemoryFileSystem.store.clear()
    yield Remote("memory://wall/season")
    MemoryFileSystem.store.clear()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, which last no time."""
    made: list[float] = []
    monkeypatch.setattr(clients, "sleep", made.append)
    return made


def names(folder: Remote) -> set[str]:
    return {str(file).removeprefix(f"{folder}/") for file in folder.files()}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_put_is_there_and_comes_back(store: Remote, local: Path, name: str) -> None:
    file = store / "deep" / name
    assert not file.exists()
    assert not file.is_dir()
    file.put(local)
    assert (file.exists(), file.is_file(), file.is_dir()) == (True, True, False)
    assert store.is_dir()
    assert not store.is_file()
    assert file.name == name
    assert file.parent == store / "deep"
    assert file.size() == len(CONTENT)
    assert file.sha256() == hashlib.sha256(CONTENT).hexdigest()
    assert file.read_text() == CONTENT.decode()
    back = local.with_name("back")
    file.get(back)
    assert back.read_bytes() == CONTENT
    assert names(store) == {f"deep/{name}"}
    file.remove()
    file.remove()
    assert not file.exists()


def test_what_is_put_replaces_what_is_there(store: Remote, local: Path) -> None:
    file = store / "climb.mp4"
    file.put(local)
    local.write_bytes(b"another")
    file.put(local)
    assert file.read_text() == "another"
    assert names(store) == {"climb.mp4"}


def test_what_matches_a_pattern_is_found(store: Remote, local: Path) -> None:
    for name in ("a1.mp4", "a2.mp4", "b.mov", "deep/a3.mp4", "deep/er/a4.mp4"):
        (store / name).put(local)
    assert len(names(store)) == 5

    def found(pattern: str) -> set[str]:
        return {str(file).removeprefix(f"{store}/") for file in (store / pattern).matches()}

    assert found("*.mp4") == {"a1.mp4", "a2.mp4"}
    assert found("a[2-9].mp4") == {"a2.mp4"}
    assert found("?.mov") == {"b.mov"}
    assert found("*/*.mp4") == {"deep/a3.mp4"}
    assert found("**/a*.mp4") >= {"deep/a3.mp4", "deep/er/a4.mp4"}
    assert found("*.avi") == set()


def test_what_is_not_there_is_told_at_once(
    store: Remote, tmp_path: Path, pauses: list[float]
) -> None:
    for ask in ("size", "sha256", "read_text"):
        with pytest.raises(UsageError, match=r"absent.mp4 could not be .* no such file"):
            getattr(store / "absent.mp4", ask)()
    with pytest.raises(UsageError, match="no such file"):
        (store / "absent.mp4").get(tmp_path / "back")
    assert list(store.files()) == []
    assert pauses == []


def test_a_bucket_is_never_made(server: Server, local: Path) -> None:
    with pytest.raises(UsageError, match="no such file or bucket"):
        Remote("s3://slip-of-the-pen/season/climb.mp4").put(local)
    assert not Remote("s3://slip-of-the-pen").exists()


@pytest.mark.parametrize("breaks", [1, 2])
def test_a_network_that_comes_back_is_waited_for(
    folder: Remote, local: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch, breaks: int
) -> None:
    left = [ConnectionResetError("by peer")] * breaks
    upload = MemoryFileSystem.put_file

    def break_off(self: MemoryFileSystem, path: str, to: str) -> None:
        upload(self, path, to)
        if left:
            self.store[to].truncate(10)
            raise left.pop()

    monkeypatch.setattr(MemoryFileSystem, "put_file", break_off)
    (folder / "climb.mp4").put(local)
    assert (folder / "climb.mp4").read_text() == CONTENT.decode()
    assert names(folder) == {"climb.mp4"}
    assert pauses == list(clients._PAUSES_S[:breaks])


@pytest.mark.parametrize("step", ["put_file", "cp_file"])
def test_what_cannot_be_put_leaves_what_was_there(
    folder: Remote,
    local: Path,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    (folder / "climb.mp4").put(local)
    local.write_bytes(b"another")

    def break_off(self: MemoryFileSystem, path: str, to: str) -> None:
        raise OSError("broken pipe")

    monkeypatch.setattr(MemoryFileSystem, step, break_off)
    with pytest.raises(ClimbposeError, match=r"could not be written \(broken pipe\)"):
        (folder / "climb.mp4").put(local)
    assert (folder / "climb.mp4").read_text() == CONTENT.decode()
    assert names(folder) == {"climb.mp4"}
    assert len(pauses) == 2


def test_half_of_a_file_is_not_taken_for_it(
    folder: Remote, local: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "climb.mp4").put(local)
    fetch = MemoryFileSystem.get_file

    def break_off(self: MemoryFileSystem, path: str, to: str) -> None:
        fetch(self, path, to)
        if not pauses:
            Path(to).write_bytes(CONTENT[:10])

    monkeypatch.setattr(MemoryFileSystem, "get_file", break_off)
    (folder / "climb.mp4").get(local)
    assert local.read_bytes() == CONTENT
    assert len(pauses) == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError("Access Denied"), "refuses access; check your credentials"),
        (NotImplementedError(), "memory:// does not allow it"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (TimeoutError(), r"\(TimeoutError\); check the network"),
    ],
)
def test_a_store_that_does_not_tell_has_not_said_no(
    folder: Remote,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    def refuse(self: MemoryFileSystem, path: str) -> None:
        raise error

    monkeypatch.setattr(MemoryFileSystem, "info", refuse)
    with pytest.raises(ClimbposeError, match=told) as caught:
        (folder / "climb.mp4").exists()
    assert len(str(caught.value).splitlines()) == 1
    assert len(pauses) == (2 if isinstance(error, TimeoutError) else 0)


def test_nothing_is_asked_again_after_a_client_has_tried_for_long(
    folder: Remote, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter((0.0, 60.0))
    monkeypatch.setattr(clients, "monotonic", lambda: next(times))

    def refuse(self: MemoryFileSystem, path: str) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(MemoryFileSystem, "info", refuse)
    with pytest.raises(ClimbposeError, match="no route"):
        folder.exists()
    assert pauses == []


@pytest.mark.parametrize("name", ["../../evil.mp4", "a/../evil.mp4", "./x.mp4", "nul\0.mp4"])
def test_names_that_lead_elsewhere_are_refused(folder: Remote, name: str) -> None:
    store = MemoryFileSystem()
    MemoryFileSystem.store[f"/wall/season/{name}"] = store.open("/wall/other", "wb")
    with pytest.raises(UsageError, match="cannot be the name of a local file"):
        list(folder.files())
    with pytest.raises(UsageError, match="cannot be the name of a local file"):
        list((folder / "**").matches())


def test_a_package_that_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.registry import known_implementations

    monkeypatch.setitem(known_implementations, "rock", {"class": "rockfs.Rock", "err": "no rock"})
    with pytest.raises(UsageError, match=r"^rock:// needs .*; pip install rockfs$"):
        Remote("rock://a/b").exists()
    inside = {"class": "fsspec.implementations.rock.Rock", "err": "no rock"}
    monkeypatch.setitem(known_implementations, "rock", inside)
    with pytest.raises(UsageError, match=r"^rock:// needs .*; pip install"):
        Remote("rock://a/b").exists()
    with pytest.raises(UsageError, match="pebble:// is no kind of store"):
        Remote("pebble://a/b").exists()


@pytest.mark.parametrize("text", ["climb.mp4", "zip://a.mp4::s3://b/c.zip", "C://climb.mp4", ""])
def test_what_is_no_address_in_one_store_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not the address"):
        Remote(text)


def test_an_address_has_the_words_of_a_path() -> None:
    file = Remote("sftp://coach@wall.example/home/season/climb.final.mp4")
    assert (file.scheme, file.name) == ("sftp", "climb.final.mp4")
    assert (file.stem, file.suffix) == ("climb.final", ".mp4")
    assert str(file.parent) == "sftp://coach@wall.example/home/season"
    assert str(file.with_name("b.mp4")) == "sftp://coach@wall.example/home/season/b.mp4"
    assert Remote("s3://bucket").name == ""
    assert Remote("s3://bucket").parent == Remote("s3://bucket")
    assert Remote("s3://bucket/out/").name == "out"
    assert Remote("https://wall.example/a/climb.mp4?sign=12").name == "climb.mp4"
    assert str(Remote("https://wall.example/a/climb.mp4?sign=12").parent).endswith("/a")
