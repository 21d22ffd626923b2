"""Phone numbers, figure by figure and in the groups in which they were written."""

import re
from collections.abc import Iterator

import phonenumbers

from voice.verbaliser.codes import grouped
from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.surroundings import After
from voice.verbaliser.words import Words

_REGION = "DE"
_LONG = (
    r"(?<![\w.,])(?:\+|00)?\(?\d[\d()]*(?:[ \u00a0/–-]{1,3}\(?\d[\d()]*)+(?![.,]?\d)"
    r"|(?<![\w.,])\+\d{6,}"
)
_SHORT = r"(?<![\d.,])(?:116[ \u00a0]?\d{3}|11[0-9])(?!\d|[.,:/]\d|[ \u00a0]?[%€])"


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Whole numbers, then the short ones (110, 112, 115, 116 117)."""
    quantity = After(words.unit_words)

    def say_long(match: re.Match[str]) -> str | None:
        return _said(match.group(), words, numbers) if _is_phone(match.group()) else None

    def say_short(match: re.Match[str]) -> str | None:
        if quantity(match):
            return None
        return ", ".join(numbers.digits(part) for part in match.group().split())

    yield Rule(re.compile(_LONG), say_long)
    if words.short_numbers == "digits":
        yield Rule(re.compile(_SHORT), say_short)


def _is_phone(written: str) -> bool:
    if not written.startswith(("0", "+", "(0")):
        return False
    try:
        number = phonenumbers.parse(written, _REGION)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _said(written: str, words: Words, numbers: Numbers) -> str:
    plus = f"{words.symbols['+']} " if written.startswith("+") else ""
    groups = re.findall(r"\d+", written)
    return plus + ", ".join(grouped(group, numbers) for group in groups)
