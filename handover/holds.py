"""Legal holds: what is needed for a legal claim is kept, whoever wants it erased.

The law sets the right to erasure aside for that (DSGVO, Art. 17 (3) e), so a hold needs its reason.
"""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFound
from bot.stores import conversations
from bot.stores.tables import ConversationRow
from handover import audit


async def hold(
    session: AsyncSession, conversation_id: str, actor: str, reason: str, at: dt.datetime
) -> None:
    """Keeps the conversation from being erased; a hold that is there gets the new reason.

    Raises:
        NotFound: there is no such conversation.
    """
    row = await conversations.lock(session, conversation_id)
    row.held_at, row.held_by, row.hold_reason = row.held_at or at, actor, reason
    await audit.record(session, at, actor, "hold", row.id, reason=reason)


async def lift(
    session: AsyncSession, conversation_id: str, actor: str, at: dt.datetime
) -> ConversationRow:
    """Ends a hold; `erasure_asked_at` says whether its citizen waits for the erasure.

    Raises:
        NotFound: there is no such conversation, or it is not held.
    """
    row = await conversations.lock(session, conversation_id)
    if row.held_at is None:
        raise NotFound
    row.held_at = row.held_by = row.hold_reason = None
    await session.flush()
    await audit.record(session, at, actor, "hold_lifted", row.id)
    return row


async def held(session: AsyncSession) -> list[ConversationRow]:
    """The conversations that are held, the longest first."""
    rows = await session.scalars(
        select(ConversationRow)
        .where(ConversationRow.held_at.is_not(None))
        .order_by(ConversationRow.held_at)
    )
    return list(rows)
