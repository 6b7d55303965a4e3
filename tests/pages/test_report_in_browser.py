"""The report in a real browser: it plays, seeks, loops, fits, prints, and needs no mouse."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pypdf import PdfReader

from climbpose.pages import Climb, write_report
from climbpose.video import VideoReader
from tests.pages import made
from tests.pages.browser import IS_PAUSED, TIME, click_at, opened, printed, ready, time_of, wait


def test_the_embedded_video_plays(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        assert page.evaluate("document.querySelector('video').src").startswith("blob:")
        assert page.evaluate("document.querySelector('video').duration") == pytest.approx(
            9, abs=0.1
        )
        page.keyboard.press("Space")
        wait(page, f"{TIME} > 0.2")
        page.keyboard.press("k")
        assert page.evaluate(IS_PAUSED)


def test_the_linked_video_plays(browser: Browser, two_climbs: Path) -> None:
    with opened(browser, two_climbs) as page:
        ready(page)
        assert page.evaluate("document.querySelector('video').src").startswith("file:")
        page.get_by_role("button", name="Play", exact=True).click()
        wait(page, f"{TIME} > 0.2")


def test_a_click_on_the_timeline_seeks(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        click_at(page, ".track", 0.5)
        assert time_of(page) == pytest.approx(4.5, abs=0.05)
        playhead = page.locator(".playhead").evaluate("e => e.style.left")
        assert float(playhead.rstrip("%")) == pytest.approx(50, abs=0.5)
        assert page.get_by_role("slider").get_attribute("aria-valuenow") == "4.50"
        assert "0:04." in page.locator(".readout").inner_text()


def test_dragging_scrubs(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        page.locator(".track").scroll_into_view_if_needed()
        box = page.locator(".track").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 50, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 30, steps=5)
        page.mouse.up()
        assert time_of(page) == pytest.approx(6.75, abs=0.05)


def test_a_click_on_a_plot_seeks_and_the_cursor_follows(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        graph = page.locator(".graph").nth(1)
        graph.scroll_into_view_if_needed()
        box = graph.bounding_box()
        assert box is not None
        x = 48 + (box["width"] - 60) / 3
        # Plotly looks what is under the pointer before it takes a click.
        page.mouse.move(box["x"] + x - 5, box["y"] + 60)
        page.wait_for_timeout(100)
        page.mouse.click(box["x"] + x, box["y"] + 60)
        wait(page, f"{TIME} > 2.5")
        assert time_of(page) == pytest.approx(3.0, abs=0.05)
        cursor = page.locator(".cursor").nth(1).bounding_box()
        assert cursor is not None
        assert cursor["x"] == pytest.approx(box["x"] + x, abs=3)


def test_all_plots_zoom_together_and_the_cursor_stays_true(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        graph = page.locator(".graph").first
        graph.scroll_into_view_if_needed()
        box = graph.bounding_box()
        assert box is not None
        left, step = box["x"] + 48, (box["width"] - 60) / 9
        page.mouse.move(left + 2 * step, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(left + 4 * step, box["y"] + 80, steps=8)
        page.mouse.up()
        wait(
            page,
            "[...document.querySelectorAll('.graph')]"
            ".every(g => Math.abs(g.layout.xaxis.range[0] - 2) < 0.05)",
        )
        assert page.evaluate("document.querySelector('.graph').layout.xaxis.range[1]") == (
            pytest.approx(4, abs=0.05)
        )
        page.keyboard.press("Shift+ArrowRight")
        assert page.locator(".cursor").first.is_hidden()
        for _ in range(2):
            page.keyboard.press("Shift+ArrowRight")
        cursor = page.locator(".cursor").first.bounding_box()
        assert cursor is not None
        middle = box["x"] + 48 + (box["width"] - 60) / 2
        assert cursor["x"] == pytest.approx(middle, abs=15)


def test_a_move_is_looped(browser: Browser, report: Path, climb: Climb) -> None:
    move = climb.measures.moves[2]
    with opened(browser, report) as page:
        ready(page)
        page.get_by_role("button", name="Loop move 3").click()
        page.evaluate(f"window.seen = []; setInterval(() => window.seen.push({TIME}), 10)")
        wait(page, "window.seen.filter((t, i) => i && t < window.seen[i - 1] - 0.2).length >= 2")
        seen = page.evaluate("window.seen")
        assert min(seen) > move.start_s - 0.5
        assert max(seen) < move.end_s + 0.5
        assert (
            page.get_by_role("button", name="Loop move 3").get_attribute("aria-pressed") == "true"
        )
        page.keyboard.press("]")
        wait(page, f"{TIME} > {climb.measures.moves[3].start_s - 0.4}")
        page.keyboard.press("l")
        assert page.locator(".range").is_hidden()


def test_keys(browser: Browser, report: Path, climb: Climb) -> None:
    with opened(browser, report) as page:
        ready(page)
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert "frame 3" in page.locator(".readout").inner_text()
        page.keyboard.press(",")
        assert "frame 2" in page.locator(".readout").inner_text()
        assert 2 / 30 < time_of(page) < 3 / 30
        page.keyboard.press("Shift+ArrowRight")
        assert 32 / 30 < time_of(page) < 33 / 30
        page.keyboard.press("]")
        first = next(m for m in climb.measures.moves if m.start_s > 33 / 30)
        assert time_of(page) == pytest.approx(first.start_s, abs=0.01)
        page.keyboard.press("[")
        assert time_of(page) < first.start_s - 0.1
        page.get_by_role("slider").focus()
        page.keyboard.press("End")
        assert time_of(page) > 8.9
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.querySelector('video').playbackRate") == 0.5
        page.keyboard.press("Home")
        assert time_of(page) == 0


SHOWN = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [90, 160];
  const context = canvas.getContext("2d");
  context.drawImage(document.querySelector("video"), 0, 0, 90, 160);
  return [...context.getImageData(0, 0, 90, 160).data].filter((_, i) => i % 4 === 1);
}"""


