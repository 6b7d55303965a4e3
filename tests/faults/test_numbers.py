"""A model that gives NaN or infinity, a video that cannot be decoded in the middle."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from climbpose import detectors, smoothers
from climbpose.detectors import DetectorOptions
from climbpose.errors import ClimbposeError, ModelError
from climbpose.heatmaps import DenseMaps, GaussianMaps
from climbpose.jobs import AnnotateOptions, Job
from climbpose.pipeline import annotate
from climbpose.poses import HEATMAP_SIZE, Detection, Frame
from climbpose.report import DONE
from climbpose.skeleton import CLIMBING_25
from climbpose.smoothers.base import PoseSmoother
from tests.clips import damage, shown_times
from tests.faults.scene import FRAMES, Scene, cells, check_whole

KEYPOINTS = len(CLIMBING_25)
SPOTS = 8 + 40 * np.random.default_rng(0).random((KEYPOINTS, 2))
BAD_FRAMES = range(6, 10)
EVERY_FRAME = range(FRAMES)
NUMBERS = [math.nan, math.inf, -math.inf]


class Silent:
    def stage(self, name: str, total: int | None) -> None:
        pass

    def advance(self) -> None:
        pass


def dense(xy: np.ndarray, height: np.ndarray) -> DenseMaps:
    maps = GaussianMaps(SPOTS, np.full(KEYPOINTS, 2.0), np.full(KEYPOINTS, 0.9)).render()
    # What is no number in a keypoint is none in its map.
    spoilt = xy[:, 0] - SPOTS[:, 0] + height - 0.9
    maps[:, 3, 4] += np.where(np.isfinite(spoilt), 0, spoilt).astype(np.float32)
    return DenseMaps(maps)


def gaussian(xy: np.ndarray, height: np.ndarray) -> GaussianMaps:
    return GaussianMaps(xy, np.full(KEYPOINTS, 2.0), height)


Maps = Callable[[np.ndarray, np.ndarray], DenseMaps | GaussianMaps]


class Spoilt:
    """A detector of one climber, some of whose numbers are none."""

    description, assets, models = "spoilt", (), ()

    def __init__(self, what: str, number: float, maps: Maps, frames: Iterable[int]) -> None:
        self.what, self.number, self.maps, self.frames = what, number, maps, set(frames)

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Detection]:
        for frame in frames:
            box = np.array([20, 30, 60, 90], np.float32)
            xy, height, score = SPOTS.copy(), np.full(KEYPOINTS, 0.9), 1.0
            if frame.index in self.frames:
                if self.what == "box":
                    box[2] = self.number
                elif self.what == "keypoint":
                    xy[3] = self.number
                elif self.what == "keypoints":
                    xy[:] = self.number
                elif self.what == "confidence":
                    height[3] = self.number
                else:
                    score = self.number
            yield Detection(frame.index, float(frame.time), box, self.maps(xy, height), score)


@pytest.fixture
def annotated(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Spoilt, str], list[dict[str, str]]]:
    def run(detector: Spoilt, smoother: str) -> list[dict[str, str]]:
        def make(options: DetectorOptions) -> Spoilt:
            return detector

        detectors.names()
        monkeypatch.setitem(detectors.registry._factories, "spoilt", make)
        options = AnnotateOptions(detector="spoilt", smoother=smoother, keep_raw=True)
        report = annotate(job_of(scene), options, Silent(), {})
        assert report.status == DONE
        check_whole(scene.target.iterdir())
        text = (scene.target / "climb_tracks.csv").read_text(encoding="utf-8")
        assert "nan" not in text
        assert "inf" not in text
        return list(csv.DictReader(text.splitlines()))

    return run


def job_of(scene: Scene) -> Job:
    target = scene.target
    return Job(scene.video, target / "climb_pose.mp4", target / "climb")


Annotated = Callable[[Spoilt, str], list[dict[str, str]]]
NAME = CLIMBING_25.keypoints[3]


@pytest.mark.parametrize(
    ("smoother", "what", "number", "maps"),
    cells(
        product(
            ["none", "conv3d", "one-euro"], ["keypoint", "confidence"], NUMBERS, [dense, gaussian]
        ),
        quick=[
            ("conv3d", "keypoint", math.inf, dense),
            ("conv3d", "confidence", math.nan, gaussian),
            ("one-euro", "confidence", math.inf, gaussian),
        ],
    ),
)
def test_keypoint_that_is_no_number_is_missing(
    annotated: Annotated, smoother: str, what: str, number: float, maps: Maps
) -> None:
    rows = annotated(Spoilt(what, number, maps, EVERY_FRAME), smoother)
    assert {row[f"{NAME}_status"] for row in rows} == {"missing"}
    assert {row[f"{NAME}_conf"] for row in rows} == {""}
    others = {key for key in rows[0] if key.endswith("_status")} - {f"{NAME}_status"}
    assert "missing" not in {row[key] for row in rows for key in others}


@pytest.mark.parametrize(
    ("what", "number", "maps"),
    cells(
        product(["keypoints", "box"], NUMBERS, [dense, gaussian]),
        quick=[("keypoints", math.nan, dense), ("box", math.inf, gaussian)],
    ),
)
def test_frames_that_are_no_numbers_are_as_if_nobody_was_seen(
    annotated: Annotated, what: str, number: float, maps: Maps
) -> None:
    rows = annotated(Spoilt(what, number, maps, BAD_FRAMES), "conv3d")
    for row in rows:
        found = {row[key] for key in row if key.endswith("_status")}
        assert found == ({"filled"} if int(row["frame"]) in BAD_FRAMES else {"smoothed"})


@pytest.mark.parametrize("number", NUMBERS)
def test_score_that_is_no_number_does_no_harm(annotated: Annotated, number: float) -> None:
    annotated(Spoilt("score", number, gaussian, BAD_FRAMES), "conv3d")


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_but_boxes_that_are_no_numbers(
    annotated: Annotated, scene: Scene, number: float
) -> None:
    with pytest.raises(ModelError, match="no numbers"):
        annotated(Spoilt("box", number, gaussian, EVERY_FRAME), "conv3d")
    assert scene.names() == set()
    scene.check()


@pytest.mark.parametrize("number", NUMBERS)
def test_smoother_that_gives_no_numbers(
    annotated: Annotated, scene: Scene, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    class Broken(PoseSmoother):
        description = "broken"

        def smooth(self, xy: Any, confidence: Any, time: Any) -> Any:
            return np.full_like(xy, number)

    smoothers.names()
    monkeypatch.setitem(smoothers.registry._factories, "broken", Broken)
    with pytest.raises(ModelError, match="smoother broken"):
        annotated(Spoilt("nothing", 1.0, gaussian, ()), "broken")
    assert scene.names() == set()
    scene.check()


def test_precomputed_heatmaps_that_hold_no_number(scene: Scene) -> None:
    with np.load(scene.detections) as content:
        arrays = dict(content)
    maps = (arrays["heatmaps"] / 255).astype(np.float16)
    maps[:, 3, :5] = math.nan
    maps[5, 7] = math.inf
    assert maps.shape[2:] == (HEATMAP_SIZE, HEATMAP_SIZE)
    np.savez(scene.folder / "spoilt.npz", **{**arrays, "heatmaps": maps})
    options = AnnotateOptions(detector=str(scene.folder / "spoilt.npz"), smoother="none")
    assert annotate(job_of(scene), options, Silent(), {}).status == DONE
    check_whole(scene.target.iterdir())
    text = (scene.target / "climb_tracks.csv").read_text(encoding="utf-8")
    assert {row[f"{NAME}_status"] for row in csv.DictReader(text.splitlines())} == {"missing"}


@pytest.mark.parametrize("packets", [[5], range(4, 20)])
def test_pictures_that_cannot_be_decoded_are_left_out_and_told(
    scene: Scene, packets: Iterable[int]
) -> None:
    damage(scene.video, list(packets))
    options = AnnotateOptions(detector=str(scene.detections), smoother="one-euro")
    report = annotate(job_of(scene), options, Silent(), {})
    assert any("packets could not be decoded" in warning for warning in report.warnings)
    rows = (scene.target / "climb_tracks.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) - 1 == report.frames.decoded < FRAMES
    assert len(shown_times(scene.target / "climb_pose.mp4")) == report.frames.decoded


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("analysing.follow", MemoryError()),
        ("run.RunReport", RuntimeError("can't start new thread")),
        ("analysing.follow", OSError(12, "Cannot allocate memory")),
        ("analysing._track", RuntimeError("Exception from src/core.cpp: std::bad_alloc")),
    ],
)
def test_want_of_memory_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(f"climbpose.pipeline.{where}", fail)
    options = AnnotateOptions(detector=str(scene.detections), smoother="one-euro")
    with pytest.raises(ClimbposeError, match="needs more memory than there is"):
        annotate(job_of(scene), options, Silent(), {})
    assert not any(name.endswith(".part") for name in scene.names())
    scene.check()


def test_bugs_keep_their_traceback(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("climbpose.pipeline.analysing.follow", fail)
    options = AnnotateOptions(detector=str(scene.detections))
    with pytest.raises(RuntimeError, match="a bug"):
        annotate(job_of(scene), options, Silent(), {})
    assert scene.names() == set()
