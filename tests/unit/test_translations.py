"""Catalogues, languages and detection."""

import datetime as dt
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bot.model import Author
from bot.parts import Text
from bot.replies.speaker import compose
from bot.settings import ROOT
from translations import catalogues, checks, required
from translations.catalogues import Review, State, Translation
from translations.detection import LanguageDetection
from translations.glossary import glossary
from translations.languages import all_languages, best_of, from_accept_language
from translations.sources import PATTERNS, source_texts
from translations.texts import Texts

ERIKA = Review("Erika Beispiel", dt.date(2026, 11, 25))
SOURCES = {"a": "Guten Tag, {name}!", "b": "Es kostet 10 Euro."}


def _po(folder: Path, drafts: dict[str, str], sources: dict[str, str] = SOURCES) -> Path:
    path = folder / "en.po"
    catalogues.update(path, "en", sources, drafts)
    return path


def test_a_draft_is_a_draft_until_somebody_says_it_is_reviewed(tmp_path: Path) -> None:
    path = _po(tmp_path, {"a": "Hello, {name}!"})
    assert catalogues.load(path, SOURCES)["a"] == Translation("Hello, {name}!", State.DRAFT)
    assert catalogues.sign(path, "en", SOURCES, {"a", "b"}, ERIKA) == ["a"]
    assert catalogues.load(path, SOURCES)["a"] == Translation(
        "Hello, {name}!", State.REVIEWED, ERIKA, approved=True
    )


def test_what_weblate_approved_counts_as_a_draft_until_it_is_signed(tmp_path: Path) -> None:
    path = _po(tmp_path, {"a": "Hello, {name}!"})
    path.write_text(path.read_text("utf-8").replace("#, fuzzy", "#, "), "utf-8")
    found = catalogues.load(path, SOURCES)["a"]
    assert (found.state, found.approved) == (State.DRAFT, True)
    catalogues.sign(path, "en", SOURCES, {"a"}, ERIKA)
    assert catalogues.load(path, SOURCES)["a"].review == ERIKA


def test_a_merge_by_gettext_tools_cannot_revive_an_old_fee(tmp_path: Path) -> None:
    """`msgmerge` puts the new msgid over the old translation and calls it fuzzy."""
    path = _po(tmp_path, {"b": "It costs 10 euros."})
    dearer = SOURCES | {"b": "Es kostet 12 Euro."}
    path.write_text(path.read_text("utf-8").replace(SOURCES["b"], dearer["b"]), "utf-8")
    assert catalogues.load(path, dearer)["b"].state is State.STALE
    assert catalogues.sign(path, "en", dearer, {"b"}, ERIKA) == []


def test_a_review_ends_with_the_sentence_that_was_reviewed(tmp_path: Path) -> None:
    path = _po(tmp_path, {"b": "It costs 10 euros."})
    catalogues.sign(path, "en", SOURCES, {"b"}, ERIKA)
    dearer = SOURCES | {"b": "Es kostet 12 Euro."}
    catalogues.update(path, "en", dearer, {})
    assert catalogues.load(path, dearer)["b"].state is State.STALE
    catalogues.update(path, "en", dearer, {"b": "It costs 12 euros."})
    found = catalogues.load(path, dearer)["b"]
    assert (found.state, found.review) == (State.DRAFT, None)


def test_a_finding_that_was_looked_at_is_let_pass_until_the_words_change(tmp_path: Path) -> None:
    path = _po(tmp_path, {"b": "It costs ten euros."})
    catalogues.allow(path, "en", "b", ["numbers"])
    catalogues.update(path, "en", SOURCES, {"b": "It costs ten euros."})
    assert catalogues.load(path, SOURCES)["b"].allowed == {"numbers"}
    catalogues.update(path, "en", SOURCES, {"b": "It costs twenty euros."})
    assert catalogues.load(path, SOURCES)["b"].allowed == frozenset()


def test_compiled_catalogues_are_made_anew_when_anything_changed(tmp_path: Path) -> None:
    path, compiled = _po(tmp_path, {"b": "It costs 10 euros."}), tmp_path / "compiled"
    for sources in (SOURCES, SOURCES, SOURCES | {"b": "Es kostet 12 Euro."}):
        found = catalogues.load_compiled(path, sources, compiled)
        assert found == catalogues.load(path, sources)
        assert len(list(compiled.iterdir())) == 1


def test_babel_extracts_every_text_with_its_key() -> None:
    extracted = {}
    for _, _, message, _, key in extract_from_dir(
        ROOT, [(p, "translations.sources:extract") for p in PATTERNS], {"data/**": {}}
    ):
        extracted[key] = message
    assert extracted == source_texts(ROOT)


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


COVERED = {
    "de-x-leicht": 0.51, "en": 1.0, "tr": 1.0, "ar": 1.0, "uk": 1.0, "ru": 0.51, "fa": 0.51,
    "pl": 0.51, "ro": 0.51, "fr": 0.51,
}  # fmt: skip
"""The share of the texts that each language has at least; only ever to be raised."""


@pytest.mark.parametrize("language", [code for code in all_languages() if code != "de"])
def test_the_real_catalogue_is_current_checked_and_complete(language: str) -> None:
    sources = source_texts(ROOT)
    found = catalogues.load(ROOT / f"translations/catalogues/{language}.po", sources)
    current = [key for key, t in found.items() if t.state is not State.STALE]
    assert len(current) / len(sources) >= COVERED[language]
    terms = glossary(ROOT, language)
    findings = [
        (key, finding)
        for key in current
        for finding in checks.findings(key, sources[key], found[key].text, language, terms)
        if finding.rule not in found[key].allowed
    ]
    assert findings == []
    assert list(required.missing(language, sources, found)) == []


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
