"""Dates: `3.10.2026`, `2026-10-03`, `3/10/2026`, `3. Oktober 2026`, `1er juillet`."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.surroundings import any_of, like
from voice.verbaliser.words import Words

_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_YEAR = r"(?P<year>\d{4})"
_NUMERIC = (
    rf"(?<![\d.,]){_DAY}\.\s?{_MONTH}\.(?:\s?(?P<year>\d{{4}}|\d{{2}}(?![\d.,])))?(?!\d)",
    rf"(?<![\d/]){_DAY}/{_MONTH}/{_YEAR}(?![\d/])",
    rf"(?<![\d-]){_YEAR}-{_MONTH}-{_DAY}(?![\d-])",
)
_ENDING = r"(?:\.|er|re|st|nd|rd|th|e)?"


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Numeric dates, and days beside the name of a month."""
    dates = _Dates(words, numbers)
    before = rf"(?:\b(?P<before>{any_of(map(re.escape, words.dates.before))})\s+)?"
    prefix = rf"(?:{words.dates.prefix})?" if words.dates.prefix else ""
    suffix = r"(?:['’](?P<suffix>[^\W\d_]+))?" if words.numbers.suffixes else "(?P<suffix>)"
    for pattern in _NUMERIC:
        yield Rule(re.compile(before + pattern + suffix, re.IGNORECASE), dates.say)
    named = (
        rf"{before}(?<![\d.,]){_DAY}{_ENDING}\s+{prefix}(?P<month>{any_of(month_names(words))})"
        rf"(?!\w)(?:,?\s+{_YEAR}(?!\d|[.,]\d))?{suffix}"
    )
    yield Rule(re.compile(named, re.IGNORECASE), dates.say)


def month_names(words: Words) -> dict[str, int]:
    """Every name under which a month is written, as a regular expression, to its number."""
    months = words.cldr.months
    tables = [months["format"]["wide"], months["stand-alone"]["wide"]]
    tables.append(months["format"]["abbreviated"])
    names = {
        re.escape(name.casefold()): number for table in tables for number, name in table.items()
    }
    return names | words.dates.other_months


class _Dates:
    def __init__(self, words: Words, numbers: Numbers) -> None:
        self._words = words.dates
        self._numbers = numbers
        kind = "stand-alone" if words.dates.stand_alone else "format"
        self._months = words.cldr.months[kind]["wide"]
        self._by_name = {re.compile(name): number for name, number in month_names(words).items()}

    def say(self, match: re.Match[str]) -> str:
        """The day as people say it, in the case that the word before asks for."""
        month = self._month(match["month"])
        day, year = int(match["day"]), match["year"]
        before, way = self._before(match["before"])
        said = (self._words.say if year else self._words.short).format(
            day=self._day(day, way), month=self._months[month], year=self._year(year)
        )
        suffix = match["suffix"] or ""
        if suffix and not year:
            suffix = f"’{suffix}"  # endings are set apart from a name, not from a number
        return f"{before}{said}{suffix}"

    def _before(self, written: str | None) -> tuple[str, str]:
        if written is None:
            return "", self._words.day
        said, way = self._words.before[written.lower()]
        return like(written, f"{said} "), way

    def _day(self, day: int, way: str) -> str:
        if day == 1 and self._words.first:
            return self._words.first
        return f"{self._numbers.value(day):{way}}"

    def _year(self, written: str | None) -> str:
        if written is None:
            return ""
        year = int(written) if len(written) == 4 else 2000 + int(written)
        return f"{self._numbers.value(year):{self._words.year}}"

    def _month(self, written: str) -> int:
        if written.isdigit():
            return int(written)
        folded = written.casefold()
        return next(n for name, n in self._by_name.items() if name.fullmatch(folded))
