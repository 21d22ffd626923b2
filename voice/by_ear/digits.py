"""Telephone numbers by voice and by keys: understood, read back in groups."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import phonenumbers
from num2words import num2words

from bot.yaml_files import read_yaml
from voice.by_ear.words import words

REGION = "DE"
_GROUP = 3
_SHORTEST = 6
_NUMBERS = 1000
"""Numbers below this are understood as one: "einundzwanzig" is 2 1, "dreihundert" is 3 0 0."""


class Digits:
    """Understands spoken digits (`data/phone/digits.yml` and the names of numbers)."""

    def __init__(self, more: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
        """Takes by language what else digits are called, and words that repeat the next one."""
        self._more = more
        self._by_language: dict[str, tuple[dict[tuple[str, ...], str], dict[str, int]]] = {}

    @classmethod
    def load(cls, path: Path) -> "Digits":
        """Reads `digits.yml`."""
        return cls(read_yaml(path))

    def digits_of(self, text: str, language: str) -> str:
        """The digits that are said in `text`, also "doppel null"; other words are skipped."""
        said = words(text.replace("+", " 00 "))
        names, times = self.known(language.split("-")[0])
        found, repeat, at = "", 1, 0
        while at < len(said):
            if said[at].isdecimal():
                digits, length = said[at], 1
            elif said[at] in times:
                repeat, at = times[said[at]], at + 1
                continue
            else:
                digits, length = _longest(names, said[at:])
            found, repeat, at = found + digits * repeat, 1, at + length
        return "".join(str(int(digit)) for digit in found)

    def key_of(self, text: str, language: str) -> str | None:
        """The one digit that is said and hardly anything else: "die Eins" is a key."""
        digits = self.digits_of(text, language)
        return digits if len(digits) == 1 and len(words(text)) <= 2 else None

    def known(self, language: str) -> tuple[dict[tuple[str, ...], str], dict[str, int]]:
        """What numbers are called, and which words repeat the one after them."""
        if language not in self._by_language:
            more = self._more.get(language, {})
            also = {words(name): str(number) for name, number in more.get("also", {}).items()}
            times = {words(word)[0]: count for word, count in more.get("times", {}).items()}
            self._by_language[language] = ({**_names(language), **also}, times)
        return self._by_language[language]


def dialable(digits: str) -> str | None:
    """The number as a telephone takes it, e.g. `+493023125110`.

    None if it can be none: without its area code it would lead elsewhere.
    """
    if not digits.startswith(("0", "+")):
        return None
    try:
        number = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException:
        return None
    if len(str(number.national_number)) < _SHORTEST or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_back(number: str) -> str:
    """A number (E.164) digit by digit in groups: `0 3 0, 2 3 1, 2 5 1, 1 0`."""
    parsed = phonenumbers.parse(number, REGION)
    if parsed.country_code != phonenumbers.country_code_for_region(REGION):
        area, rest = f"00{parsed.country_code}", str(parsed.national_number)
    else:
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        area, _, rest = written.partition(" ")
        if not rest:  # an area code that the library does not know
            area, rest = f"0{written[:_GROUP]}", written[_GROUP:]
    tail = "".join(c for c in rest if c.isdecimal())
    groups = [area, *(tail[i : i + _GROUP] for i in range(0, len(tail), _GROUP))]
    return ", ".join(" ".join(group) for group in groups)


def ending(number: str) -> str:
    """The last digits, by which a caller knows her own number."""
    return " ".join([c for c in number if c.isdecimal()][-_GROUP:])


@cache
def _names(language: str) -> dict[tuple[str, ...], str]:
    """How a language calls its numbers, as rows of words."""
    return {words(num2words(n, lang=language)): str(n) for n in range(_NUMBERS)}


def _longest(names: Mapping[tuple[str, ...], str], said: tuple[str, ...]) -> tuple[str, int]:
    """The digits of the longest name at the beginning of `said`; one word is skipped if none."""
    longest = max(map(len, names))
    for length in range(min(longest, len(said)), 0, -1):
        if digits := names.get(said[:length]):
            return digits, length
    return "", 1
