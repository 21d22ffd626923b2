"""The words of one language: how its numbers, dates, amounts and abbreviations are said.

They are data (`words/LANG.yml`), so that a native speaker can correct them without reading Python.
All tables are drafts until one did.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from pydantic import BaseModel, ConfigDict

from bot.yaml_files import read_yaml

_FOLDER = Path(__file__).parent / "words"

Forms = dict[str, dict[str, str]]
"""Name of a form (`genitive`, `feminine`) to what becomes of its words.

A key is a word (`dwa: dwóch`), an ending with a hyphen before it (`-ий: -ого`), or a whole number
after a circumflex (`^jeden: jednego`).
"""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NumberWords(_Data):
    """How numbers are said, as far as num2words does not know."""

    library: str
    """num2words' name of the language."""
    decimal: Literal[",", "."] = ","
    point: str
    decimals: Literal["digits", "number", "library"] = "number"
    """Whether decimals are read one by one, as a number, or as num2words does."""
    replace: dict[str, str] = {}
    """Corrections of num2words, as regular expressions, in order."""
    cardinal_forms: Forms = {}
    ordinal_forms: Forms = {}
    before: dict[str, list[str]] = {}
    """Form of a cardinal to the words, as regular expressions, after which it has it."""
    after: dict[str, list[str]] = {}
    """The same for the beginning of the word that follows; goes before `before`."""
    agrees: dict[str, list[str]] = {}
    """The same for the gender of the word that follows, where none of the others asks anything."""
    suffixes: bool = False
    """Whether endings are written to figures with an apostrophe (Turkish)."""


class OrdinalWords(_Data):
    """One way in which an ordinal is written.

    The pattern has the group `n`, and may have `before`, which is kept.
    """

    pattern: str
    form: str = ""


class DateWords(_Data):
    """How a day is said."""

    say: str
    """With `{day}`, `{month}` and `{year}`."""
    short: str
    """The same without the year."""
    day: str
    """Way of the day's number, as `Value` reads it, e.g. `ordinal.genitive`."""
    first: str | None = None
    """The first of a month, where it is said in its own way."""
    year: str = "year"
    before: dict[str, list[str]] = {}
    """A word before the date to what is said in its place and the way of the day's number."""
    prefix: str = ""
    """Words that may be written between day and month (`de`, `of`), as a regular expression."""
    stand_alone: bool = False
    """Whether a date uses the names of the months that stand alone (CLDR)."""
    other_months: dict[str, int] = {}
    """Further names of months that people write."""


class YearWords(_Data):
    """How a year is said beside a word for year."""

    after: dict[str, str] = {}
    """The word after it, as a regular expression, to the way of saying the number."""
    before: dict[str, str] = {}
    """The same for the word before, which decides where both would."""


class TimeWords(_Data):
    """How times of day and spans of them are said."""

    hour: str
    """A full hour, with `{h}` (0 to 24) and `{t}` (1 to 12, for a.m. and p.m.)."""
    minutes: str
    """With `{m}` too."""
    span: str
    """With `{begin}` and `{end}`."""
    begin_hour: str | None = None
    """The first time of a span where it is a full hour; else as `hour`."""
    begin_minutes: str | None = None
    end_hour: str | None = None
    end_minutes: str | None = None
    beside: dict[str, list[str]] = {}
    """A word before a time to what is said of both: at a full hour, and with minutes."""
    morning: str = ""
    noon: str = ""
    """Of 12:00 to 12:59."""
    evening: str = ""
    clock: list[str] = []
    """Words written after a time that belong to it, as regular expressions."""
    span_begin: list[str] = []
    """Words written before a span that `span` already says."""
    until: list[str] = []
    """Words written between its ends."""


class WeekdayWords(_Data):
    """How a span of weekdays is said, and in which forms its ends."""

    say: str
    """With `{begin}` and `{end}`."""
    begin: dict[str, str] = {}
    end: dict[str, str] = {}


class MoneyWords(_Data):
    """How euros are said."""

    euros: str
    """With `{e}`."""
    cents: str
    """With `{c}`."""
    both: str
    words: list[str]
    """How the currency is written beside `€` and `EUR`, as regular expressions."""


class LawWords(_Data):
    """How paragraphs of law are said."""

    section: str
    sections: str
    paragraph: str
    sentence: str
    number: str


class AddressWords(_Data):
    """How the signs of a web or mail address are said."""

    dot: str
    at: str
    slash: str
    hyphen: str
    underscore: str


class Words(_Data):
    """All of it."""

    draft: bool
    """Until a native speaker has read the file."""
    locale: str
    numbers: NumberWords
    ordinals: list[OrdinalWords] = []
    dates: DateWords
    years: YearWords = YearWords()
    times: TimeWords
    weekdays: WeekdayWords
    money: MoneyWords
    law: LawWords
    addresses: AddressWords
    until: str
    """What stands for the dash of a span: "bis"."""
    alternative: str
    """What stands for the slash between two words: "oder"."""
    percent: str
    """With `{n}`."""
    short_numbers: Literal["digits", "number"] = "digits"
    """How 110, 112, 115 and the like are said."""
    units: dict[str, str]
    """What is written after a number."""
    unit_words: list[str] = []
    """Beginnings of words that make the number before them a quantity, never a code."""
    abbreviations: dict[str, str] = {}
    endings: dict[str, str] = {}
    """Ends of words that are written short: `Musterstr.`"""
    acronyms: dict[str, str] = {}
    symbols: dict[str, str]
    nouns: dict[str, dict[str, str]] = {}
    """What is counted, by CLDR's plural categories."""
    letters: dict[str, str] = {}
    """Names of Latin letters, where the language's script is another."""
    alone: dict[str, str] = {}
    """Words of one letter that would be read as its name where a word of another voice follows,
    to what is said then."""
    inclusive: dict[str, str] = {}
    """Forms that name all genders, as regular expressions, to what is said."""

    @property
    def cldr(self) -> Locale:
        """CLDR's names of months and weekdays, and its plurals."""
        return Locale.parse(self.locale)


@lru_cache
def words_of(language: str) -> Words:
    """The words of a language.

    Raises:
        LookupError: There are none.
    """
    path = _FOLDER / f"{_spoken(language)}.yml"
    if not path.exists():
        raise LookupError(f"No words to speak {language} with")
    content = read_yaml(path)
    shared = read_yaml(_FOLDER / "german_terms.yml")
    content["acronyms"] = {**shared, **content.get("acronyms", {})}
    return Words.model_validate(content)


def spoken_languages() -> frozenset[str]:
    """The languages that have words, Leichte Sprache among them."""
    codes = {path.stem for path in _FOLDER.glob("??.yml")}
    return frozenset(codes | {"de-x-leicht"})


def _spoken(language: str) -> str:
    """Leichte Sprache is written otherwise than German, but read the same."""
    return "de" if language.startswith("de") else language
