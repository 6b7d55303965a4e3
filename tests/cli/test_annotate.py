"""What each option of ``climbpose annotate`` does."""

import csv
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from climbpose import __version__, smoothers
from climbpose.cli.annotate import annotate
from climbpose.jobs import AnnotateOptions
from climbpose.skeleton import CLIMBING_25
from tests.cli.stage import FRAMES, HEIGHT, WIDTH, Stage, document, make_detections, refusal
from tests.clips import decoded, described, shown_times


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_three_files_are_written_beside_the_video(stage: Stage) -> None:
    result = stage.annotate()
    assert result.exit_code == 0
    assert stage.names() == {"climb_pose.mp4", "climb_tracks.csv", "climb_run.json"}
    assert result.stderr == ""
    assert len(shown_times(stage.output("pose.mp4"))) == FRAMES
    assert len(rows_of(stage.output("tracks.csv"))) == FRAMES


def test_tracks_have_the_documented_header_and_the_climber(stage: Stage) -> None:
    stage.annotate("--smoother", "none")
    header = stage.output("tracks.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    fields = [f"{name}_{f}" for name in CLIMBING_25.keypoints for f in ("x", "y", "conf", "status")]
    assert header == ["frame", "time_s", *fields]
    rows = rows_of(stage.output("tracks.csv"))
    assert [row["frame"] for row in rows] == [str(n) for n in range(FRAMES)]
    risen = float(rows[0]["nose_y"]) - float(rows[-1]["nose_y"])
    assert risen == pytest.approx(2 * (FRAMES - 1), abs=0.02)
    assert {row["left_toes_status"] for row in rows} == {"detected"}


def test_report_tells_what_was_done(stage: Stage) -> None:
    make_detections(stage.detections, [0, 1, 2, 6, 7, 8])
    assert stage.annotate("--crf", "30", "--smoother", "none").exit_code == 0
    report = json.loads(stage.output("run.json").read_text(encoding="utf-8"))
    assert report["climbpose"] == __version__
    assert report["status"] == "done"
    assert report["frames"] == {
        "decoded": FRAMES,
        "with_climber": 9,
        "filled": 3,
        "recovered": 0,
    }
    assert report["arguments"]["crf"] == 30
    assert report["arguments"]["videos"] == [str(stage.video)]
    assert report["video"]["width"] == WIDTH
    assert report["video"]["fps"] == 30
    assert report["outputs"] == ["climb_tracks.csv", "climb_pose.mp4"]
    assert report["models"] == report["warnings"] == []
    assert {"decode", "detect", "smooth", "draw", "encode", "total"} <= set(report["timings_s"])


def test_range(stage: Stage) -> None:
    assert stage.annotate("--start", "0.1", "--end", "0.3").exit_code == 0
    assert [row["frame"] for row in rows_of(stage.output("tracks.csv"))] == list("345678")
    assert len(shown_times(stage.output("pose.mp4"))) == 6


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--start", "nan"), "--start: expected seconds from 0 on, found nan"),
        (("--start", "inf"), "--start: expected seconds from 0 on, found inf"),
        (("--end", "inf"), "--end: expected seconds from 0 on, found inf"),
        (("--end", "0.1", "--start", "0.3"), "--end: expected more than --start"),
        (("--end", "0.1", "--start", "0.1"), "--end: expected more than --start"),
        (("--start", "-1"), "--start: expected seconds from 0 on, found -1"),
        (("--scale", "nan"), "--scale: expected 0.05 to 4, found nan"),
        (("--scale", "-1"), "--scale: expected 0.05 to 4, found -1"),
        (("--crf", "99"), "--crf: expected 0 to 51, found 99"),
        (("--smooth-strength", "nan"), "from 0 to 3"),
        (("--smooth-strength", "4"), "from 0 to 3"),
        (("--person", "nan,3"), "neither auto nor X,Y"),
        (("--person", "3"), "neither auto nor X,Y"),
        (("--person", "left"), "neither auto nor X,Y"),
        (("--person", "500,20"), "outside the upright 96 x 128 picture"),
        (("--rotate", "45"), "choose one of: auto, 0, 90, 180, 270"),
        (("--preset", "quick"), "choose one of: ultrafast"),
        (("--progress", "loud"), "choose one of: auto, json, none"),
        (("--layers", "skeleton,hat"), "choose one of: box, caption, heatmap, skeleton, trail"),
        (("--smoother", "iron"), "choose one of: "),
        (("--detector", "eyes"), "choose one of: blazepose, climbing, keypoint-rcnn, precomputed"),
        (("--detector", "no.npz"), "do not exist"),
        (("--detector", "precomputed"), "needs a file"),
        (("--every", "0"), "--every: expected 1 to 10, found 0"),
        (("--jobs", "none"), "neither auto nor a number from 1 to 256"),
        (("--engine", "steam"), "choose one of: local, ray"),
        (("--address", "x"), "is of --engine ray"),
        (("--resume", "--skip-existing"), "exclude each other"),
        (("--manifest", "x.txt"), "ends in .csv or .jsonl"),
        (("--quality", "high"), "choose one of: fast, normal, best"),
        (("--weights", "no.safetensors"), "is not a file"),
        (("--export", "fax"), "choose one of: "),
        (("-q", "-v"), "exclude each other"),
    ],
)
def test_wrong_values_are_refused_in_one_line(
    stage: Stage, arguments: tuple[str, ...], reason: str
) -> None:
    result = stage.annotate(*arguments)
    assert reason in refusal(result, 2)
    assert stage.names() == set()


