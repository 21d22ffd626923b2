"""No caller is told to write, click or look: what says so has another wording for the phone."""

import re

import pytest

from bot.catalogue.schema import Aspect
from bot.settings import ROOT
from translations import figures
from translations.languages import all_languages
from translations.texts import SPEAKABLE, Texts

TEXTS = Texts.load(ROOT)
HEARD = TEXTS.for_the_ear(True)
KEYS = list(TEXTS.all_of("", "de"))

NOT_TOLD = {
    r"utter_(ask_|form_|phone_invalid|too_long)": "forms: on the phone the call itself asks",
    r"bot\.handover_(callback|message|appointment)$": "their ends: the call itself says so",
    r"bot\.state_": "changes of owner, which the call acts on",
    r"bot\.(title_numbers|title_forms|german_only|source|not_reviewed)": "phone.yml has its own",
    r"bot\.(answer_intro|title_person|person)$": "parts of overviews, which are `speakable` there",
    r"(errors|widget|templates|memo|mail|speakable)\.": "no words of the bot on the phone",
    r"service\.\w+\.(summary|steps|forms|hand_over_when|related)": "likewise, and titles of links",
    r"phone\.": "written for the ear alone: of keys that are typed, of what is sent in writing",
    r"office\.\w+\.answer$": "where there is `speakable`",
}
"""Texts that no caller hears, as regular expressions, and why."""

DIALOGUE = {
    "de": r"schr[ei]+b|\btipp|klick|\bunten\b|\boben\b|schaltfläche|\bkn[oö]pf|\bchat|\bhier\b"
    r"|\bl(ie)?s(t|e|en)?\b|\bgelesen\b|\blinks?\b|anzeigen?\b",
    "en": r"\bwr(it|ot)|\bclick|\btype\b|\bbelow\b|\babove\b|\bbuttons?\b|\bchat\b|\bhere\b"
    r"|\bread(ing)?\b|\blinks?\b",
    "tr": r"\byaz(ın|ma|dı|ış|ıyor)|tıkla|aşağıda|düğme|\bburada\b|\boku",
    "fr": r"écri[rstv]|cliqu|ci-dessous|bouton|\bici\b|\bli(s|t|ra|sez)\b",
    "pl": r"\b(na)?pis(z|ać)|klikn|poniżej|przycisk|\btu(taj)?\b|czyta",
    "ro": r"\bscri[es]|\bclic\b|mai jos|buton|\baici\b|\bcite",
    "ru": r"\b(на)?пи(ш|са)|кликн|\bниже\b|кнопк|\bздесь\b|чита",
    "uk": r"\b(на)?пи(ш|са)|клікн|\bнижче\b|кнопк|\bтут\b|чита",
    "ar": r"كتب|الكتابة|انقر|أدناه|\bهنا\b|قرأ",
    "fa": r"نویس|نوشته‌اید|کلیک|پایین|اینجا|همین‌جا|می‌خوان(م|د)",
    "de-x-leicht": r"schr[ei]+b|klick|\bunten\b|\bknopf|\bchat|\bhier\b|\bl(ie)?s(t|e|en)?\b",
}
"""Words for the eye in what the bot itself says, as regular expressions; no more than is sure."""
EVERYWHERE = {
    "de": r"klick|schaltfläche|\b(im|in den) chat\b|\bweiter unten\b|\bsiehe (oben|unten)\b",
    "en": r"\bclick|\bbutton\b|\bthe chat\b|\bsee (above|below)\b",
}
"""The same in facts, where people are told to write letters and where cars are registered here."""
ADDRESS = r"https?:|www\."
"""An address that `voice.by_ear.cleaning` takes out: the sentence around it breaks."""


def told_keys() -> list[str]:
    return [key for key in KEYS if not any(re.match(pattern, key) for pattern in NOT_TOLD)]


def for_the_eye(key: str, text: str, language: str) -> str | None:
    fact = key.startswith(("service.", "office."))
    words = EVERYWHERE.get(language, r"(?!)") if fact else DIALOGUE[language]
    text = text.replace("„Mensch“", "")
    found = re.search(f"{words}|{ADDRESS}", text, re.IGNORECASE)
    return found.group() if found else None


@pytest.mark.parametrize("language", all_languages())
def test_what_a_caller_may_be_told_holds_no_words_for_the_eye(language: str) -> None:
    found = {}
    for key in told_keys():
        words = HEARD.words(key, language)
        if word := for_the_eye(key, words.text, words.language):
            found[key] = (word, words.text)
    assert found == {}


def test_an_office_whose_answer_breaks_when_heard_has_another() -> None:
    broken = {
        key.removesuffix(".answer"): for_the_eye(key, TEXTS.say(key, "de"), "de")
        for key in KEYS
        if key.startswith("office.") and key.endswith(".answer")
    }
    assert [k for k, word in broken.items() if word and not TEXTS.has(f"{k}.speakable")] == []


def test_the_words_would_be_found() -> None:
    for key in ("bot.topic", "bot.handover_personal_data", "utter_what_simpler"):
        for language in all_languages():
            plain = TEXTS.words(key, language)
            assert for_the_eye(key, plain.text, plain.language) or language == "pl", (key, language)


def test_what_is_speakable_stands_for_a_text_with_the_same_values() -> None:
    for key in KEYS:
        if key.startswith(SPEAKABLE):
            plain, heard = TEXTS.say(key.removeprefix(SPEAKABLE), "de"), TEXTS.say(key, "de")
            extra = figures.placeholders(heard) - figures.placeholders(plain)
            assert not extra, key
            assert not key.startswith(f"{SPEAKABLE}service."), "facts are in the catalogue alone"
            assert plain != heard


def test_in_the_chat_everything_is_as_it_was_written() -> None:
    for key in KEYS:
        if TEXTS.has(SPEAKABLE + key):
            assert HEARD.say(key, "en") == TEXTS.say(SPEAKABLE + key, "en")
            assert HEARD.for_the_ear(False).say(key, "en") == TEXTS.say(key, "en")


def test_written_words_of_ones_language_come_before_german_ones() -> None:
    key = "bot.topic"
    texts = Texts({key: "Schreiben Sie.", SPEAKABLE + key: "Sagen Sie."}, {"en": {
        key: TEXTS._translations["en"]["bot.topic"],
    }})  # fmt: skip
    assert texts.for_the_ear(True).say(key, "en", office="X").startswith("What would you like")
    assert texts.for_the_ear(True).say(key, "de") == "Sagen Sie."


def test_every_aspect_is_among_the_texts_that_are_looked_at() -> None:
    told = {key.split(".")[2] for key in told_keys() if key.startswith("service.")}
    assert {"title", "speakable", "cases"} <= told
    assert set(map(str, Aspect)) - {"general", "status"} <= told
