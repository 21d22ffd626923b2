"""What must survive any translation unchanged: numbers, dates, euros, links, laws, placeholders."""

import re
import string
from collections import Counter
from functools import lru_cache

from babel.dates import get_month_names

from translations.languages import cldr_locale

LINK = re.compile(r"https?://\S+?(?=[.,;:!?)»“”\"]*(?:\s|$))|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_DATE = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_EURO = re.compile(r"€|\bEUR\b|euro(?!p)|avro(?!p)|євро(?!п)|евро(?!п)|يورو|یورو", re.IGNORECASE)
_LAW = re.compile(
    r"§+|\bSGB\b|\bFZV\b|\b[A-ZÄÖÜ]+[a-zäöüß]+(?:[A-ZÄÖÜ][a-zäöüß]*)*[GVO]\b|\b(?:I[IVX]|V?II+|XI+)\b"
)
_OTHER_NAMES = {
    "fa": {1: ("جنوری",), 2: ("فبروری",), 3: ("مارچ",), 4: ("اپریل",), 6: ("جون",),
           7: ("جولای", "جولای", "ژوئیه"), 8: ("اگست", "آگوست"), 9: ("سپتمبر",), 10: ("اکتوبر",),
           11: ("نومبر",), 12: ("دسمبر",)},
    "ar": {1: ("كانون",), 2: ("شباط",), 4: ("نيسان",), 5: ("أيار", "ماي"), 6: ("حزيران",),
           7: ("تموز",), 8: ("آب",), 9: ("أيلول",)},
}  # fmt: skip
"""Names that CLDR's first locale of a language does not use, though many of its readers do."""


def numbers(text: str, language: str) -> Counter[str]:
    """Every number of a text by its value, those of dates and named months among them.

    `10,20` and `10.20`, `50.700` and `50,700`, `1.7.2026` and `1 July 2026` count alike;
    whatever stands in `{placeholders}` and links does not count.
    """
    text = LINK.sub(" ", re.sub(r"\{[^}]*\}", " ", text))
    found: Counter[str] = Counter()
    for day, month, year in _DATE.findall(text):
        found.update((str(int(day)), str(int(month)), year))
    text = _DATE.sub(" 0.0.0 ", text)
    found.update(_value(n) for n in _NUMBER.findall(text) if n != "0.0.0")
    found.update(_named_months(text, language))
    return found


def _value(number: str) -> str:
    if _THOUSANDS.fullmatch(number):
        whole, decimals = number, ""
        if (last := re.search(r"[.,](\d{1,2})$", number)) is not None:
            whole, decimals = number[: last.start()], "." + last.group(1)
        return re.sub(r"\D", "", whole) + decimals
    return re.sub(r"[,\u00a0\u202f]", ".", number)


def _named_months(text: str, language: str) -> list[str]:
    """The numbers of months that are named beside a day or a year."""
    # "may" is no month in English, "May" beside a number is
    folded = text if language == "en" else text.casefold()
    words = re.findall(r"\d+|[^\W\d_]+", re.sub(r"[\u064b-\u065f]", "", folded))
    found = []
    for i, word in enumerate(words):
        beside = words[max(0, i - 2) : i] + words[i + 1 : i + 3]
        if any(re.fullmatch(r"\d{1,2}|\d{4}", other) for other in beside):
            found += [str(number) for form, number in _months(language) if form.fullmatch(word)]
    return found


@lru_cache
def _months(language: str) -> list[tuple[re.Pattern[str], int]]:
    """A pattern of each month's name in its cases (CLDR has two of them)."""
    locale = cldr_locale(language)
    dates = get_month_names("wide", "format", locale)
    alone = get_month_names("wide", "stand-alone", locale)
    found = []
    for number in range(1, 13):
        names = [re.sub(r"[\u064b-\u065f]", "", n[number]) for n in (dates, alone)]
        if language != "en":
            names = [name.casefold() for name in names]
        forms = "|".join(map(re.escape, {*names, *_OTHER_NAMES.get(language, {}).get(number, ())}))
        if language in ("uk", "ru"):
            forms += f"|{re.escape(names[0][:-1])}[іієяюауеё]"
        if language == "pl":
            forms += f"|{re.escape(names[0][:-1])}u"
        if language == "tr":
            forms = f"(?:{forms})(?:[a-zçğıöşü]{{1,4}})?"
        found.append((re.compile(forms), number))
    return found


def names_euro(text: str) -> bool:
    """Whether a text speaks of euros."""
    return _EURO.search(text) is not None


def links(text: str) -> Counter[str]:
    """The web and mail addresses of a text."""
    return Counter(LINK.findall(text))


def laws(text: str) -> Counter[str]:
    """Paragraph signs, abbreviated laws and Roman numerals from II on."""
    return Counter(_LAW.findall(LINK.sub(" ", text)))


def placeholders(text: str) -> Counter[str]:
    """The names of the `{placeholders}` of a text."""
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name)


def placeholders_loosely(text: str) -> Counter[str]:
    """Like `placeholders`, for texts that may hold stray braces."""
    return Counter(re.findall(r"\{(\w+)\}", text))


def words(text: str) -> list[str]:
    """The words of a text, without links and placeholders."""
    return _WORD.findall(LINK.sub(" ", re.sub(r"\{[^}]*\}", " ", text)))
