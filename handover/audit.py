"""The audit trail: append-only, each line chained to the one before by its hash.

A line names who did what to which case and never carries a word of the case itself.
"""

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.counters import last_number, next_number
from bot.stores.tables import AuditRow

_START = "0" * 64


async def record(
    session: AsyncSession, at: dt.datetime, actor: str, action: str, subject: str, **details: Any
) -> None:
    """Adds a line; it stands or falls with the unit of work that it is part of."""
    number = await next_number(session, "audit")
    previous = await session.scalar(select(AuditRow.hash).where(AuditRow.id == number - 1))
    line = AuditRow(
        id=number, at=at, actor=actor, action=action, subject=subject, details=details,
        previous=previous or _START, hash="",
    )  # fmt: skip
    line.hash = _hash(line)
    session.add(line)
    await session.flush()


async def first_broken_line(session: AsyncSession) -> int | None:
    """The number of the first line that was altered or is missing, or None."""
    # read first: what is added meanwhile is none of this look's business
    last = await last_number(session, "audit")
    previous, expected = _START, 1
    lines = select(AuditRow).where(AuditRow.id <= last).order_by(AuditRow.id)
    async for line in await session.stream_scalars(lines):
        if line.id != expected or line.previous != previous or line.hash != _hash(line):
            return expected
        previous, expected = line.hash, expected + 1
    return None if last == expected - 1 else expected


def _hash(line: AuditRow) -> str:
    at = line.at.astimezone(dt.UTC).isoformat()
    content = [line.id, at, line.actor, line.action, line.subject, line.details, line.previous]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
