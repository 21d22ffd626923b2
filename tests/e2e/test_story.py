"""The whole story in real browsers: a citizen asks, the bot answers, a caseworker takes over."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import PHONE, barriers, shot, window
from tests.e2e.desk import says
from tests.support.stack import GATEWAY, Stack

PASSWORD = "sehr-geheim-123"
QUESTION = "Welche Unterlagen brauche ich, um mein Auto umzumelden?"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def crew(stack: Stack) -> None:
    for name in ("erika", "otto"):
        stack.add_caseworker(name, PASSWORD, "kfz", "abh", "jc")


def test_from_the_question_to_a_person_and_back(stack: Stack, browser: Browser) -> None:
    citizen = _open_chat(stack, window(browser))
    messages = citizen.locator("[data-author]")
    expect(messages.first).to_contain_text("nicht mit einem Menschen")
    expect(messages.first).to_contain_text("Automatische Antwort")

    says(citizen, QUESTION)
    answer = _bot(citizen).last
    expect(answer).to_contain_text("Zulassungsbescheinigung Teil I (Fahrzeugschein)")
    expect(answer).to_contain_text("Vom Landkreis noch nicht geprüft")
    expect(answer).to_contain_text("21. November 2026")
    shot(citizen, "citizen-answer")

    answer.get_by_role("button", name="Kosten", exact=True).click()
    expect(_bot(citizen).last.get_by_role("table")).to_be_visible()
    expect(_bot(citizen).last).to_contain_text("27,10 €")
    says(citizen, "und wo ist das?")
    expect(_bot(citizen).last).to_contain_text("Musterweg 1")

    count = messages.count()
    citizen.reload()
    expect(messages).to_have_count(count)

    erika, otto = (_sign_in(stack, browser, name) for name in ("erika", "otto"))
    _ask_for_a_person(citizen)
    shot(citizen, "citizen-waiting")
    for caseworker in (erika, otto):
        caseworker.get_by_test_id("queue-row").filter(has_text="und wo ist das?").click()
        expect(caseworker.get_by_test_id("log")).to_contain_text(QUESTION)
    shot(erika, "console-waiting")
    # both press at once; the server lets one win and tells the other who did
    for caseworker in (erika, otto):
        caseworker.evaluate(
            """() => setTimeout(() => [...document.querySelectorAll('button')]
               .find(b => b.textContent.trim().startsWith('Übernehmen')).click(), 300)"""
        )
    expect(citizen.get_by_text(re.compile("hat übernommen")).last).to_be_visible()
    taken = citizen.get_by_text(re.compile("hat übernommen")).last.inner_text()
    winner, loser, name = (erika, otto, "Erika") if "Erika" in taken else (otto, erika, "Otto")
    expect(winner.get_by_label("Ihre Antwort")).to_be_visible()
    expect(loser.get_by_text(re.compile(f"[üÜ]bernommen von {name}")).first).to_be_visible()
    shot(loser, "console-lost-race")

    winner.get_by_label("Ihre Antwort").fill("Guten Tag, was kann ich für Sie tun?")
    winner.get_by_role("button", name="Senden").click()
    human = citizen.locator("[data-author=caseworker]").last
    expect(human).to_contain_text("Guten Tag, was kann ich für Sie tun?")
    expect(human).to_contain_text(f"Antwort von einem Menschen: {name}")
    says(citizen, "Mein Fahrzeugschein ist weg.")
    expect(winner.get_by_test_id("log")).to_contain_text("Mein Fahrzeugschein ist weg.")
    shot(citizen, "citizen-person")
    shot(winner, "console-claimed")

    winner.get_by_role("button", name="Zurück an den Bot").click()
    expect(citizen.get_by_text("Ab jetzt antwortet wieder der Computer").last).to_be_visible()
    says(citizen, "Was kostet es, mein Auto abzumelden?")
    expect(_bot(citizen).last).to_contain_text("15,90 €")
    expect(citizen.locator("[data-author=bot]").last).to_contain_text("Automatische Antwort")


def test_nothing_is_lost_while_the_gateway_is_away(stack: Stack, browser: Browser) -> None:
    citizen = _open_chat(stack, window(browser))
    says(citizen, QUESTION)
    expect(_bot(citizen).last).to_contain_text("Fahrzeugschein")
    stack.child(GATEWAY).kill()
    says(citizen, "und was kostet das?")
    stack.wait_until_ready()
    expect(_bot(citizen).last).to_contain_text("27,10 €", timeout=60_000)
    said = citizen.locator("[data-author=citizen]")
    expect(said).to_have_count(2)
    told = _bot(citizen).count()
    citizen.wait_for_timeout(1500)
    assert _bot(citizen).count() == told


def test_on_a_phone_by_keyboard_alone(stack: Stack, browser: Browser) -> None:
    citizen = window(browser, PHONE)
    citizen.goto(stack.url("public"))
    launcher = citizen.get_by_test_id("launcher")
    launcher.focus()
    citizen.keyboard.press("Enter")
    composer = citizen.get_by_label("Ihre Nachricht")
    expect(composer).to_be_visible()
    composer.focus()
    citizen.keyboard.type(QUESTION)
    citizen.keyboard.press("Enter")
    expect(_bot(citizen).last).to_contain_text("Fahrzeugschein")
    shot(citizen, "phone-answer")
    width = citizen.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0], "the page scrolls sideways"
    citizen.keyboard.press("Escape")
    expect(launcher).to_be_focused()


def test_in_english(stack: Stack, browser: Browser) -> None:
    citizen = window(browser, PHONE, "en-GB")
    citizen.goto(stack.url("public"))
    citizen.get_by_test_id("launcher").click()
    expect(_bot(citizen).first).to_contain_text("not with a human being")
    citizen.get_by_role("textbox").fill(
        "I moved house. Which papers do I need to re-register my car?"
    )
    citizen.keyboard.press("Enter")
    expect(_bot(citizen).last).to_contain_text("You need these documents")
    expect(_bot(citizen).last).to_contain_text("Not yet reviewed by the county")
    shot(citizen, "phone-english")


@pytest.mark.parametrize("page", ["widget", "console"])
def test_no_barriers_that_a_machine_can_find(stack: Stack, browser: Browser, page: str) -> None:
    if page == "widget":
        shown = _open_chat(stack, window(browser))
        says(shown, QUESTION)
        expect(_bot(shown).last).to_contain_text("Fahrzeugschein")
    else:
        shown = _sign_in(stack, browser, "erika")
    assert barriers(shown) == []


def _open_chat(stack: Stack, page: Page) -> Page:
    page.goto(stack.url("public"))
    page.get_by_role("button", name=re.compile("Fragen")).click()
    expect(page.locator("[data-author=bot]").first).to_be_visible()
    return page


def _bot(page: Page) -> Locator:
    return page.locator("[data-author=bot]")


def _ask_for_a_person(page: Page) -> None:
    page.get_by_role("button", name="Mit einem Menschen sprechen").first.click()
    page.get_by_role("radio", name=re.compile("Kfz-Zulassungsbehörde")).check()
    page.get_by_role("button", name="Jetzt hier im Chat").click()
    expect(page.get_by_text(re.compile("Sie warten jetzt auf einen Menschen")).last).to_be_visible()


def _sign_in(stack: Stack, browser: Browser, username: str) -> Page:
    page = window(browser, (1440, 900))
    page.goto(stack.url("staff"))
    page.get_by_label("Benutzername").fill(username)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_test_id("queue-tab-waiting")).to_be_visible()
    return page