@pytest.mark.parametrize("arguments", [("--crf", "good"), ("--start", "now"), ("--hurry",)])
def test_what_is_no_number_or_option_is_refused(stage: Stage, arguments: tuple[str, ...]) -> None:
    result = stage.annotate(*arguments, "--json")
    message = refusal(result, 2)
    assert arguments[0] in message
    assert message.endswith("annotate --help")
    assert message.startswith(document(result)["error"])
    assert stage.names() == set()


def test_rotate(stage: Stage) -> None:
    assert stage.annotate("--rotate", "90").exit_code == 0
    assert f"{HEIGHT}x{WIDTH}" in described(stage.output("pose.mp4"))


def test_scale(stage: Stage) -> None:
    assert stage.annotate("--scale", "0.5").exit_code == 0
    assert f"{WIDTH // 2}x{HEIGHT // 2}" in described(stage.output("pose.mp4"))
    assert float(rows_of(stage.output("tracks.csv"))[0]["left_hip_y"]) > HEIGHT / 2


def test_sound_is_kept_unless_unwanted(stage: Stage) -> None:
    stage.annotate()
    assert "Audio: aac" in described(stage.output("pose.mp4"))
    stage.annotate("-y", "--no-audio")
    assert "Audio" not in described(stage.output("pose.mp4"))


def test_crf_and_preset_change_the_file(stage: Stage) -> None:
    sizes = []
    for crf, preset in (("10", "ultrafast"), ("45", "ultrafast"), ("10", "slow")):
        assert stage.annotate("-y", "--no-audio", "--crf", crf, "--preset", preset).exit_code == 0
        sizes.append(stage.output("pose.mp4").stat().st_size)
    assert sizes[1] < sizes[0]
    assert sizes[2] != sizes[0]


def test_layers_are_drawn(stage: Stage) -> None:
    drawn = {}
    for layer in ("", "skeleton", "trail", "box", "heatmap", "caption"):
        assert stage.annotate("-y", "--crf", "1", "--layers", layer).exit_code == 0
        drawn[layer] = decoded(stage.output("pose.mp4"), WIDTH, HEIGHT).astype(np.int16)
    plain = drawn.pop("")
    for layer, images in drawn.items():
        assert (np.abs(images - plain).max(axis=-1) > 40).sum() > 20, layer


