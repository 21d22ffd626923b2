"""The desk in real browsers: caseworkers, a lead, an admin and an auditor at work."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import desk
from tests.e2e.browser import shot, window
from tests.support.stack import Stack

QUESTION = "Was kostet es, mein Auto umzumelden?"
SECRET = "Meine Katze heißt Mohrle"
LATER = "Ich habe die Unterlagen jetzt gefunden."
NOTE = "Ruft gern zweimal an."
CALL_ABOUT = "Bitte wegen des Kennzeichens anrufen."

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def people(stack: Stack) -> None:
    for name, office in (("karla", "kfz"), ("kurt", "kfz"), ("alba", "abh")):
        stack.add_caseworker(name, desk.PASSWORD, office)
    for name, role in (("lena", "lead"), ("adele", "admin"), ("audrey", "auditor")):
        stack.add_caseworker(name, desk.PASSWORD, "kfz", role=role)


def test_a_case_goes_through_many_hands(stack: Stack, browser: Browser) -> None:
    citizen = _asks_for_a_chat(stack, browser)
    karla, kurt, alba = (desk.sign_in(stack, browser, name) for name in ("karla", "kurt", "alba"))
    expect(desk.row(alba, QUESTION)).to_have_count(0)
    _claims_and_answers_from_the_catalogue(karla, citizen)
    _leaves_a_note(karla, citizen)

    desk.show_tab(kurt, "mine")
    desk.transfer_to_colleague(karla, "Kurt", "Bitte übernehmen")
    desk.row(kurt, QUESTION).click()
    expect(kurt.get_by_test_id("log")).to_contain_text("Bitte übernehmen")
    shot(kurt, "desk-transferred")

    desk.put_aside_until_tomorrow(kurt)
    expect(desk.row(kurt, QUESTION)).to_contain_text("Wiedervorlage bis morgen")
    shot(kurt, "desk-snoozed")
    desk.says(citizen, LATER)
    expect(kurt.get_by_test_id("queue").get_by_text(LATER)).to_be_visible()
    expect(kurt.get_by_test_id("snoozed")).to_have_count(0)

    desk.transfer_to_office(kurt, "abh", "Eher etwas für Sie")
    for colleague in (kurt, karla):
        desk.in_no_list(colleague, LATER)
    desk.row(alba, LATER).click()
    for words in (NOTE, "Bitte übernehmen", "Eher etwas für Sie"):
        expect(alba.get_by_test_id("log")).to_contain_text(words)
    alba.get_by_role("button", name="Übernehmen").click()
    expect(citizen.get_by_text(re.compile("Alba hat übernommen")).last).to_be_visible()
    shot(alba, "desk-other-office")

    desk.search(alba, "Mohrle")
    expect(alba.get_by_text("1 Fall gefunden")).to_be_visible()
    shot(alba, "desk-search")
    desk.search(kurt, "Mohrle")
    expect(kurt.get_by_text(re.compile("nichts gefunden"))).to_be_visible()
    shot(kurt, "desk-search-nothing")


def test_a_call_back_is_tried_twice_printed_and_closed(stack: Stack, browser: Browser) -> None:
    citizen = desk.open_chat(stack, browser)
    desk.wants_a_person(citizen)
    citizen.get_by_test_id("person-callback").click()
    citizen.get_by_label("Ihre Telefonnummer").fill("0171 1234567")
    citizen.get_by_label("Worum geht es? (freiwillig)").fill(CALL_ABOUT)
    citizen.get_by_role("button", name="Um Rückruf bitten").click()

    karla = desk.sign_in(stack, browser, "karla")
    waiting = desk.row(karla, "0171 1234567")
    expect(waiting).to_contain_text("Antwort bis")
    waiting.click()
    karla.get_by_role("button", name="Übernehmen").click()
    expect(karla.get_by_test_id("request")).to_contain_text(CALL_ABOUT)
    desk.note_attempt(karla, "Niemand hat abgenommen", "Mailbox ist aus")
    desk.note_attempt(karla, "Erreicht", "Alles besprochen")
    expect(karla.get_by_test_id("attempts").get_by_role("listitem")).to_have_count(2)
    shot(karla, "desk-call-back")

    expect(karla.get_by_test_id("why")).to_contain_text("Bittet um Rückruf")
    assert "0171 1234567" in _prints(karla)
    karla.get_by_role("button", name="Tastenkürzel").click()
    expect(karla.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    shot(karla, "desk-help")
    karla.keyboard.press("Escape")
    desk.close_case(karla, "Anliegen geklärt")
    desk.show_tab(karla, "ended")
    expect(desk.row(karla, "0171 1234567")).to_contain_text("Anliegen geklärt")
    shot(karla, "desk-ended")


def test_a_lead_sees_figures(stack: Stack, browser: Browser) -> None:
    lena = desk.sign_in(stack, browser, "lena")
    lena.get_by_role("link", name="Auswertung").click()
    requested = lena.get_by_test_id("total").locator("dt", has_text="Angefragt").locator("+ dd")
    expect(requested).to_have_text(re.compile("^[1-9]"))
    for chart in ("day", "kind", "reason"):
        bars = lena.locator(f"[data-chart={chart}] .kl-bars__value")
        assert sum(int(value) for value in bars.all_inner_texts()) >= 1
    link = lena.get_by_role("link", name=re.compile("CSV"))
    answer = lena.request.get(f"{stack.url('staff')}/{link.get_attribute('href')}")
    assert answer.status == 200
    assert ";" in answer.text()
    shot(lena, "desk-figures")
    lena.locator("[data-chart=kind]").scroll_into_view_if_needed()
    shot(lena, "desk-figures-charts")


def test_an_admin_makes_an_account_whose_owner_chooses_her_own_password(
    stack: Stack, browser: Browser
) -> None:
    adele = desk.sign_in(stack, browser, "adele")
    assert adele.request.get(stack.url("staff") + "/api/v1/handovers").status == 403
    adele.get_by_role("button", name="Konto anlegen").click()
    dialog = adele.get_by_role("dialog", name="Konto anlegen")
    dialog.get_by_label("Benutzername").fill("nele")
    dialog.get_by_label("Name", exact=True).fill("Frau Neumann")
    dialog.get_by_label("Erstes Passwort", exact=True).fill("drei-graue-kraniche")
    dialog.get_by_label(re.compile("^Aufgabe in")).select_option("caseworker")
    shot(adele, "desk-account-new")
    dialog.get_by_role("button", name="Konto anlegen").click()
    expect(adele.get_by_text("Das Konto von Frau Neumann ist angelegt.")).to_be_visible()
    expect(adele.locator("tr[data-username=nele]")).to_contain_text("Sachbearbeitung")
    shot(adele, "desk-accounts")

    nele = desk.sign_in(stack, browser, "nele", "drei-graue-kraniche")
    expect(nele.get_by_role("heading", name="Eigenes Passwort vergeben")).to_be_visible()
    assert nele.request.get(stack.url("staff") + "/api/v1/handovers").status == 403
    nele.get_by_label("Bisheriges Passwort", exact=True).fill("drei-graue-kraniche")
    nele.get_by_label("Neues Passwort", exact=True).fill("vier-blaue-fahrräder")
    shot(nele, "desk-first-password")
    assert desk.barriers(nele) == []
    nele.get_by_role("button", name="Passwort ändern und weiter").click()
    expect(nele.get_by_test_id("queue-tab-waiting")).to_be_visible()


def test_an_auditor_reads_what_was_done_and_not_what_was_said(
    stack: Stack, browser: Browser
) -> None:
    audrey = desk.sign_in(stack, browser, "audrey")
    audrey.get_by_label("Wer (Benutzername)").fill("karla")
    audrey.get_by_role("button", name="Anzeigen").click()
    lines = audrey.get_by_test_id("audit-line")
    for action in ("Fall übernommen", "Geantwortet", "Notiz geschrieben", "Fall weitergegeben"):
        expect(lines.filter(has_text=action).first).to_contain_text("karla")
    expect(lines.filter(has_text="kurt: ")).to_have_count(0)
    shot(audrey, "desk-audit-lines")
    audrey.get_by_role("button", name="Auswahl aufheben").click()
    expect(lines.filter(has_text="nele").first).to_be_visible()
    for words in ("Mohrle", LATER, NOTE, CALL_ABOUT, "0171"):
        assert words not in audrey.content()
    audrey.get_by_role("button", name="Kette prüfen").click()
    expect(audrey.get_by_text("Die Kette ist vollständig.")).to_be_visible()
    shot(audrey, "desk-audit")


def test_sign_in_and_cases_are_free_of_barriers_that_a_machine_can_find(
    stack: Stack, browser: Browser
) -> None:
    door = window(browser, desk.DESK)
    door.goto(stack.url("staff"))
    expect(door.get_by_label("Benutzername")).to_be_visible()
    assert desk.barriers(door) == []
    assert not desk.is_too_wide(door, "sign-in")

    _leaves_a_message(stack)
    karla = desk.sign_in(stack, browser, "karla")
    expect(desk.row(karla, "Kreisel")).to_be_visible()
    assert desk.barriers(karla) == []
    assert not desk.is_too_wide(karla, "queue")
    desk.row(karla, "Kreisel").click()
    karla.get_by_role("button", name="Übernehmen").click()
    expect(karla.get_by_label("Ihre Antwort")).to_be_visible()
    assert desk.barriers(karla) == []
    assert not desk.is_too_wide(karla, "case")
    for button, name in (
        ("Weitergeben", "transfer"),
        ("Wiedervorlage", "snooze"),
        ("Zusammenführen", "merge"),
        ("Kontaktversuch festhalten", "attempt"),
        ("Abschließen", "close"),
        ("Drucken", "print"),
    ):
        dialog = desk.open_dialog(karla, button, name)
        assert desk.barriers(karla) == [], name
        assert not desk.is_too_wide(karla, name)
        karla.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()


@pytest.mark.parametrize(
    ("username", "page"),
    [
        ("karla", "suche"),
        ("karla", "konto"),
        ("lena", "auswertung"),
        ("adele", "konten"),
        ("audrey", "protokoll"),
    ],
)
def test_every_other_page_is_free_of_them_too(
    stack: Stack, browser: Browser, username: str, page: str
) -> None:
    shown = desk.sign_in(stack, browser, username)
    shown.goto(f"{stack.url('staff')}/#/{page}")
    expect(shown.get_by_text("Wird geladen")).to_have_count(0)
    assert desk.barriers(shown) == []
    assert not desk.is_too_wide(shown, page)
    shown.emulate_media(color_scheme="dark")
    shot(shown, f"desk-dark-{page}")
    shown.context.close()


def _asks_for_a_chat(stack: Stack, browser: Browser) -> Page:
    citizen = desk.open_chat(stack, browser)
    desk.says(citizen, QUESTION)
    expect(citizen.locator("[data-author=bot]").last).to_contain_text("27,10 €")
    desk.says(citizen, SECRET)
    desk.wants_a_person(citizen)
    citizen.get_by_role("button", name="Jetzt hier im Chat").click()
    waits = citizen.get_by_text(re.compile("Sie warten jetzt auf einen Menschen")).last
    expect(waits).to_be_visible()
    desk.says(citizen, QUESTION)
    return citizen


def _claims_and_answers_from_the_catalogue(karla: Page, citizen: Page) -> None:
    desk.row(karla, QUESTION).click()
    karla.get_by_role("button", name="Übernehmen").click()
    expect(karla.get_by_label("Ihre Antwort")).to_be_visible()
    why = karla.get_by_test_id("why")
    expect(why).to_contain_text("Möchte mit einem Menschen sprechen")
    expect(why).to_contain_text("ummelden, Gebühren")
    shot(karla, "desk-claimed")

    karla.get_by_text("Vorschläge aus dem Katalog").first.click()
    suggestions = karla.get_by_test_id("suggestions")
    expect(suggestions).to_contain_text(QUESTION)
    suggestions.get_by_role("button", name=re.compile("^Einfügen: ")).first.click()
    expect(karla.get_by_label("Ihre Antwort")).to_have_value(re.compile("27,10"))
    shot(karla, "desk-suggestion")
    karla.get_by_role("button", name="Senden", exact=True).click()
    human = citizen.locator("[data-author=caseworker]").last
    expect(human).to_contain_text("27,10 €")
    expect(human).to_contain_text("Antwort von einem Menschen: Karla")
    expect(human).to_contain_text("Quelle")
    shot(citizen, "desk-citizen")
    expect(karla.get_by_test_id("log")).to_contain_text("Gelesen")


def _leaves_a_note(karla: Page, citizen: Page) -> None:
    karla.get_by_text("Interne Notiz", exact=True).first.click()
    karla.get_by_role("textbox", name=re.compile("Interne Notiz")).fill(NOTE)
    karla.get_by_role("button", name="Notiz speichern").click()
    expect(karla.get_by_test_id("note")).to_contain_text(NOTE)
    shot(karla, "desk-note")
    expect(citizen.get_by_text(NOTE)).to_have_count(0)


def _prints(page: Page) -> str:
    """The words on the sheet that goes to the printer."""
    page.evaluate(
        """() => { window.print = () => {
             window.sheet = document.querySelector('[data-testid=paper]').innerText;
             dispatchEvent(new Event('afterprint'));
           }; }"""
    )
    dialog = desk.open_dialog(page, "Drucken", "print")
    shot(page, "desk-print")
    dialog.get_by_role("button", name="Drucken").click()
    page.wait_for_function("window.sheet !== undefined")
    return str(page.evaluate("window.sheet"))


def _leaves_a_message(stack: Stack) -> None:
    talk = stack.call("POST", "/conversations", {"language": "de"})
    body = {"office": "kfz", "kind": "message", "text": "Wann kommt der neue Kreisel?"}
    stack.call("POST", f"/conversations/{talk['id']}/handover", body, talk["token"])
