"""Conversations and their numbered events in the database."""

import datetime as dt
import hashlib
import hmac
from typing import Any

from sqlalchemy import and_, delete, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFound, Unauthorized
from bot.events import Event, Message, MessagePosted, StateBody, StateChanged
from bot.model import Author, ConversationState
from bot.stores.counters import next_number
from bot.stores.tables import ConversationRow, EventRow, HandoverRow, StaffEventRow


def hashed(secret: str) -> str:
    """The form in which a token is kept; the token has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


async def get(session: AsyncSession, conversation_id: str) -> ConversationRow:
    """The conversation.

    Raises:
        NotFound: it does not exist, or was erased.
    """
    row = await session.get(ConversationRow, conversation_id)
    if row is None:
        raise NotFound
    return row


async def lock(session: AsyncSession, conversation_id: str) -> ConversationRow:
    """The conversation, held against other writers until commit.

    Every unit of work that changes a conversation, or a handover of it, takes this lock before
    any other, so that two of them never wait for each other.

    Raises:
        NotFound: it does not exist, or was erased.
    """
    row = await session.scalar(
        select(ConversationRow).where(ConversationRow.id == conversation_id).with_for_update()
    )
    if row is None:
        raise NotFound
    return row


async def access(
    session: AsyncSession, conversation_id: str, token: str | None, *, write: bool = False
) -> ConversationRow:
    """The conversation, for whoever holds its token; with `write`, locked as by `lock`.

    Raises:
        Unauthorized: the token is missing or wrong, or there is no such conversation; which of
            them is not told.
    """
    row = await session.get(ConversationRow, conversation_id, with_for_update=write or None)
    if row is None or not token or not hmac.compare_digest(row.token_hash, hashed(token)):
        raise Unauthorized
    return row


async def next_seq(session: AsyncSession, conversation_id: str, at: dt.datetime) -> int:
    """Takes the conversation's next number and holds off its other writers until commit.

    Raises:
        NotFound: the conversation was erased.
    """
    seq = await session.scalar(
        update(ConversationRow)
        .where(ConversationRow.id == conversation_id)
        .values(last_seq=ConversationRow.last_seq + 1, updated_at=at)
        .returning(ConversationRow.last_seq)
        .execution_options(synchronize_session=False)
    )
    if seq is None:
        raise NotFound
    return seq


async def append_message(
    session: AsyncSession,
    conversation_id: str,
    message: Message,
    at: dt.datetime,
    *,
    pending: bool = False,
    payload: str | None = None,
    known_as: str | None = None,
) -> MessagePosted:
    """Adds a message to the conversation.

    `known_as` is an id that keeps it from being added twice, where it has none of its own.
    """
    seq = await next_seq(session, conversation_id, at)
    row = EventRow(
        conversation_id=conversation_id,
        seq=seq,
        type="message",
        author=message.author,
        at=at,
        body=message.model_dump(mode="json"),
        client_message_id=known_as or message.client_message_id,
        payload=payload,
        pending=pending,
    )
    session.add(row)
    await session.flush()
    return _message(row)


async def append_state(
    session: AsyncSession, conversation_id: str, state: StateBody, at: dt.datetime
) -> StateChanged:
    """Changes the conversation's owner and says so as an event."""
    seq = await next_seq(session, conversation_id, at)
    row = EventRow(
        conversation_id=conversation_id,
        seq=seq,
        type="state",
        at=at,
        body=state.model_dump(mode="json", by_alias=True, exclude_none=True),
    )
    session.add(row)
    await session.execute(
        update(ConversationRow)
        .where(ConversationRow.id == conversation_id)
        .values(state=state.state)
    )
    await session.flush()
    return _state(row)


async def seq_of_client_message(
    session: AsyncSession, conversation_id: str, client_message_id: str
) -> int | None:
    """The number under which a citizen's message is already stored, or None."""
    return await session.scalar(
        select(EventRow.seq).where(
            EventRow.conversation_id == conversation_id,
            EventRow.client_message_id == client_message_id,
        )
    )


_IS_STATE = EventRow.type == literal_column("'state'")
"""Written out, as a partial index serves no parameter."""
BATCH = 500
"""How many events are read at once."""


async def events_after(
    session: AsyncSession, conversation_id: str, after: int, limit: int = BATCH
) -> list[Event]:
    """The events with a number above `after`, in order, at most `limit` of them."""
    rows = await session.scalars(
        select(EventRow)
        .where(EventRow.conversation_id == conversation_id, EventRow.seq > after)
        .order_by(EventRow.seq)
        .limit(limit)
    )
    return [_event(row) for row in rows]