def test_person_chooses_whom_to_follow(stage: Stage) -> None:
    make_detections(stage.detections)
    with np.load(stage.detections) as content:
        both: dict[str, Any] = {name: np.concatenate([content[name]] * 2) for name in content.files}
    both["box"][FRAMES:] = [70, 10, 90, 40]  # stands still
    np.savez(stage.detections, **both)
    seen = {}
    for person in ("auto", "40,80", "80,20"):
        assert stage.annotate("-y", "--person", person, "--smoother", "none").exit_code == 0
        seen[person] = [float(row["nose_x"]) for row in rows_of(stage.output("tracks.csv"))]
    assert max(seen["auto"]) < 60
    assert seen["40,80"] == seen["auto"]
    assert min(seen["80,20"]) > 70


def test_raw_columns_follow_at_the_end(stage: Stage) -> None:
    stage.annotate("--keep-raw", "--smoother", "none")
    row = rows_of(stage.output("tracks.csv"))[3]
    assert list(row)[-3:] == ["right_toes_raw_x", "right_toes_raw_y", "right_toes_raw_conf"]
    assert len(row) == 2 + 25 * 7
    assert row["nose_raw_x"] == row["nose_x"]


def test_smoothing_moves_keypoints_and_strength_0_does_not(stage: Stage) -> None:
    with np.load(stage.detections) as content:
        shaken = {name: content[name] for name in content.files}
    shaken["box"] = shaken["box"] + 3 * (np.arange(FRAMES)[:, None] % 2)
    np.savez(stage.detections, **shaken)
    jitter = {}
    for strength in ("0", "1"):
        assert stage.annotate("-y", "--smooth-strength", strength).exit_code == 0
        x = [float(row["left_hip_x"]) for row in rows_of(stage.output("tracks.csv"))]
        jitter[strength] = np.abs(np.diff(x, 2)).mean()
    assert jitter["1"] < jitter["0"] / 2


def test_too_large_a_scale_is_refused_before_work(stage: Stage, tmp_path: Path) -> None:
    from tests.clips import flat, make_clip

    wide = make_clip(tmp_path / "wide.mp4", flat((9, 9, 9), width=2400, height=16))
    assert "at most 8192 a side" in refusal(stage.annotate("--scale", "4", video=wide), 2)


def test_defaults_are_those_of_the_library() -> None:
    parameters = inspect.signature(annotate).parameters
    library = AnnotateOptions()
    assert parameters["detector"].default is None
    for name in (
        "quality",
        "weights",
        "smoother",
        "smooth_strength",
        "person",
        "keep_raw",
        "every",
    ):
        assert parameters[name].default == getattr(library, name)
    for name in ("scale", "crf", "preset", "start", "end"):
        assert parameters[name].default == getattr(library.overlay, name)
    assert parameters["smoother"].default == smoothers.DEFAULT


def test_every_second_frame_is_recovered(stage: Stage) -> None:
    whole = stage.annotate("--smoother", "none")
    assert whole.exit_code == 0
    expected = rows_of(stage.output("tracks.csv"))
    assert stage.annotate("--smoother", "none", "--every", "2", "-y").exit_code == 0
    rows = rows_of(stage.output("tracks.csv"))
    words = [row["nose_status"] for row in rows]
    assert words == ["detected", "recovered"] * 5 + ["detected", "detected"]
    for row, other in zip(rows, expected, strict=True):
        # The climber goes up steadily, so that a straight line is true.
        assert float(row["nose_y"]) == pytest.approx(float(other["nose_y"]), abs=0.3)
    report = json.loads(stage.output("run.json").read_text(encoding="utf-8"))
    assert report["frames"] == {
        "decoded": FRAMES,
        "with_climber": FRAMES,
        "filled": 0,
        "recovered": 5,
    }


def test_frames_too_far_apart_are_refused_before_the_work(stage: Stage) -> None:
    result = stage.annotate("--every", "7")
    assert "--every 7 looks at this video once in 0.23 s" in refusal(result, 2)
    assert stage.names() == set()
