"""What stands directly before and after a find: it decides about case, gender and kind."""

import re
from collections.abc import Iterable

_REACH = 32
"""Characters; no word that decides anything is longer."""


class Before:
    """Words of which one ends directly before a find, a space between."""

    def __init__(self, words: Iterable[str]) -> None:
        self._pattern = re.compile(rf"(?:^|[\W_])(?:{any_of(words)})\s+$", re.IGNORECASE)

    def __call__(self, match: re.Match[str]) -> bool:
        """Whether one does."""
        start = match.start()
        return bool(self._pattern.search(match.string[max(0, start - _REACH) : start]))


class After:
    """Beginnings of words of which one follows directly after a find."""

    def __init__(self, words: Iterable[str]) -> None:
        self._pattern = re.compile(rf"[\s\u00a0-]*(?:{any_of(words)})", re.IGNORECASE)

    def __call__(self, match: re.Match[str]) -> bool:
        """Whether one does."""
        return bool(self._pattern.match(match.string, match.end()))


def any_of(words: Iterable[str]) -> str:
    """An alternative of regular expressions, longest first; one that never matches if none."""
    return "|".join(sorted(words, key=len, reverse=True)) or r"(?!)"


def like(written: str, said: str) -> str:
    """`said` with a capital at its beginning where `written` has one."""
    return said[:1].upper() + said[1:] if written[:1].isupper() else said
