"""Recognises that somebody is in danger, by fixed phrases, before anything statistical.

The phrases stand in `data/crisis/<language>.yml`, those of all languages always count, because
in distress people write in any.  A phrase is a row of words:

    will|möchte ..2 nicht mehr leben     one of several words; up to two words in between
    kann so? nicht mehr                  a word that may be missing
    ^ feuer $                            the beginning and the end of a sentence
    suizid* *mord                        any ending; any beginning
    ~selbstmord                          one letter too many, too few, wrong or swapped
    bring* ihn um 0-9                    a number

Case, accents, umlauts in any spelling, doubled letters, invisible characters and punctuation
make no difference, neither in the phrases nor in the text.  `..` alone stands for up to three
words and never reaches beyond the end of a sentence.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.catalogue.loader import CatalogueError, Problem, read
from bot.catalogue.schema import Entry, Line

NUMBERS_FILE = "numbers.yml"
"""Lies in the folder of the phrases, but holds telephone numbers."""

_GAP = re.compile(r"\.\.(\d?)")
_GAP_WORDS = 3
_BETWEEN = r"(?: [.,])? "
"""What may stand between two words of a phrase that follow each other."""
_UNSEEN = frozenset({"Cf", "Mn"})
"""Invisible characters, and signs above or below a letter that do not belong to it."""
_FILED_BY = 3
"""Letters of a word's beginning under which a phrase is filed."""
_NONE: frozenset[int] = frozenset()
_SHORTEST_TOLERANT = 6
"""Shorter words turn into other words by one letter ("leben", "geben")."""


class CrisisKind(StrEnum):
    """What kind of danger, the most severe first."""

    SELF_HARM = "self_harm"
    """The citizen or somebody close does not want to live on."""
    VIOLENCE = "violence"
    """Somebody does or threatens violence to the citizen or those close."""
    EMERGENCY = "emergency"
    """Life, health or safety is in danger this minute."""
    THREAT = "threat"
    """The citizen threatens others."""


def _checked(phrase: str) -> str:
    _pattern(phrase)
    return phrase


Phrase = Annotated[Line, AfterValidator(_checked)]


class Phrases(Entry):
    """What tells one kind of crisis in one language.

    What `unless` describes (figures of speech, matters of the office) is taken out of the text
    before the phrases are looked for.
    """

    phrases: Annotated[list[Phrase], Field(min_length=1)]
    unless: tuple[Phrase, ...] = ()


class CrisisFile(Entry):
    """The phrases of one language."""

    self_harm: Phrases
    violence: Phrases
    emergency: Phrases
    threat: Phrases


class CrisisDetector:
    """Finds the most severe crisis that a text speaks of."""

    def __init__(self, files: Iterable[CrisisFile]) -> None:
        languages = list(files)
        self._kinds = [
            (
                kind,
                _Finder(p for file in languages for p in _phrases(file, kind).unless),
                _Finder(p for file in languages for p in _phrases(file, kind).phrases),
            )
            for kind in CrisisKind
        ]

    @classmethod
    def load(cls, folder: Path) -> "CrisisDetector":
        """Reads the phrases of all languages in `folder`.

        Raises:
            CatalogueError: a file does not fit the schema, or there is none.
        """
        paths = [path for path in sorted(folder.glob("*.yml")) if path.name != NUMBERS_FILE]
        if not paths:
            raise CatalogueError([Problem(folder, 1, "crisis", "no phrases found")])
        return cls(read(path, CrisisFile) for path in paths)

    def detect(self, text: str) -> CrisisKind | None:
        """The kind of crisis in `text`, or None; the same for the same text always."""
        plain = normalise(text)
        return next(
            (kind for kind, unless, phrases in self._kinds if phrases.find(unless.cut(plain))),
            None,
        )


