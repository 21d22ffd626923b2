"""The page where a caller opens by a code what she had written down, on a phone without scripts."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PATIENCE_MS, PHONE, barriers, shot, window
from tests.support.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="tr-TR", has_touch=True,
        java_script_enabled=False,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def test_a_caller_reads_what_she_had_written_down(stack: Stack, page: Page) -> None:
    page.goto(stack.url("public") + "/code")
    shot(page, "memo-1-form")

    field = page.get_by_label("Code", exact=True)
    field.fill("000 000 000")
    page.get_by_role("button", name="Merkzettel zeigen").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("Zu diesem Code gibt es keinen Merkzettel.")
    expect(problem).to_contain_text("Bu koda ait bir not yok.")
    expect(field).to_have_attribute("aria-invalid", "true")
    shot(page, "memo-2-wrong")

    code = _code(stack, "ar")
    field.fill(f"{code[:3]} {code[3:6]} {code[6:]}")
    page.keyboard.press("Enter")
    sections = page.locator("section")
    expect(sections).to_have_count(2)
    expect(sections.first).to_have_attribute("lang", "de")
    expect(sections.first).to_contain_text("Diese Unterlagen brauchen Sie:")
    expect(sections.first).to_contain_text("Geprüft am")
    expect(sections.first).to_contain_text("hat ein Computer zusammengestellt")
    expect(sections.first.get_by_role("table")).to_be_visible()
    expect(sections.last).to_have_attribute("dir", "rtl")
    shot(page, "memo-3-list")

    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Anderen Code eingeben")).to_be_hidden()
    expect(sections.first).to_be_visible()
    shot(page, "memo-4-print")


def test_the_countys_site_leads_to_it_and_nothing_stands_in_the_way(
    stack: Stack, browser: Browser
) -> None:
    page = window(browser, PHONE)
    page.goto(stack.url("public"))
    page.get_by_role("link", name="Code vom Telefon").click()
    expect(page.get_by_role("heading", name="Merkzettel")).to_be_visible()
    _is_accessible(page)
    page.get_by_label("Code", exact=True).fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ein Code hat 9 Ziffern.")
    _is_accessible(page)
    page.get_by_label("Code", exact=True).fill(_code(stack, "uk"))
    page.keyboard.press("Enter")
    expect(page.locator("section")).to_have_count(2)
    _is_accessible(page)


def _is_accessible(page: Page) -> None:
    """Whatever the colours, axe finds nothing, and nobody scrolls sideways."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def _code(stack: Stack, language: str) -> str:
    """What the phone line does when a caller wants something written down."""
    call = _internal(stack, "", {"channel": "phone", "language": language})
    made = _internal(stack, f"/{call['id']}/memos", {"service": "kfz_ummeldung"}, call["token"])
    return str(made["code"])


def _internal(
    stack: Stack, path: str, body: dict[str, str], token: str | None = None
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = f"{stack.url('internal')}/api/v1/conversations{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))
