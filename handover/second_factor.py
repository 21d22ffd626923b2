"""The second factor: codes that an app makes from a shared secret and the time (RFC 6238)."""

import datetime as dt
import hmac
import io
from dataclasses import dataclass

import pyotp
import segno

_STEP_S = 30
_NEIGHBOURS = (0, -1, 1)
"""Steps that are tried: the clocks of phones are not exact, and typing takes time."""
_ISSUER = "Kreislotse"


@dataclass(frozen=True)
class Enrolment:
    """What an app needs; shown once.  `qr_svg` is the same as `uri`, to be photographed."""

    secret: str
    uri: str
    qr_svg: str


def new_secret() -> str:
    """A new secret of 160 bits.

    It is kept as it is: whoever can read our database could as well read a key that lies beside
    it.  What protects it is what protects the citizens' words: the rights on the database, and the
    encryption of its disk and backups.  The password, which stands there as a hash, stays needed.
    """
    return pyotp.random_base32()


def enrolment(secret: str, username: str) -> Enrolment:
    """How the secret gets into an app."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)
    picture = io.BytesIO()
    segno.make_qr(uri, error="m").save(
        picture, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="#fff"
    )
    return Enrolment(secret, uri, picture.getvalue().decode())


def step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """The 30-second step whose code this is, or None; spaces in it do not matter."""
    typed = "".join(code.split())
    current = int(now.timestamp()) // _STEP_S
    totp = pyotp.TOTP(secret, interval=_STEP_S)
    for step in (current + neighbour for neighbour in _NEIGHBOURS):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()):
            return step
    return None
