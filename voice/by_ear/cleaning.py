"""Makes prose that was written to be read fit to be spoken, as far as its layout goes.

How figures, dates and abbreviations are said is the verbaliser's matter.
"""

import re

_BULLET = re.compile(r"^\s*(?:[-–•>]|\d+\.)\s+")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_STEERING = re.compile(r"[\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Soft hyphens and the marks of writing's direction; joiners change words and stay."""
_ENDS = (".", "!", "?", ":", "…", "؟", "۔")


def visible(text: str) -> str:
    """`text` without the invisible signs that keep its writing in order."""
    return _STEERING.sub("", text)


def spoken(text: str) -> str:
    """`text` as sentences in one row: bullets and links gone, brackets turned into pauses."""
    rows = (_row(row) for row in visible(text).splitlines())
    return " ".join(row for row in rows if row)


def sentence(text: str) -> str:
    """`text` with an end."""
    text = text.strip()
    return text if not text or text.endswith(_ENDS) else f"{text}."


def _row(row: str) -> str:
    row = _LINK.sub("", _BULLET.sub("", row))
    return sentence(re.sub(r"\s+", " ", _BRACKETS.sub(r", \1,", row)).replace(",.", ".").strip())
