"""Keeps terms, links, numbers of cases and plates out of the engine's hands, and puts them back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from translations import figures
from translations.glossary import Glossary, plain
from translations.languages import SOURCE

SHAPES = ("⟦0⟧", "{0}", "[0]", "X0X", "Q7Q0Q7Q")
"""How a mask may look to an engine; which one survives differs by package."""

_NAMED = re.compile(
    r"\{\w+\}"  # placeholders
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"  # IBAN (ISO 13616)
    r"|\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?\d{1,4}[EH]?\b"  # plates (FZV, annex)
    r"|§+\s*\d+[a-z]?(?:\s*(?:Abs\.|Satz|Nr\.)\s*\d+)*(?:\s+(?:SGB [IVX]+|[A-Z]\w*[GVO]\b))?"
    r"|\b(?=[\w/-]*\d)(?=[\w/-]*[A-Za-z])[\w/-]{4,}\b"  # numbers of files and cases
    r"|\b\d[\d/.-]*/[\d/.-]*\d\b"
)
_FIGURE = re.compile(r"\b\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\b\d{1,2}:\d{2}\b|\+?\d[\d .,/()-]*\d|\d")


def named(text: str) -> list[str]:
    """Plates, bank accounts, sections of law and numbers of cases, which never change."""
    return [match.group() for match in _NAMED.finditer(text)]


@dataclass(frozen=True)
class Masked:
    """A sentence with `⟦0⟧`, `⟦1⟧`, … in place of what each `kept` text stands for."""

    text: str
    kept: tuple[str, ...] = ()

    def restored(self, text: str) -> str | None:
        """The engine's `text` with the kept texts back; None where one got lost or doubled."""
        numbers = [int(n) for n in re.findall(r"⟦(\d+)⟧", text)]
        if sorted(numbers) != list(range(len(self.kept))):
            return None
        return re.sub(r"⟦(\d+)⟧", lambda m: self.kept[int(m.group(1))], text)


def masked(
    sentence: str, source: str, target: str, glossary: Glossary, figures_too: bool
) -> Masked:
    """The sentence with everything masked that must come out as it went in, terms translated.

    `glossary` is that of the foreign language; with `figures_too` plain numbers are masked as
    well, which costs fluency.
    """
    spans: list[tuple[int, int, str]] = []

    def keep(start: int, end: int, text: str) -> None:
        if not any(start < e and s < end for s, e, _ in spans):
            spans.append((start, end, text))

    for pattern in (figures.LINK, _NAMED):
        for match in pattern.finditer(sentence):
            keep(match.start(), match.end(), match.group())
    for start, end, text in _terms(sentence, source, target, glossary):
        keep(start, end, text)
    if figures_too:
        for match in _FIGURE.finditer(sentence):
            keep(match.start(), match.end(), match.group())
    return _with(sentence, sorted(spans))


def _terms(
    sentence: str, source: str, target: str, glossary: Glossary
) -> list[tuple[int, int, str]]:
    """Where a term stands, and how it is put in the other language."""
    found = []
    for match, term in glossary.occurring(sentence):
        if target == SOURCE:
            found.append((match.start(), match.end(), match.group()))
        elif source == SOURCE:
            known = plain(term.say) == plain(term.german)
            say = term.say if known else f"{term.say} ({term.german})"
            found.append((match.start(), match.end(), say))
    if target == SOURCE:
        for say, term in glossary.by_rendering().items():
            for match in re.finditer(rf"\b{re.escape(say)}\b", sentence.casefold()):
                if len(sentence) == len(sentence.casefold()):
                    found.append((match.start(), match.end(), term.german))
    return sorted(found, key=lambda span: span[0] - span[1])


def _with(sentence: str, spans: Sequence[tuple[int, int, str]]) -> Masked:
    out: list[str] = []
    kept: list[str] = []
    at = 0
    for start, end, text in spans:
        out += [sentence[at:start], f"⟦{len(kept)}⟧"]
        kept.append(text)
        at = end
    return Masked("".join(out) + sentence[at:], tuple(kept))


def as_shape(text: str, shape: str) -> str:
    """The text with its masks as an engine likes them."""
    return re.sub(r"⟦(\d+)⟧", lambda m: shape.replace("0", m.group(1)), text)


def from_shape(text: str, shape: str) -> str:
    """The engine's answer with the masks as ours again."""
    pattern = re.escape(shape).replace("0", r"\s*(\d+)\s*")
    return re.sub(pattern, lambda m: f"⟦{m.group(1)}⟧", text, flags=re.IGNORECASE)


def fragments(masked_text: str) -> list[str]:
    """The text cut before and behind each mask, the masks among them."""
    return [part for part in re.split(r"(⟦\d+⟧)", masked_text) if part]
