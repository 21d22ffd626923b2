"""The desk in real browsers: caseworkers, a lead, an admin and an auditor at work."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.settings import ROOT
from tests.e2e.browser import shot, window
from tests.support.stack import Stack

PASSWORD = "sehr-geheim-123"
QUESTION = "Was kostet es, mein Auto umzumelden?"
SECRET = "Meine Katze heißt Mohrle"
NARROW = (320, 800)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def people(stack: Stack) -> None:
    for name, office in (("karla", "kfz"), ("kurt", "kfz"), ("alba", "abh")):
        stack.add_caseworker(name, PASSWORD, office)
    for name, role in (("lena", "lead"), ("adele", "admin"), ("audrey", "auditor")):
        stack.add_caseworker(name, PASSWORD, "kfz", role=role)


def test_a_case_goes_through_many_hands(stack: Stack, browser: Browser) -> None:
    citizen = window(browser)
    citizen.goto(stack.url("public"))
    citizen.get_by_test_id("launcher").click()
    _says(citizen, QUESTION)
    expect(citizen.locator("[data-author=bot]").last).to_contain_text("27,10 €")
    _says(citizen, SECRET)
    citizen.get_by_role("button", name="Mit einem Menschen sprechen").first.click()
    citizen.get_by_role("radio", name=re.compile("Kfz-Zulassungsbehörde")).check()
    citizen.get_by_role("button", name="Jetzt hier im Chat").click()
    expect(
        citizen.get_by_text(re.compile("Sie warten jetzt auf einen Menschen")).last
    ).to_be_visible()
    _says(citizen, QUESTION)

    karla, kurt, alba = (_sign_in(stack, browser, name) for name in ("karla", "kurt", "alba"))
    karla.get_by_test_id("queue-row").filter(has_text=QUESTION).click()
    karla.get_by_role("button", name="Übernehmen").click()
    expect(karla.get_by_label("Ihre Antwort")).to_be_visible()
    expect(karla.get_by_text("Warum Sie gefragt sind")).to_be_visible()
    shot(karla, "desk-claimed")

    karla.get_by_text("Vorschläge aus dem Katalog").first.click()
    suggestion = karla.get_by_role("button", name=re.compile("^Einfügen: ")).first
    expect(suggestion).to_be_visible()
    suggestion.click()
    expect(karla.get_by_label("Ihre Antwort")).to_have_value(re.compile("27,10"))
    shot(karla, "desk-suggestion")
    karla.get_by_role("button", name="Senden", exact=True).click()
    human = citizen.locator("[data-author=caseworker]").last
    expect(human).to_contain_text("27,10 €")
    expect(human).to_contain_text("Antwort von einem Menschen")

    karla.get_by_text("Interne Notiz", exact=True).first.click()
    karla.get_by_role("textbox", name=re.compile("Interne Notiz")).fill("Ruft gern zweimal an.")
    karla.get_by_role("button", name="Notiz speichern").click()
    expect(karla.get_by_test_id("log")).to_contain_text("Ruft gern zweimal an.")
    shot(karla, "desk-note")
    expect(citizen.get_by_text("Ruft gern zweimal an.")).to_have_count(0)

    _transfer(karla, "An eine Kollegin oder einen Kollegen", "Kurt", "Bitte übernehmen")
    kurt.get_by_role("tab", name=re.compile("^Meine")).click()
    kurt.get_by_test_id("queue-row").filter(has_text=QUESTION).click()
    expect(kurt.get_by_test_id("log")).to_contain_text("Bitte übernehmen")
    shot(kurt, "desk-transferred")
    _transfer(kurt, "An ein anderes Amt", "Ausländerbehörde", "Eher etwas für Sie")
    expect(kurt.get_by_test_id("queue-row").filter(has_text=QUESTION)).to_have_count(0)
    alba.get_by_test_id("queue-row").filter(has_text=QUESTION).click()
    expect(alba.get_by_test_id("log")).to_contain_text("Eher etwas für Sie")
    alba.get_by_role("button", name="Übernehmen").click()
    expect(citizen.get_by_text(re.compile("Alba hat übernommen")).last).to_be_visible()

    alba.goto(stack.url("staff") + "/#/suche")
    alba.get_by_label("Suchwort").fill("Mohrle")
    alba.get_by_role("button", name="Suchen").click()
    expect(alba.get_by_text("1 Fall gefunden")).to_be_visible()
    shot(alba, "desk-search")
    kurt.goto(stack.url("staff") + "/#/suche")
    kurt.get_by_label("Suchwort").fill("Mohrle")
    kurt.get_by_role("button", name="Suchen").click()
    expect(kurt.get_by_text(re.compile("nichts gefunden"))).to_be_visible()


def test_a_lead_sees_figures(stack: Stack, browser: Browser) -> None:
    lena = _sign_in(stack, browser, "lena")
    lena.get_by_role("link", name="Auswertung").click()
    expect(lena.get_by_role("heading", name="Auswertung").first).to_be_visible()
    link = lena.get_by_role("link", name=re.compile("CSV"))
    expect(link).to_be_visible()
    answer = lena.request.get(f"{stack.url('staff')}/{link.get_attribute('href')}")
    assert answer.ok
    assert ";" in answer.text()
    shot(lena, "desk-figures")


def test_an_admin_makes_an_account_and_an_auditor_reads_what_was_done(
    stack: Stack, browser: Browser
) -> None:
    adele = _sign_in(stack, browser, "adele", lands_on="Konten")
    expect(adele.get_by_text("karla").first).to_be_visible()
    shot(adele, "desk-accounts")
    assert adele.request.get(stack.url("staff") + "/api/v1/handovers").status == 403
    audrey = _sign_in(stack, browser, "audrey", lands_on="Protokoll")
    expect(audrey.get_by_text("karla").first).to_be_visible()
    assert SECRET not in audrey.content()
    shot(audrey, "desk-audit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_free_of_barriers_that_a_machine_can_find(
    stack: Stack, browser: Browser, scheme: str
) -> None:
    pages = {
        "karla": ("#/", "#/suche", "#/konto"),
        "lena": ("#/auswertung",),
        "adele": ("#/konten",),
        "audrey": ("#/protokoll",),
    }
    for name, addresses in pages.items():
        page = _sign_in(stack, browser, name, lands_on=None, scheme=scheme)
        for address in addresses:
            page.goto(stack.url("staff") + "/" + address)
            page.wait_for_timeout(500)  # what is asked for has come, and is drawn
            assert _barriers(page) == [], (name, address)
            page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW[0], (address, "scrolls sideways")
            shot(page, f"desk-narrow-{scheme}-{address.removeprefix('#/') or 'queue'}")
            page.set_viewport_size({"width": 1440, "height": 900})
        page.context.close()


def _barriers(page: Page) -> list[object]:
    page.evaluate((ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    assert found["passes"], "axe looked at nothing"
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]]


def _transfer(page: Page, way: str, to: str, note: str) -> None:
    page.get_by_role("button", name="Weitergeben", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(way).check()
    if "Amt" in way:
        dialog.get_by_label("Amt", exact=True).select_option("abh")
    else:
        dialog.get_by_label(re.compile(to)).check()
    dialog.get_by_label(re.compile("^Notiz")).fill(note)
    shot(page, f"desk-transfer-{to.lower()}")
    dialog.get_by_role("button", name="Fall weitergeben").click()
    expect(dialog).to_have_count(0)


def _says(page: Page, text: str) -> None:
    before = page.locator("[data-author=citizen]").count()
    page.get_by_label("Ihre Nachricht").fill(text)
    page.get_by_role("button", name="Senden", exact=True).click()
    expect(page.locator("[data-author=citizen]")).to_have_count(before + 1)


def _sign_in(
    stack: Stack,
    browser: Browser,
    username: str,
    lands_on: str | None = "Fälle",
    scheme: str = "light",
) -> Page:
    page = window(browser, (1440, 900))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(stack.url("staff"))
    page.get_by_label("Benutzername").fill(username)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    if lands_on is None:
        expect(page.get_by_role("button", name="Abmelden").first).to_be_visible()
    else:
        expect(page.get_by_role("heading", name=lands_on).first).to_be_visible()
    return page
