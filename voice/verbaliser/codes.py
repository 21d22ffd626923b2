"""What is spelled: plates, codes of letters and figures, long and short numbers, Roman ones."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.surroundings import After
from voice.verbaliser.words import Words

_LETTER = "A-Za-zÄÖÜäöüß"
_ROMAN = {
    "II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12,
    "XIII": 13, "XIV": 14,
}  # fmt: skip
_PART = r"Teil|Part|Partea|Bölüm|Część|Partie|Buch|SGB|Stufe|Klasse|Част\w+|Частин\w+|الجزء|بخش"


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Plates first: they look like codes."""
    codes = _Codes(words, numbers)
    plate = (
        r"(?<![\w-])(?P<place>[A-ZÄÖÜ]{1,3})[-–](?P<mine>[A-Z]{1,2})[ -]?"
        r"(?P<n>\d{1,4})(?P<end>[EH]?)(?!\w)"
    )
    yield Rule(re.compile(plate), codes.plate)
    # Arabic conjunctions are written onto a code, so only Latin letters bound it
    code = (
        rf"(?<![{_LETTER}\d])(?=[{_LETTER}]*\d)(?=\d*[{_LETTER}])[{_LETTER}\d]+"
        r"(?:['’](?P<suffix>[^\W\d_]+))?"
    )
    yield Rule(re.compile(code), codes.code)
    yield Rule(re.compile(r"(?<![\d.,])0\d++(?![.,]\d)|(?<![\d.,])\d{5,}+(?![.,]\d)"), codes.long)
    yield Rule(re.compile(r"(?<![\d.,])(?P<a>\d+)\s?/\s?(?P<b>\d+)(?!\d)"), codes.slashed)
    roman = rf"(?<![\w-])(?P<n>{'|'.join(_ROMAN)})(?!\w)|(?<=\w )(?<!\w)(?P<part>I|V|X)(?!\w)"
    yield Rule(re.compile(roman), codes.roman)


class _Codes:
    def __init__(self, words: Words, numbers: Numbers) -> None:
        self._words = words
        self._numbers = numbers
        self._quantity = After(words.unit_words)
        self._after_part = re.compile(rf"(?:{_PART})\s+$", re.IGNORECASE)

    def plate(self, match: re.Match[str]) -> str:
        """Letters and figures one by one, its parts with a pause between."""
        letters = (self._spelled(match[part]) for part in ("place", "mine"))
        end = f" {self._spelled(match['end'])}" if match["end"] else ""
        return f"{', '.join(letters)}, {self._numbers.digits(match['n'])}{end}"

    def code(self, match: re.Match[str]) -> str:
        """Capitals letter by letter, short numbers as such, long ones figure by figure."""
        written = match.group().removesuffix(match["suffix"] or "").rstrip("'’")
        parts = re.findall(r"\d+|[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüß]+", written)
        said = " ".join(map(self._part, parts)) + (match["suffix"] or "")
        return re.sub(r" (?=er$)", "", said)  # "07er" is one word

    def long(self, match: re.Match[str]) -> str | None:
        """A number that is a name, not a quantity."""
        if not match.group().startswith("0") and self._quantity(match):
            return None
        return grouped(match.group(), self._numbers)

    def slashed(self, match: re.Match[str]) -> str:
        """Numbers of a file or a form."""
        slash = self._words.addresses.slash
        return f"{self._run(match['a'])} {slash} {self._run(match['b'])}"

    def roman(self, match: re.Match[str]) -> str | None:
        """A Roman number; one of a single letter only after a word for a part."""
        if match["n"]:
            return self._numbers.cardinal(_ROMAN[match["n"]])
        start = match.start()
        if not self._after_part.search(match.string[max(0, start - 20) : start]):
            return None
        return self._numbers.cardinal({"I": 1, "V": 5, "X": 10}[match["part"]])

    def _part(self, part: str) -> str:
        if part.isdecimal():
            return self._run(part)
        return self._spelled(part) if part.isupper() or len(part) == 1 else part

    def _run(self, digits: str) -> str:
        if digits.startswith("0") or len(digits) > 2:
            return self._numbers.digits(digits)
        return self._numbers.cardinal(int(digits))

    def _spelled(self, letters: str) -> str:
        return spelled(letters, self._words)


def spelled(letters: str, words: Words) -> str:
    """Letters one by one, by their names where the language writes others."""
    return " ".join(words.letters.get(letter.upper(), letter) for letter in letters)


def grouped(digits: str, numbers: Numbers) -> str:
    """Figures one by one, in twos and threes with pauses, as people dictate them."""
    parts = []
    while len(digits) > 4:
        size = 2 if len(digits) % 3 == 2 else 3
        parts.append(digits[:size])
        digits = digits[size:]
    cut = [digits] if len(digits) < 4 else [digits[:2], digits[2:]]
    return ", ".join(numbers.digits(part) for part in [*parts, *cut] if part)
