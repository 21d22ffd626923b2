"""Numbers in words: cardinals, ordinals, years, decimals and single digits, in their forms."""

import re
from decimal import Decimal
from functools import lru_cache

from num2words import num2words

from voice.verbaliser.words import Words

NUMBER = r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
"""A number as it is written, with or without thousands and decimals."""
_COUNTED = 10**12
"""From here on figures are read one by one: num2words does not reach further in every language."""
_GROUPED = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+")


def parse(written: str, decimal: str) -> Decimal:
    """The value of what `NUMBER` found.

    A mark before exactly three digits parts thousands, unless it is the language's decimal mark
    and stands alone; so `12.80` and `12,80` are the same amount, whoever wrote it.
    """
    marks = re.findall(r"[.,]", written)
    if marks and (not _GROUPED.fullmatch(written) or (len(marks) == 1 and marks[0] == decimal)):
        whole, _, decimals = written.rpartition(marks[-1])
        return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{decimals}")
    return Decimal(re.sub(r"\D", "", written))


class Numbers:
    """The numbers of one language."""

    def __init__(self, words: Words) -> None:
        self._words = words.numbers
        self._nouns = words.nouns
        self._plural = words.cldr.plural_form
        self._replace = [(re.compile(p), to) for p, to in self._words.replace.items()]
        self.cardinal = lru_cache(4096)(self._cardinal)
        self.ordinal = lru_cache(1024)(self._ordinal)

    def value(self, number: int | Decimal) -> "Value":
        """A number that a template can ask for in any way."""
        return Value(number, self)

    def digits(self, written: str) -> str:
        """Every digit by its own name."""
        return " ".join(self.cardinal(int(digit)) for digit in written if digit.isdecimal())

    def year(self, number: int) -> str:
        """A year that stands alone."""
        return self._corrected(num2words(number, lang=self._words.library, to="year"))

    def decimal(self, number: Decimal, form: str = "") -> str:
        """A number with or without decimals."""
        whole = int(number)
        if number == whole:
            return self.cardinal(whole, form)
        rest = f"{number}".partition(".")[2]
        if self._words.decimals == "library" and whole < 10**6 and len(rest) <= 3:
            return self._corrected(num2words(number.normalize(), lang=self._words.library))
        if self._words.decimals == "digits" or rest.startswith("0"):
            said = self.digits(rest)
        else:
            said = self.cardinal(int(rest))
        return f"{self.cardinal(whole)} {self._words.point} {said}"

    def counted(self, number: int, noun: str) -> str:
        """A number with what is counted, in the plural that it asks for."""
        forms = self._nouns[noun]
        kind = str(self._plural(number))
        form = forms.get("form", "")
        return f"{self.cardinal(number, form)} {forms.get(kind, forms['other'])}"

    def _cardinal(self, number: int, form: str = "") -> str:
        if number >= _COUNTED:
            return self.digits(str(number))
        said = self._corrected(num2words(number, lang=self._words.library))
        return _inflected(said, self._words.cardinal_forms.get(form, {}))

    def _ordinal(self, number: int, form: str = "") -> str:
        if number >= _COUNTED:
            return self.digits(str(number))
        said = self._corrected(num2words(number, lang=self._words.library, to="ordinal"))
        return _inflected(said, self._words.ordinal_forms.get(form, {}))

    def _corrected(self, said: str) -> str:
        for pattern, to in self._replace:
            said = pattern.sub(to, said)
        return " ".join(said.split())


class Value:
    """A number that is said as a template's format asks.

    `{x}` is the cardinal, `{x:genitive}` one of its forms, `{x:ordinal}` and `{x:ordinal.feminine}`
    the ordinal, `{x:year}` a year, `{x:count.cent}` the number with the noun that is counted.
    """

    def __init__(self, number: int | Decimal, numbers: Numbers) -> None:
        self._number = number
        self._numbers = numbers

    def __format__(self, way: str) -> str:
        kind, _, rest = way.partition(".")
        if kind == "ordinal":
            return self._numbers.ordinal(int(self._number), rest)
        if kind == "year":
            return self._numbers.year(int(self._number))
        if kind == "count":
            return self._numbers.counted(int(self._number), rest)
        return self._numbers.decimal(Decimal(self._number), kind)


def _inflected(said: str, form: dict[str, str]) -> str:
    if f"^{said}" in form:
        return form[f"^{said}"]
    if not form:
        return said
    return " ".join(_word(word, form) for word in said.split(" "))


def _word(word: str, form: dict[str, str]) -> str:
    if word in form:
        return form[word]
    endings = [e for e in form if e.startswith("-") and word.endswith(e[1:])]
    if not endings:
        return word
    ending = max(endings, key=len)
    return word.removesuffix(ending[1:]) + form[ending].removeprefix("-")
