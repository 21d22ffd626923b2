"""What the people at the desk do in their browsers, and what a machine can check of a page."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e import browser as seen
from tests.e2e.browser import shot, window
from tests.support.stack import Stack

PASSWORD = "sehr-geheim-123"
DESK = (1440, 900)
# The width at which WCAG 1.4.10 asks for a page without sideways scrolling.
NARROW = (320, 800)


def open_chat(stack: Stack, browser: Browser) -> Page:
    """A citizen's window with the chat open."""
    page = window(browser)
    page.goto(stack.url("public"))
    page.get_by_test_id("launcher").click()
    expect(page.locator("[data-author=bot]").first).to_be_visible()
    return page


def says(citizen: Page, text: str) -> None:
    before = citizen.locator("[data-author=citizen]").count()
    citizen.get_by_label("Ihre Nachricht").fill(text)
    citizen.get_by_role("button", name="Senden", exact=True).click()
    expect(citizen.locator("[data-author=citizen]")).to_have_count(before + 1)


def wants_a_person(citizen: Page) -> None:
    """Opens the choice of ways to a person of the Kfz-Zulassung."""
    citizen.get_by_role("button", name="Mit einem Menschen sprechen").first.click()
    citizen.get_by_role("radio", name=re.compile("Kfz-Zulassungsbehörde")).check()


def sign_in(stack: Stack, browser: Browser, username: str, password: str = PASSWORD) -> Page:
    """A window of the console; returns when somebody is in, whatever stands there first."""
    page = window(browser, DESK)
    page.goto(stack.url("staff"))
    page.get_by_label("Benutzername").fill(username)
    page.get_by_label("Passwort", exact=True).fill(password)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    return page


def row(page: Page, text: str) -> Locator:
    return page.get_by_test_id("queue-row").filter(has_text=text)


def show_tab(page: Page, name: str) -> None:
    page.get_by_test_id(f"queue-tab-{name}").click()


def in_no_list(page: Page, text: str) -> None:
    for name in ("waiting", "mine", "others", "ended"):
        show_tab(page, name)
        expect(page.get_by_test_id(f"queue-tab-{name}")).to_have_attribute("aria-selected", "true")
        expect(row(page, text)).to_have_count(0)


def open_dialog(page: Page, button: str, name: str) -> Locator:
    """Presses a button of the case, behind "Mehr" where it is a rare one; the dialog it opens."""
    presses = page.get_by_role("button", name=button, exact=True)
    if not presses.first.is_visible():
        page.locator(".kl-more summary").click()
    presses.first.click()
    dialog = page.get_by_test_id(f"{name}-dialog")
    expect(dialog).to_be_visible()
    return dialog


def transfer_to_colleague(page: Page, name: str, note: str) -> None:
    dialog = open_dialog(page, "Weitergeben", "transfer")
    dialog.get_by_label(re.compile(f"^{name}")).check()
    dialog.get_by_label(re.compile("^Notiz")).fill(note)
    shot(page, "desk-transfer-colleague")
    _confirm(dialog, "Fall weitergeben")


def transfer_to_office(page: Page, office: str, note: str) -> None:
    dialog = open_dialog(page, "Weitergeben", "transfer")
    dialog.get_by_label("An ein anderes Amt").check()
    dialog.get_by_label("Amt", exact=True).select_option(office)
    dialog.get_by_label(re.compile("^Notiz")).fill(note)
    shot(page, "desk-transfer-office")
    _confirm(dialog, "Fall weitergeben")


def put_aside_until_tomorrow(page: Page) -> None:
    dialog = open_dialog(page, "Wiedervorlage", "snooze")
    dialog.get_by_label(re.compile("^Morgen")).check()
    dialog.get_by_label("Worauf warten Sie?").select_option("documents")
    shot(page, "desk-snooze")
    _confirm(dialog, "Auf Wiedervorlage legen")


def note_attempt(page: Page, outcome: str, note: str) -> None:
    dialog = open_dialog(page, "Kontaktversuch festhalten", "attempt")
    dialog.get_by_label(outcome).check()
    dialog.get_by_label(re.compile("^Notiz")).fill(note)
    shot(page, "desk-attempt")
    _confirm(dialog, "Festhalten")
    expect(page.get_by_test_id("attempts")).to_contain_text(note)


def close_case(page: Page, reason: str) -> None:
    dialog = open_dialog(page, "Abschließen", "close")
    dialog.get_by_label(reason).check()
    shot(page, "desk-close")
    _confirm(dialog, "Fall abschließen")


def search(page: Page, words: str) -> None:
    page.get_by_role("link", name="Suche", exact=True).click()
    page.get_by_label("Suchwort").fill(words)
    page.get_by_role("button", name="Suchen").click()


def barriers(page: Page) -> list[object]:
    """What axe finds on the page as it stands, by daylight and in the dark."""
    broken: list[object] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        broken += [(scheme, *found) for found in seen.barriers(page)]
    page.emulate_media(color_scheme="light")
    return broken


def is_too_wide(page: Page, name: str) -> bool:
    """Whether the page scrolls sideways on a small telephone; keeps a picture of it there."""
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    width = page.evaluate("document.documentElement.scrollWidth")
    shot(page, f"desk-narrow-{name}")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return bool(width > NARROW[0])


def _confirm(dialog: Locator, button: str) -> None:
    dialog.get_by_role("button", name=button).click()
    expect(dialog).not_to_be_visible()
