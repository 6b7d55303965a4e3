"""The stages together: what stays when one of them fails, and what the report says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose import detectors
from climbpose.checkpoint import SHIPPED
from climbpose.detectors import DetectorOptions, ModelFile
from climbpose.detectors.precomputed import Precomputed
from climbpose.errors import ClimbposeError, ModelError, OutputExistsError, UsageError, VideoError
from climbpose.exporters.overlay_mp4 import OverlayMp4, OverlayOptions
from climbpose.exporters.tracks_csv import read as read_tracks
from climbpose.jobs import AnnotateOptions, Job, check_outputs, job_in
from climbpose.pipeline import annotate
from climbpose.pipeline.analysing import analyse, signs_of_a_cut
from climbpose.pipeline.log import Log
from climbpose.poses import Status
from climbpose.render.skeleton import SkeletonLayer
from climbpose.repair import Repair
from climbpose.report import RunReport
from climbpose.skeleton import CLIMBING_25
from climbpose.video import VideoReader, VideoWriter
from tests.cli.stage import FRAMES, Stage, make_climb, make_detections


class Watcher:
    """Notes the stages and counts their frames."""

    def __init__(self) -> None:
        self.stages: dict[str, int] = {}

    def stage(self, name: str, total: int | None) -> None:
        self.stages[name] = 0

    def advance(self) -> None:
        self.stages[list(self.stages)[-1]] += 1


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path)
    make_climb(stage.video)
    make_detections(stage.detections)
    return stage


@pytest.fixture
def seer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Precomputed:
    """The stage's detections, held by the test."""
    seer = Precomputed(DetectorOptions(detections=stage.detections))
    detectors.names()
    monkeypatch.setitem(detectors.registry._factories, "seer", lambda _: seer)
    return seer


def annotated(stage: Stage, watcher: Watcher | None = None, **options: Any) -> RunReport:
    job = job_in(stage.folder, stage.video)
    options = {"detector": "seer", **options}
    return annotate(job, AnnotateOptions(**options), watcher or Watcher(), {"told": Path("x")})


pytestmark = pytest.mark.usefixtures("seer")


def test_stages_and_report(stage: Stage) -> None:
    watcher = Watcher()
    report = annotated(stage, watcher)
    assert watcher.stages == {"detect": FRAMES, "draw": FRAMES}
    assert (report.status, report.frames.decoded) == ("done", FRAMES)
    written = json.loads(stage.output("run.json").read_text())
    assert written["arguments"] == {"told": "x"}
    assert written["timings_s"]["total"] > 0


def fail(error: BaseException) -> Any:
    def failing(*_: object, **__: object) -> None:
        raise error

    return failing


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("bug"), VideoError("full"), KeyboardInterrupt()]
)
@pytest.mark.parametrize(
    "where", [(SkeletonLayer, "draw"), (VideoWriter, "write"), (VideoWriter, "close")]
)
def test_tracks_stay_when_drawing_fails(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[type, str],
    error: BaseException,
) -> None:
    monkeypatch.setattr(*where, fail(error))
    with pytest.raises(type(error)):
        annotated(stage)
    assert stage.names() == {"climb_tracks.csv"}