def test_each_step_shows_the_frame_that_it_names(
    browser: Browser, report: Path, climb: Climb
) -> None:
    video = climb.annotated
    assert video is not None
    with VideoReader(video) as reader:
        frames = [cv2.resize(f.image, (90, 160), interpolation=cv2.INTER_AREA) for f in reader]
    green = np.stack(frames)[..., 1].astype(float)
    with opened(browser, report) as page:
        ready(page)
        # Frames in which the climber is on the move, so that neighbours differ.
        move = climb.measures.moves[1]
        page.get_by_role("button", name="Go to hold 8").click()
        page.keyboard.press("[")
        named = []
        for _ in range(6):
            page.keyboard.press("ArrowRight")
            time_of(page)
            shown = np.array(page.evaluate(SHOWN), float).reshape(160, 90)
            number = int(page.locator(".readout").inner_text().rpartition("frame ")[2])
            near = range(number - 3, number + 4)
            best = min(near, key=lambda index: float(np.abs(green[index] - shown).mean()))
            assert best == number
            named.append(number)
        assert named == list(range(named[0], named[0] + 6))
        assert abs(named[0] - move.start) < 60


def test_a_focused_control_keeps_its_own_keys(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        page.get_by_role("button", name="Speed 0.25").focus()
        page.keyboard.press("Space")
        assert page.evaluate("document.querySelector('video').playbackRate") == 0.25
        assert page.evaluate(IS_PAUSED)
        page.get_by_role("checkbox", name="Left hand").focus()
        page.keyboard.press("Space")
        assert page.evaluate(IS_PAUSED)
        assert page.locator(".path.left_hand").first.is_hidden()


def test_after_a_click_the_space_bar_plays_and_pauses(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        page.get_by_role("button", name="Loop move 3").click()
        wait(page, f"!{IS_PAUSED}")
        page.keyboard.press("Space")
        wait(page, IS_PAUSED)
        assert page.locator(".range").is_visible()
        page.get_by_role("checkbox", name="Left hand").click()
        page.keyboard.press("Space")
        wait(page, f"!{IS_PAUSED}")


def test_slow_motion_is_slow(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        page.get_by_role("button", name="Speed 0.1").click()
        page.keyboard.press("Escape")
        assert page.evaluate("document.querySelector('video').playbackRate") == 0.1
        assert page.get_by_role("button", name="Speed 0.1").get_attribute("aria-pressed") == "true"


def test_the_wall_follows(browser: Browser, report: Path, climb: Climb) -> None:
    with opened(browser, report) as page:
        ready(page)
        dot = page.locator(".dot.centre_of_mass")
        before = dot.get_attribute("transform")
        page.get_by_role("button", name="Go to hold 8").click()
        contact = next(c for c in climb.measures.contacts if c.hold == 8)
        assert time_of(page) == pytest.approx(contact.start_s, abs=0.01)
        assert dot.get_attribute("transform") != before
        assert "held" in (page.locator("[data-hold='8']").first.get_attribute("class") or "")


def test_tables_sort(browser: Browser, report: Path, climb: Climb) -> None:
    with opened(browser, report) as page:
        ready(page)
        head = page.locator(".moves th", has_text="Takes").get_by_role("button")
        cells = ".moves tbody tr td:nth-child(5)"
        for expected in ("ascending", "descending"):
            head.click()
            assert page.locator(".moves th[aria-sort]").get_attribute("aria-sort") == expected
            shown = [float(text) for text in page.locator(cells).all_inner_texts()]
            assert shown == sorted(shown, reverse=expected == "descending")
        assert len(shown) == len(climb.measures.moves)


def test_no_width_needs_scrolling_sideways(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        for width in (320, 375, 699, 700, 820, 999, 1000, 1199, 1200, 1440, 2200):
            page.set_viewport_size({"width": width, "height": 900})
            wait(page, f"document.documentElement.scrollWidth <= {width}")
            for graph in page.locator(".plot").all():
                box = graph.bounding_box()
                assert box is not None and 200 < box["width"] <= width


def test_pictures_keep_their_shape_and_cover_nothing(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        for width in (375, 820, 1200, 1440, 2200):
            for height in (700, 1000, 2000):
                page.set_viewport_size({"width": width, "height": height})
                video = page.locator(".screen video").bounding_box()
                wall = page.locator(".wall svg").bounding_box()
                boxes = page.locator(".wall figcaption").bounding_box()
                assert video is not None and wall is not None and boxes is not None
                assert video["width"] / video["height"] == pytest.approx(720 / 1280, rel=0.02)
                is_beside = boxes["x"] >= wall["x"] + wall["width"]
                assert is_beside or boxes["y"] >= wall["y"] + wall["height"]


def test_a_resized_page_redraws(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        ready(page)
        page.set_viewport_size({"width": 375, "height": 812})
        wait(page, "document.querySelector('.graph .main-svg').clientWidth < 375")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_labels_of_time_stand_level_and_apart(
    browser: Browser, climb: Climb, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    # So long that labels that may be turned would be.
    write_report([replace(climb, measures=made.lengthened(climb.measures, 21.0))], path)
    boxes = (
        "[...document.querySelectorAll('.plot')].map(p => [...p.querySelectorAll('.xtick text')]"
        ".map(t => t.getBoundingClientRect()).map(b => [b.left, b.right, b.height]))"
    )
    with opened(browser, path, width=1440) as page:
        ready(page)
        for width in (375, 1440, 320):
            page.set_viewport_size({"width": width, "height": 900})
            wait(page, f"document.querySelector('.graph .main-svg').clientWidth < {width}")
            page.wait_for_timeout(300)
            for plot in page.evaluate(boxes):
                assert 2 <= len(plot) <= width / 50
                assert all(height < 20 for _, _, height in plot)
                for (_, right, _), (left, _, _) in pairwise(sorted(plot)):
                    assert right + 4 < left


def test_dark_and_light(browser: Browser, report: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, report, scheme="dark") as page:
        ready(page)
        dark = page.evaluate(ground)
        page.locator("#theme").click()
        light = page.evaluate(ground)
        assert dark != light
        page.emulate_media(color_scheme="light")
        page.emulate_media(color_scheme="dark")
        # What somebody chose stays.
        assert page.evaluate(ground) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_nothing_that_axe_finds(browser: Browser, report: Path, scheme: str, width: int) -> None:
    with opened(browser, report, width=width, scheme=scheme) as page:
        ready(page)
        page.locator(".keys-help summary").click()
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert result.violations_count == 0, result.generate_report()


def test_the_print_is_one_sheet(browser: Browser, report: Path, tmp_path: Path) -> None:
    with opened(browser, report, scheme="dark") as page:
        ready(page)
        pdf = PdfReader(printed(page, tmp_path))
    assert len(pdf.pages) == 1
    words = pdf.pages[0].extract_text()
    assert "boulder" in words and "Height gained" in words and "right hand" in words
    assert "Keys" not in words
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(595, abs=1)
    assert float(pdf.pages[0].mediabox.height) == pytest.approx(842, abs=1)


def test_the_chooser_shows_another_climb(
    browser: Browser, two_climbs: Path, tmp_path: Path
) -> None:
    with opened(browser, two_climbs) as page:
        ready(page)
        page.keyboard.press("Space")
        page.locator("#chooser").select_option("1")
        ready(page)
        assert page.get_by_role("heading", level=1).inner_text() == "second attempt"
        assert page.evaluate("[...document.querySelectorAll('video')].every(v => v.paused)")
        click_at(page, ".track", 0.5)
        assert time_of(page) == pytest.approx(4.5, abs=0.05)
        pdf = PdfReader(printed(page, tmp_path))
        assert len(pdf.pages) == 1
        assert "second attempt" in pdf.pages[0].extract_text()


def test_a_moved_video_is_told_and_the_page_goes_on(
    browser: Browser, climb: Climb, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    write_report([climb], path, embed_bytes=0)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('/boulder.mp4"', '/gone.mp4"'), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".notice:not([hidden])")
    assert "boulder.mp4" in page.locator(".notice").inner_text()
    page.locator(".track").click(position={"x": 200, "y": 40})
    before = page.locator(".playhead").evaluate("e => e.style.left")
    assert before != "0%"
    page.keyboard.press("Space")
    wait(page, f"document.querySelector('.playhead').style.left !== '{before}'")
    context.close()


def test_what_the_policy_forbids_is_refused(browser: Browser, report: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(report.as_uri())
    page.evaluate(
        "window.refused = []; document.addEventListener('securitypolicyviolation',"
        " e => window.refused.push(e.violatedDirective));"
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        "document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png';"
        "document.body.append(i); fetch('https://example.org').catch(() => {})"
    )
    wait(page, "window.refused.length >= 3")
    assert page.evaluate("window.ran") is None
    context.close()


@pytest.mark.parametrize("embed_bytes", [0, 12_000_000])
def test_what_no_browser_plays_is_told(
    browser: Browser, climb: Climb, tmp_path: Path, embed_bytes: int
) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video at all")
    path = tmp_path / "report.html"
    write_report([replace(climb, annotated=video)], path, embed_bytes=embed_bytes)
    with opened(browser, path) as page:
        page.wait_for_selector(".notice:not([hidden])")
        assert "H.264" in page.locator(".notice").inner_text()
        page.locator(".track").click(position={"x": 200, "y": 40})
        assert page.get_by_role("slider").get_attribute("aria-valuenow") != "0.00"


def test_nobody_on_the_wall(browser: Browser, climb: Climb, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    nobody = replace(climb, measures=made.emptied(climb.measures), wall=None, annotated=None)
    write_report([nobody], path)
    with opened(browser, path, width=375) as page:
        text = page.locator("article").inner_text()
        for words in (
            "Nobody was found on the wall",
            "There is no annotated video",
            "There is no picture of the wall",
            "No path is known",
            "No move was found",
            "No hold was found",
            "no contacts found",
            "Not known at any time",
            "nobody was seen on the wall",
        ):
            assert words in text
        assert page.locator(".graph").count() == 0
        for shown in (1440, 1200, 820, 375):
            page.set_viewport_size({"width": shown, "height": 900})
            wait(page, f"document.documentElement.scrollWidth <= {shown}")
        assert page.get_by_role("button", name="Next move").is_disabled()
        page.keyboard.press("ArrowRight")
        assert "frame 1" in page.locator(".readout").inner_text()
        assert Axe().run(page).violations_count == 0
        assert len(PdfReader(printed(page, tmp_path)).pages) == 1


def test_a_long_climb_is_light_and_zooms(browser: Browser, climb: Climb, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report([replace(climb, measures=made.lengthened(climb.measures, 1500.0))], path)
    assert path.stat().st_size < 12_000_000
    with opened(browser, path) as page:
        ready(page)
        assert page.locator(".block").count() > 1000
        before = page.locator(".track").bounding_box()
        page.keyboard.press("+")
        page.keyboard.press("+")
        after = page.locator(".track").bounding_box()
        assert before is not None and after is not None
        assert after["width"] > 2 * before["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440
        assert "25:03" in page.locator(".readout").inner_text()
        assert len(PdfReader(printed(page, tmp_path)).pages) == 1


def test_a_hostile_name_is_only_text(browser: Browser, climb: Climb, tmp_path: Path) -> None:
    name = "</script><script>window.ran=1</script><img src=x onerror=window.ran=1>\u2028<!--"
    path = tmp_path / "report.html"
    hostile = replace(climb, title=name, notes=[name], measures=made.renamed(climb.measures, name))
    write_report([hostile, hostile], path)
    with opened(browser, path) as page:
        ready(page)
        assert page.evaluate("window.ran") is None
        assert page.get_by_role("heading", level=1).inner_text().startswith("</script>")
        assert page.locator("img").count() == 0
