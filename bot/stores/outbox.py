"""What waits to be sent outside: several gateways may look for it, and one takes each thing up.

A thing is sent at least once: a process that dies between sending it and noting so leaves it to
be sent again, under the same id.
"""

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.database import Database
from bot.stores.tables import MemoMailRow, NoticeRow

log = structlog.get_logger(__name__)

Waiting = TypeVar("Waiting", NoticeRow, MemoMailRow)

_POLL_S = 15.0
_BATCH = 50
_FIRST_RETRY = dt.timedelta(minutes=1)
_LAST_RETRY = dt.timedelta(hours=6)


async def send_due(
    database: Database,
    table: type[Waiting],
    now: dt.datetime,
    send: Callable[[str, dt.datetime], Awaitable[bool]],
    *only: ColumnElement[bool],
) -> int:
    """Tries what is due, the oldest first; an error with one thing concerns no other.

    Args:
        send: Takes a thing's id and since when it is due; tells whether it was sent.

    Returns:
        How many were sent.
    """
    async with database.read() as session:
        due = await session.execute(
            select(table.id, table.next_at)
            .where(table.next_at <= now, *only)
            .order_by(table.next_at)
            .limit(_BATCH)
        )
    sent = 0
    for row in due.all():
        try:
            sent += await send(row.id, row.next_at)
        except Exception as error:
            name, kind = table.__tablename__, type(error).__name__
            log.error("not sent", what=name, id=row.id, error=kind)
    return sent


async def take(
    session: AsyncSession, table: type[Waiting], waiting: str, since: dt.datetime, now: dt.datetime
) -> Waiting | None:
    """Takes a thing up and sets when it is tried again; None where another gateway was faster.

    The new moment is later than any sending lasts, so nobody else touches it meanwhile.
    """
    row = await session.scalar(
        select(table)
        .where(table.id == waiting, table.next_at == since)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.attempts += 1
    row.next_at = now + wait_after(row.attempts)
    await session.flush()
    return row


async def keep_sending(
    what: str, send: Callable[[], Awaitable[object]], hurry: asyncio.Event | None = None
) -> None:
    """Sends what is due from time to time, and at once where `hurry` is set, until cancelled."""
    hurry = hurry or asyncio.Event()
    while True:
        hurry.clear()
        try:
            await send()
        except Exception as error:  # the database may be away for a while
            log.error("nothing sent", what=what, error=type(error).__name__)
        try:
            await asyncio.wait_for(hurry.wait(), _POLL_S)
        except TimeoutError:
            continue


def wait_after(attempts: int) -> dt.timedelta:
    """Doubles with each attempt, and is up to half as long again, so that not all come at once."""
    doubled: dt.timedelta = _FIRST_RETRY * 2 ** min(attempts - 1, 20)
    return min(doubled * random.uniform(1, 1.5), _LAST_RETRY)  # noqa: S311 - no secret
