"""Sets of clips: what is made, kept, replaced and refused; the clips themselves are stand-ins."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose import datasets
from climbpose.errors import ClimbposeError, DatasetError, OutputExistsError, UsageError
from climbpose.labels import ClipLabels
from climbpose.synth import generation
from climbpose.synth.generation import SetOptions, generate
from climbpose.synth.variation import Config
from tests.synth.fake import make_fake_clip

OPTIONS = SetOptions(3, seconds=0.2, seed=4, width=64, height=96, vary=("body", "light"))
FRAMES = 6


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The clips that were begun."""
    begun = []

    def make(config: Config, path: Path, advance: Callable[[int], None]) -> ClipLabels:
        begun.append(config.index)
        return make_fake_clip(config, path, advance)

    monkeypatch.setattr(generation, "make_clip", make)
    return begun


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_of_a_set(tmp_path: Path) -> None:
    folder, news = tmp_path / "new" / "set", list[int]()
    clips = generate(folder, OPTIONS, advance=news.append)
    stems = [f"clip_000{index}" for index in range(3)]
    assert set(contents(folder)) == {
        *(f"{stem}.mp4" for stem in stems),
        *(f"{stem}_labels.npz" for stem in stems),
        *("annotations.json", "set.json"),
    }
    assert sum(news) == OPTIONS.frames == 3 * FRAMES
    assert [clip.video.name for clip in clips] == [f"{stem}.mp4" for stem in stems]
    assert {clip.status for clip in clips} == {"made"}
    begun = json.loads((folder / "set.json").read_text())
    assert begun["seed"] == 4 and begun["vary"] == ["body", "light"]
    annotations = json.loads((folder / "annotations.json").read_text())
    assert len(annotations["images"]) == 3 * FRAMES
    data = datasets.create("synthetic", folder)
    assert len(data) == 3
    assert [len(data[number]) for number in range(3)] == [FRAMES] * 3


def test_clip_is_remade_from_its_labels(tmp_path: Path) -> None:
    generate(tmp_path, OPTIONS)
    labels = ClipLabels.read(tmp_path / "clip_0001_labels.npz")
    assert Config.from_json(labels.config) == OPTIONS.config(1)
    assert labels.look == OPTIONS.config(1).look


def test_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        generate(tmp_path / name, OPTIONS)
    generate(tmp_path / "c", replace(OPTIONS, seed=5))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    for name in ("notes.txt", "clip.mp4", "clip_12.mp4.bak"):
        (tmp_path / name).write_text("mine")
    generate(tmp_path, OPTIONS)
    generate(tmp_path, OPTIONS, overwrite=True)
    for name in ("notes.txt", "clip.mp4", "clip_12.mp4.bak"):
        assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["clip_0000.mp4", "clip_0077_labels.npz", "annotations.json"])
def test_existing_files_are_refused(tmp_path: Path, made: list[int], name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputExistsError, match=rf"{name} exists; use --resume .* -y"):
        generate(tmp_path, OPTIONS)
    assert contents(tmp_path) == {name: b"mine"}
    assert made == []


def test_replaced_set_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    generate(tmp_path / "a", OPTIONS)
    fewer = replace(OPTIONS, clips=1, seed=9)
    generate(tmp_path / "a", fewer, overwrite=True)
    generate(tmp_path / "b", fewer)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_resume_makes_what_is_missing(tmp_path: Path, made: list[int]) -> None:
    generate(tmp_path / "a", OPTIONS)
    generate(tmp_path / "b", OPTIONS)
    (tmp_path / "b" / "clip_0000_labels.npz").unlink()
    (tmp_path / "b" / "clip_0002.mp4").unlink()
    made.clear()
    news = list[int]()
    clips = generate(tmp_path / "b", OPTIONS, resume=True, advance=news.append)
    assert made == [0, 2]
    assert [clip.status for clip in clips] == ["made", "kept", "made"]
    assert sum(news) == 3 * FRAMES
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_resume_adds_clips(tmp_path: Path, made: list[int]) -> None:
    generate(tmp_path, OPTIONS)
    generate(tmp_path, replace(OPTIONS, clips=5), resume=True)
    assert made == [0, 1, 2, 3, 4]
    assert len(datasets.create("synthetic", tmp_path)) == 5
    assert len(json.loads((tmp_path / "annotations.json").read_text())["images"]) == 5 * FRAMES


def test_resume_of_nothing_begins(tmp_path: Path, made: list[int]) -> None:
    generate(tmp_path, OPTIONS, resume=True)
    assert made == [0, 1, 2]


