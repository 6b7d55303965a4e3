import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from climbpose.errors import UsageError
from climbpose.training.config import Augmentation, TrainConfig
from climbpose.training.settings import DetectorTraining, parse_mix


def test_what_a_run_keeps_is_read_again(tmp_path: Path) -> None:
    training = DetectorTraining(
        train=TrainConfig(steps=7, augmentation=Augmentation(mirror=0.25), mix={"unlabelled": 2.0}),
        unlabelled=(tmp_path / "a.mp4", tmp_path / "b.mp4"),
        teacher="other",
        samples=tmp_path / "shared",
        minutes=1.5,
    )
    text = json.dumps(training.to_json())
    assert DetectorTraining.from_json(json.loads(text)) == training


def test_own_videos_are_known_again(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    for name, text in (("a.mp4", "a"), ("clips/b.MOV", "b"), ("clips/notes.txt", "c")):
        (tmp_path / name).write_text(text)
    training = DetectorTraining(unlabelled=(tmp_path / "a.mp4",), labelled=(tmp_path / "clips",))
    assert training.identities() == {hashlib.sha256(text).hexdigest() for text in (b"a", b"b")}


@pytest.mark.parametrize("change", [{"more": 1}, {"train": {}}, {"train": {"steps": 1}}])
def test_settings_of_another_version_are_refused(change: dict[str, object]) -> None:
    content = DetectorTraining().to_json() | change
    with pytest.raises((ValueError, KeyError)):
        DetectorTraining.from_json(content)


def test_mix() -> None:
    assert parse_mix("synthetic=1, unlabelled=2.5") == {
        "synthetic": 1.0,
        "unlabelled": 2.5,
        "labelled": 0.0,
    }


@pytest.mark.parametrize(
    "text",
    [
        "real=1",
        "synthetic",
        "synthetic=much",
        "labelled=-1",
        "labelled=0",
        "labelled=inf",
        "labelled=nan",
        "",
    ],
)
def test_wrong_mix_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--mix: "):
        parse_mix(text)


def test_sources_that_are_not_there_have_no_share(tmp_path: Path) -> None:
    assert DetectorTraining().shares() == {"synthetic": 1.0}
    both = DetectorTraining(unlabelled=(tmp_path,), is_synthetic=False)
    assert both.shares() == {"unlabelled": 1.0}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"train": TrainConfig(steps=0)}, "--steps: expected 1 to"),
        ({"train": TrainConfig(batch=0)}, "--batch: expected 1 to"),
        ({"train": TrainConfig(rate=0.0)}, "--rate: expected"),
        ({"train": TrainConfig(rate=float("nan"))}, "--rate: expected"),
        ({"train": TrainConfig(seed=-1)}, "--seed: expected 0 to"),
        ({"minutes": 0.0}, "--minutes: expected"),
        ({"unlabelled": (Path("gone.mp4"),)}, "gone.mp4 is not there"),
        ({"is_synthetic": False}, "nothing to learn from"),
        ({"train": TrainConfig(mix={"unlabelled": 1.0})}, "nothing to learn from"),
    ],
)
def test_wrong_settings_are_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        replace(DetectorTraining(), **change).check()  # type: ignore[arg-type]
