"""The terms of the administration and what they are called in each language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.yaml_files import read_yaml

_ENDING = r"(?:e|en|er|em|es|s|n)?"
"""How German nouns and adjectives end in other cases and numbers."""


@dataclass(frozen=True)
class Term:
    """A German term: how to say it, and by which beginnings of words a rendering is known."""

    german: str
    say: str
    stems: tuple[str, ...] = ()

    def stands_in(self, translation: str) -> bool:
        """Whether a translation uses this term's rendering, or keeps the German word."""
        text = plain(translation)
        return any(plain(stem) in text for stem in (self.german, self.say, *self.stems))


def plain(text: str) -> str:
    """Folded for comparison: lower case, without hyphens, Arabic vowel signs and joiners."""
    return re.sub(r"[\u064b-\u0652\u0640\u200c\u200d\u00ad-]", "", text.casefold())


@dataclass(frozen=True)
class Glossary:
    """The terms of one language, longest first."""

    terms: tuple[Term, ...] = ()
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        terms = tuple(sorted(self.terms, key=lambda term: len(term.german), reverse=True))
        object.__setattr__(self, "terms", terms)
        object.__setattr__(
            self,
            "_pattern",
            re.compile("|".join(rf"(\b{_inflected(t.german)}\b)" for t in terms) or r"(?!)"),
        )

    @classmethod
    def load(cls, path: Path) -> "Glossary":
        """Reads a file of `{term, say, stems}`; an empty glossary where there is no file."""
        if not path.exists():
            return cls()
        entries = read_yaml(path)
        return cls(tuple(Term(e["term"], e["say"], tuple(e.get("stems", ()))) for e in entries))

    def occurring(self, german: str) -> Iterator[tuple[re.Match[str], Term]]:
        """Where in a German text which term stands; of overlapping ones the longest."""
        for match in self._pattern.finditer(german):
            yield match, self.terms[(match.lastindex or 1) - 1]

    def by_rendering(self) -> dict[str, Term]:
        """The terms by what they are called in this language, folded."""
        return {plain(term.say): term for term in self.terms}


def _inflected(term: str) -> str:
    return r"\s+".join(
        re.escape(word) + (_ENDING if len(word) > 3 and word[-1].isalpha() else "")
        for word in term.split()
    )


@lru_cache
def glossary(root: Path, language: str) -> Glossary:
    """The glossary of a language below the project folder `root`."""
    return Glossary.load(root / f"translations/glossary/{language}.yml")
