"""Spoken words in the spelling that all their spellings share."""

import re
import unicodedata

_UNSEEN = frozenset({"Cf", "Mn"})


def words(text: str) -> tuple[str, ...]:
    """The words of `text` without case, accents and punctuation: "Nein, danke!" → nein danke."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if unicodedata.category(c) not in _UNSEEN)
    return tuple(re.findall(r"\w+", bare))


def contains(row: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    """Whether the words of `phrase` follow each other somewhere in `row`."""
    return any(row[i : i + len(phrase)] == phrase for i in range(len(row) - len(phrase) + 1))
