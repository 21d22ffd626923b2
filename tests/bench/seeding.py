"""Conversations whose citizens wait for a person, put into the database by the hundred."""

import datetime as dt
import uuid

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import Message
from bot.model import Author, Channel, ConversationState, HandoverKind, HandoverState
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, EventRow, HandoverRow
from tests.support.gateways import OPENS_AT

_WORDS = "Welche Unterlagen brauche ich, um mein Auto umzumelden?"


async def seed(database: Database, count: int, messages: int = 3) -> list[str]:
    """That many cases of the office `kfz` with so many messages each; their ids, oldest first."""
    cases = [str(uuid.uuid4()) for _ in range(count)]
    async with database.write() as session:
        for number, case in enumerate(cases):
            at = OPENS_AT - dt.timedelta(minutes=10) + dt.timedelta(milliseconds=number)
            await _add(session, case, messages, at)
    return cases


async def clear(database: Database) -> None:
    """Removes every conversation, and with it every case."""
    async with database.write() as session:
        await session.execute(delete(ConversationRow))


async def _add(session: AsyncSession, case: str, messages: int, at: dt.datetime) -> None:
    conversation = ConversationRow(
        id=str(uuid.uuid4()), token_hash=uuid.uuid4().hex, channel=Channel.WEB, language="de",
        language_chosen=True, state=ConversationState.WAITING, dialogue={},
        last_seq=messages, created_at=at, updated_at=at,
    )  # fmt: skip
    handover = HandoverRow(
        id=case, conversation_id=conversation.id, office="kfz", kind=HandoverKind.CHAT,
        state=HandoverState.WAITING, urgent=False, reason="requested", requested_at=at,
    )  # fmt: skip
    session.add(conversation)
    await session.flush()
    session.add(handover)
    session.add_all(_message(conversation.id, seq, at) for seq in range(1, messages + 1))


def _message(conversation_id: str, seq: int, at: dt.datetime) -> EventRow:
    said = Message(author=Author.CITIZEN, text=_WORDS, language="de")
    return EventRow(
        conversation_id=conversation_id, seq=seq, type="message", author=Author.CITIZEN, at=at,
        body=said.model_dump(mode="json"), pending=False,
    )  # fmt: skip
