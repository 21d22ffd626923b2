"""Cuts a text into what is synthesised at once, so that the first sound comes early.

A long first sentence is cut where a speaker would breathe: nobody waits for its end to be
synthesised before its beginning is heard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from voice.verbaliser.verbaliser import Verbaliser, verbaliser_of

PAUSE_CLAUSE_MS = 120
PAUSE_SENTENCE_MS = 300
PAUSE_PARAGRAPH_MS = 500
_FIRST = 70
"""Characters; about four seconds."""
_LONGEST = 200
_SHORTEST = 20
_END = re.compile(r"[.!?…؟۔]+[\"»”“’')\]]*(?=\s+\S)")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_a-zа-я]$")
_BREATH = re.compile(r"[,;:،؛](?=\s)|\s[–—](?=\s)")
_BULLET = re.compile(r"^\s*(?:[-–•*·])\s+")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or the part of one up to a breath, as it is written."""

    text: str
    pause_ms: int
    """Silence after it."""


def sentences(text: str, language: str) -> list[Sentence]:
    """The sentences of a text in order; its lines are paragraphs.

    Raises:
        LookupError: The language is not known.
    """
    verbaliser = verbaliser_of(language)
    found: list[Sentence] = []
    for line in text.splitlines():
        line = _BULLET.sub("", line).strip()
        parts = [part for part in _ended(line, verbaliser) if any(map(str.isalnum, part))]
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            pause = PAUSE_PARAGRAPH_MS if last else PAUSE_SENTENCE_MS
            found += _cut(part, pause, verbaliser, first=not found)
    return found


def _ended(line: str, verbaliser: Verbaliser) -> Iterator[str]:
    units = verbaliser.units(line)
    start = 0
    for end in _END.finditer(line):
        if _within(end.start(), units) or _INITIAL.search(line[start : end.start()]):
            continue
        yield line[start : end.end()].strip()
        start = end.end()
    if rest := line[start:].strip():
        yield rest


def _cut(sentence: str, pause_ms: int, verbaliser: Verbaliser, first: bool) -> Iterator[Sentence]:
    units = verbaliser.units(sentence)
    breaths = [b.end() for b in _BREATH.finditer(sentence) if not _within(b.start(), units)]
    start = 0
    while (longest := _FIRST if first else _LONGEST) < len(sentence) - start:
        fitting = [
            b
            for b in breaths
            if start + _SHORTEST <= b <= min(start + _LONGEST, len(sentence) - _SHORTEST)
        ]
        if not fitting:
            break
        # the first sound comes earliest after the first breath, the rest sounds best when long
        end = min(fitting) if first else max(fitting)
        yield Sentence(sentence[start:end].strip(), PAUSE_CLAUSE_MS)
        start, first = end, False
        if len(sentence) - start <= longest:
            break
    yield Sentence(sentence[start:].strip(), pause_ms)


def _within(at: int, units: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in units)
