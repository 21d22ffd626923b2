"""The lexicon that all languages share: its patterns, and the project's own files."""

import pytest

from bot.rasa.lexicon import Lexicon, LexiconError, read_entries
from bot.rasa.plain import plain_words
from bot.settings import ROOT
from translations.languages import all_languages

RENT = {"rent": ["miet*", "*miete", "аренд*", "*إيجار*", "loyer"], "permit": ["residence permit*"]}


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Wer zahlt meine Miete?", ["rent"]),
        ("KALTMIETE zu hoch", ["rent"]),
        ("Сколько стоит аренда", ["rent"]),
        ("من يدفع الإيجار", ["rent"]),
        ("my residence permits are gone", ["permit"]),
        ("a permit for residence", []),
        ("les loyers", []),
        ("", []),
    ],
)
def test_what_is_found(text: str, concepts: list[str]) -> None:
    assert Lexicon.of(RENT).concepts(text) == concepts


@pytest.mark.parametrize("pattern", ["*", "ab*", "*x*", ""])
def test_what_fits_almost_anything_is_refused(pattern: str) -> None:
    with pytest.raises(LexiconError):
        Lexicon.of({"bad": [pattern]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Führerschein", "fuehrerschein"), ("ŁÓDŹ", "lodz"), ("şehir dışı", "SEHIR DISI"),
        ("إقامة", "اقامه"), ("کارت", "كارت"), ("île", "ile"), ("Straße", "strasse"),
    ],
)  # fmt: skip
def test_spellings_of_the_same_word(one: str, other: str) -> None:
    assert plain_words(one) == plain_words(other)


def test_the_projects_lexicon_is_usable_in_every_language() -> None:
    entries = read_entries(ROOT / "data/lexicon")
    lexicon = Lexicon.of(entries)
    assert len(entries) > 300
    same = {
        "de": "Ich habe mein Kennzeichen verloren", "en": "I have lost my licence plate",
        "tr": "plakamı kaybettim", "ar": "ضاعت لوحة السيارة", "uk": "я загубив номерний знак",
        "ru": "я потерял номерной знак", "fa": "پلاک ماشینم گم شد", "pl": "zgubiłem tablicę",
        "ro": "mi-am pierdut plăcuța", "fr": "j'ai perdu ma plaque",
    }  # fmt: skip
    assert set(same) == set(all_languages()) - {"de-x-leicht"}
    for language, text in same.items():
        assert {"lost", "plate"} <= set(lexicon.concepts(text)), (language, text)
