"""Plain numbers, decimals, percentages, years, spans and units."""

import re
from collections.abc import Iterator
from decimal import Decimal

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import NUMBER, Numbers, parse
from voice.verbaliser.surroundings import After, Before, any_of
from voice.verbaliser.words import Words

_YEARS = range(1900, 2100)
_Beside = Before | After


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """In this order, because the later ones match within the earlier."""
    plain = _Plain(words, numbers)
    percent = rf"(?<![\d.,])(?:%\s?(?P<n>{NUMBER})|(?P<m>{NUMBER})[\s\u00a0]?%)"
    yield Rule(re.compile(percent), plain.percent)
    span = r"(?<![\d.,-])(?P<low>\d{1,4})\s?[–—-]\s?(?P<high>\d{1,4})(?![\d-]|[.,]\d)"
    yield Rule(re.compile(span), plain.span)
    suffix = r"(?:['’](?P<suffix>[^\W\d_]+))?" if words.numbers.suffixes else "(?P<suffix>)"
    yield Rule(re.compile(rf"(?<!\d)(?P<n>{NUMBER}){suffix}"), plain.number)
    units = any_of(map(re.escape, words.units))
    yield Rule(
        re.compile(rf"(?<=\d)[\s\u00a0]?(?P<unit>{units})(?!\w)|(?<!\w)(?P<bare>km/h)(?!\w)"),
        lambda match: f" {words.units[match['unit'] or match['bare']]}",
    )


class _Plain:
    def __init__(self, words: Words, numbers: Numbers) -> None:
        self._words = words
        self._numbers = numbers
        self._quantity = After(words.unit_words)
        forms = words.numbers
        self._forms: list[tuple[_Beside, str]] = [
            *((After(rows), form) for form, rows in forms.after.items()),
            *((Before(rows), form) for form, rows in forms.before.items()),
            *((After(rows), form) for form, rows in forms.agrees.items()),
        ]
        self._years: list[tuple[_Beside, str]] = [
            *((Before([word]), way) for word, way in words.years.before.items()),
            *((After([word]), way) for word, way in words.years.after.items()),
        ]

    def number(self, match: re.Match[str]) -> str:
        """A number in the form that its neighbours ask for."""
        value = parse(match["n"], self._words.numbers.decimal)
        suffix = match["suffix"] or ""
        if self._is_year(match, value):
            return self._year(match, int(value)) + suffix
        return self._numbers.decimal(value, self._form(match)) + suffix

    def percent(self, match: re.Match[str]) -> str:
        """A percentage."""
        value = parse(match["n"] or match["m"], self._words.numbers.decimal)
        return self._words.percent.format(n=self._numbers.value(value))

    def span(self, match: re.Match[str]) -> str:
        """Two numbers with a dash between."""
        form = self._form(match)
        low, high = (self._numbers.cardinal(int(match[end]), form) for end in ("low", "high"))
        return f"{low} {self._words.until} {high}"

    def _is_year(self, match: re.Match[str], value: Decimal) -> bool:
        return match["n"].isdigit() and int(value) in _YEARS and not self._quantity(match)

    def _year(self, match: re.Match[str], year: int) -> str:
        way = next((way for beside, way in self._years if beside(match)), "year")
        return f"{self._numbers.value(year):{way}}"

    def _form(self, match: re.Match[str]) -> str:
        return next((form for beside, form in self._forms if beside(match)), "")
