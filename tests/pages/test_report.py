"""The report without a browser: one file, nothing from outside, and every text escaped."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import numpy as np
import pytest

from climbpose.analytics.values import while_climbing
from climbpose.errors import UsageError, VideoError
from climbpose.pages import Climb, write_report
from climbpose.pages.document import link_to
from climbpose.wall.picture import WallPicture
from tests.pages import made
from tests.pages.elements import Elements

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u2028<!--&amp;"


def written(path: Path, *climbs: Climb, **options: Any) -> str:
    write_report(climbs, path, **options)
    return path.read_text(encoding="utf-8")


def test_a_small_video_lies_in_the_page(climb: Climb, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "report.html", climb))
    assert climb.annotated is not None
    assert base64.b64decode(page.script("video-0")) == climb.annotated.read_bytes()
    ((video, _),) = page.named("video")
    assert "src" not in video


def test_a_large_video_lies_beside_the_page(climb: Climb, tmp_path: Path) -> None:
    folder = tmp_path / "sub folder"
    folder.mkdir()
    video = tmp_path / "a #1? 50%: ü <u>.mp4"
    video.write_bytes(b"0" * 100)
    path = folder / "report.html"
    text = written(path, replace(climb, annotated=video), embed_bytes=99)
    ((attrs, _),) = Elements(text).named("video")
    source = attrs["src"]
    assert source is not None and source.startswith("./")
    assert unquote(urljoin(path.as_uri(), source)) == unquote(video.as_uri())
    assert "<u>" not in text


def test_a_name_that_is_not_text_is_linked(tmp_path: Path) -> None:
    video = tmp_path / "caf\udce9.mp4"
    assert link_to(video, tmp_path / "page.html") == "./caf%E9.mp4"


def test_nothing_comes_from_outside(climb: Climb, tmp_path: Path) -> None:
    text = written(tmp_path / "report.html", climb)
    page = Elements(text)
    for name, attrs, _ in page.found:
        for key in ("src", "href", "action", "poster", "data"):
            value = attrs.get(key)
            assert value is None or value.startswith(("data:image/jpeg;", "#", "./")), (name, key)
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert "http:" not in own and "https:" not in own
    assert "@import" not in own and "url(" not in own


def test_the_policy_names_just_the_scripts_of_the_page(climb: Climb, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "report.html", climb))
    (policy,) = (
        attrs["content"]
        for attrs, _ in page.named("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    run = [text for attrs, text in page.named("script") if "type" not in attrs]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run}
    assert hashes == set(re.findall(r"'sha256-([^']+)'", policy))
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]
    assert not any(key.startswith("on") for _, attrs, _ in page.found for key in attrs)


def test_every_text_is_escaped(climb: Climb, tmp_path: Path) -> None:
    video = replace(climb.video, path=tmp_path / "x<y>.mp4")
    hostile = replace(
        climb,
        title=HOSTILE,
        video=video,
        notes=[HOSTILE],
        measures=made.renamed(climb.measures, HOSTILE),
    )
    plain, text = (written(tmp_path / "report.html", one) for one in (climb, hostile))
    assert "alert(1)</script>" not in text and "<img" not in text
    assert "<!--" not in re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    kinds = {name for name, _, _ in Elements(text).found}
    assert kinds <= {"aside"} | {name for name, _, _ in Elements(plain).found}
    data = Elements(text).script("climbs")
    assert "\u2028" not in data and "<" not in data
    assert json.loads(data)[0]["series"][0]["label"] == HOSTILE


def test_data_is_plain_json_on_the_videos_clock(climb: Climb, tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "report.html", replace(climb, offset_s=0.5)))
    (data,) = json.loads(page.script("climbs"), parse_constant=pytest.fail)
    move = climb.measures.moves[0]
    assert data["moves"][0]["start"] == pytest.approx(move.start_s - 0.5, abs=1e-3)
    assert data["frames"]["start"] == -0.5
    assert data["seconds"] == pytest.approx(8.5)


def test_uneven_frames_keep_their_times(climb: Climb, tmp_path: Path) -> None:
    measures = climb.measures
    time = measures.poses.time + np.where(np.arange(len(measures.poses)) % 2, 0.01, 0)
    uneven = replace(measures, poses=replace(measures.poses, time=time))
    page = Elements(written(tmp_path / "report.html", replace(climb, measures=uneven)))
    (data,) = json.loads(page.script("climbs"))
    assert data["frames"]["list"] == pytest.approx(time.tolist(), abs=1e-4)


def test_a_figure_without_a_value_says_why(climb: Climb, tmp_path: Path) -> None:
    text = written(tmp_path / "report.html", climb)
    assert "not known" in text
    assert "the climber&#x27;s height was not given" in text
    assert "nan" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL).lower().split()


def test_it_says_what_one_camera_cannot_tell_and_gives_no_score(
    climb: Climb, tmp_path: Path
) -> None:
    text = written(tmp_path / "report.html", climb)
    assert "How far the hips are from the wall cannot be known from one frontal camera" in text
    assert "there is no overall score" in text


def test_gaps_stay_gaps(climb: Climb, tmp_path: Path) -> None:
    measures = climb.measures
    centre = measures.centre_of_mass.copy()
    centre[100:120] = np.nan
    gappy = replace(climb, measures=replace(measures, centre_of_mass=centre))
    page = Elements(written(tmp_path / "report.html", gappy))
    (data,) = json.loads(page.script("climbs"))
    line = data["paths"]["lines"]["centre_of_mass"]
    assert [place is None for place in line] == np.isnan(centre[:, 0]).tolist()
    (path,) = (
        attrs["d"]
        for attrs, _ in page.named("path")
        if attrs.get("class") == "line" and str(attrs["d"]).count("M") == 2
    )
    assert path is not None


def test_the_way_to_the_wall_and_the_fall_are_not_drawn(climb: Climb, tmp_path: Path) -> None:
    measures = climb.measures
    frames = len(measures.centre_of_mass)
    contacts = [one for one in measures.contacts if one.start >= 30 and one.end <= frames - 40]
    rows = while_climbing(contacts, frames)
    centre = measures.centre_of_mass.copy()
    centre[-20:, 1] += 2000
    fallen = replace(measures, contacts=contacts, centre_of_mass=centre)
    page = Elements(written(tmp_path / "report.html", replace(climb, measures=fallen)))
    (data,) = json.loads(page.script("climbs"))
    for line in data["paths"]["lines"].values():
        assert [place is not None for place in line] == rows.tolist()
    assert not rows[:30].any() and not rows[-40:].any() and rows.any()
    # Without a hold of a hand nothing tells where it begins.
    feet = [one for one in contacts if not one.limb.is_hand]
    afoot = replace(climb, measures=replace(fallen, contacts=feet))
    page = Elements(written(tmp_path / "report.html", afoot))
    (data,) = json.loads(page.script("climbs"))
    assert None not in data["paths"]["lines"]["centre_of_mass"]


def test_the_wall_is_cut_to_the_climb_and_places_stay_true(climb: Climb, tmp_path: Path) -> None:
    large = np.zeros((3000, 4000, 3), np.uint8)
    shift = np.array([[1.0, 0, 2000], [0, 1, 1000], [0, 0, 1]])
    wall = WallPicture(large, np.ones(large.shape[:2], bool), shift)
    page = Elements(written(tmp_path / "report.html", replace(climb, wall=wall)))
    ((image, _),) = page.named("image")
    assert int(image["width"] or 0) < 1600 and int(image["height"] or 0) <= 1600
    (data,) = json.loads(page.script("climbs"))
    drawn = np.array([p for p in data["paths"]["lines"]["centre_of_mass"] if p])
    assert (drawn > 0).all()
    assert (drawn < [int(image["width"] or 0), int(image["height"] or 0)]).all()
    ratio = np.ptp(drawn, axis=0) / np.ptp(climb.measures.centre_of_mass, axis=0)
    assert ratio[0] == pytest.approx(ratio[1], rel=0.01)


def test_without_a_picture_paths_may_leave_the_videos_frame(climb: Climb, tmp_path: Path) -> None:
    centre = climb.measures.centre_of_mass.copy()
    centre[:, 0] -= 1000
    panned = replace(climb, wall=None, measures=replace(climb.measures, centre_of_mass=centre))
    page = Elements(written(tmp_path / "report.html", panned))
    (data,) = json.loads(page.script("climbs"))
    drawn = np.array(data["paths"]["lines"]["centre_of_mass"])
    view = next(attrs["viewbox"] for attrs, _ in page.named("svg") if attrs.get("role") == "img")
    width, height = (float(side) for side in str(view).split()[2:])
    assert (drawn > 0).all() and (drawn < [width, height]).all()
    assert "There is no picture of the wall" in written(tmp_path / "report.html", panned)


def test_a_climb_without_frames_is_a_page(climb: Climb, tmp_path: Path) -> None:
    empty = made.cut(made.emptied(climb.measures), 0)
    text = written(tmp_path / "report.html", replace(climb, measures=empty, wall=None))
    assert "Nobody was found" in text


def test_no_climb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one climb, found none"):
        write_report([], tmp_path / "report.html")


def test_an_absent_video_is_refused_and_nothing_is_left(climb: Climb, tmp_path: Path) -> None:
    gone = replace(climb, annotated=tmp_path / "gone.mp4")
    with pytest.raises(VideoError, match=r"gone\.mp4 cannot be read"):
        write_report([gone], tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_a_glance_tells_a_length_once(climb: Climb, tmp_path: Path) -> None:
    height = next(
        one for one in climb.measures.figures if one.unit == "BL" and one.group == "overview"
    )
    metres = replace(height, name="in_metres", unit="m", value=1.234)
    figures = [*climb.measures.figures, metres]
    page = tmp_path / "a.html"
    write_report([replace(climb, measures=replace(climb.measures, figures=figures))], page)
    text = page.read_text(encoding="utf-8")
    glance = text[text.index('class="glance"') : text.index("</dl>", text.index('class="glance"'))]
    assert glance.count(f"<dt>{height.label}</dt>") == 1
    assert "1.23" in glance
