"""Which machine translations are not shown: those that are broken on their surface.

A model's own score says nothing (fluent nonsense scores well), and no gate here judges meaning.
Hence every machine translation is marked, with the original beside it; what fails a gate is not
shown at all.
"""

import itertools
import re
import unicodedata
import zlib
from collections import Counter
from enum import StrEnum

from translations import figures
from translations.glossary import Glossary
from translations.machine import masks

_SCRIPTS = {
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "ps": "ARABIC",
    "uk": "CYRILLIC", "ru": "CYRILLIC", "bg": "CYRILLIC", "el": "GREEK", "he": "HEBREW",
}  # fmt: skip
_UNKNOWN = re.compile(r"⁇|<unk>|@@|⟦|⟧|�")


class Reason(StrEnum):
    """Why a text is shown in the original instead of a machine translation."""

    NO_PACKAGE = "no_package"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    MASKS = "masks"
    NUMBERS = "numbers"
    LINKS = "links"
    TERMS = "terms"
    LENGTH = "length"
    REPETITION = "repetition"
    SCRIPT = "script"
    COPY = "copy"
    UNKNOWN_PIECES = "unknown_pieces"
    BUSY = "busy"
    FAILED = "failed"


def rejection(
    sentence: str, output: str, source: str, target: str, glossary: Glossary
) -> Reason | None:
    """Why `output` must not be shown as the translation of `sentence`; None if nothing is seen.

    `glossary` is that of the foreign language of the two.
    """
    text = output.strip()
    if not text:
        return Reason.EMPTY
    if _UNKNOWN.search(text):
        return Reason.UNKNOWN_PIECES
    if figures.placeholders_loosely(sentence) != figures.placeholders_loosely(text):
        return Reason.MASKS
    if figures.numbers(sentence, source) != figures.numbers(text, target):
        return Reason.NUMBERS
    if any(name not in text for name in masks.named(sentence)):
        return Reason.NUMBERS
    if figures.links(sentence) != figures.links(text):
        return Reason.LINKS
    if not _in_proportion(sentence, text):
        return Reason.LENGTH
    if _repeats(text) and not _repeats(sentence):
        return Reason.REPETITION
    if not _in_script(text, target):
        return Reason.SCRIPT
    if text.casefold() == sentence.strip().casefold() and len(figures.words(sentence)) > 1:
        return Reason.COPY
    if _loses_term(sentence, text, source, target, glossary):
        return Reason.TERMS
    return None


def _in_proportion(sentence: str, text: str) -> bool:
    length = len(sentence)
    low, high = (0.15, 6.0) if length < 12 else (0.3, 3.0) if length < 40 else (0.4, 2.3)
    return low <= len(text) / length <= high


def _repeats(text: str) -> bool:
    """A word, a phrase or a few letters again and again."""
    words = text.casefold().split()
    for one, two in itertools.pairwise(words):
        if one == two and not one.isdigit():
            return True
    for size, limit in ((2, 3), (3, 2)):
        runs = Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))
        if runs and max(runs.values()) >= limit and len(words) < 60:
            return True
    if re.search(r"(.{3,20}?)\1{3,}", text):
        return True
    raw = text.encode()
    return len(text) > 60 and len(raw) / len(zlib.compress(raw)) > 2.6


def _in_script(text: str, language: str) -> bool:
    """Whether most letters are of the language's script; German terms in brackets do not count."""
    bare = re.sub(r"\([^)]*\)", " ", figures.LINK.sub(" ", text))
    letters = [letter for letter in bare if letter.isalpha()]
    if not letters:
        return False
    script = _SCRIPTS.get(language, "LATIN")
    own = sum(unicodedata.name(letter, "").startswith(script) for letter in letters)
    return own * 2 >= len(letters)


def _loses_term(sentence: str, text: str, source: str, target: str, glossary: Glossary) -> bool:
    if source == "de":
        return any(not term.stands_in(text) for _, term in glossary.occurring(sentence))
    if target == "de":  # German words that the citizen used must still be there
        kept = {term.german for _, term in glossary.occurring(sentence)}
        said = {term.german for _, term in glossary.occurring(text)}
        return not kept <= said
    return False
