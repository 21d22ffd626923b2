"""Whether a message helped."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.tables import FeedbackRow


def add(
    session: AsyncSession,
    conversation_id: str,
    seq: int | None,
    helpful: bool,
    comment: str | None,
    at: dt.datetime,
) -> None:
    """Keeps one piece of feedback."""
    session.add(
        FeedbackRow(
            conversation_id=conversation_id, seq=seq, helpful=helpful, comment=comment, at=at
        )
    )


async def of(session: AsyncSession, conversation_id: str) -> list[FeedbackRow]:
    """All feedback on one conversation, in order."""
    rows = await session.scalars(
        select(FeedbackRow)
        .where(FeedbackRow.conversation_id == conversation_id)
        .order_by(FeedbackRow.id)
    )
    return list(rows)
