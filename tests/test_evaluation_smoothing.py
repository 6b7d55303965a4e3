"""The table of smoothers on labelled videos: raw keypoints, baselines, smoothers, in one run."""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from climbpose import metrics, smoothers
from climbpose.datasets.synthetic import clip_stem
from climbpose.errors import DatasetError, UsageError
from climbpose.evaluation import EvalOptions, Evaluation, Source, all_smoothers, evaluate
from climbpose.evaluation.baselines import BASELINES
from climbpose.labels import ClipLabels, labels_path
from climbpose.poses import Detection
from climbpose.skeleton import CLIMBING_25
from tests.cli.stage import FRAMES, HEIGHT, WIDTH, make_climb
from tests.evaluated import LABELLED, Seer, enter, make_folder, make_synthetic, points
from tests.test_evaluation import Silent, percent


@dataclass
class Shaky(Seer):
    """Sees the climber to and fro by a pixel, and late by some frames."""

    shake: float = 1.0
    late: int = 0

    def _detection(self, index: int, time: float) -> Detection:
        moved = super()._detection(index - self.late, time)
        shake = np.float32(self.shake * (-1) ** index)
        box = moved.box + np.array([shake, 0, shake, 0], np.float32)
        return replace(moved, frame_index=index, box=box)


def run(*folders: Path, **changes: object) -> Evaluation:
    options = EvalOptions(
        datasets=folders, sources=(Source("seer"),), metrics=metrics.SMOOTHING, split="all"
    )
    options = replace(options, **changes)  # type: ignore[arg-type]
    options.check()
    return evaluate(options, Silent())


def figures(done: Evaluation, metric: str) -> dict[str, float]:
    """Of all clips, by smoother."""
    return {
        one.candidate.removeprefix("seer + "): one.value
        for one in done.figures
        if (one.clip, one.keypoints, one.metric) == ("all", "large", metric)
    }


def test_all_that_there_is_is_shown_raw_first() -> None:
    shown = all_smoothers()
    assert shown[: len(BASELINES) + 1] == ("none", *BASELINES)
    assert {"spline", "savgol", "one-euro"} <= set(shown) <= {*BASELINES, *smoothers.names()}
    assert len(set(shown)) == len(shown)
    assert all_smoothers(["mine.safetensors"]) == (*shown, "mine.safetensors")
    assert all_smoothers(["spline", "a.safetensors"]) == ("none", "spline", "a.safetensors")


def test_what_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(strength: float) -> None:
        raise UsageError("needs a file")

    smoothers.names()
    monkeypatch.setitem(smoothers.registry._factories, "heavy", create)
    told: list[str] = []
    assert "heavy" not in all_smoothers((), told.append)
    assert told == ["heavy is left out: needs a file"]


def test_steadier_is_seen_as_steadier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Shaky())
    folder = make_synthetic(tmp_path, [0, 0, 0])
    done = run(folder, smoothers=("none", "mean_5", "spline"))
    jitter = figures(done, "jitter")
    assert jitter["seer"] == pytest.approx(4, abs=0.05)
    assert jitter["mean_5"] < 0.35 * jitter["seer"]
    assert jitter["spline"] < 0.35 * jitter["seer"]
    by_torso = figures(done, "jitter:torso")
    assert by_torso["seer"] == pytest.approx(jitter["seer"] * 30**2 / 30, rel=0.01)
    error = figures(done, "acc_err")
    assert error["mean_5"] < 0.35 * error["seer"]
    units = {one.metric: one.unit for one in done.figures}
    assert units["jitter"] == "px/frame^2"
    assert units["oks:crop"] == "%"
    against = {(one.candidate, one.against) for one in done.differences}
    assert against == {("seer + mean_5", "seer"), ("seer + spline", "seer")}
    less = next(one for one in done.differences if one.metric == "jitter")
    assert less.points == pytest.approx(jitter["mean_5"] - jitter["seer"])
    assert less.low <= less.points <= less.high < 0


def test_who_comes_late_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Shaky(shake=0.0, late=2))
    done = run(make_synthetic(tmp_path, [0, 0]), smoothers=("none", "mean_9"))
    assert figures(done, "lag") == pytest.approx({"seer": 2, "mean_9": 2}, abs=0.05)
    assert figures(done, "acc_err")["seer"] < 0.1


def test_labels_of_single_frames_tell_of_jitter_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Shaky())
    done = run(make_folder(tmp_path, "dyno", "slab"), smoothers=("none",))
    assert figures(done, "jitter")["seer"] == pytest.approx(4, abs=0.05)
    assert math.isnan(figures(done, "acc_err")["seer"])
    assert math.isnan(figures(done, "lag")["seer"])
    of_clip = next(one for one in done.figures if (one.clip, one.metric) == ("dyno", "jitter"))
    assert math.isnan(of_clip.low), "one clip tells nothing of others"


