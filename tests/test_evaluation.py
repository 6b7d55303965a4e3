"""An evaluation tells who is better, on what, how surely, and who has seen the clips before."""

import csv
import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climbpose import detectors
from climbpose.errors import ClimbposeError, DatasetError, OutputExistsError, UsageError
from climbpose.evaluation import (
    GIVEN,
    SMOOTHERS,
    Candidate,
    EvalOptions,
    Evaluation,
    Outputs,
    Source,
    evaluate,
    sources,
)
from climbpose.evaluation.truth import Truth
from climbpose.metrics import Annotated
from climbpose.skeleton import CLIMBING_25
from tests.cli.stage import FRAMES, make_climb
from tests.evaluated import LABELLED, Seer, enter, make_folder, make_synthetic, points

RAW = ("none",)


class Silent:
    """Sees the stages of a run."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append(name)

    def advance(self) -> None:
        pass


def run(*folders: Path, names: tuple[str, ...] = ("sharp",), **changes: object) -> Evaluation:
    options = EvalOptions(datasets=folders, sources=tuple(map(Source, names)), smoothers=RAW)
    options = replace(options, **changes)  # type: ignore[arg-type]
    options.check()
    return evaluate(options, Silent())


def percent(
    done: Evaluation,
    metric: str = "pck@0.1:torso",
    candidate: str = "sharp",
    clip: str = "all",
    keypoints: str = "large",
) -> float:
    (figure,) = (
        one
        for one in done.figures
        if (one.clip, one.keypoints, one.candidate, one.metric)
        == (clip, keypoints, candidate, metric)
    )
    assert math.isnan(figure.low) or figure.low <= figure.value <= figure.high
    return figure.value


def test_the_better_detector_has_better_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer(), off=Seer(off=4.0))
    done = run(make_folder(tmp_path, "dyno", "slab"), names=("off", "sharp"))
    assert [clip.name for clip in done.clips] == ["dyno", "slab"]
    assert {clip.torso_px for clip in done.clips} == {30}
    for clip in ("dyno", "slab", "all"):
        assert percent(done, clip=clip) == 100
        assert percent(done, candidate="off", clip=clip) == 0
        assert percent(done, "pck@0.2:torso", "off", clip) == 100
        assert percent(done, "found", "off", clip) == 100
    assert percent(done, keypoints="left_knee") == 100
    assert percent(done, keypoints="feet") == 100
    assert percent(done, "oks") == pytest.approx(100, abs=0.1)
    assert percent(done, "oks", "off") < 95
    differences = {one.metric: one for one in done.differences}
    better = differences["pck@0.1:torso"]
    assert (better.candidate, better.against) == ("sharp", "off")
    assert (better.points, better.low, better.high) == (100, 100, 100)
    assert differences["found"].points == 0


def test_frames_without_the_climber_count_as_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = tuple(range(6, FRAMES))
    enter(monkeypatch, sharp=Seer(blind=blind))
    done = run(make_folder(tmp_path, "dyno"))
    for metric in ("found", "found@0.5:torso", "pck@0.2:torso", "oks"):
        assert percent(done, metric) == pytest.approx(200 / 3, abs=0.1)
    (main,) = (f for f in done.figures if f.clip == "dyno" and f.metric == "pck@0.2:torso")
    assert main.count == 36


def test_nobody_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, sharp=Seer(blind=tuple(range(FRAMES))))
    done = run(make_folder(tmp_path, "dyno"), smoothers=SMOOTHERS["own"])
    assert percent(done, "found") == percent(done, "pck@0.2:torso") == 0
    assert math.isnan(percent(done, "sides"))


def test_every_smoother_is_shown_beside_the_raw_keypoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer(), off=Seer(off=4.0))
    done = run(make_folder(tmp_path, "dyno"), names=("sharp", "off"), smoothers=("none", "spline"))
    assert done.candidates == ("sharp", "sharp + spline", "off", "off + spline")
    assert percent(done, candidate="sharp + spline") == 100
    pairs = {(one.candidate, one.against) for one in done.differences}
    assert pairs == {
        ("sharp + spline", "sharp"),
        ("off", "sharp"),
        ("off + spline", "sharp + spline"),
    }


def test_chosen_clips_keypoints_and_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer())
    folder = make_folder(tmp_path, "dyno", "slab")
    done = run(folder, clips=("slab",), keypoints=("wrists", "nose"), metrics=("pck@0.5:box",))
    assert [clip.name for clip in done.clips] == ["slab"]
    assert {figure.metric for figure in done.figures} == {"pck@0.5:box"}
    (main,) = (figure for figure in done.figures if figure.clip == "slab")
    assert (main.keypoints, main.count) == ("wrists,nose", 9)
    with pytest.raises(UsageError, match="no clip is named 'roof'; choose of: dyno, slab"):
        run(folder, clips=("roof",))
    with pytest.raises(UsageError, match="no clip is named 'roof'"):
        run(folder, people={"roof": (1.0, 2.0)})


def test_synthetic_sets_are_known_by_what_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer())
    folder = make_synthetic(tmp_path / "set", [1, 9, 8])
    done = run(folder)
    assert [(clip.name, clip.frames) for clip in done.clips] == [("clip_0001", FRAMES)]
    assert percent(done) == 100
    assert len(run(folder, split="all").clips) == 3
    both = run(folder, make_folder(tmp_path / "real", "dyno"), split="val")
    assert [clip.name for clip in both.clips] == [
        f"{folder}/clip_0002",
        f"{tmp_path / 'real'}/dyno",
    ]
    with pytest.raises(DatasetError, match="no clip of the split test"):
        run(make_synthetic(tmp_path / "other", [1]))
    with pytest.raises(UsageError, match="given twice"):
        run(folder, tmp_path / "real" / ".." / "set")


@pytest.mark.parametrize("by", ["name", "hash"])
def test_clips_of_the_training_are_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    folder = make_folder(tmp_path, "dyno", "slab")
    digest = hashlib.sha256((folder / "dyno.mp4").read_bytes()).hexdigest()
    # Both clips have the same pictures, so only one may have these bytes.
    (folder / "slab.mp4").write_bytes((folder / "slab.mp4").read_bytes() + b"\0\0\0\x08free")
    enter(monkeypatch, sharp=Seer(trained_on=({"name": "dyno", "hash": digest}[by],)), off=Seer())
    done = run(folder, names=("sharp", "off"))
    assert [clip.seen_by for clip in done.clips] == [("sharp",), ()]
    assert done.seen_by("sharp") == {"dyno", "all"}
    assert done.seen_by("off") == frozenset()
    (warning,) = done.warnings
    assert "sharp was trained on dyno" in warning


def test_synthetic_clips_of_other_sets_are_other_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_synthetic(tmp_path, [9, 9])
    enter(monkeypatch, sharp=Seer(trained_on=("clip_0000", "synthetic:7:1")))
    assert [clip.seen_by for clip in run(folder).clips] == [(), ("sharp",)]


def test_false_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, sharp=Seer(), shy=Seer(blind=tuple(range(9))))
    folder, wall = make_folder(tmp_path / "set", "dyno"), make_climb(tmp_path / "wall.mp4")
    done = run(folder, names=("sharp", "shy"), empty=(wall,))
    assert [(one.source, one.found, one.frames) for one in done.false_finds] == [
        ("sharp", FRAMES, FRAMES),
        ("shy", FRAMES - 9, FRAMES),
    ]
    assert done.false_finds[1].percent == 25


def test_given_regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seer = Seer(off=2.0)
    enter(monkeypatch, sharp=seer)
    done = run(make_folder(tmp_path, "dyno"), regions=GIVEN)
    assert percent(done) == 100
    assert percent(done, "pck@0.05:torso") == 0
    assert [index for index, _ in seer.regions] == list(LABELLED)
    for index, region in seer.regions:
        hips = np.array([40, 100 - index])
        assert (region.x, region.y, region.rotation) == (*hips, 0)
        reach = np.linalg.norm(points(index) - hips, axis=1).max()
        assert region.size == pytest.approx(2.5 * reach)


def test_what_cannot_be_told_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn:
        description, assets, models = "looks for itself", (), ()
        __call__ = Seer.__call__

    enter(monkeypatch, sharp=Stubborn())  # type: ignore[arg-type]
    with pytest.raises(
        UsageError, match="sharp cannot be told where the climber is; use --regions own"
    ):
        run(make_folder(tmp_path, "dyno"), regions=GIVEN)


def test_frames_whose_labels_give_no_region_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer())
    folder = make_folder(tmp_path, "dyno")
    labels = json.loads((folder / "labels.json").read_text())
    for side in ("left", "right"):
        del labels["dyno"]["5"][f"{side}_hip"]
    (folder / "labels.json").write_text(json.dumps(labels))
    done = run(folder, regions=GIVEN)
    assert done.clips[0].frames == 2
    assert percent(done) == 100
    assert "1 frames of dyno are left out" in done.warnings[0]
    assert run(folder).clips[0].frames == 3


def test_region_is_turned_with_the_trunk() -> None:
    xy = np.full((1, 25, 2), np.nan, np.float32)
    place = CLIMBING_25.indices("left_hip", "right_shoulder", "nose")
    xy[0, place] = [[100, 50], [130, 50], [150, 50]]
    visibility = np.where(np.isfinite(xy[..., 0]), 1, 0).astype(np.uint8)
    labelled = Annotated.of_labels(xy, visibility)
    truth = Truth("roof", Path("roof.mp4"), np.array([0]), labelled, frozenset())
    region = truth.region(0)
    assert region is not None
    assert (region.x, region.y, region.size) == (100, 50, 125)
    assert region.rotation == pytest.approx(np.pi / 2)


def test_labels_of_another_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, sharp=Seer())
    folder = make_folder(tmp_path, "dyno")
    make_climb(folder / "dyno.mp4", frames=7)
    for regions in ("own", GIVEN):
        with pytest.raises(
            DatasetError, match=r"labels of frame 9, .* the video that was labelled"
        ):
            run(folder, regions=regions)


def test_no_torso_no_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, sharp=Seer())
    folder = make_folder(tmp_path, "dyno", hidden=("left_hip", "right_shoulder"))
    with pytest.raises(DatasetError, match="the torso's length; leave the clip out"):
        run(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"regions": "mine"}, "choose one of: own, given"),
        ({"split": "dev"}, "choose one of: train, val, test, all"),
        ({"smoothers": ("iron",)}, "no smoother is named"),
        ({"sources": (Source("eyes"),)}, "no detector is named"),
        ({"sources": (Source("sharp", Path("no.safetensors")),)}, "is not a file"),
        ({"sources": (Source("sharp"), Source("sharp"))}, "given twice"),
        ({"metrics": ("oks", "oks")}, "given twice"),
        ({"metrics": ("pck",)}, "needs a threshold"),
        ({"keypoints": ("hand",)}, "no keypoints are named"),
        ({"seed": -1}, "from 0 on"),
        ({"regions": GIVEN, "smoothers": ("spline",)}, "--smoother has no effect"),
        ({"regions": GIVEN, "empty": (Path("a.mp4"),)}, "--empty has no effect"),
        ({"regions": GIVEN, "people": {"dyno": (1.0, 2.0)}}, "--person has no effect"),
    ],
)
def test_options_that_make_no_sense(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], message: str
) -> None:
    enter(monkeypatch, sharp=Seer())
    options = EvalOptions(datasets=(Path("set"),), sources=(Source("sharp"),), smoothers=RAW)
    with pytest.raises(UsageError, match=message):
        replace(options, **changes).check()  # type: ignore[arg-type]


def test_what_is_compared() -> None:
    assert [one.name for one in sources((), (), ())] == [detectors.DEFAULT]
    mixed = sources(("blazepose",), (Path("runs/mine.safetensors"),), ("fast", "normal"))
    assert [one.name for one in mixed] == ["blazepose fast", "blazepose", "mine fast", "mine"]
    assert Candidate(mixed[0], "spline").name == "blazepose fast + spline"


def test_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, sharp=Seer(trained_on=("dyno",)))
    done = run(make_folder(tmp_path / "set", "dyno", "slab"))
    outputs = Outputs(tmp_path / "all.json", tmp_path / "figures.csv")
    outputs.check(overwrite=False)
    outputs.write(done)
    content = json.loads((tmp_path / "all.json").read_text())
    assert content["options"]["candidates"] == ["sharp"]
    assert content["clips"][0]["seen_by"] == ["sharp"]
    assert len(content["figures"]) == len(done.figures)
    of = {one["keypoints"] for one in content["figures"]}
    assert {"large", "feet", *CLIMBING_25.keypoints} <= of
    assert None in {one["value"] for one in content["figures"]}  # the nose is on no side
    with (tmp_path / "figures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(done.figures)
    assert {row["clip"]: row["is_seen_in_training"] for row in rows} == {
        "dyno": "1",
        "slab": "0",
        "all": "1",
    }
    with pytest.raises(OutputExistsError, match="use -y"):
        outputs.check(overwrite=False)
    outputs.check(overwrite=True)


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    for outputs in (
        Outputs(tmp_path / "none" / "a.json", None),
        Outputs(None, tmp_path),
        Outputs(tmp_path / "a", tmp_path / "a"),
    ):
        with pytest.raises(ClimbposeError):
            outputs.check(overwrite=True)


def test_the_same_seed_gives_the_same_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, sharp=Seer(blind=tuple(range(6, FRAMES))))
    folder = make_synthetic(tmp_path, [9])
    figures = [run(folder, seed=seed).figures for seed in (1, 1, 2)]
    assert str(figures[0]) == str(figures[1]) != str(figures[2])
