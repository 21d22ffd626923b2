"""Splits text into sentences for translation, and keeps what stands between them.

Rules instead of a model: a translation engine needs pieces that are not too long, and a wrong
split costs fluency at worst.  Lines and their bullets are kept out of the engine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST = 400
"""Characters; longer sentences are cut at a comma or a space."""
_BULLET = re.compile(r"^\s*(?:[-–•*·]|\d{1,2}[.)])\s+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:z\. ?B|d\. ?h|u\. ?a|usw|bzw|ca|Nr|Str|Abs|Dr|Hr|Fr|inkl|evtl|ggf|vgl|St|Tel"
    r"|Mr|Mrs|art|тис|грн|вул|ул|г|р|т\. ?п|np|tzn|ul|nr|bd|vs)|\b\d{1,2}|\b[A-ZÄÖÜА-ЯІЇЄҐ])$",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?…؟。۔]+[\"»”“’')\]]*(?=\s+\S)")


@dataclass(frozen=True)
class Piece:
    """A sentence to translate, or what stands between two and is kept as it is."""

    text: str
    translate: bool


def pieces(text: str) -> list[Piece]:
    """The text in pieces; their texts one after another are the text again."""
    found: list[Piece] = []
    for line in re.split(r"(\n+)", text):
        if not line.strip():
            found.append(Piece(line, False))
            continue
        if bullet := _BULLET.match(line):
            found.append(Piece(bullet.group(), False))
            line = line[bullet.end() :]
        found.extend(_sentences(line))
    return [piece for piece in found if piece.text]


def _sentences(line: str) -> Iterator[Piece]:
    start = 0
    for end in _END.finditer(line):
        dot = end.group().startswith(".") and len(end.group()) == 1
        if dot and _ABBREVIATED.search(line[start : end.start()]):
            continue
        yield from _cut(line[start : end.end()])
        start = end.end()
    yield from _cut(line[start:])


def _cut(sentence: str) -> Iterator[Piece]:
    """The sentence without its outer white space, in parts where it is too long."""
    while len(sentence) > _LONGEST:
        cut = max(sentence.rfind(", ", 0, _LONGEST) + 1, 0) or sentence.rfind(" ", 0, _LONGEST)
        if cut <= 0:
            cut = _LONGEST
        yield from _trimmed(sentence[:cut])
        sentence = sentence[cut:]
    yield from _trimmed(sentence)


def _trimmed(sentence: str) -> Iterator[Piece]:
    core = sentence.strip()
    if not core:
        yield Piece(sentence, False)
        return
    before, after = sentence.split(core, 1)
    yield Piece(before, False)
    yield Piece(core, any(map(str.isalpha, core)))
    yield Piece(after, False)
