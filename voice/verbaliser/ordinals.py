"""Ordinal numbers, as each language writes them: `14. Lebensmonat`, `13th`, `14-го`, `a 13-a`."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.words import OrdinalWords, Words


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """One rule for each way in which the language writes them."""
    return (_rule(way, numbers) for way in words.ordinals)


def _rule(way: OrdinalWords, numbers: Numbers) -> Rule:
    def say(match: re.Match[str]) -> str:
        before = match.groupdict().get("before") or ""
        return before + numbers.ordinal(int(match["n"]), way.form)

    return Rule(re.compile(way.pattern), say)