def test_a_constant_offset_is_found_in_the_other_videos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Seer(off=4.0))
    done = run(make_folder(tmp_path, "dyno", "slab", "roof"), smoothers=("none", "bias"))
    assert figures(done, "pck@0.05:torso") == {"seer": 0, "bias": 100}
    assert figures(done, "oks:crop")["bias"] == pytest.approx(100, abs=0.01)
    (note,) = done.notes
    assert "the labels of all other videos" in note


def test_one_video_has_no_others_to_take_a_bias_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Seer())
    folder = make_folder(tmp_path, "dyno")
    done = run(folder, smoothers=("none", "bias"))
    assert done.candidates == ("seer",)
    assert any("bias is left out" in line for line in done.warnings)
    with pytest.raises(UsageError, match="bias is taken from other videos, but only dyno"):
        run(folder, smoothers=("bias",))


@dataclass
class Crossed(Seer):
    """Takes the left arm for the right one in some frames."""

    def _detection(self, index: int, time: float) -> Detection:
        seen = super()._detection(index, time)
        if index not in (5, 6):
            return seen
        parts = ("elbow", "wrist", "pinky", "index", "thumb")
        left, right = (
            CLIMBING_25.indices(*(f"{side}_{part}" for part in parts)) for side in ("left", "right")
        )
        order = np.arange(25)
        order[left], order[right] = right, left
        maps = seen.maps
        moved = replace(maps, xy=maps.xy[order])  # type: ignore[type-var, attr-defined]
        return replace(seen, maps=moved)


def test_smoothers_are_given_what_is_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Crossed())
    folder = make_synthetic(tmp_path, [0, 0])
    found = {
        is_repaired: figures(
            run(folder, smoothers=("none", "repaired", "spline"), repair=is_repaired), "jitter"
        )
        for is_repaired in (True, False)
    }
    assert found[True]["repaired"] < 0.01 < found[True]["seer"]
    assert found[True]["spline"] < 0.01 < found[False]["spline"]


def test_candidates_of_another_source_are_compared_smoother_by_smoother() -> None:
    options = EvalOptions(
        datasets=(), sources=(Source("a"), Source("b")), smoothers=("none", "mean_5")
    )
    assert options.against == {"a + mean_5": "a", "b": "a", "b + mean_5": "a + mean_5"}


def test_a_video_of_other_length_than_its_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Seer())
    folder = make_synthetic(tmp_path, [0])
    make_climb(folder / f"{clip_stem(0)}.mp4", frames=FRAMES + 2)
    message = f"labels of {FRAMES} frames, but .* has {FRAMES + 2}; is it the video"
    with pytest.raises(DatasetError, match=message):
        run(folder, smoothers=("none",))


def test_labels_with_nan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Seer())
    folder = make_synthetic(tmp_path, [0])
    path = labels_path(folder / f"{clip_stem(0)}.mp4")
    labels = ClipLabels.read(path)
    labels.xy[3, 0] = np.nan
    labels.write(path)
    with pytest.raises(DatasetError, match="expected numbers, found NaN"):
        run(folder, smoothers=("none",))


def make_coco(folder: Path, width: int = WIDTH) -> Path:
    """A video, and COCO's labels of three of its frames."""
    make_climb(folder / "gym.mp4")
    annotations = []
    for index in LABELLED:
        flat = [number for x, y in points(index) for number in (float(x) - 0.5, float(y) - 0.5, 2)]
        annotations.append({"image_id": index, "category_id": 1, "keypoints": flat})
    size = {"width": width, "height": HEIGHT}
    content = {
        "images": [
            {"id": i, "file_name": f"gym/frame_{i:06d}.png", "video": "films/gym.mp4", **size}
            for i in LABELLED
        ],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "climber", "keypoints": list(CLIMBING_25.keypoints)}],
    }
    path = folder / "gym.json"
    path.write_text(json.dumps(content))
    return path


def test_labels_of_annotation_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Seer())
    labels = make_coco(tmp_path)
    done = run(labels, smoothers=("none",), metrics=("pck@0.1:torso",))
    assert [(clip.name, clip.frames) for clip in done.clips] == [("gym", 3)]
    assert percent(done, candidate="seer") == 100
    videos = tmp_path / "videos"
    videos.mkdir()
    (tmp_path / "gym.mp4").rename(videos / "gym.mov")
    with pytest.raises(DatasetError, match=r"no video gym.mp4.* say where it is with --videos"):
        run(labels, smoothers=("none",))
    assert percent(run(labels, smoothers=("none",), videos=videos), candidate="seer") == 100


def test_labels_of_pictures_of_another_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, seer=Seer())
    with pytest.raises(DatasetError, match=f"labelled on pictures of 200 x {HEIGHT}, but .* has"):
        run(make_coco(tmp_path, width=200), smoothers=("none",))


def test_two_videos_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, seer=Seer())
    labels = make_coco(tmp_path)
    other = labels.read_text().replace("films/gym.mp4", "old/gym.mp4")
    (tmp_path / "other.json").write_text(other)
    with pytest.raises(DatasetError, match="has two videos named gym; rename one"):
        run(tmp_path, smoothers=("none",))
