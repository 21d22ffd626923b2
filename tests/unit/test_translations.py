"""Catalogues, languages and detection."""

from pathlib import Path

import pytest

from bot.model import Author
from bot.parts import Text
from bot.replies.speaker import compose
from bot.settings import ROOT
from translations import catalogues
from translations.catalogues import State, Translation
from translations.detection import LanguageDetection
from translations.languages import best_of, from_accept_language
from translations.sources import source_texts
from translations.texts import Texts, placeholders

SOURCES = {"a": "Guten Tag, {name}!", "b": "Es kostet 10 Euro."}


def _po(folder: Path, drafts: dict[str, str], sources: dict[str, str] = SOURCES) -> Path:
    path = folder / "en.po"
    catalogues.update(path, "en", sources, drafts)
    return path


def test_a_draft_is_a_draft_until_somebody_says_it_is_reviewed(tmp_path: Path) -> None:
    path = _po(tmp_path, {"a": "Hello, {name}!"})
    assert catalogues.load(path, SOURCES)["a"] == Translation("Hello, {name}!", State.DRAFT)
    text = path.read_text("utf-8")
    path.write_text(text.replace("#, fuzzy", "#,"), "utf-8")
    assert catalogues.load(path, SOURCES)["a"].state is State.REVIEWED


def test_changed_german_makes_the_translation_stale_at_once(tmp_path: Path) -> None:
    path = _po(tmp_path, {"b": "It costs 10 euros."})
    dearer = SOURCES | {"b": "Es kostet 12 Euro."}
    assert catalogues.load(path, dearer)["b"].state is State.STALE
    texts = Texts(dearer, {"en": catalogues.load(path, dearer)})
    assert texts.words("b", "en").text == "Es kostet 12 Euro."
    catalogues.update(path, "en", dearer, {})
    assert catalogues.load(path, dearer)["b"].state is State.STALE
    catalogues.update(path, "en", dearer, {"b": "It costs 12 euros."})
    assert catalogues.load(path, dearer)["b"] == Translation("It costs 12 euros.", State.DRAFT)


def test_an_update_keeps_translations_and_drops_lost_keys(tmp_path: Path) -> None:
    path = _po(tmp_path, {"a": "Hello, {name}!", "b": "It costs 10 euros."})
    catalogues.update(path, "en", {"a": SOURCES["a"]}, {})
    assert list(catalogues.load(path, SOURCES)) == ["a"]


def test_a_reply_is_never_half_translated() -> None:
    texts = Texts(SOURCES | {"bot.german_only": "Nur auf Deutsch."}, {
        "en": {"a": Translation("Hello, {name}!", State.DRAFT)}
    })  # fmt: skip
    mixed = compose(texts, "en", lambda say: [Text(text=say("a", name="X")), Text(text=say("b"))])
    assert mixed.language == "de"
    assert mixed.text == "Nur auf Deutsch.\n\nGuten Tag, X!\n\nEs kostet 10 Euro."
    whole = compose(texts, "en", lambda say: [Text(text=say("a", name="X"))])
    assert (whole.language, whole.text, whole.author) == ("en", "Hello, X!", Author.BOT)
    assert whole.translation is not None
    assert (whole.translation.by, whole.translation.original) == ("draft", "Guten Tag, X!")


COVERED = {"en": 0.65}
"""The share of the texts that each language has at least; only ever to be raised."""


@pytest.mark.parametrize("language", COVERED)
def test_the_real_catalogue_is_current_and_keeps_placeholders(language: str) -> None:
    sources = source_texts(ROOT)
    found = catalogues.load(ROOT / f"translations/catalogues/{language}.po", sources)
    missing = [key for key in sources if key not in found]
    assert [key for key in missing if not key.startswith("service.")] == []
    assert 1 - len(missing) / len(sources) >= COVERED[language]
    for key, translation in found.items():
        assert translation.state is not State.STALE, key
        assert placeholders(translation.text) == placeholders(sources[key]), key


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("en-GB,en;q=0.9,de;q=0.8", "en"), ("fr, de;q=0.5", "de"), ("fr;q=0, *", None),
        ("de;q=0.1, en;q=0.9", "en"), ("", None), ("en;q=x", None), (";;,,", None),
    ],
)  # fmt: skip
def test_the_browsers_preference(header: str, expected: str | None) -> None:
    assert from_accept_language(header, ["de", "en"]) == expected


def test_a_region_is_served_by_its_language() -> None:
    offered = ["de", "de-x-leicht", "en"]
    assert best_of("de-AT", offered) == "de"
    assert best_of("DE-x-Leicht", offered) == "de-x-leicht"
    assert best_of("nl", offered) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ich möchte mein Auto ummelden, was brauche ich?", "de"),
        ("I would like to register my car, what do I need?", "en"),
        ("Aracımı kaydettirmek istiyorum", "tr"),
        ("أريد تمديد تصريح الإقامة", "ar"),
        ("Як продовжити посвідку на проживання?", "uk"),
        ("Как продлить вид на жительство?", "ru"),
        ("I need a Termin at the Ausländerbehörde please", "en"),
    ],
)
def test_detection(text: str, expected: str) -> None:
    assert _detection().language_of(text, "de") == expected


@pytest.mark.parametrize("text", ["", "?", "ok", "123", "B-XY 123"])
def test_too_little_to_tell_keeps_the_conversations_language(text: str) -> None:
    assert _detection().language_of(text, "tr") == "tr"


_CACHE: list[LanguageDetection] = []


def _detection() -> LanguageDetection:
    if not _CACHE:
        _CACHE.append(LanguageDetection())
    return _CACHE[0]
