"""Abbreviations and names of capitals: read out, as a word, or letter by letter."""

import re
from collections.abc import Iterator

from voice.verbaliser.codes import spelled
from voice.verbaliser.grammar import Rule
from voice.verbaliser.surroundings import any_of
from voice.verbaliser.words import Words

_CAPITAL = "A-ZÄÖÜÀ-ÖØ-ÞĞİŞĂÂÎȘȚĄĆĘŁŃÓŚŹŻА-ЯІЇЄҐ"
_LATIN = "A-Za-zÀ-ÖØ-öø-ÿĀ-ſА-Яа-яІЇЄҐіїєґ"
_SPELLED = 5
"""Letters; longer words in capitals are words that were written loudly."""


def rules(words: Words) -> Iterator[Rule]:
    """Known abbreviations, known names, then any other name of capitals."""

    def say_abbreviation(match: re.Match[str]) -> str:
        written = _closed(match.group())
        ends = written.endswith(".") and not match.string[match.end() :].strip()
        return known[written] + ("." if ends else "")

    known = {_closed(written): said for written, said in words.abbreviations.items()}
    pattern = any_of(map(_spaced, words.abbreviations))
    yield Rule(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)"), say_abbreviation)

    ends = any_of(map(re.escape, words.endings))
    yield Rule(
        re.compile(rf"(?<=[^\W\d_])(?:{ends})(?!\w)"), lambda match: words.endings[match.group()]
    )

    names = any_of(map(re.escape, words.acronyms))
    yield Rule(
        re.compile(rf"(?<![{_LATIN}\d])(?:{names})(?![{_LATIN}\d])"),
        lambda match: _lettered(words.acronyms[match.group()], words),
    )

    def say_capitals(match: re.Match[str]) -> str:
        letters = match["letters"]
        if len(letters) > _SPELLED:
            return letters.capitalize()
        return spelled(letters, words) + (match["plural"] or "")

    capitals = rf"(?<![{_LATIN}\d])(?P<letters>[{_CAPITAL}]{{2,}})(?P<plural>s)?(?![{_LATIN}\d])"
    yield Rule(re.compile(capitals), say_capitals)


def _closed(written: str) -> str:
    """The abbreviation without the spaces after its dots."""
    return re.sub(r"(?<=\.)\s", "", written)


def _spaced(written: str) -> str:
    """The abbreviation as a pattern that allows a space after each of its dots."""
    dotted = re.escape(_closed(written)).replace(r"\.", r"\.[ \u00a0]?")
    return dotted.removesuffix(r"[ \u00a0]?")


def _lettered(said: str, words: Words) -> str:
    """What is said, its single letters by their names where the language writes others."""
    return " ".join(spelled(w, words) if len(w) == 1 else w for w in said.split())
