"""Debian's Chromium, driven by Playwright, for people with their own windows."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.settings import ROOT

CHROMIUM = os.environ.get("KREISLOTSE_CHROMIUM", "/usr/bin/chromium")
SHOTS = ROOT / "var/screenshots"
DESKTOP = (1280, 800)
PHONE = (360, 740)
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
          "--disable-component-update", "--no-first-run", "--disable-quic"]  # fmt: skip


@contextlib.contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A running browser; `more` are further words of its command line."""
    assert Path(CHROMIUM).exists(), "Chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_QUIET, *more])
        yield browser
        browser.close()


def window(browser: Browser, size: tuple[int, int] = DESKTOP, locale: str = "de-DE") -> Page:
    """A window of somebody's own: nothing is shared with the others."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=locale, has_touch=size == PHONE
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
