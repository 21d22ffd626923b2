"""Times of day and spans of them (`8:00`, `12.30 Uhr`, `8:00–12:00`), and short weekdays."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.surroundings import any_of, like
from voice.verbaliser.words import TimeWords, Words

_HOUR = r"(?:[01]?\d|2[0-4])"
_CLOCK = rf"{_HOUR}[:.][0-5]\d"


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Spans of time, single times and weekdays."""
    times = _Times(words.times, numbers)
    clock = rf"(?:\s?(?P<clock>{any_of(words.times.clock)})(?!\w))"
    until = rf"\s*(?:[–—-]|(?:{any_of(words.times.until)})(?!\w))\s*"
    already = rf"(?:\b(?:{any_of(words.times.span_begin)})\s+)?"
    span = (
        rf"{already}(?<![\d.,:])(?P<begin>{_CLOCK}|{_HOUR}){until}(?P<end>{_CLOCK}|{_HOUR})"
        rf"(?![\d:]|[.,]\d){clock}?"
    )
    yield Rule(re.compile(span, re.IGNORECASE), times.span)
    beside = rf"(?:(?<!\w)(?P<beside>{any_of(words.times.beside)})\s+)?"
    one = rf"{beside}(?<![\d.,:])(?P<time>{_CLOCK})(?![\d:]|[.,]\d){clock}?"
    yield Rule(re.compile(one, re.IGNORECASE), times.one)
    yield from _weekdays(words)


class _Times:
    def __init__(self, words: TimeWords, numbers: Numbers) -> None:
        self._words = words
        self._numbers = numbers

    def one(self, match: re.Match[str]) -> str | None:
        """A time; a number with a dot only where a word says that it is one."""
        if ":" not in match["time"] and not match["clock"]:
            return None
        hour, minutes = self._words.hour, self._words.minutes
        if written := match["beside"]:
            hour, minutes = (like(written, said) for said in self._words.beside[written.lower()])
        return self._say(match["time"], hour, minutes)

    def span(self, match: re.Match[str]) -> str | None:
        """A span; numbers alone only where a word says that they are times."""
        begin, end, words = match["begin"], match["end"], self._words
        if ":" not in begin + end and not match["clock"]:
            return None
        if ":" in begin + end and not (":" in begin and ":" in end) and not match["clock"]:
            return None
        return words.span.format(
            begin=self._say(
                begin, words.begin_hour or words.hour, words.begin_minutes or words.minutes
            ),
            end=self._say(end, words.end_hour or words.hour, words.end_minutes or words.minutes),
        )

    def _say(self, written: str, hour: str, minutes: str) -> str:
        h, _, m = written.replace(".", ":").partition(":")
        whole, part = int(h), int(m or 0)
        return (minutes if part else hour).format(
            h=self._numbers.value(whole),
            t=self._numbers.value((whole - 1) % 12 + 1),
            m=self._numbers.value(part),
            half=self._half(whole),
        )

    def _half(self, hour: int) -> str:
        if hour == 12:
            return self._words.noon
        return self._words.morning if hour < 12 else self._words.evening


def _weekdays(words: Words) -> Iterator[Rule]:
    """Short weekdays where they can be nothing else: in rows and spans, or before a time."""
    names = _weekday_names(words)
    day = rf"(?:{any_of(names)})(?!\w)\.?"
    row = rf"(?<!\w){day}(?:\s*[–—,/&+-]\s*{day})+"
    alone = rf"(?<!\w){day}(?=[:,]?\s*{_CLOCK}|[:,]?\s*\d+\s*[–-])"
    span = re.compile(rf"(?P<begin>{day})\s*[–—-]\s*(?P<end>{day})")
    wide: dict[int, str] = words.cldr.days["format"]["wide"]
    forms = words.weekdays

    def name(written: str) -> str:
        return wide[names[re.escape(written.rstrip("."))]]

    def say_span(match: re.Match[str]) -> str:
        begin, end = name(match["begin"]), name(match["end"])
        return forms.say.format(begin=forms.begin.get(begin, begin), end=forms.end.get(end, end))

    def say(match: re.Match[str]) -> str:
        spans = span.sub(say_span, match.group())
        said = re.sub(day, lambda one: name(one.group()), spans)
        return re.sub(r"\s*[/&+]\s*", ", ", said)

    yield Rule(re.compile(rf"{row}|{alone}"), say)


def _weekday_names(words: Words) -> dict[str, int]:
    """Every form of every weekday, as a regular expression without its dot, to CLDR's number."""
    days = words.cldr.days
    tables = (days["format"][width] for width in ("short", "abbreviated", "wide"))
    names = ((name.rstrip("."), number) for table in tables for number, name in table.items())
    return {re.escape(name): number for name, number in names if len(name) > 1}
