"""The comparison in a real browser: two videos on one clock."""

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from climbpose.pages import Pair, write_comparison
from tests.pages import made
from tests.pages.browser import opened, printed, wait

TIMES = "[...document.querySelectorAll('.screen video')].map(v => v.currentTime)"
ARE_READY = "[...document.querySelectorAll('.screen video')].every(v => v.readyState >= 2)"
ARE_SOUGHT = "[...document.querySelectorAll('.screen video')].every(v => !v.seeking)"


def ready(page: Page) -> None:
    wait(page, ARE_READY)
    page.wait_for_selector(".graph .scatterlayer path", state="attached")


def seek(page: Page, time: float) -> tuple[float, float]:
    box = page.locator(".track").bounding_box()
    assert box is not None
    seconds = float(page.get_by_role("slider").get_attribute("aria-valuemax") or 0)
    page.locator(".track").click(position={"x": time / seconds * box["width"], "y": 30})
    page.wait_for_timeout(100)
    wait(page, ARE_SOUGHT)
    first, second = page.evaluate(TIMES)
    return first, second


def test_the_second_video_follows_by_the_moments_that_belong_together(
    browser: Browser, comparison: Path
) -> None:
    with opened(browser, comparison) as page:
        ready(page)
        for time, other in ((1.0, 1.5), (3.0, 4.25), (6.0, 7.25)):
            assert seek(page, time) == pytest.approx((time, other), abs=0.06)
        page.get_by_role("button", name="In real time").click()
        for time in (1.0, 3.0, 6.0):
            assert seek(page, time) == pytest.approx((time, time + 0.5), abs=0.06)


def test_both_play_together(browser: Browser, comparison: Path) -> None:
    with opened(browser, comparison) as page:
        ready(page)
        seek(page, 2.2)
        page.keyboard.press("Space")
        wait(page, f"{TIMES}[0] > 3.2")
        page.keyboard.press("Space")
        page.wait_for_timeout(200)
        wait(page, ARE_SOUGHT)
        first, second = page.evaluate(TIMES)
        assert second == pytest.approx(2.5 + (first - 2.0) * 1.75, abs=0.15)
        assert page.evaluate("[...document.querySelectorAll('.screen video')].every(v => v.paused)")


def test_a_pair_of_moves_is_looped(browser: Browser, comparison: Path, pair: Pair) -> None:
    move = pair.first.measures.moves[1]
    with opened(browser, comparison) as page:
        ready(page)
        page.get_by_role("button", name="Loop move 2").click()
        page.evaluate(f"window.seen = []; setInterval(() => window.seen.push({TIMES}[0]), 10)")
        wait(page, "window.seen.some((t, i) => i && t < window.seen[i - 1] - 0.3)")
        assert max(page.evaluate("window.seen")) < move.end_s + 1.0
        page.keyboard.press("l")
        assert page.locator(".range").is_hidden()


def test_plots_hold_both_and_follow(browser: Browser, comparison: Path) -> None:
    with opened(browser, comparison) as page:
        ready(page)
        assert page.locator(".graph").count() == 2
        counts = "[...document.querySelectorAll('.graph')].map(g => g.data.length)"
        assert page.evaluate(counts) == [2, 2]
        middle = "document.querySelector('.graph').data[1].x.at(150)"
        before = page.evaluate(middle)
        page.get_by_role("button", name="In real time").click()
        wait(page, f"{middle} !== {before}")


def test_a_head_below_another_sorts_its_own_column(browser: Browser, comparison: Path) -> None:
    with opened(browser, comparison) as page:
        ready(page)
        head = page.locator(".moves thead tr").nth(1).locator("th").nth(4)
        assert head.inner_text() == "A"
        cells = page.locator(".moves tbody tr td:nth-child(5)")
        for is_up in (True, False):
            head.get_by_role("button").click()
            keys = [cell.get_attribute("data-value") for cell in cells.all()]
            known = [float(key) for key in keys if key]
            assert len(set(known)) > 2
            assert known == sorted(known, reverse=not is_up)
            assert keys[len(known) :] == [""] * (len(keys) - len(known))


def test_it_fits_and_prints_on_one_sheet(
    browser: Browser, comparison: Path, tmp_path: Path
) -> None:
    with opened(browser, comparison) as page:
        ready(page)
        for width in (320, 375, 820, 1000, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            wait(page, f"document.documentElement.scrollWidth <= {width}")
        pdf = PdfReader(printed(page, tmp_path))
        assert len(pdf.pages) == 1
        assert "second <try>" in pdf.pages[0].extract_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds(browser: Browser, comparison: Path, scheme: str) -> None:
    with opened(browser, comparison, scheme=scheme) as page:
        ready(page)
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert result.violations_count == 0, result.generate_report()


def test_without_videos_the_page_goes_on(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "compare.html"
    empty = made.emptied(pair.second.measures)
    bare = replace(
        pair,
        first=replace(pair.first, annotated=None),
        second=replace(pair.second, annotated=None, measures=empty),
        alignment=made.alignment_of(empty),
    )
    write_comparison(bare, path)
    with opened(browser, path, width=375) as page:
        dot = page.locator(".dot.first")
        before = dot.get_attribute("transform")
        page.locator(".track").click(position={"x": 100, "y": 30})
        assert dot.get_attribute("transform") != before
        text = page.locator("article").inner_text()
        assert "No path is known of B" in text
        assert "No move was found in either climb" in text
