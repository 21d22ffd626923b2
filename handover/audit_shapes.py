"""What the auditors' part of the staff API takes and gives."""

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bot.http import MAX_SEQ, After, Body

_Sought = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class AuditQuery(Body):
    """Which lines are wanted: below a number, by whom, of which kind, about what."""

    before: int | None = Field(None, ge=1, le=MAX_SEQ)
    actor: _Sought | None = None
    action: _Sought | None = None
    subject: _Sought | None = None
    limit: int = Field(100, ge=1, le=500)


class AuditLine(Body):
    """Who did what to which case, account or conversation."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


class AuditLines(Body):
    """Lines of the audit trail, latest first; `more`: there are earlier ones."""

    lines: list[AuditLine]
    more: bool


class AuditExportQuery(After):
    """The number of the line after which an export begins."""


class AuditCheck(Body):
    """Whether every line follows from the one before.

    `head` is the hash of the last line.  Noted outside this system, it later shows whether the end
    of the trail was cut off, which the chain alone cannot show.
    """

    whole: bool
    lines: int
    broken_at: int | None
    head: str


class HoldView(Body):
    """A conversation that may not be erased; `erasure_asked_at`: since when that is wanted."""

    conversation_id: str
    since: dt.datetime
    by: str
    reason: str
    erasure_asked_at: dt.datetime | None


class Holds(Body):
    """All holds, the longest first."""

    holds: list[HoldView]


class Because(Body):
    """Why something is done, e.g. by a file number.

    The reason stays in the audit trail: it names no citizen.
    """

    reason: _Reason


class ExportQuery(Body):
    """Why an export is made, where it is not for the asker herself."""

    reason: _Reason | None = None