class _Finder:
    """Many phrases, of which only those are looked for that can occur in a text at all.

    Each phrase is filed under the word that tells it best.  So the cost grows with the text and
    not with the number of phrases, which are thousands in all languages together.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(dict.fromkeys(phrases))
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._by_start: dict[str, set[int]] = defaultdict(set)
        self._always: set[int] = set()
        for number, phrase in enumerate(self._phrases):
            for word in _most_telling(phrase.split()):
                self._file(word, number)

    def find(self, plain: str) -> bool:
        """Whether one of the phrases occurs in the normalised text."""
        return any(pattern.search(plain) for pattern in self._possible(plain))

    def cut(self, plain: str) -> str:
        """The normalised text with an end of sentence in the place of each phrase."""
        for pattern in self._possible(plain):
            plain = pattern.sub(" . ", plain)
        return plain

    def _file(self, word: str, number: int) -> None:
        start = _plain(word.strip("~*"))[:_FILED_BY]
        if word == "0-9" or word.startswith("*") or len(start) < _FILED_BY:
            whole = not word.startswith(("*", "~")) and not word.endswith("*") and word != "0-9"
            (self._by_word[_plain(word)] if whole else self._always).add(number)
        elif word.startswith("~"):  # the one error is never in the first letter
            self._by_start[start[0]].add(number)
        elif word.endswith("*"):
            self._by_start[start].add(number)
        else:
            self._by_word[_plain(word)].add(number)

    def _possible(self, plain: str) -> list[re.Pattern[str]]:
        numbers = set(self._always)
        for word in set(plain.split()):
            numbers |= self._by_word.get(word, _NONE)
            numbers |= self._by_start.get(word[0], _NONE)
            numbers |= self._by_start.get(word[:_FILED_BY], _NONE)
        return [compile_phrase(self._phrases[number]) for number in sorted(numbers)]


def _most_telling(tokens: list[str]) -> list[str]:
    """The alternatives of the word that a text with the phrase must contain, the longest."""
    words = [
        token.split("|")
        for token in tokens
        if not token.endswith("?") and not _GAP.fullmatch(token) and token not in ("^", "$")
    ]
    return max(words, key=lambda alternatives: min(len(w.strip("~*")) for w in alternatives))


def normalise(text: str) -> str:
    """`text` as words and the marks `.` and `,`, without differences that do not matter."""
    visible = "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in _UNSEEN
    )
    marked = re.sub(r"[.!?;…؟؛۔\n\r]+", " . ", re.sub(r"['’‘`´]", "", visible))
    marked = re.sub(r"[,:()\"„“”–—،]+", " , ", marked)
    words = (_plain(word) for word in re.findall(r"\w+|[.,]", marked))
    return " ".join(word for word in words if word)


@cache
def compile_phrase(phrase: str) -> re.Pattern[str]:
    """The pattern that finds `phrase` in a normalised text; made when it is first needed.

    Raises:
        ValueError: the phrase is not written as the module describes.
    """
    return re.compile(_pattern(phrase))


def _phrases(file: CrisisFile, kind: CrisisKind) -> Phrases:
    phrases: Phrases = getattr(file, kind.value)
    return phrases


def _plain(word: str) -> str:
    """One word in the spelling that all its spellings share."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    spelled_out = re.sub(r"([aou])e+", r"\1", letters.replace("_", ""))
    return re.sub(r"([^\W\d])\1+", r"\1", spelled_out)


@cache
def _plain_in_phrase(word: str) -> str:
    """The same for the 70,000 words of the phrases, of which few differ; not for a citizen's."""
    return _plain(word)


def _pattern(phrase: str) -> str:
    tokens, begin, end = phrase.split(), r"(?<!\S)", r"(?!\S)"
    if tokens[0] == "^":
        begin, tokens = r"(?:^|(?<=\. ))", tokens[1:]
    if tokens[-1:] == ["$"]:
        end, tokens = r"(?= \.|$)", tokens[:-1]
    if not tokens or _may_be_empty(tokens[0]) or _may_be_empty(tokens[-1]):
        raise ValueError(f"'{phrase}' must begin and end with a word")
    return begin + _words(tokens) + end


def _words(tokens: list[str]) -> str:
    pattern, space = "", ""
    for token in tokens:
        if gap := _GAP.fullmatch(token):
            pattern += rf"(?:(?: ,)? \w+){{0,{gap[1] or _GAP_WORDS}}}?(?: ,)?"
            space = " "
            continue
        word = "|".join(map(_alternative, token.removesuffix("?").split("|")))
        if token.endswith("?"):
            pattern += f"(?:{space}(?:{word}))?"
        else:
            pattern += f"{space}(?:{word})"
        space = _BETWEEN
    return pattern


def _may_be_empty(token: str) -> bool:
    return token.endswith("?") or _GAP.fullmatch(token) is not None


def _alternative(written: str) -> str:
    if written == "0-9":
        return r"\d\w*"
    word = re.fullmatch(r"(~|\*)?(\w+)(\*)?", written)
    if word is None:
        raise ValueError(f"'{written}' is no word of a phrase")
    before, letters, after = word[1], _plain_in_phrase(word[2]), word[3]
    core = _with_one_error(letters) if before == "~" else re.escape(letters)
    return (r"\w*" if before == "*" else "") + core + (r"\w*" if after else "")


def _with_one_error(word: str) -> str:
    """Finds `word` also with one error, but never in its first letter."""
    if len(word) < _SHORTEST_TOLERANT:
        raise ValueError(f"'{word}' is too short for '~'")
    forms = [word]
    for i in range(1, len(word)):
        head, tail = word[:i], word[i:]
        forms += [f"{head}\\w?{tail[1:]}", f"{head}\\w{tail}"]
        forms.append(head + tail[1:2] + tail[:1] + tail[2:])
    return f"(?:{'|'.join(dict.fromkeys(forms))})"
