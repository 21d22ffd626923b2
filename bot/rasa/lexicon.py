"""Which words of all languages mean the same, from data/lexicon/.

Each concept lists, by language, words and phrases: `miet*` has any ending, `*versicherung` any
beginning, "residence permit*" are two words in a row.  Case, accents and the spellings that
`bot.rasa.words.plain` makes equal do not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.rasa.plain import plain_words
from bot.yaml_files import read_yaml

SHORTEST_STEM = 3


class LexiconError(ValueError):
    """A pattern of the lexicon cannot be used."""


@dataclass(frozen=True)
class _Word:
    """One word of a pattern."""

    core: str
    any_beginning: bool
    any_ending: bool

    @property
    def tells(self) -> bool:
        """Whether not just about any word fits."""
        return len(self.core) >= SHORTEST_STEM or not (self.any_beginning or self.any_ending)

    def fits(self, word: str) -> bool:
        """Whether `word` is one that the pattern means."""
        if self.any_beginning and self.any_ending:
            return self.core in word
        if self.any_beginning:
            return word.endswith(self.core)
        if self.any_ending:
            return word.startswith(self.core)
        return word == self.core


@dataclass(frozen=True)
class _Pattern:
    concept: str
    words: tuple[_Word, ...]
    anchor: int
    """Which of the words it is looked up by: the first that does not fit almost anything."""

    @classmethod
    def read(cls, concept: str, written: str) -> _Pattern:
        """The pattern that is written so.

        Raises:
            LexiconError: it has no word that it could be looked up by.
        """
        words = tuple(word for part in written.split() for word in _words_of(part))
        anchor = next((n for n, word in enumerate(words) if word.tells), None)
        if anchor is None:
            raise LexiconError(f"'{written}' of '{concept}' fits almost anything, or nothing")
        return cls(concept, words, anchor)

    def fits(self, words: Sequence[str], at: int) -> bool:
        """Whether the pattern stands in `words` with its anchor at `at`."""
        start = at - self.anchor
        return 0 <= start <= len(words) - len(self.words) and all(
            word.fits(words[start + n]) for n, word in enumerate(self.words)
        )


@dataclass
class Lexicon:
    """Finds concepts in a text; the cost grows with the text, not with the lexicon."""

    _by_word: dict[str, list[_Pattern]] = field(default_factory=lambda: defaultdict(list))
    _by_start: dict[str, list[_Pattern]] = field(default_factory=lambda: defaultdict(list))
    _anywhere: dict[str, list[_Pattern]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, entries: Mapping[str, Iterable[str]]) -> Lexicon:
        """The lexicon of these concepts, each with its patterns.

        Raises:
            LexiconError: a pattern has no word, or a stem that would fit almost anything.
        """
        lexicon = cls()
        for concept, patterns in entries.items():
            for written in patterns:
                lexicon._add(_Pattern.read(concept, written))
        return lexicon

    def concepts(self, text: str) -> list[str]:
        """The concepts that `text` names, in its order, each as often as it is named."""
        words = plain_words(text)
        return [
            concept
            for at in range(len(words))
            for concept in sorted({p.concept for p in self._at(words, at)})
        ]

    def _add(self, pattern: _Pattern) -> None:
        word = pattern.words[pattern.anchor]
        if word.any_beginning:
            self._anywhere[word.core].append(pattern)
        elif word.any_ending:
            self._by_start[word.core].append(pattern)
        else:
            self._by_word[word.core].append(pattern)

    def _at(self, words: Sequence[str], at: int) -> Iterator[_Pattern]:
        for pattern in self._looked_up_by(words[at]):
            if pattern.fits(words, at):
                yield pattern

    def _looked_up_by(self, word: str) -> Iterator[_Pattern]:
        yield from self._by_word.get(word, ())
        ends = range(SHORTEST_STEM, len(word) + 1)
        for end in ends:
            yield from self._by_start.get(word[:end], ())
        for end in ends:
            for start in range(end - SHORTEST_STEM + 1):
                yield from self._anywhere.get(word[start:end], ())


def read_entries(folder: Path) -> dict[str, list[str]]:
    """The concepts of all files in `folder`, with the patterns of all languages."""
    entries: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("*.yml")):
        for concept, by_language in read_yaml(path)["concepts"].items():
            for patterns in by_language.values():
                entries[concept].extend(patterns)
    return dict(entries)


def _words_of(part: str) -> Iterator[_Word]:
    """The words that a part of a pattern without spaces is, by our reckoning, made of."""
    cores = plain_words(part.strip("*"))
    for n, core in enumerate(cores):
        beginning = part.startswith("*") and n == 0
        ending = part.endswith("*") and n == len(cores) - 1
        yield _Word(core, beginning, ending)
