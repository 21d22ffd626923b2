"""Forms that name all genders, said as both names: `Bürger*innen`, `Mitarbeiter/in`."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.words import Words


def rules(words: Words) -> Iterator[Rule]:
    """The language's own patterns, in their order."""
    for pattern, said in words.inclusive.items():
        yield Rule(re.compile(pattern), lambda match, said=said: match.expand(said))  # type: ignore[misc]
