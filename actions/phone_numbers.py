"""Finds a telephone number in what somebody wrote."""

import re

MIN_DIGITS, MAX_DIGITS = 6, 15

_NUMBER = re.compile(r"(?:\+|\b)\d(?:[ \u00a0./()\-–]*\d)+")
_TRUNK_ZERO = re.compile(r"\(0\)")


def find_phone_number(text: str) -> str | None:
    """The first telephone number in `text`, as digits with at most a leading plus.

    "+49 (0) 151 / 234-567" becomes "+49151234567"; "00" in front becomes a plus.  None where
    nothing has the length of a number that can be called.
    """
    for written in _NUMBER.findall(text):
        number = _plain(written)
        if MIN_DIGITS <= len(number.removeprefix("+")) <= MAX_DIGITS:
            return number
    return None


def _plain(written: str) -> str:
    international = written.startswith(("+", "00"))
    if international:
        written = _TRUNK_ZERO.sub("", written)
    digits = "".join(c for c in written if c in "0123456789")
    return f"+{digits.removeprefix('00')}" if international else digits
