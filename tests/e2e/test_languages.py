"""The web story in other languages, in real browsers, with the packages of the tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.settings import ROOT
from tests.e2e.browser import PHONE, shot, window
from tests.support.argos import install
from tests.support.stack import Stack
from translations.texts import Texts

PASSWORD = "sehr-geheim-123"
STORIES = {
    "ar": ("شو الأوراق المطلوبة لنقل تسجيل السيارة لمدينة جديدة؟", "ar-EG"),
    "uk": ("Я переїхав. Які документи потрібні, щоб перереєструвати машину?", "uk-UA"),
    "de-x-leicht": ("Welche Unterlagen brauche ich, um mein Auto umzumelden?", "de-DE"),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of its own, with packages."""
    folder = tmp_path_factory.mktemp("languages")
    install(folder / "argos", folder / "argos-home")
    running = Stack(folder, {"KREISLOTSE_ALLOW_FIXTURES": "1"})
    running.start()
    running.add_caseworker("erika", PASSWORD, "kfz", "abh", "jc")
    yield running
    running.stop()


@pytest.mark.parametrize("language", STORIES)
def test_the_web_story(stack: Stack, browser: Browser, language: str) -> None:
    question, locale = STORIES[language]
    page = window(browser, PHONE, locale)
    page.goto(stack.url("public"))
    page.get_by_test_id("launcher").click()
    expect(_bot(page).first).to_be_visible()
    _choose(page, language)
    hello = _bot(page).last
    expect(hello.locator(".kl-said")).to_have_attribute("lang", language)
    shot(page, f"story-{language}-1-hello")

    _say(page, question)
    answer = _bot(page).last
    expect(answer.locator(".kl-said")).to_have_attribute("lang", language)
    expect(answer.get_by_role("list").first).to_be_visible()
    expect(answer).to_contain_text("2026")
    shot(page, f"story-{language}-2-answer")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0], "the page scrolls sideways"
    if language == "ar":
        expect(answer.locator(".kl-said")).to_have_attribute("dir", "rtl")

    costs = Texts.load(ROOT).say("bot.aspect_fees", language)
    answer.get_by_role("button", name=costs, exact=True).click()
    fees = _bot(page).last
    expect(fees.get_by_role("table")).to_be_visible()
    expect(fees).to_contain_text("27,10\u00a0€")
    shot(page, f"story-{language}-3-fees")


def test_a_ukrainian_citizen_and_a_german_caseworker(stack: Stack, browser: Browser) -> None:
    citizen = window(browser, PHONE, "uk-UA")
    citizen.goto(stack.url("public"))
    citizen.get_by_test_id("launcher").click()
    expect(_bot(citizen).first.locator(".kl-said")).to_have_attribute("lang", "uk")
    citizen.get_by_test_id("open-person").click()
    citizen.get_by_role("radio").first.check()
    citizen.get_by_test_id("person-chat").click()
    expect(citizen.locator("[data-testid=state][data-state=waiting]").last).to_be_visible()
    _say(citizen, "Добрий день, у мене є питання.")

    erika = window(browser, (1440, 900))
    erika.goto(stack.url("staff"))
    erika.get_by_label("Benutzername").fill("erika")
    erika.get_by_label("Passwort").fill(PASSWORD)
    erika.get_by_role("button", name="Anmelden").click()
    erika.get_by_test_id("queue-row").first.click()
    erika.get_by_role("button", name="Übernehmen").first.click()
    log = erika.get_by_test_id("log")
    expect(log).to_contain_text("Guten Tag, ich habe eine Frage.")
    expect(log).to_contain_text("Добрий день, у мене є питання.")
    expect(log).to_contain_text("automatisch übersetzt, ohne Gewähr")

    answer = erika.get_by_label("Ihre Antwort")
    answer.fill("Haben Sie noch eine Frage?")
    erika.get_by_test_id("preview").click()
    expect(erika.get_by_test_id("preview-text")).to_contain_text("Чи є у вас ще питання?")
    shot(erika, "console-translated")
    erika.get_by_role("button", name="Senden").click()
    human = citizen.locator("[data-author=caseworker]").last
    expect(human).to_contain_text("Чи є у вас ще питання?")
    expect(human.locator("details")).to_contain_text("Haben Sie noch eine Frage?")
    shot(citizen, "citizen-translated")

    erika.get_by_label("Textbaustein einfügen").select_option("appointment")
    erika.get_by_label("Datum").fill("2026-11-30")
    erika.get_by_label("Uhrzeit").fill("14:30")
    erika.get_by_role("button", name="Einfügen").click()
    expect(answer).to_have_value("Ihr Termin ist am 30.11.2026 um 14:30 Uhr.")
    erika.get_by_role("button", name="Senden").click()
    expect(citizen.locator("[data-author=caseworker]").last).to_contain_text("30.11.2026")
    expect(citizen.locator("[data-author=caseworker] .kl-said").last).to_have_attribute(
        "lang", "uk"
    )

    answer.fill("Der 17. Elefant von Haus 24 wiegt 221 Kilo in Raum R-1799.")
    erika.get_by_role("button", name="Senden").click()
    expect(citizen.get_by_test_id("not-translated")).to_be_visible()
    expect(log).to_contain_text("Nicht übersetzt")
    shot(erika, "console-not-translated")
    shot(citizen, "citizen-not-translated")


def _choose(page: Page, language: str) -> None:
    """In the picker; what the browser prefers may have been taken up already."""
    page.get_by_test_id("open-languages").click()
    page.locator(f"[data-language={language}]").click()


def _say(page: Page, text: str) -> None:
    before = page.locator("[data-author=citizen]").count()
    page.get_by_role("textbox").last.fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("[data-author=citizen]")).to_have_count(before + 1)


def _bot(page: Page) -> Locator:
    return page.locator("[data-author=bot]")
