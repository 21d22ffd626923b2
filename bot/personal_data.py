"""Recognises personal data in what a citizen typed, so that it goes no further than the database.

Numbers that identify a person or a case are nothing that the bot can use: it says so, offers a
person, and Rasa gets the text without them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import iban
from stdnum.de import idnr


@dataclass(frozen=True)
class PersonalData:
    """The kinds of personal data in a text, and the text without them."""

    kinds: frozenset[str]
    text: str


@dataclass(frozen=True)
class _Pattern:
    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = lambda _: True


_REMOVED = " … "
_FEWEST_DIGITS = 4
"""Less is a word in capitals."""


def _is_account(number: str) -> bool:
    """A German IBAN even with a typing error in it, any other only if its check digits hold."""
    compact = re.sub(r"\s", "", number).upper()
    return (compact.startswith("DE") and len(compact) == 22) or bool(iban.is_valid(compact))


_PATTERNS = (
    _Pattern(
        "account",
        re.compile(r"\b[A-Za-z]{2}\s?\d{2}(?:\s?[A-Za-z0-9]{4}){2,7}(?:\s?[A-Za-z0-9]{1,3})?\b"),
        _is_account,
    ),
    # § 139b AO: eleven digits with a check digit
    _Pattern("tax_number", re.compile(r"\b\d{2}(?:\s?\d{3}){3}\b"), lambda n: idnr.is_valid(n)),
    # § 147 SGB VI: area, date of birth, initial, serial and check digit
    _Pattern("insurance_number", re.compile(r"\b\d{2}\s?\d{6}\s?[A-Za-z]\s?\d{3}\b")),
    # of a household at the Jobcenter, and of a person at the Agentur für Arbeit
    _Pattern("case_number", re.compile(r"\b\d{5}\s?(?://|BG)\s?\d{7}\b|\b\d{3}[A-Z]\d{6}\b")),
    _Pattern(
        "case_number",
        re.compile(
            r"(?i)\b(?:aktenzeichen|az[.:]|vorgangsnummer|kundennummer|bg[- ]?nummer|file number|"
            r"case number|reference number)[ .:#]*(?:(?:ist|lautet|is|nr\.?)\s)?"
            r"(?=\S*\d{3})[\w./\-]{4,}"
        ),
    ),
    # passports, identity cards and residence cards: nine characters, the first a letter
    _Pattern(
        "document_number",
        re.compile(r"\b[CFGHJKLMNPRTVWXYZ][0-9A-Z]{8}\b"),
        lambda number: sum(map(str.isdecimal, number)) >= _FEWEST_DIGITS,
    ),
    _Pattern("mail", re.compile(r"\b[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+\b")),
)

HARMLESS = frozenset({"mail"})
"""Personal, but nothing to call a person for."""


def find(text: str) -> PersonalData:
    """What of `text` is personal."""
    kinds, rest = set(), text
    for entry in _PATTERNS:
        for found in _matches(entry, rest):
            kinds.add(entry.kind)
            rest = rest.replace(found, _REMOVED)
    return PersonalData(frozenset(kinds), rest)


def _matches(entry: _Pattern, text: str) -> Iterator[str]:
    for match in entry.pattern.finditer(text):
        if entry.holds(match[0]):
            yield match[0]
