"""Amounts of euros: `70,00 €`, `12.80 EUR`, `€23.00`, `10,20 bis 12,80 Euro`."""

import re
from collections.abc import Iterator
from decimal import Decimal

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import NUMBER, Numbers, parse
from voice.verbaliser.surroundings import any_of
from voice.verbaliser.words import Words


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Spans of amounts, then single ones."""
    money = _Money(words, numbers)
    euro = rf"(?:€|(?:EUR|{any_of(words.money.words)})(?!\w))"
    between = rf"\s*(?:[–—-]|(?:{any_of(words.times.until)})(?!\w))\s*"
    span = rf"(?<![\d.,:])(?P<low>{NUMBER}){between}(?P<high>{NUMBER})[\s\u00a0]?{euro}"
    yield Rule(re.compile(span), money.span)
    yield Rule(re.compile(rf"€[\s\u00a0]?(?P<amount>{NUMBER})"), money.one)
    yield Rule(
        re.compile(rf"(?<![\d.,:])(?P<amount>{NUMBER})[\s\u00a0]?(?P<sign>{euro})"), money.one
    )


class _Money:
    def __init__(self, words: Words, numbers: Numbers) -> None:
        self._words = words
        self._numbers = numbers

    def one(self, match: re.Match[str]) -> str | None:
        """An amount; a whole one keeps the word for euro that is written after it."""
        amount = self._amount(match["amount"])
        sign = match.groupdict().get("sign") or "€"
        if amount == int(amount) and sign not in ("€", "EUR") and "," not in match["amount"]:
            return None
        return self._say(amount)

    def span(self, match: re.Match[str]) -> str | None:
        """Two amounts, where one has cents."""
        low, high = (self._amount(match[end]) for end in ("low", "high"))
        if low == int(low) and high == int(high):
            return None
        return f"{self._say(low)} {self._words.until} {self._say(high)}"

    def _amount(self, written: str) -> Decimal:
        return parse(written, self._words.numbers.decimal)

    def _say(self, amount: Decimal) -> str:
        euros, cents = divmod(int(amount * 100), 100)
        words = self._words.money
        if not cents:
            return words.euros.format(e=self._numbers.value(euros))
        form = words.both if euros else words.cents
        return form.format(e=self._numbers.value(euros), c=self._numbers.value(cents))
