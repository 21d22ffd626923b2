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
_AXE = ROOT / "node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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


def barriers(page: Page) -> list[tuple[str, list[object]]]:
    """What axe finds on the page as it stands: each rule that is broken, and where."""
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate(f"axe.run(document, {{runOnly: {_RULES!r}}})")
    assert found["passes"], "axe looked at nothing"
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]]


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
