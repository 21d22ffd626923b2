"""Where a translation disagrees with its German: figures, terms, lengths, and the language's rules.

These checks know nothing of meaning.  They find what a reader overlooks and a citizen pays for:
a lost digit, another month, a missing "II", a term that is called something else on the letter.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from translations import figures
from translations.glossary import Glossary

BUTTON_LIMIT = 60
TITLE_LIMIT = 110
EASY_SENTENCE = 15
"""Words of a sentence in Leichte Sprache; most are far shorter (DIN SPEC 33429 asks for short)."""
EASY_WORD = 16
"""Letters of a word in Leichte Sprache without a hyphen."""

_BUTTON = re.compile(
    r"\.buttons\.\d+$|\.cases\.options\.\d+\.title$|^bot\.aspect_(?!unknown)|^bot\.office_"
)
_SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "uk": "CYRILLIC", "ru": "CYRILLIC"}
_FOREIGN_LETTERS = {"uk": "ыэъёЫЭЪЁ", "ru": "іїєґІЇЄҐ", "fa": "يكة", "ar": "یکپچگ"}
_BRACKETS = re.compile(r"\([^)]*\)")
_HIDDEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\n\r\t]")
_GENITIVE = re.compile(r"\b(?:des|eines|ihres|seines|dieses)\s+[A-ZÄÖÜ][\wäöüß-]*e?s\b")
_SUBJUNCTIVE = re.compile(r"\b(?:könnten?|würden?|müssten?|dürften?|hätten?|wären?)\b")


@dataclass(frozen=True)
class Finding:
    """One disagreement: which rule, and what it is about."""

    rule: str
    detail: str


def findings(
    key: str, german: str, translation: str, language: str, glossary: Glossary
) -> Iterator[Finding]:
    """All disagreements between a German text and its translation.

    Rules: `placeholders numbers euro links laws glossary length script letters hidden`, and for
    Leichte Sprache `sentence word genitive subjunctive`.
    """
    for rule, wanted, found in (
        ("placeholders", figures.placeholders(german), figures.placeholders(translation)),
        ("links", figures.links(german), figures.links(translation)),
    ):
        if wanted != found:
            yield Finding(rule, _difference(wanted, found))
    bare = _BRACKETS.sub(" ", translation)
    for rule, wanted, found, outside in (
        ("numbers", figures.numbers(german, "de"), figures.numbers(translation, language),
         figures.numbers(bare, language)),
        ("laws", figures.laws(german), figures.laws(translation), figures.laws(bare)),
    ):  # fmt: skip
        # a German name in brackets may say "Teil II" or "115" once more
        if wanted != found and not outside <= wanted < found:
            yield Finding(rule, _difference(wanted, found))
    if figures.names_euro(german) != figures.names_euro(translation):
        yield Finding("euro", "only one of the two names euros")
    yield from _lengths(key, german, translation)
    if hidden := _HIDDEN.search(translation):
        yield Finding("hidden", f"U+{ord(hidden.group()):04X}")
    yield from _script(translation, language)
    for match, term in glossary.occurring(german):
        if not term.stands_in(translation):
            yield Finding("glossary", f"{match.group()}: {term.say}")
    if language == "de-x-leicht":
        yield from _easy(key, translation)


def is_button(key: str) -> bool:
    """Whether the text under `key` stands on a button."""
    return _BUTTON.search(key) is not None


def _difference(wanted: Counter[str], found: Counter[str]) -> str:
    lost, added = sorted((wanted - found).elements()), sorted((found - wanted).elements())
    return ", ".join([f"-{item}" for item in lost] + [f"+{item}" for item in added])


def _lengths(key: str, german: str, translation: str) -> Iterator[Finding]:
    length = len(translation)
    limit = BUTTON_LIMIT if is_button(key) else TITLE_LIMIT if key.endswith(".title") else None
    if limit is not None and length > limit:
        yield Finding("length", f"{length} characters, at most {limit}")
    elif len(german) > 30 and not 0.3 <= length / len(german) <= 3:
        yield Finding("length", f"{length} characters for {len(german)} German ones")


def _script(translation: str, language: str) -> Iterator[Finding]:
    for letter in translation:
        if letter.isdigit() and not letter.isascii() and letter not in "²³½":
            yield Finding("script", f"digit {letter}")
    script = _SCRIPTS.get(language)
    if script is None:
        return
    text = re.sub(r"\([^)]*\)|\{[^}]*\}", "", figures.LINK.sub(" ", translation))
    letters = [letter for letter in text if letter.isalpha()]
    own = sum(unicodedata.name(letter, "").startswith(script) for letter in letters)
    if len(letters) > 25 and own < len(letters) / 2:
        yield Finding("script", f"{own} of {len(letters)} letters are {script.lower()}")
    if wrong := {letter for letter in text if letter in _FOREIGN_LETTERS[language]}:
        yield Finding("letters", " ".join(sorted(wrong)))


def _easy(key: str, text: str) -> Iterator[Finding]:
    for sentence in re.split(r"[.!?:;]\s|\s[–-]\s", text):
        if (count := len(figures.words(sentence))) > EASY_SENTENCE:
            yield Finding("sentence", f"{count} words: {sentence[:60]}")
    for word in re.findall(r"[^\W\d_]+", figures.LINK.sub(" ", text)):
        if len(word) > EASY_WORD:
            yield Finding("word", word)
    if found := _GENITIVE.search(text):
        yield Finding("genitive", found.group())
    if found := _SUBJUNCTIVE.search(text):
        yield Finding("subjunctive", found.group())
