"""Cuts a sentence of another script into runs: its German words are for a German voice.

"Вам нужен Aufenthaltstitel по § 24 AufenthG." is said by three turns of a Russian voice and a
German one.  Each run is made speakable by the verbaliser of its own language, so that "Teil II"
and "eVB-Nummer" are German throughout; codes, plates, web addresses and single letters stay with
the sentence's language, which names Latin letters in its own way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from voice.speaking.sentences import PAUSE_CLAUSE_MS
from voice.verbaliser import layout
from voice.verbaliser.surroundings import like
from voice.verbaliser.verbaliser import verbaliser_of
from voice.verbaliser.words import words_of

GERMAN = "de"
_L = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = re.compile(rf"(?<![{_L}\d])\d*[{_L}][{_L}\d]*(?:[-/][{_L}\d]+)*(?![{_L}\d])")
_SPACE = r"[\s\u00a0.,&/–-]"
_BETWEEN = re.compile(rf"{_SPACE}*(?:(?:\d{{1,5}}[a-z]?|[A-ZÄÖÜ]{{1,5}}|[a-z]){_SPACE}+)*")
"""What may stand between two German words of one run: signs, house numbers, capitals."""
_AFTER = re.compile(rf"(?:[ \u00a0][A-ZÄÖÜ]{{1,5}}(?![{_L}\d–-]))*")
"""What belongs to the German word before it: the "II" of a Teil, the "EU" of a Karte."""
_MARK = "\u3105"
"""Stands for a German run while the rest is made speakable: a letter of no language of ours."""
_FOUND = re.compile(rf"{_MARK}|[{_L}]{{2,}}(?:[ -][{_L}]{{2,}})*")
_STOPS = ".,;:!?…،؛؟۔"
_LEADING = re.compile(rf"[\s{_STOPS}]*")
_GERMAN_STOPS = str.maketrans("،؛؟۔", ",;?.")


@dataclass(frozen=True)
class Run:
    """Words that one voice says at a stretch, as it is given them."""

    said: str
    language: str
    pause_ms: int = 0
    """Silence after it, where more of the sentence follows."""


def runs_of(text: str, language: str) -> tuple[Run, ...]:
    """The runs of a sentence in order; one alone where its language writes Latin letters.

    Raises:
        LookupError: The language is not known.
    """
    verbaliser = verbaliser_of(language)
    if not words_of(language).letters:
        return (Run(verbaliser.say(text), language),)
    text = layout.flat(text.replace(_MARK, " "))
    spans = list(_german_spans(text, language))
    said = verbaliser.say(_marked(text, spans))
    if said.count(_MARK) != len(spans):  # one was taken for a part of something else
        spans, said = [], verbaliser.say(text)
    german = (verbaliser_of(GERMAN).say(text[start:end]) for start, end in spans)
    return tuple(_phrased(_cut(said, german, language))) or (Run(said, language),)


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with a mark in place of each span."""
    done, marked = 0, ""
    for start, end in spans:
        marked += text[done:start] + _MARK
        done = end
    return marked + text[done:]


def _german_spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where German stands, as long runs as can be."""
    words = _german_words(text, language)
    if not (word := next(words, None)):
        return
    start, end = word
    for begin, stop in words:
        if not _BETWEEN.fullmatch(text, end, begin):
            yield start, _end_of(text, end)
            start = begin
        end = stop
    yield start, _end_of(text, end)


def _german_words(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where German words stand; what is but part of a date, a plate or an address is none."""
    units = verbaliser_of(language).units(text)
    for word in _WORD.finditer(text):
        start, end = word.span()
        part = any(a <= start and end <= b and (a, b) != (start, end) for a, b in units)
        if not part and _is_german(word.group(), language):
            yield start, end


def _end_of(text: str, end: int) -> int:
    match = _AFTER.match(text, end)
    return match.end() if match else end


def _is_german(word: str, language: str) -> bool:
    """Whether a word is still one of Latin letters when the language has said it."""
    return re.search(rf"[{_L}]{{2,}}", verbaliser_of(language).say(word)) is not None


def _cut(said: str, german: Iterator[str], language: str) -> Iterator[Run]:
    """The marks filled in, and what else is Latin cut out: the words of an address."""
    done = 0
    for found in _FOUND.finditer(said):
        if before := said[done : found.start()]:
            yield Run(before, language)
        word = found.group()
        yield Run(next(german) if word == _MARK else word, GERMAN)
        done = found.end()
    if rest := said[done:]:
        yield Run(rest, language)


def _phrased(runs: Iterator[Run]) -> Iterator[Run]:
    """Stops go to the words before them; a run that the sentence goes on after sounds like it."""
    last: Run | None = None
    for run in runs:
        stops = _LEADING.match(run.said)
        leading = stops.group() if stops else ""
        words = run.said[len(leading) :].rstrip()
        if last is not None:
            last = replace(last, said=last.said + leading.strip())
        if not words:
            continue
        if last is not None and last.language == run.language:
            last = replace(last, said=f"{last.said} {words}")
            continue
        if last is not None:
            yield _going_on(last)
        last = replace(run, said=words)
    if last is not None:
        yield _in_its_stops(last)


def _going_on(run: Run) -> Run:
    run = _in_its_stops(run)
    if run.said.endswith(tuple(_STOPS)):
        return replace(run, pause_ms=PAUSE_CLAUSE_MS)
    *before, last = run.said.split(" ")
    said = words_of(run.language).alone.get(last.lower())
    words = [*before, like(last, said) if said else last]
    return replace(run, said=f"{' '.join(words)},")


def _in_its_stops(run: Run) -> Run:
    return replace(run, said=run.said.translate(_GERMAN_STOPS)) if run.language == GERMAN else run
