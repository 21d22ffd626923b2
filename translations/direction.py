"""Keeps what is written from left to right in order within text from right to left.

Without help the bidirectional algorithm shows `0800 1110111` as `1110111 0800`, `44–47` as
`47–44` and `MU-AB 123` in pieces.  Isolates (UAX #9, LRI and PDI) prevent that on every channel,
in print and in saved text alike, where markup could not.
"""

import re

_LRI, _PDI = "\u2066", "\u2069"
_WORD = r"[0-9A-Za-z\u00c0-\u024f§€%+#@{}_]+(?:[.,:/’'&=?~–-]+[0-9A-Za-z\u00c0-\u024f§€%@{}_]+)*"
_RUN = re.compile(rf"{_WORD}(?:[ \u00a0\u202f]{_WORD})*")
_ISOLATES = re.compile(f"[{_LRI}{_PDI}]")


def isolated(text: str) -> str:
    """A text in a right-to-left language with its Latin words, plates and figures isolated."""
    return _RUN.sub(_isolate, bare(text))


def _isolate(run: re.Match[str]) -> str:
    return run.group() if run.group().isdecimal() else f"{_LRI}{run.group()}{_PDI}"


def bare(text: str) -> str:
    """The text without isolates."""
    return _ISOLATES.sub("", text)
