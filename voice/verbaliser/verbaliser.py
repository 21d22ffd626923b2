"""Written text to spoken text, in one language."""

from functools import lru_cache

from voice.verbaliser import (
    abbreviations,
    addresses,
    codes,
    dates,
    inclusive,
    laws,
    layout,
    money,
    ordinals,
    phones,
    quantities,
    times,
)
from voice.verbaliser.grammar import Grammar
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.words import words_of


class Verbaliser:
    """Says what is written: no figure, sign or abbreviation is left to the synthesiser."""

    def __init__(self, language: str) -> None:
        words = words_of(language)
        numbers = Numbers(words)
        self._words = words
        self._grammar = Grammar(
            [
                *addresses.rules(words, numbers),
                *inclusive.rules(words),
                *laws.rules(words, numbers),
                *dates.rules(words, numbers),
                *times.rules(words, numbers),
                *money.rules(words, numbers),
                *phones.rules(words, numbers),
                *ordinals.rules(words, numbers),
                *codes.rules(words, numbers),
                *abbreviations.rules(words),
                *quantities.rules(words, numbers),
            ]
        )

    def say(self, text: str) -> str:
        """The text as it is to be read out, in one line."""
        return layout.plain(self._grammar.rewrite(layout.flat(text)), self._words)

    def units(self, text: str) -> list[tuple[int, int]]:
        """Where dates, abbreviations and the like stand, which nobody may cut in two."""
        return self._grammar.spans(text)


@lru_cache
def verbaliser_of(language: str) -> Verbaliser:
    """The verbaliser of a language, made once.

    Raises:
        LookupError: The language has no words here.
    """
    return Verbaliser(language)
