"""The audit trail: append-only, each line chained to the one before by its hash.

A line names who did what to which case and never carries a word of the case itself.  The database
refuses to alter or delete a line; the chain shows it where somebody got round that.  Whoever can
write to the database at will can also cut off the end and set the counter back: so the hash of
the last line is to be noted elsewhere from time to time.
"""

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.counters import last_number, next_number
from bot.stores.tables import AuditRow

START = "0" * 64
"""What stands in place of a hash before the first line."""
BATCH = 1000
"""How many lines are read at once."""


@dataclass(frozen=True)
class Line:
    """One line, as it is kept and exported."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    previous: str
    hash: str

    @property
    def rightly_hashed(self) -> bool:
        """Whether the line is as it was when it was written."""
        return self.hash == _hash(self)

    def as_json(self) -> str:
        """The line as JSON; `from_json` takes it back."""
        shown = {**self.__dict__, "at": _in_utc(self.at)}
        return json.dumps(shown, ensure_ascii=False)

    @classmethod
    def from_json(cls, written: str) -> Self:
        """The line that was exported.

        Raises:
            ValueError: it is none.
        """
        try:
            fields = json.loads(written)
            return cls(**{**fields, "at": dt.datetime.fromisoformat(fields["at"])})
        except (TypeError, KeyError) as error:
            raise ValueError("no line of an audit trail") from error


class Chain:
    """Takes lines in order and finds the first that does not follow from those before."""

    def __init__(self, after: int = 0, head: str = START) -> None:
        self.origin = head
        """The hash from which the first line goes on."""
        self.head = head
        """The hash of the last line taken."""
        self.lines = 0
        """How many were taken."""
        self._next = after + 1
        self.broken_at: int | None = None

    def take(self, line: Line) -> bool:
        """Adds a line; false where it is not the next one, or was altered."""
        if line.id != self._next or line.previous != self.head or not line.rightly_hashed:
            self.broken_at = self._next
            return False
        self.head, self.lines, self._next = line.hash, self.lines + 1, self._next + 1
        return True

    def end(self, last: int) -> None:
        """Says that line `last` was the last one written."""
        if self.broken_at is None and last != self._next - 1:
            self.broken_at = self._next


async def record(
    session: AsyncSession, at: dt.datetime, actor: str, action: str, subject: str, **details: Any
) -> None:
    """Adds a line; it stands or falls with the unit of work that it is part of."""
    number = await next_number(session, "audit")
    previous = await session.scalar(select(AuditRow.hash).where(AuditRow.id == number - 1))
    line = Line(number, at, actor, action, subject, details, previous or START, "")
    session.add(AuditRow(**{**line.__dict__, "hash": _hash(line)}))
    await session.flush()


async def lines_after(
    session: AsyncSession, after: int = 0, upto: int | None = None
) -> AsyncIterator[Line]:
    """The lines above the number `after`, in order; few of them in memory at a time.

    Those that are added meanwhile are left out, or what is read could never end.
    """
    last = await last_number(session, "audit") if upto is None else upto
    while after < last:
        rows = await session.execute(
            _LINES.where(AuditRow.id > after, AuditRow.id <= last)
            .order_by(AuditRow.id)
            .limit(BATCH)
        )
        batch = rows.all()
        for row in batch:
            yield Line(*row)
        if len(batch) < BATCH:
            return
        after = batch[-1].id


async def verify(session: AsyncSession) -> Chain:
    """Looks through the whole trail, until the first line that was altered or is missing."""
    # read first: what is added meanwhile is none of this look's business
    last = await last_number(session, "audit")
    chain = Chain()
    async for line in lines_after(session, upto=last):
        if not chain.take(line):
            return chain
    chain.end(last)
    return chain


async def first_broken_line(session: AsyncSession) -> int | None:
    """The number of the first line that was altered or is missing, or None."""
    return (await verify(session)).broken_at


_LINES = select(
    AuditRow.id, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.subject,
    AuditRow.details, AuditRow.previous, AuditRow.hash,
)  # fmt: skip


def _hash(line: Line) -> str:
    content = [
        line.id, _in_utc(line.at), line.actor, line.action, line.subject, line.details,
        line.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _in_utc(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()
