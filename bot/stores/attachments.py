"""Files of citizens in the database."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.parts import Attachment
from bot.stores.tables import AttachmentRow


async def add(
    session: AsyncSession, conversation_id: str, file: Attachment, content: bytes, at: dt.datetime
) -> None:
    """Keeps a file."""
    row = AttachmentRow(
        id=file.id,
        conversation_id=conversation_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        content=content,
        at=at,
    )
    session.add(row)
    await session.flush()


async def count(session: AsyncSession, conversation_id: str) -> int:
    """How many files the conversation holds."""
    found = await session.scalar(
        select(func.count()).where(AttachmentRow.conversation_id == conversation_id)
    )
    return found or 0
