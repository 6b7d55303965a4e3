"""``--tracks``: drawing existing tracks again, without a model."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from climbpose import assets, exporters
from tests.cli.stage import FRAMES, HEIGHT, WIDTH, Stage, make_climb, refusal, run
from tests.clips import decoded, shown_times

Rows = list[list[str]]


@pytest.fixture
def drawn(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    """The stage after a first run, far from any model or network."""
    assert stage.annotate("--crf", "1").exit_code == 0
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(tmp_path / "no-models"))
    monkeypatch.setattr(assets, "_download", lambda *_: pytest.fail("tried the network"))
    return stage


def redraw(stage: Stage, *arguments: str | Path, video: Path | None = None) -> str:
    tracks = stage.output("tracks.csv")
    result = run("annotate", video or stage.video, "--tracks", tracks, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def edit(path: Path, change: Callable[[Rows], Rows]) -> None:
    with path.open(newline="") as file:
        rows = change(list(csv.reader(file)))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_same_video_comes_out_and_tracks_stay(drawn: Stage) -> None:
    tracks = drawn.output("tracks.csv")
    before, changed = tracks.read_bytes(), tracks.stat().st_mtime_ns
    first = decoded(drawn.output("pose.mp4"), WIDTH, HEIGHT).astype(int)
    redraw(drawn, "-y", "--crf", "1")
    again = decoded(drawn.output("pose.mp4"), WIDTH, HEIGHT).astype(int)
    assert np.abs(first - again).mean() < 0.2
    assert (tracks.read_bytes(), tracks.stat().st_mtime_ns) == (before, changed)
    report = json.loads(drawn.output("run.json").read_text())
    assert report["models"] == []
    assert report["outputs"] == ["climb_pose.mp4"]
    assert report["frames"]["with_climber"] == FRAMES


def test_every_export_is_drawn_again(stage: Stage) -> None:
    """Without times they are taken from the video; what was exported becomes another format."""
    names = sorted({*exporters.names()} - {"overlay-mp4", "tracks-csv"})
    assert stage.annotate("--export", ",".join(names)).exit_code == 0
    for name in names:
        tracks = stage.folder / f"climb{exporters.create(name).suffix}"
        output = stage.folder / f"{name}.mp4"
        result = run("annotate", stage.video, "--tracks", tracks, "-o", output, "--export", "sleap")
        assert result.exit_code == 0, result.output
        assert len(shown_times(output)) == FRAMES
        assert (stage.folder / f"{name}_sleap.h5").exists()


def test_gaps_that_an_export_hides_are_told(stage: Stage) -> None:
    assert stage.annotate().exit_code == 0
    tracks = stage.output("tracks.csv")

    def lose(rows: Rows) -> Rows:
        nose = rows[0].index("nose_x")
        gone = ["", "", "", "missing"]
        return [
            [*row[:nose], *gone, *row[nose + 4 :]] if 4 <= n <= 6 else row
            for n, row in enumerate(rows)
        ]

    edit(tracks, lose)
    result = run("annotate", "-y", stage.video, "--tracks", tracks, "--export", "trc")
    assert result.exit_code == 0
    assert "gaps that were bridged: 1, the longest Nose 0.100-0.167 s" in result.output
    report = json.loads(stage.output("run.json").read_text())
    assert "climb_markers.trc" in report["outputs"]
    assert any("bridged" in warning for warning in report["warnings"])


def test_tracks_of_another_tool_and_of_another_video(stage: Stage) -> None:
    assert stage.annotate("--export", "dlc-csv").exit_code == 0
    other = make_climb(stage.folder / "other.mp4", FRAMES - 3)
    result = run("annotate", other, "--tracks", stage.output("dlc.csv"))
    assert "but the video has 9 frames; are the tracks of another video?" in refusal(result, 1)


def test_video_that_exists_is_not_replaced_unasked(drawn: Stage) -> None:
    result = run("annotate", drawn.video, "--tracks", drawn.output("tracks.csv"))
    assert "climb_pose.mp4 exists; use -y" in refusal(result, 2)


def test_another_name(drawn: Stage) -> None:
    redraw(drawn, "-o", drawn.folder / "again.mp4", "--layers", "skeleton,trail,box,caption")
    assert {"again.mp4", "again_run.json"} < drawn.names()
    assert "again_tracks.csv" not in drawn.names()


def test_part_of_the_tracks(drawn: Stage) -> None:
    redraw(drawn, "-o", drawn.folder / "part.mp4", "--start", "0.1", "--end", "0.3")
    assert len(shown_times(drawn.folder / "part.mp4")) == 6


def test_tracks_of_a_part(stage: Stage) -> None:
    span = ("--start", "0.1", "--end", "0.3")
    assert stage.annotate(*span).exit_code == 0
    redraw(stage, "-y", *span)
    result = run("annotate", "-y", stage.video, "--tracks", stage.output("tracks.csv"))
    assert "no row for frame 0" in refusal(result, 1)


def test_corrections_by_hand_are_drawn(drawn: Stage) -> None:
    """A cell that was emptied is missing, a byte order mark and blank lines do no harm."""
    tracks = drawn.output("tracks.csv")

    def empty(rows: Rows) -> Rows:
        nose = rows[0].index("nose_x")
        return [rows[0], *[[*r[:nose], "", "", "", *r[nose + 3 :]] for r in rows[1:]], []]

    edit(tracks, empty)
    tracks.write_bytes(b"\xef\xbb\xbf" + tracks.read_bytes())
    redraw(drawn, "-y")


WRONG: dict[str, tuple[Callable[[Rows], Rows], str]] = {
    "no columns": (lambda rows: [["a", "b"], ["1", "2"]], "lacks 102 of 102 columns"),
    "a column less": (lambda rows: [r[:-1] for r in rows], "the first is 'right_toes_status'"),
    "empty": (lambda rows: [], "lacks 102 of 102 columns"),
    "no rows": (lambda rows: rows[:1], "expected rows with increasing frames"),
    "shuffled": (lambda rows: [rows[0], *rows[:0:-1]], "expected rows with increasing frames"),
    "short row": (lambda rows: [*rows[:5], rows[5][:7], *rows[6:]], "line 6"),
    "words": (lambda rows: [*rows[:3], [*rows[3][:2], "left", *rows[3][3:]]], "line 4"),
    "infinite": (lambda rows: [*rows[:3], [*rows[3][:2], "inf", *rows[3][3:]]], "line 4"),
    "half a point": (lambda rows: [*rows[:3], [*rows[3][:2], "", *rows[3][3:]]], "line 4"),
    "unknown status": (lambda rows: [*rows[:2], [*rows[2][:5], "fine", *rows[2][6:]]], "'fine'"),
    "fewer rows": (lambda rows: rows[:-1], f"no row for frame {FRAMES - 1}"),
    "more rows": (
        lambda rows: [*rows, [str(FRAMES), "9.0", *rows[-1][2:]]],
        "1 rows more than the video has frames",
    ),
    "other times": (
        lambda rows: [rows[0], *[[r[0], str(1.2 * float(r[1])), *r[2:]] for r in rows[1:]]],
        "frame 1 is at 0.033 s in the video but at 0.040 s in the tracks",
    ),
    "larger picture": (
        lambda rows: [
            rows[0],
            *[[*r[:2], *[f"{1e3 + n}" if n % 4 < 2 else c for n, c in enumerate(r[2:])]]
              for r in rows[1:]],
        ],
        "100% of the tracks' keypoints lie outside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_tracks_are_refused_and_nothing_is_lost(drawn: Stage, kind: str) -> None:
    change, reason = WRONG[kind]
    tracks, before = drawn.output("tracks.csv"), drawn.names()
    first = drawn.output("pose.mp4").read_bytes()
    edit(tracks, change)
    result = run("annotate", "-y", drawn.video, "--tracks", tracks)
    assert reason in refusal(result, 1)
    assert drawn.output("pose.mp4").read_bytes() == first
    assert drawn.names() == before


def test_another_video_is_refused(drawn: Stage) -> None:
    other = make_climb(drawn.folder / "other.mp4", FRAMES + 3)
    result = run("annotate", other, "--tracks", drawn.output("tracks.csv"))
    assert "are they of another video" in refusal(result, 1)
    assert not any(name.startswith("other_") for name in drawn.names())


def test_tracks_that_are_no_text(drawn: Stage) -> None:
    result = run("annotate", "-y", drawn.video, "--tracks", drawn.video)
    assert "holds no tracks of a known format; expected one of" in refusal(result, 1)


def test_absent_tracks(stage: Stage) -> None:
    result = run("annotate", stage.video, "--tracks", stage.folder / "absent.csv")
    assert "absent.csv cannot be read" in refusal(result, 2)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--smoother", "none"), "--smoother has no effect on --tracks"),
        (("--person", "3,4"), "--person has no effect on --tracks"),
        (("--keep-raw",), "--keep-raw has no effect on --tracks"),
        (("--no-repair",), "--no-repair has no effect on --tracks"),
        (("--layers", "heatmap"), "layer heatmap needs detections"),
        (("--export", "tracks-csv"), "is an input"),
    ],
)
def test_options_without_effect_are_refused(
    drawn: Stage, arguments: tuple[str, ...], reason: str
) -> None:
    tracks = drawn.output("tracks.csv")
    result = run("annotate", "-y", drawn.video, "--tracks", tracks, *arguments)
    assert reason in refusal(result, 2)


def test_tracks_of_nobody(drawn: Stage) -> None:
    def empty(rows: Rows) -> Rows:
        nobody = ["", "", "", "missing"] * 25
        return [rows[0], *[[*r[:2], *nobody] for r in rows[1:]]]

    edit(drawn.output("tracks.csv"), empty)
    result = run("annotate", "-y", drawn.video, "--tracks", drawn.output("tracks.csv"))
    assert "nobody was found" in refusal(result, 4)
