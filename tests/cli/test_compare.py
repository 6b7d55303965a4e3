"""``climbpose compare`` as people use it."""

from pathlib import Path

import numpy as np
import pytest

from climbpose.exporters.tracks_csv import TracksCsv
from climbpose.labels import ClipLabels
from tests.analytics.climbers import EXAMPLE, track
from tests.cli.stage import Stage, document, refusal, run
from tests.clips import described, ffmpeg
from tests.exporters.test_tracks_csv import analysis

SECONDS, FRAMES = 2, 60


def attempt(folder: Path, name: str, filters: str, move: np.ndarray) -> Path:
    """Two seconds of the example, filmed otherwise, with its true tracks.

    Args:
        folder: Where to.
        name: Of the attempt.
        filters: What ffmpeg does to the pictures.
        move: What that does to places, (2, 3).
    """
    video = folder / f"{name}.mp4"
    ffmpeg("-i", EXAMPLE.with_name("boulder.mp4"), "-t", str(SECONDS), "-an", "-vf", filters, video)
    xy = ClipLabels.read(EXAMPLE).xy[:FRAMES].astype(float)
    tracks = folder / f"{name}_tracks.csv"
    TracksCsv().write(analysis(track(xy @ move[:, :2].T + move[:, 2])), tracks)
    return tracks


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("attempts")
    plain = np.array([[1, 0, 0], [0, 1, 0.0]])
    zoomed = np.array([[0.75, 0, -0.75 * 40], [0, 0.75, -0.75 * 100]])
    return (
        attempt(folder, "first", "null", plain),
        attempt(folder, "second", "crop=640:1104:40:100,scale=480:828,eq=brightness=0.06", zoomed),
    )


def test_two_attempts_make_a_page_and_two_films(
    attempts: tuple[Path, Path], tmp_path: Path
) -> None:
    result = run("compare", *attempts, "-o", tmp_path / "both.html", "--json")
    assert result.exit_code == 0, result.stderr
    (content,) = document(result)["results"]
    assert (content["a"], content["b"]) == ("first", "second")
    assert content["wall_error_px"] < 2
    assert content["moves"]
    for move in content["moves"]:
        # The same climb twice.
        assert move["first"]["limb"] == move["second"]["limb"]
        assert abs(move["seconds"]) <= 0.07
        assert abs(move["reach_bl"]) <= 0.05
    assert {path.name for path in tmp_path.iterdir()} >= {
        "both.html", "both_side_by_side.mp4", "both_ghost.mp4",
    }  # fmt: skip
    assert "both_ghost.mp4" in (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "Video: h264" in described(tmp_path / "both_side_by_side.mp4")
    line = refusal(run("compare", *attempts, "-o", tmp_path / "both.html"), 2)
    assert line.endswith("both.html exists; use -y to overwrite, or -o to write elsewhere")


def test_two_walls_are_refused_and_nothing_is_written(
    attempts: tuple[Path, Path], stage: Stage, tmp_path: Path
) -> None:
    assert stage.annotate().exit_code == 0
    out = tmp_path / "out"
    line = refusal(run("compare", attempts[0], stage.video, "-o", out / "page.html"), 1)
    assert "expected two attempts on one wall" in line
    assert not any(path.suffix == ".html" or "ghost" in path.name for path in out.iterdir())


def test_nobody_cannot_be_compared(attempts: tuple[Path, Path], stage: Stage) -> None:
    line = refusal(run("compare", attempts[0], stage.video, "-o", stage.folder / "p.html"), 4)
    assert line.startswith("nobody was found in climb; a comparison needs a climber in both")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--in-step", "luck"), "--in-step 'luck' is not known; choose one of: move, start"),
        (("--height", "1.7,1.8,1.9"), "--height '1.7,1.8,1.9' is neither M nor M,M"),
        (("-o", "page.pdf"), "-o page.pdf: expected the name of a page that ends in .html"),
    ],
)
def test_wrong_options_are_told(
    attempts: tuple[Path, Path], arguments: tuple[str, ...], expected: str
) -> None:
    assert refusal(run("compare", *attempts, *arguments), 2).startswith(expected)


def test_both_heights_are_used(attempts: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "heights.html"
    result = run("compare", *attempts, "-o", page, "--height", "1.6,1.9", "--in-step", "start")
    assert result.exit_code == 0, result.stderr
    assert "metres a second" in page.read_text(encoding="utf-8")