def test_nothing_is_touched_when_detection_fails(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ending in ("pose.mp4", "tracks.csv", "run.json"):
        stage.output(ending).write_text("older")
    monkeypatch.setattr(Precomputed, "__call__", fail(ZeroDivisionError("bug")))
    with pytest.raises(ZeroDivisionError):
        annotated(stage)
    for ending in ("pose.mp4", "tracks.csv", "run.json"):
        assert stage.output(ending).read_text() == "older"


def test_report_is_written_last_and_an_older_one_does_not_vouch_for_new_files(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotated(stage)
    monkeypatch.setattr(VideoWriter, "write", fail(VideoError("full")))
    with pytest.raises(VideoError):
        annotated(stage)
    assert stage.names() == {"climb_tracks.csv", "climb_pose.mp4"}
    assert not job_in(stage.folder, stage.video).is_done(AnnotateOptions())


def test_everything_stays_when_the_report_fails(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunReport, "write", fail(ClimbposeError("full")))
    with pytest.raises(ClimbposeError):
        annotated(stage)
    assert stage.names() == {"climb_tracks.csv", "climb_pose.mp4"}


def test_exports_are_written_once_each(stage: Stage) -> None:
    report = annotated(stage, exports=("tracks-csv", "overlay-mp4"), keep_raw=True)
    assert report.outputs == ["climb_tracks.csv", "climb_pose.mp4"]
    assert "nose_raw_x" in stage.output("tracks.csv").read_text()


@pytest.fixture
def exchanged(stage: Stage, seer: Precomputed) -> list[int]:
    """The seer takes left arms for right ones in frames 5 and 6; these are the keypoints."""
    ends = ("elbow", "wrist", "pinky", "index", "thumb")
    arms = CLIMBING_25.indices(*(f"{side}_{end}" for side in ("left", "right") for end in ends))
    order = np.arange(len(CLIMBING_25))
    order[arms] = np.array(CLIMBING_25.flipped)[arms]
    maps = np.array(seer._heatmaps)
    maps[5:7] = maps[5:7, order]
    seer._heatmaps = maps
    return arms


def test_exchanged_arms_are_put_right_and_told(stage: Stage, exchanged: list[int]) -> None:
    report = annotated(stage, keep_raw=True, smoother="none")
    assert report.repairs == [Repair(5, 6, "arms")]
    written = json.loads(stage.output("run.json").read_text())
    assert written["repairs"] == [{"first_frame": 5, "last_frame": 6, "part": "arms"}]
    poses = read_tracks(stage.output("tracks.csv"))
    expected = np.full((FRAMES, len(CLIMBING_25)), Status.DETECTED.value)
    expected[5:7, exchanged] = Status.SWAPPED.value
    np.testing.assert_array_equal(poses.status, expected)
    # Two pixels up a frame, without a jump.
    steps = np.diff(poses.xy, axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to([0.0, -2.0], steps.shape), atol=0.05)
    lines = stage.output("tracks.csv").read_text().splitlines()
    raw = lines[0].split(",").index("left_wrist_raw_x")
    ours = lines[0].split(",").index("right_wrist_x")
    assert [row.split(",")[raw] == row.split(",")[ours] for row in lines[1:]] == [
        frame in (5, 6) for frame in range(FRAMES)
    ]


def test_exchanged_arms_stay_where_that_is_wanted(stage: Stage, exchanged: list[int]) -> None:
    report = annotated(stage, repair=False, smoother="none")
    assert report.repairs == []
    poses = read_tracks(stage.output("tracks.csv"))
    assert (poses.status == Status.DETECTED.value).all()
    assert np.abs(np.diff(poses.xy[:, exchanged], axis=0)).max() > 5


def test_unsure_keypoints_stay_unsure_when_exchanged(
    stage: Stage, seer: Precomputed, exchanged: list[int]
) -> None:
    left, right = CLIMBING_25.indices("left_thumb", "right_thumb")
    # As the seer has it in these frames, the right thumb is the left one.
    seer._heatmaps[5:7, right] //= 5
    annotated(stage)
    poses = read_tracks(stage.output("tracks.csv"))
    expected = np.full((FRAMES, len(CLIMBING_25)), Status.SMOOTHED.value)
    expected[5:7, exchanged] = Status.SWAPPED.value
    expected[5:7, left] = Status.LOW.value
    np.testing.assert_array_equal(poses.status, expected)


def test_models_are_named_with_their_hashes(stage: Stage, seer: Precomputed) -> None:
    seer.models = [ModelFile("network.safetensors", "0" * 64)]
    smoother = ModelFile("conv3d.safetensors", SHIPPED["conv3d"])
    assert annotated(stage).models == [*seer.models, smoother]
    written = json.loads(stage.output("run.json").read_text())
    assert written["models"] == [
        {"name": "network.safetensors", "sha256": "0" * 64},
        {"name": smoother.name, "sha256": smoother.sha256},
    ]


def test_person_outside_the_picture_is_refused_before_detection(stage: Stage) -> None:
    watcher = Watcher()
    with pytest.raises(UsageError, match="outside the upright 96 x 128 picture"):
        annotated(stage, watcher, person=(97.0, 3.0))
    assert watcher.stages == {}


def test_absent_smoother_is_told_before_detection(stage: Stage) -> None:
    watcher = Watcher()
    with pytest.raises(ModelError, match="cannot be read"):
        annotated(stage, watcher, smoother=str(stage.folder / "absent.safetensors"))
    assert watcher.stages == {}


def test_cut_file_is_told_but_not_one_that_was_asked_to_end(stage: Stage) -> None:
    make_climb(stage.video, 60)
    with VideoReader(stage.video) as reader:
        info = reader.info
    times = list(np.arange(20) / 30)
    (warning,) = signs_of_a_cut(info, OverlayOptions(), times)
    assert "lasts 2.0 s, but its pictures end after 0.6 s" in warning
    assert signs_of_a_cut(info, OverlayOptions(end=0.6), times) == []
    late = list(1.4 + np.arange(18) / 30)
    assert signs_of_a_cut(info, OverlayOptions(start=1.4), late) == []


def test_options_are_checked_when_they_are_made() -> None:
    for wrong in ({"start": float("nan")}, {"scale": 0.0}, {"crf": 52}, {"start": 2.0, "end": 1.0}):
        with pytest.raises(UsageError):
            OverlayOptions(**wrong)


def test_detections_may_not_be_replaced(stage: Stage) -> None:
    job = Job(stage.video, stage.detections, stage.folder / "x")
    with pytest.raises(OutputExistsError, match="is an input"):
        check_outputs([job], AnnotateOptions(detector=str(stage.detections)), overwrite=True)


def test_exporter_alone_writes_a_video(stage: Stage) -> None:
    job = job_in(stage.folder, stage.video)
    analysis = analyse(job.video, AnnotateOptions(detector="seer"), Log(Watcher()))
    OverlayMp4().write(analysis, stage.folder / "alone.mp4")
    assert stage.names() == {"alone.mp4"}
