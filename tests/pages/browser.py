"""A real Chromium without a screen, and pages opened in it."""

import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_PATIENCE_S = 30.0

_CALM_POLLS = 4

_LOCAL = ("file:", "data:", "blob:")


TIME = "document.querySelector('article:not([hidden]) video').currentTime"
IS_PAUSED = "document.querySelector('article:not([hidden]) video').paused"
IS_READY = "document.querySelector('article:not([hidden]) video').readyState >= 2"
IS_SOUGHT = "!document.querySelector('article:not([hidden]) video').seeking"


def find() -> str:
    """The browser's program; developers may lack it, CI may not."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        reason = "chromium is not installed; apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@contextmanager
def launched() -> Generator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, path: Path, *, width: int = 1440, height: int = 900, scheme: str = "light"
) -> Generator[Page]:
    """A page; leaving it fails if it complained or asked for anything but files at hand."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, complaints = context.new_page(), list[str]()
    page.set_default_timeout(20_000)
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith(_LOCAL) else complaints.append(f"asked for {r.url}"),
    )
    try:
        page.goto(path.as_uri())
        yield page
        assert complaints == []
    finally:
        context.close()


def wait(page: Page, condition: str) -> None:
    """Waits until a JavaScript expression is true; Playwright's own way needs eval on the page."""
    end = time.monotonic() + _PATIENCE_S
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never came true: {condition}"
        page.wait_for_timeout(30)


def settle(page: Page) -> None:
    """Waits until the video has come to rest; after a place it may be asked for the next one."""
    calm = 0
    while calm < _CALM_POLLS:
        wait(page, IS_SOUGHT)
        page.wait_for_timeout(30)
        calm = calm + 1 if page.evaluate(IS_SOUGHT) else 0


def time_of(page: Page) -> float:
    settle(page)
    return float(page.evaluate(TIME))


def ready(page: Page) -> None:
    wait(page, IS_READY)
    page.wait_for_selector("article:not([hidden]) .graph .scatterlayer path", state="attached")


def click_at(page: Page, selector: str, share: float, height: float = 0.5) -> None:
    target = page.locator(f"article:not([hidden]) {selector}").first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    target.click(position={"x": share * box["width"], "y": height * box["height"]})


def printed(page: Page, folder: Path) -> Path:
    path = folder / "page.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    return path
