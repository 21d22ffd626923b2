"""One pass over a text: rules find what is not read as it is written, and say it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Say = Callable[[re.Match[str]], str | None]
"""What a find is read as; None where on a closer look it is something else."""


@dataclass(frozen=True)
class Rule:
    """A kind of thing: how it looks, and how it is said.

    A match sees the whole text (`match.string`), so a rule can look at what stands around it.
    """

    pattern: re.Pattern[str]
    say: Say


class Grammar:
    """Rules in the order in which they have precedence where several match at one place."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    def rewrite(self, text: str) -> str:
        """The text with every find said; finds do not overlap, and what is said is final."""
        said: list[str] = []
        done = 0
        for match, words in self._finds(text):
            said += text[done : match.start()], words
            done = match.end()
        return "".join([*said, text[done:]])

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the finds begin and end."""
        return [match.span() for match, _ in self._finds(text)]

    def _finds(self, text: str) -> Iterator[tuple[re.Match[str], str]]:
        done = 0
        finds = [rule.pattern.search(text) for rule in self._rules]
        while (find := _first(finds)) is not None:
            number, match = find
            rule = self._rules[number]
            if match.start() < done:
                finds[number] = rule.pattern.search(text, done)
                continue
            words = rule.say(match)
            if words is None:
                finds[number] = rule.pattern.search(text, match.start() + 1)
                continue
            done = match.end()
            yield match, words


def _first(finds: Sequence[re.Match[str] | None]) -> tuple[int, re.Match[str]] | None:
    there = [(find.start(), number, find) for number, find in enumerate(finds) if find]
    if not there:
        return None
    _, number, find = min(there, key=lambda row: row[:2])
    return number, find
