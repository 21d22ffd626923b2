"""A file and its read mark in a real browser, with a real scanner behind it."""

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from tests.e2e.browser import PHONE, shot, window
from tests.support.clamd import EICAR
from tests.support.stack import Stack

PASSWORD = "sehr-geheim-123"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def staff(stack: Stack, browser: Browser) -> APIRequestContext:
    stack.add_caseworker("anna", PASSWORD, "kfz", "abh", "jc")
    request = browser.new_context(base_url=stack.url("staff")).request
    signed_in = request.post(
        "/api/v1/session", data={"username": "anna", "password": PASSWORD}
    )  # the console itself has tests of its own
    assert signed_in.ok, signed_in.text()
    return request


def test_a_file_goes_to_a_person_who_then_has_read_it(
    stack: Stack, browser: Browser, staff: APIRequestContext
) -> None:
    citizen = _waiting(stack, window(browser))
    case = _claim(staff)
    _choose(citizen, "Bescheid.pdf", PDF)
    sent = citizen.get_by_test_id("attachment")
    expect(sent).to_have_text("Bescheid.pdf")
    detail = staff.get(f"/api/v1/handovers/{case}").json()
    [file] = detail["attachments"]
    fetched = staff.get(f"/api/v1/handovers/{case}/attachments/{file['id']}")
    assert fetched.body() == PDF
    seq = int(citizen.locator("article[data-author=citizen]").last.get_attribute("data-seq") or 0)
    expect(citizen.get_by_test_id("read")).to_have_count(0)
    assert staff.post(f"/api/v1/handovers/{case}/read", data={"seq": seq}).ok
    expect(citizen.get_by_test_id("read")).to_have_text("Gelesen")
    citizen.reload()
    expect(citizen.get_by_test_id("read")).to_have_text("Gelesen")
    shot(citizen, "citizen-attachment")
    with citizen.expect_request("**/read") as told:
        _reply(staff, case, "Vielen Dank.")
        expect(citizen.locator("article[data-author=caseworker]")).to_contain_text("Vielen Dank.")
    assert told.value.post_data_json["seq"] > seq
    _close(staff, case)


def test_what_is_refused_is_said_on_a_small_screen_from_right_to_left(
    stack: Stack, browser: Browser, staff: APIRequestContext
) -> None:
    citizen = _waiting(stack, window(browser, PHONE, "ar"))
    case = _claim(staff)
    problem = citizen.get_by_test_id("attach-problem")
    _choose(citizen, "virus.pdf", PDF + EICAR)
    expect(problem).to_be_visible()
    infected = problem.inner_text()
    _choose(citizen, "page.pdf", b"<html></html>")
    expect(problem).not_to_have_text(infected)
    shot(citizen, "citizen-attachment-refused-ar")
    width = citizen.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    _choose(citizen, "foto.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64))
    expect(citizen.get_by_test_id("attachment")).to_have_text("foto.png")
    expect(problem).to_have_count(0)
    attach = citizen.get_by_test_id("attach")
    expect(attach).to_have_attribute("aria-disabled", "false")  # the file may be seen before
    attach.focus()
    with citizen.expect_file_chooser():
        citizen.keyboard.press("Enter")
    shot(citizen, "citizen-attachment-ar")
    _close(staff, case)


def _waiting(stack: Stack, page: Page) -> Page:
    page.goto(stack.url("public"))
    page.get_by_test_id("launcher").click()
    expect(page.locator("[data-author]").first).to_be_visible()
    expect(page.get_by_test_id("attach")).to_have_count(0)
    # what the widget does when a person is asked for, in one call
    saved = page.evaluate("JSON.parse(Object.values(sessionStorage)[0])")
    stack.call("POST", f"/conversations/{saved['id']}/handover", {"office": "kfz"}, saved["token"])
    expect(page.get_by_test_id("attach")).to_be_visible()
    return page


def _choose(page: Page, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "application/pdf", "buffer": content}
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("attach").click()
    with page.expect_response("**/attachments"):
        chooser.value.set_files(file)
    expect(page.get_by_test_id("attach")).to_have_attribute("aria-disabled", "false")


def _claim(staff: APIRequestContext) -> str:
    handovers = staff.get("/api/v1/handovers?state=waiting").json()["handovers"]
    case = str(handovers[-1]["id"])
    assert staff.post(f"/api/v1/handovers/{case}/claim").ok
    return case


def _reply(staff: APIRequestContext, case: str, text: str) -> None:
    body = {"client_message_id": "1", "text": text}
    assert staff.post(f"/api/v1/handovers/{case}/messages", data=body).ok


def _close(staff: APIRequestContext, case: str) -> None:
    assert staff.post(f"/api/v1/handovers/{case}/close", data={"reason": "resolved"}).ok
