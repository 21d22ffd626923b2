"""Citizens' messages in German, as the machine put them for caseworkers."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import Event, MessagePosted, TranslationNote
from bot.model import Author
from bot.stores.tables import EventRow, RenderingRow


async def missing(session: AsyncSession, conversation_id: str) -> list[MessagePosted]:
    """The citizen's messages that nobody has tried to put into German yet, in order."""
    rows = await session.scalars(
        select(EventRow)
        .outerjoin(
            RenderingRow,
            (RenderingRow.conversation_id == EventRow.conversation_id)
            & (RenderingRow.seq == EventRow.seq),
        )
        .where(
            EventRow.conversation_id == conversation_id,
            EventRow.author == Author.CITIZEN,
            RenderingRow.seq.is_(None),
        )
        .order_by(EventRow.seq)
    )
    return [
        MessagePosted.model_validate({**r.body, "seq": r.seq, "at": r.at, "automated": False})
        for r in rows
    ]


async def get(session: AsyncSession, conversation_id: str, seq: int) -> RenderingRow | None:
    """What is kept for one message."""
    return await session.get(RenderingRow, (conversation_id, seq))


async def keep(
    session: AsyncSession,
    conversation_id: str,
    seq: int,
    text: str | None,
    reason: str | None,
    variant: int,
    at: dt.datetime,
) -> None:
    """Keeps the German words for a message, or why there are none, in place of earlier ones."""
    row = RenderingRow(
        conversation_id=conversation_id, seq=seq, text=text, reason=reason, variant=variant, at=at
    )
    await session.merge(row)
    await session.flush()


async def of(session: AsyncSession, conversation_id: str) -> dict[int, RenderingRow]:
    """What is kept for a conversation, by message number."""
    rows = await session.scalars(
        select(RenderingRow).where(RenderingRow.conversation_id == conversation_id)
    )
    return {row.seq: row for row in rows}


def in_german(event: Event, row: RenderingRow | None) -> Event:
    """The event as caseworkers read it: German words, the citizen's own beside them."""
    if row is None or not isinstance(event, MessagePosted):
        return event
    if row.text is None:
        return event.model_copy(update={"not_translated": row.reason})
    note = TranslationNote(of=event.language, by="machine", original=event.text)
    return event.model_copy(update={"text": row.text, "language": "de", "translation": note})
