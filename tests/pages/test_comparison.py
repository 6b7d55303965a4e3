"""The comparison without a browser."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from climbpose.pages import Pair, write_comparison
from tests.clips import flat, make_clip
from tests.pages import made
from tests.pages.elements import Elements
from tests.pages.test_report import HOSTILE


def written(path: Path, pair: Pair) -> str:
    write_comparison(pair, path)
    return path.read_text(encoding="utf-8")


def test_both_paths_lie_on_one_wall(pair: Pair, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "compare.html", pair))
    (data,) = json.loads(page.script("climbs"), parse_constant=pytest.fail)
    first, second = (np.array(climb["path"]["line"]) for climb in data["climbs"])
    shift = second - first
    assert np.allclose(shift, shift[0], atol=0.2)
    assert shift[0, 0] / 30 == pytest.approx(shift[0, 1] / -20, rel=0.05)
    assert len(page.named("image")) == 1
    lines = [attrs["d"] for attrs, _ in page.named("path") if attrs.get("class") == "line"]
    assert len(lines) == 2


def test_heights_share_their_zero(pair: Pair, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "compare.html", pair))
    (data,) = json.loads(page.script("climbs"))
    first, second = (one for one in data["series"] if one["group"] == "height")
    length = pair.first.measures.scale.length_px
    gaps = np.subtract(second["y"], first["y"])
    assert gaps == pytest.approx(np.full(len(gaps), 20 / length), abs=2e-3)
    assert min(first["y"]) == 0


def test_times_are_on_each_videos_own_clock(pair: Pair, tmp_path: Path) -> None:
    shifted = replace(pair, second=replace(pair.second, offset_s=0.25))
    page = Elements(written(tmp_path / "compare.html", shifted))
    (data,) = json.loads(page.script("climbs"))
    assert data["times"][0] == made.MOMENTS[:, 0].tolist()
    assert data["times"][1] == (made.MOMENTS[:, 1] - 0.25).tolist()


def test_differences_and_what_has_no_counterpart(pair: Pair, tmp_path: Path) -> None:
    measures = pair.second.measures
    moves = [replace(one, seconds=0.5) if one.is_matched else one for one in pair.alignment.moves]
    figures = [
        replace(figure, value=figure.value + 2) if figure.name == "regrips" else figure
        for figure in measures.figures
    ]
    second = replace(pair.second, measures=replace(measures, figures=figures))
    alignment = replace(pair.alignment, moves=moves)
    text = written(tmp_path / "compare.html", replace(pair, second=second, alignment=alignment))
    assert "+0.50" in text
    assert ">+2<" in text
    assert text.count("no such move") == 2
    assert "A&#x27;s move 6 (left hand) has no counterpart in B" in text
    assert "B was filmed from farther away." in text
    assert "off by about 0.0" in text
    assert "A difference is not a verdict" in text


def test_nobody_in_either_is_a_page(pair: Pair, tmp_path: Path) -> None:
    empty = made.emptied(pair.first.measures)
    nobody = replace(
        pair,
        first=replace(pair.first, measures=empty, wall=None, annotated=None),
        second=replace(pair.second, measures=empty, wall=None, annotated=None),
        alignment=replace(made.alignment_of(empty, np.array([[0.0, 0.0], [8.0, 8.0]])), by="time"),
    )
    text = written(tmp_path / "compare.html", nobody)
    assert "No move was found in either climb" in text
    assert "No path is known of A and B" in text
    assert "Both run in real time" in text
    assert "Not known at any time, so not drawn: speed of A, speed of B." in text


def test_one_head_stands_over_both_and_their_difference(pair: Pair, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "compare.html", pair))
    groups = [
        (text, int(attrs["colspan"] or 0))
        for attrs, text in page.named("th")
        if attrs.get("scope") == "colgroup"
    ]
    assert groups[:3] == [("Holds", 2), ("Takes, s", 3), ("Rests before, s", 3)]
    assert {count for _, count in groups[1:]} == {3}


def test_a_film_shows_a_picture_of_itself(pair: Pair, tmp_path: Path) -> None:
    film = tmp_path / "ghost.mp4"
    make_clip(film, np.concatenate([flat((shade,) * 3, 30) for shade in (40, 220, 40)]))
    page = Elements(written(tmp_path / "compare.html", replace(pair, films={"Ghost": film})))
    (address,) = (attrs["poster"] for attrs, _ in page.named("video") if "poster" in attrs)
    coded = base64.b64decode(str(address).removeprefix("data:image/jpeg;base64,"))
    picture = cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape == (48, 64, 3)
    assert picture.mean() == pytest.approx(220, abs=4)


def test_every_text_is_escaped(pair: Pair, tmp_path: Path) -> None:
    hostile = replace(
        pair,
        first=replace(
            pair.first, title=HOSTILE, measures=made.renamed(pair.first.measures, HOSTILE)
        ),
        second=replace(pair.second, title=HOSTILE, notes=[HOSTILE]),
        notes=[HOSTILE],
    )
    text = written(tmp_path / "compare.html", hostile)
    assert "alert(1)</script>" not in text and "<img" not in text
    json.loads(Elements(text).script("climbs"))
