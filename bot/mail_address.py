"""Which e-mail addresses we write to: those that can be spelled over the phone."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address

LONGEST = 254
PATTERN = r"^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
"""Small letters, digits and the usual signs; mail providers tell no capital letters apart."""
_LONGEST_NAME = 64


def mailable(text: str) -> bool:
    """Whether `text` is such an address; whether anybody reads it there nobody knows."""
    if len(text) > LONGEST or not re.fullmatch(PATTERN, text):
        return False
    try:
        return len(Address(addr_spec=text).username) <= _LONGEST_NAME
    except (ValueError, HeaderParseError):
        return False
