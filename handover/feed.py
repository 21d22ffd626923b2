"""The consoles' feed: numbered over all offices, so that a console which resumes misses nothing."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.counters import next_number
from bot.stores.tables import HandoverRow, StaffEventRow

BATCH = 200
"""How many entries are read at once."""


async def announce(
    session: AsyncSession,
    handover: HandoverRow,
    at: dt.datetime,
    event_seq: int | None = None,
    *,
    office: str | None = None,
    conversation_id: str | None = None,
    note_id: str | None = None,
) -> None:
    """Adds to the consoles' feed that the handover changed, or what was added to it.

    `office` is the one that it has just left, where that is to be told; `conversation_id` the one
    that the event is of, where it is one that was merged into the case.
    """
    session.add(
        StaffEventRow(
            seq=await next_number(session, "staff"),
            office=office or handover.office,
            handover_id=handover.id,
            conversation_id=conversation_id or handover.conversation_id,
            event_seq=event_seq,
            note_id=note_id,
            at=at,
        )
    )
    await session.flush()


async def staff_events_after(
    session: AsyncSession, offices: tuple[str, ...], after: int, limit: int = BATCH
) -> list[StaffEventRow]:
    """The feed of these offices above the number `after`, in order."""
    rows = await session.scalars(
        select(StaffEventRow)
        .where(StaffEventRow.seq > after, StaffEventRow.office.in_(offices))
        .order_by(StaffEventRow.seq)
        .limit(limit)
    )
    return list(rows)
