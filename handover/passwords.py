"""Passwords: which are good enough, and how they are kept.

The rules follow the BSI (IT-Grundschutz, ORP.4): long rather than motley, nothing that is guessed
first, and no change without a cause.
"""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from bot.errors import Invalid

SHORTEST = 10
LONGEST = 200
_TOLERABLE = 2
"""zxcvbn's score from 0 to 4; below it a password falls to a million guesses."""
_JUDGED = 72
"""Characters that zxcvbn looks at: its effort grows with the square of the length."""
_GUESSED_FIRST = (
    "kreislotse", "landkreis", "landratsamt", "kreisverwaltung", "behörde", "willkommen",
    "kennwort", "anmeldung", "frühling", "fruehling", "sommer", "herbst", "winter",
)  # fmt: skip
"""What people in German offices begin with, and zxcvbn's lists do not know."""
_TITLES = ("Frau", "Herr")

_hasher = PasswordHasher()
"""Argon2id with the library's parameters, which follow RFC 9106."""
_UNKNOWN = _hasher.hash(secrets.token_urlsafe())
"""Verified where there is no hash, so that an unknown name takes as long as a known one."""


def refuse_weak(password: str, username: str, name: str, field: str) -> None:
    """Lets a password pass that is good enough for this account.

    Raises:
        Invalid: it is not; `field` says why.
    """
    if len(password) < SHORTEST:
        raise Invalid(**{field: "password_short"})
    if len(password) > LONGEST:
        raise Invalid(**{field: "password_long"})
    own = [part for part in (username, *name.split()) if len(part) >= 4 and part not in _TITLES]
    if any(part.casefold() in password.casefold() for part in own):
        raise Invalid(**{field: "password_has_name"})
    judged = zxcvbn(password[:_JUDGED], user_inputs=[username, *name.split(), *_GUESSED_FIRST])
    if judged["score"] < _TOLERABLE:
        raise Invalid(**{field: "password_common"})


def hashed(password: str) -> str:
    """How the password is kept; takes a tenth of a second on purpose."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; without a hash it takes as long and is false."""
    try:
        return _hasher.verify(password_hash or _UNKNOWN, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
