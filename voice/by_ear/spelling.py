"""E-mail addresses by voice: understood as they are spelled, and spelled back.

spelling.written("Anton, n wie Nordpol, at, gmx Punkt de", "de").text    an@gmx.de
spelling.read("an@gmx.de", "de")    a (Anton), n (Nordpol), at, gmx, Punkt, de

Nothing is guessed: what nobody can know from the sound (Meier, Maier) is heard as it was
recognised, and becomes an address only when the caller has said that it is right.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.yaml_files import read_yaml
from voice.by_ear.digits import Digits
from voice.by_ear.words import words

SIGNS = ".@-_+"
"""What may stand between the letters of an address."""
_TOKEN = re.compile(r"[^\W_]+|[@_+.-]")
_LATIN = re.compile(r"[a-z0-9]+")
_SPEECH = 3
"""From so many whole words on, and without any sign of an address, nobody is spelling."""


class Alphabet(BaseModel):
    """How one language spells; see `data/phone/spelling.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    signs: dict[str, list[str]]
    letters: dict[str, list[str]]
    read: dict[str, str]
    like: list[str]
    whole: dict[str, str]
    skip: list[str]


@dataclass(frozen=True)
class Spelled:
    """What was spelled so far; `is_speech` where the words rather are a sentence."""

    text: str
    is_speech: bool


@dataclass(frozen=True)
class Read:
    """A piece of an address as it is said; `word` is that of "a wie Anton"."""

    text: str
    word: str | None = None


class _Kind(Enum):
    SIGN = auto()
    LETTER = auto()
    NAME = auto()
    """A word that stands for a letter, or for itself where it stands alone."""
    DIGITS = auto()
    WORD = auto()
    SKIP = auto()
    LIKE = auto()
    TIMES = auto()


@dataclass(frozen=True)
class _Item:
    kind: _Kind
    text: str
    said: str = ""


_Row = tuple[str, ...]


class Spelling:
    """Understands and says spelled addresses."""

    def __init__(
        self,
        alphabets: Mapping[str, Alphabet],
        domains: Iterable[str],
        endings: Iterable[str],
        digits: Digits,
    ) -> None:
        self._alphabets = dict(alphabets)
        self._domains = frozenset(domains)
        self._endings = frozenset(endings)
        self._digits = digits
        self._tables: dict[str, dict[_Row, _Item]] = {}

    @classmethod
    def load(cls, path: Path, digits: Digits) -> "Spelling":
        """Reads `spelling.yml`.

        Raises:
            pydantic.ValidationError: a language is not as `Alphabet` says.
        """
        content: dict[str, Any] = read_yaml(path)
        domains, endings = content.pop("domains"), content.pop("endings")
        alphabets = {code: Alphabet.model_validate(one) for code, one in content.items()}
        return cls(alphabets, domains, endings, digits)

    @property
    def languages(self) -> frozenset[str]:
        """The codes in which one can spell."""
        return frozenset(self._alphabets)

    def written(self, text: str, language: str, before: str = "") -> Spelled:
        """What `text` spells, after what was spelled `before`; letters with accents stay."""
        tokens = _tokens(text)
        items = list(self._items(tokens, self._table(language.split("-")[0]), before))
        found = before + _joined(items, before)
        strange = sum(item.kind is _Kind.WORD and len(item.text) > 1 for item in items)
        signs = any(item.kind is _Kind.SIGN for item in items)
        return Spelled(found, is_speech=strange >= _SPEECH and not signs)

    def read(self, address: str, language: str) -> tuple[Read, ...]:
        """The pieces of an address, letter by letter but for what everybody knows."""
        name, at, domain = address.partition("@")
        pieces = [*self._letters(name, language)]
        if at:
            pieces += [Read(self.sign("@", language)), *self._domain(domain, language)]
        return tuple(pieces)

    def site(self, url: str, language: str) -> str:
        """A web address as it is said: "www Punkt musterland Punkt example"."""
        bare = re.sub(r"^\w+://", "", url).rstrip("/")
        signs = "./-_"
        return "".join(f" {self.sign(c, language)} " if c in signs else c for c in bare)

    def sign(self, sign: str, language: str) -> str:
        """What a sign is called."""
        return self._alphabets[language.split("-")[0]].signs[sign][0]

    def _domain(self, domain: str, language: str) -> Iterator[Read]:
        known = domain in self._domains
        labels = domain.split(".")
        for number, label in enumerate(labels):
            if number:
                yield Read(self.sign(".", language))
            last = number == len(labels) - 1
            if known or (last and label in self._endings):
                yield Read(label)
            else:
                yield from self._letters(label, language)

    def _letters(self, text: str, language: str) -> Iterator[Read]:
        alphabet = self._alphabets[language.split("-")[0]]
        for sign in text:
            if sign in alphabet.signs:
                yield Read(alphabet.signs[sign][0])
            elif word := alphabet.read.get(sign):
                yield Read(sign, word)
            else:
                yield Read(_called(alphabet, sign))

    def _items(
        self, tokens: list[str], table: Mapping[_Row, _Item], before: str
    ) -> Iterator[_Item]:
        """The tokens' meanings, repetitions and examples worked in."""
        so_far, times, at = before, 1, 0
        last: _Item | None = None
        while at < len(tokens):
            item, length = self._next(tokens[at:], table, so_far)
            at += length
            if item.kind is _Kind.TIMES:
                times = int(item.text)
                continue
            if item.kind is _Kind.LIKE and at < len(tokens):
                example, length = self._next(tokens[at:], table, so_far)
                at += length
                # a word is heard more surely than the letter before it
                if last is not None and _stands_for_a_letter(example):
                    last = _Item(_Kind.LETTER, example.text)
                continue
            if item.kind in (_Kind.SKIP, _Kind.LIKE):
                continue
            if last is not None:
                yield last
            last = _Item(item.kind, item.text * times, item.said if times == 1 else "")
            so_far, times = so_far + last.text, 1
        if last is not None:
            yield last

    def _next(
        self, tokens: list[str], table: Mapping[_Row, _Item], so_far: str
    ) -> tuple[_Item, int]:
        """The meaning of the longest row of words that has one, and its length."""
        ending = so_far.endswith(".") and "@" in so_far and tokens[0] in self._endings
        longest = max(map(len, table))
        for length in range(min(longest, len(tokens)), 1 if ending else 0, -1):
            row = tuple(tokens[:length])
            if item := table.get(row) or table.get(_without_accents(row)):
                return item, length
        return _Item(_Kind.LETTER if ending else _Kind.WORD, tokens[0]), 1

    def _table(self, language: str) -> Mapping[_Row, _Item]:
        if language not in self._tables:
            self._tables[language] = dict(self._named(language))
        return self._tables[language]

    def _named(self, language: str) -> Iterator[tuple[_Row, _Item]]:
        """Everything that has a name; what comes later counts more."""
        alphabet = self._alphabets[language]
        numbers, times = self._digits.known(language)
        yield from ((row, _Item(_Kind.DIGITS, digits)) for row, digits in numbers.items())
        yield from (((word,), _Item(_Kind.TIMES, str(n))) for word, n in times.items())
        yield from _each(_Kind.SKIP, {"": alphabet.skip})
        yield from _each(_Kind.LIKE, {"": alphabet.like})
        yield from _each(_Kind.LETTER, alphabet.letters)
        yield from ((_row(name), _Item(_Kind.WORD, text)) for name, text in alphabet.whole.items())
        yield from _each(_Kind.SIGN, {s: n for s, n in alphabet.signs.items() if s in SIGNS})
        yield from (((sign,), _Item(_Kind.SIGN, sign)) for sign in SIGNS)
        yield from (((c,), _Item(_Kind.LETTER, c)) for c in "abcdefghijklmnopqrstuvwxyz")


def _each(kind: _Kind, names: Mapping[str, Iterable[str]]) -> Iterator[tuple[_Row, _Item]]:
    """The names, and after them those that are still free without their accents."""
    listed = [
        (_row(name), _Item(_kind_of(kind, name), text, _row(name)[0]))
        for text, all_of_it in names.items()
        for name in all_of_it
    ]
    exact = {row for row, _ in listed}
    for row, item in listed:
        bare = _without_accents(row)
        if bare not in exact:
            yield bare, item
    yield from listed


def _kind_of(kind: _Kind, name: str) -> _Kind:
    """Proper names are written large, and are names only where our letters write them."""
    if kind is _Kind.LETTER and name[0].isupper() and _LATIN.match(_bare(name.casefold())):
        return _Kind.NAME
    return kind


def _stands_for_a_letter(item: _Item) -> bool:
    return item.kind in (_Kind.NAME, _Kind.LETTER) and len(item.said) > 1


def _joined(items: list[_Item], before: str) -> str:
    """The items as one text; a name alone between signs is itself: "anton at" is no "a at"."""
    found = ""
    for number, item in enumerate(items):
        left = items[number - 1].kind is _Kind.SIGN if number else not before or _ends(before)
        right = number + 1 < len(items) and items[number + 1].kind is _Kind.SIGN
        closes = number + 1 == len(items) and number > 0
        alone = item.kind is _Kind.NAME and left and (right or closes)
        found += item.said if alone and item.said else item.text
    return found


def _ends(text: str) -> bool:
    return text.endswith(tuple(SIGNS))


def _called(alphabet: Alphabet, sign: str) -> str:
    """A letter's name where our letters are foreign, else the letter: it is read rightly."""
    names = alphabet.letters.get(sign, [])
    return names[0] if names and not _LATIN.match(_bare(names[0].casefold())) else sign


def _tokens(text: str) -> list[str]:
    """Words, and the signs that mean something where an address was written at once."""
    written = "@" in text
    tokens = []
    plain = _plain(text)
    for found in _TOKEN.finditer(plain):
        match found.group():
            case "-" if not written:
                continue
            case "." if not _within_a_word(plain, found.start()):
                continue
            case word:
                tokens.append(word)
    return tokens


def _within_a_word(text: str, at: int) -> bool:
    """Whether a dot belongs to an address: "gmx.de", not the end of a sentence, nor "a.b.c."."""
    left = re.search(r"\w*$", text[:at])
    right = re.match(r"\w*", text[at + 1 :])
    sizes = sorted(len(found.group()) if found else 0 for found in (left, right))
    return sizes[0] > 0 and sizes[1] > 1


def _row(name: str) -> _Row:
    return tuple(re.findall(r"[^\W_]+", _plain(name)))


def _plain(text: str) -> str:
    """Small letters, each accent part of its letter; Turkish İ loses the dot it has anyway."""
    folded = unicodedata.normalize("NFC", text.casefold()).replace("i\u0307", "i")
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


def _without_accents(row: _Row) -> _Row:
    """The words without accents; a letter that stands alone keeps its own: ü is not u."""
    return tuple(_bare(word) if len(word) > 1 else word for word in row)


def _bare(word: str) -> str:
    return "".join(words(word))
