"""Which videos files, folders and patterns mean."""

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies

from climbpose.batch.sources import _natural, find


@pytest.fixture
def season(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = [
        *("clip10.mp4", "clip2.MOV", "monday/a.mkv", "monday/deep/b.webm", "notes.txt"),
        *(".hidden.mp4", ".trash/c.mp4", "clip2.mp4.part", "clip9_pose.mp4"),
        *("clip10_pose.mp4", "clip10_tracks.csv", "monday/a_pose.mp4", "monday/a_run.json"),
    ]
    for name in names:
        path = tmp_path / "season" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "season"


def found(*given_: str) -> list[str]:
    sources = find(given_)
    assert not [source.problem for source in sources if source.problem]
    return [str(source.video) for source in sources]


def below(*given_: str) -> list[str]:
    return [source.below.as_posix() for source in find(given_)]


def problems(*given_: str) -> list[str]:
    return [str(source.problem) for source in find(given_) if source.problem]


IN_SEASON = ["clip2.MOV", "clip9_pose.mp4", "clip10.mp4", "monday/a.mkv", "monday/deep/b.webm"]


def test_folder_brings_its_videos_as_people_count(season: Path) -> None:
    """Not hidden ones, half ones or own outputs; but a video that only has such a name."""
    assert found("season") == [f"season/{name}" for name in IN_SEASON]
    assert below("season") == IN_SEASON


def test_several_folders_are_kept_apart(season: Path) -> None:
    (season.parent / "other").mkdir()
    (season.parent / "other" / "clip10.mp4").write_bytes(b"y")
    assert below("season", "other")[-2:] == ["season/monday/deep/b.webm", "other/clip10.mp4"]


def test_this_folder(season: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(season)
    assert below(".") == IN_SEASON


@pytest.mark.parametrize(
    ("pattern", "names", "trees"),
    [
        ("season/*.mp4", ["clip9_pose.mp4", "clip10.mp4"], ["clip9_pose.mp4", "clip10.mp4"]),
        ("season/clip?.*", ["clip2.MOV"], ["clip2.MOV"]),
        ("season/clip[0-9].*", ["clip2.MOV"], ["clip2.MOV"]),
        ("season/**/*.webm", ["monday/deep/b.webm"], ["monday/deep/b.webm"]),
        ("season/*/a*", ["monday/a.mkv"], ["monday/a.mkv"]),
        ("season/m*", ["monday/a.mkv", "monday/deep/b.webm"], None),
        ("s*/monday/*.mkv", ["monday/a.mkv"], ["season/monday/a.mkv"]),
        ("season/**", IN_SEASON, None),
        ("season/*.txt", ["notes.txt"], ["notes.txt"]),
    ],
)
def test_pattern(season: Path, pattern: str, names: list[str], trees: list[str] | None) -> None:
    assert found(pattern) == [f"season/{name}" for name in names]
    assert below(pattern) == (trees or names)


def test_name_that_looks_like_a_pattern(season: Path) -> None:
    (season / "[red] tag?.mp4").write_bytes(b"x")
    assert found("season/[red] tag?.mp4") == ["season/[red] tag?.mp4"]


def test_video_counts_once_however_it_is_given(season: Path) -> None:
    (season / "link.mp4").symlink_to("clip10.mp4")
    assert found("season/clip10.mp4", "season/./clip10.mp4", "season/link.mp4") == [
        "season/clip10.mp4"
    ]
    assert found("season/clip2.MOV", "season")[0] == "season/clip2.MOV"


def test_links_to_folders_are_not_followed(season: Path) -> None:
    (season / "loop").symlink_to(season)
    assert below("season") == IN_SEASON


def test_own_output_counts_if_it_alone_is_named(season: Path) -> None:
    assert found("season/clip10_pose.mp4") == ["season/clip10_pose.mp4"]
    assert found("season/clip10.mp4", "season/clip10_pose.mp4") == ["season/clip10.mp4"]


def test_own_output_of_a_chosen_name(season: Path) -> None:
    (season / "send.mp4").write_bytes(b"x")
    (season / "send_run.json").write_text('{"outputs": ["send_tracks.csv", "send.mp4"]}')
    assert "season/send.mp4" not in found("season")


def test_what_brings_nothing_is_told(season: Path) -> None:
    (season / "empty").mkdir()
    (season / "void").symlink_to("nowhere")
    assert problems("season/empty") == [
        "folder season/empty holds no video (mp4, mov, m4v, mkv, webm, avi) that climbpose has not "
        "drawn"
    ]
    assert problems("season/*.avi") == ["season/*.avi matches nothing; check the name"]
    assert problems("season/.hid*") == []
    assert problems("absent.mp4", "season/void", "season/clip10.mp4") == [
        "absent.mp4 cannot be read (No such file or directory); check the name",
        "season/void cannot be read (No such file or directory); check the name",
    ]
    assert "cannot be read" in problems("x" * 5000)[0]
    assert "cannot be read" in problems("nul\0.mp4")[0]


def test_password_of_an_address_that_is_wrong_is_not_told() -> None:
    source, _ = find(["zip://x::s3://key:secret@bucket/y.zip", "absent.mp4"])
    assert source.problem
    assert "secret" not in f"{source.video} {source.problem}"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_folder_that_may_not_be_read(season: Path) -> None:
    (season / "monday").chmod(0)
    try:
        assert problems("season") == ["folder season/monday cannot be read"]
    finally:
        (season / "monday").chmod(0o700)


@given(strategies.lists(strategies.integers(0, 10**6)))
def test_numbers_are_sorted_as_numbers(numbers: list[int]) -> None:
    names = sorted((Path(f"day {n}/clip.mp4") for n in numbers), key=_natural)
    assert names == [Path(f"day {n}/clip.mp4") for n in sorted(numbers)]


@given(strategies.lists(strategies.text(min_size=1)))
def test_all_names_can_be_sorted(names: list[str]) -> None:
    paths = [Path(name) for name in names]
    assert sorted(sorted(paths, key=_natural), key=_natural) == sorted(paths, key=_natural)