async def all_events(session: AsyncSession, conversation_id: str) -> list[Event]:
    """Every event of the conversation, in order."""
    found: list[Event] = []
    while batch := await events_after(session, conversation_id, found[-1].seq if found else 0):
        found += batch
    return found


async def event_at(session: AsyncSession, conversation_id: str, seq: int) -> Event | None:
    """One event, or None."""
    row = await session.get(EventRow, (conversation_id, seq))
    return _event(row) if row else None


async def message_at(session: AsyncSession, conversation_id: str, seq: int) -> MessagePosted | None:
    """One message, or None."""
    event = await event_at(session, conversation_id, seq)
    return event if isinstance(event, MessagePosted) else None


async def current_state(session: AsyncSession, conversation_id: str) -> StateBody:
    """Who owns the conversation, as last told to the citizen."""
    row = await session.scalar(
        select(EventRow)
        .where(EventRow.conversation_id == conversation_id, _IS_STATE)
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    if row is None:
        return StateBody(state=ConversationState.BOT)
    return StateBody.model_validate(row.body)


async def oldest_pending(
    session: AsyncSession, conversation_id: str
) -> tuple[ConversationRow, EventRow] | None:
    """The conversation with its first message that awaits the bot, or None."""
    rows = await session.execute(
        select(ConversationRow, EventRow)
        .join(EventRow, EventRow.conversation_id == ConversationRow.id)
        .where(ConversationRow.id == conversation_id, EventRow.pending)
        .order_by(EventRow.seq)
        .limit(1)
    )
    row = rows.first()
    return (row[0], row[1]) if row else None


async def settle(session: AsyncSession, conversation_id: str, seq: int) -> bool:
    """Marks a pending message as answered; false where somebody else has done so already."""
    result = await session.scalar(
        update(EventRow)
        .where(EventRow.conversation_id == conversation_id, EventRow.seq == seq, EventRow.pending)
        .values(pending=False)
        .returning(EventRow.seq)
        .execution_options(synchronize_session=False)
    )
    return result is not None


async def settle_all(session: AsyncSession, conversation_id: str) -> list[int]:
    """Marks every pending message as taken over by a person; returns their numbers."""
    rows = await session.scalars(
        update(EventRow)
        .where(EventRow.conversation_id == conversation_id, EventRow.pending)
        .values(pending=False)
        .returning(EventRow.seq)
        .execution_options(synchronize_session=False)
    )
    return sorted(rows)


async def with_pending(session: AsyncSession, before: dt.datetime | None) -> list[str]:
    """Conversations with a message (from before that moment) which still awaits the bot."""
    statement = select(EventRow.conversation_id).where(EventRow.pending).distinct()
    if before is not None:
        statement = statement.where(EventRow.at <= before)
    return list(await session.scalars(statement))


async def erase(session: AsyncSession, conversation_id: str, at: dt.datetime) -> None:
    """Deletes the conversation and, by the tables' cascades, every copy of its words.

    Of what the consoles' feed tells about it, one line for each office and case remains, which
    says that the case is gone; it names the case and nothing else.
    """
    cases = dict(
        (
            await session.execute(
                select(HandoverRow.id, HandoverRow.merged_into).where(
                    HandoverRow.conversation_id == conversation_id
                )
            )
        ).all()
    )
    told = await session.execute(
        delete(StaffEventRow)
        .where(
            or_(
                StaffEventRow.handover_id.in_(cases),
                and_(
                    # what was told of it in the case that it was merged into
                    StaffEventRow.handover_id.in_([into for into in cases.values() if into]),
                    StaffEventRow.conversation_id == conversation_id,
                ),
            )
        )
        .returning(StaffEventRow.office, StaffEventRow.handover_id)
        .execution_options(synchronize_session=False)
    )
    changed = sorted({(row.office, row.handover_id) for row in told})
    await session.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id))
    for office, handover_id in changed:
        session.add(
            StaffEventRow(
                seq=await next_number(session, "staff"),
                office=office,
                handover_id=handover_id,
                conversation_id="",
                at=at,
            )
        )
    await session.flush()


def _event(row: EventRow) -> Event:
    return _message(row) if row.type == "message" else _state(row)


def _message(row: EventRow) -> MessagePosted:
    body: dict[str, Any] = row.body
    automated = Author(body["author"]).automated
    return MessagePosted.model_validate(
        {**body, "seq": row.seq, "at": row.at, "automated": automated}
    )


def _state(row: EventRow) -> StateChanged:
    return StateChanged.model_validate({**row.body, "seq": row.seq, "at": row.at})