def test_resume_makes_damaged_labels_anew(tmp_path: Path, made: list[int]) -> None:
    generate(tmp_path, OPTIONS)
    (tmp_path / "clip_0001_labels.npz").write_bytes(b"damaged")
    made.clear()
    generate(tmp_path, OPTIONS, resume=True)
    assert made == [1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 5}, "begun with --seed 4, found 5"),
        ({"seconds": 0.3}, "begun with --seconds 0.2, found 0.3"),
        ({"width": 66}, "begun with --size 64, found 66"),
        ({"vary": ("body",)}, "begun with --vary body,light, found body"),
        ({"clips": 2}, r"clip_0002.*, which a set of 2 has not; give a higher --clips"),
    ],
)
def test_resume_of_another_set_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    generate(tmp_path, OPTIONS)
    before = contents(tmp_path)
    with pytest.raises(OutputExistsError, match=message):
        generate(tmp_path, replace(OPTIONS, **changes), resume=True)
    assert contents(tmp_path) == before


def test_resume_where_only_the_clips_tell(tmp_path: Path) -> None:
    generate(tmp_path, OPTIONS)
    (tmp_path / "set.json").unlink()
    with pytest.raises(OutputExistsError, match="made with other settings or another version"):
        generate(tmp_path, replace(OPTIONS, seed=5), resume=True)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, ClimbposeError])
def test_stopped_run_leaves_whole_clips(tmp_path: Path, stop: type[BaseException]) -> None:
    frames = 0

    def advance(news: int) -> None:
        nonlocal frames
        frames += news
        if frames == FRAMES + 3:
            raise stop

    with pytest.raises(stop):
        generate(tmp_path, OPTIONS, advance=advance)
    assert set(contents(tmp_path)) == {"clip_0000.mp4", "clip_0000_labels.npz", "set.json"}
    with pytest.raises(DatasetError, match="half made"):
        datasets.create("synthetic", tmp_path)
    generate(tmp_path, OPTIONS, resume=True)
    generate(tmp_path / "other", OPTIONS)
    (other,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert contents(other) == {
        path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clips": 0}, "--clips: expected 1 to 100000, found 0"),
        ({"seed": -1}, "--seed: expected 0 to"),
        ({"seconds": 0.0}, "--seconds: expected 0.067 to 667 s, .* 2 to 20000 frames, found 0"),
        ({"seconds": -1.0}, "--seconds: expected"),
        ({"seconds": float("nan")}, "--seconds: expected"),
        ({"seconds": 1e9}, "--seconds: expected"),
        ({"fps": 0.5}, "--fps: expected 1 to 240, found 0.5"),
        ({"fps": float("nan")}, "--fps: expected"),
        ({"width": 65}, "--size: expected even sides of 64 to 4096 pixels, found 65x96"),
        ({"height": 62}, "--size: expected even sides"),
        ({"height": 4098}, "--size: expected even sides"),
        ({"vary": ("hat",)}, "no variation is named 'hat'; choose of: body, "),
    ],
)
def test_impossible_sets_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        generate(tmp_path / "set", replace(OPTIONS, **changes))
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("jobs", [0, -1, 1000])
def test_impossible_jobs_are_refused(tmp_path: Path, jobs: int) -> None:
    with pytest.raises(UsageError, match="--jobs: expected 1 to 256"):
        generate(tmp_path / "set", OPTIONS, jobs=jobs)


def test_replacing_and_going_on_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        generate(tmp_path / "set", OPTIONS, overwrite=True, resume=True)


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("mine")
    with pytest.raises(OutputExistsError, match="is a file but a folder"):
        generate(tmp_path / "set", OPTIONS)
    with pytest.raises(ClimbposeError, match="may not be written to"):
        generate(tmp_path / "set" / "deeper", OPTIONS)


def test_name_that_no_file_system_takes(tmp_path: Path) -> None:
    with pytest.raises(ClimbposeError, match="may not be written to"):
        generate(tmp_path / ("x" * 300), OPTIONS)


def test_resume_by_another_version_is_refused(tmp_path: Path) -> None:
    generate(tmp_path, OPTIONS)
    path = tmp_path / "set.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"climbpose": "0.0.1"}))
    with pytest.raises(OutputExistsError, match=r"begun by climbpose 0\.0\.1"):
        generate(tmp_path, OPTIONS, resume=True)


def test_resume_makes_incomplete_labels_anew(tmp_path: Path, made: list[int]) -> None:
    generate(tmp_path, OPTIONS)
    path = tmp_path / "clip_0001_labels.npz"
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays.files if name != "xyz"}
    np.savez_compressed(path, allow_pickle=False, **kept)
    made.clear()
    generate(tmp_path, OPTIONS, resume=True)
    assert made == [1]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for folder in (tmp_path, tmp_path / "set"):
        with pytest.raises(ClimbposeError, match="may not be written to") as caught:
            generate(folder, OPTIONS)
        assert caught.value.exit_code == 1
    tmp_path.chmod(0o700)
