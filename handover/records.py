"""Handovers in the database; each change of state is one conditional statement."""

import datetime as dt
import statistics
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import HandoverAlreadyClaimed, HandoverNotOpen, NotFound, NotOwner
from bot.model import Author, Caseworker, ConversationState, HandoverState
from bot.stores.counters import next_number
from bot.stores.tables import (
    AccountRow,
    ConversationRow,
    EventRow,
    HandoverRow,
    MembershipRow,
    StaffEventRow,
)
from handover.rights import CASES

MAX_LISTED = 200
BATCH = 200
"""How many entries of the feed are read at once."""


async def open_of(session: AsyncSession, conversation_id: str) -> HandoverRow | None:
    """The conversation's handover that is still waiting or claimed, or None."""
    return await session.scalar(
        select(HandoverRow).where(
            HandoverRow.conversation_id == conversation_id,
            HandoverRow.state.in_([HandoverState.WAITING, HandoverState.CLAIMED]),
        )
    )


async def all_of(session: AsyncSession, conversation_id: str) -> list[HandoverRow]:
    """All handovers that the conversation ever had, in order."""
    rows = await session.scalars(
        select(HandoverRow)
        .where(HandoverRow.conversation_id == conversation_id)
        .order_by(HandoverRow.requested_at)
    )
    return list(rows)


async def get_for(session: AsyncSession, handover_id: str, caseworker: Caseworker) -> HandoverRow:
    """The handover, if it is of one of the caseworker's offices.

    Raises:
        NotFound: it is not, or does not exist.
    """
    row = await session.get(HandoverRow, handover_id, populate_existing=True)
    if row is None or row.office not in caseworker.offices:
        raise NotFound
    return row


async def claim(
    session: AsyncSession, handover_id: str, caseworker: Caseworker, at: dt.datetime
) -> tuple[HandoverRow, bool]:
    """Makes the caseworker the owner; of several who try, the database lets exactly one.

    Claiming what one owns already is no error: the second value says whether anything changed.

    Raises:
        HandoverAlreadyClaimed: somebody else owns it; says who.
        HandoverNotOpen: it has ended.
        NotFound: see `get_for`.
    """
    won = await _change(
        session,
        handover_id,
        {"state": HandoverState.WAITING},
        state=HandoverState.CLAIMED,
        claimed_by=caseworker.id,
        claimed_at=at,
        first_claimed_at=func.coalesce(HandoverRow.first_claimed_at, at),
    )
    row = await get_for(session, handover_id, caseworker)
    if won or (row.state == HandoverState.CLAIMED and row.claimed_by == caseworker.id):
        return row, won
    if row.state == HandoverState.CLAIMED:
        owner = await session.get_one(AccountRow, row.claimed_by)
        raise HandoverAlreadyClaimed(by=owner.name)
    raise HandoverNotOpen


async def owned(session: AsyncSession, handover_id: str, caseworker: Caseworker) -> HandoverRow:
    """The handover, if the caseworker owns it.

    Raises:
        NotOwner: somebody else does, or nobody.
        NotFound: see `get_for`.
    """
    row = await get_for(session, handover_id, caseworker)
    if row.state != HandoverState.CLAIMED or row.claimed_by != caseworker.id:
        raise NotOwner
    return row


async def withdraw(session: AsyncSession, handover: HandoverRow, at: dt.datetime) -> None:
    """Ends a handover because the citizen no longer wants it."""
    handover.state, handover.closed_at = HandoverState.WITHDRAWN, at
    await session.flush()


async def silent_claims(
    session: AsyncSession, before: dt.datetime, handover_id: str | None = None
) -> list[HandoverRow]:
    """Claims (or that one, if it is such) whose caseworker gave no sign since `before`."""
    statement = (
        select(HandoverRow)
        .join(AccountRow, AccountRow.id == HandoverRow.claimed_by)
        .where(
            HandoverRow.state == HandoverState.CLAIMED,
            HandoverRow.claimed_at < before,
            func.coalesce(AccountRow.seen_at, HandoverRow.claimed_at) < before,
        )
    )
    if handover_id is not None:
        statement = statement.where(HandoverRow.id == handover_id)
    return list(await session.scalars(statement))


async def position_of(session: AsyncSession, handover: HandoverRow) -> int:
    """The handover's place in its office's queue, from 1."""
    ahead = await session.scalar(
        select(func.count())
        .select_from(HandoverRow)
        .where(
            HandoverRow.office == handover.office,
            HandoverRow.state == HandoverState.WAITING,
            HandoverRow.id != handover.id,
            # urgent first, then whoever asked first
            tuple_(~HandoverRow.urgent, HandoverRow.requested_at)
            < tuple_(not handover.urgent, handover.requested_at),
        )
    )
    return (ahead or 0) + 1


async def median_pickup_s(session: AsyncSession, office: str, window: int) -> int | None:
    """The median wait of the office's latest `window` pick-ups in seconds; None from too few."""
    rows = await session.execute(
        select(HandoverRow.requested_at, HandoverRow.first_claimed_at)
        .where(HandoverRow.office == office, HandoverRow.first_claimed_at.is_not(None))
        .order_by(HandoverRow.first_claimed_at.desc())
        .limit(window)
    )
    waits = [(claimed - asked).total_seconds() for asked, claimed in rows if claimed]
    return round(statistics.median(waits)) if len(waits) >= 3 else None


async def somebody_seen(session: AsyncSession, office: str, since: dt.datetime) -> bool:
    """Whether a caseworker of the office has given a sign since then and is not away."""
    somebody = await session.scalar(
        select(AccountRow.id)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(
            MembershipRow.office == office,
            MembershipRow.role.in_(CASES),
            AccountRow.seen_at >= since,
            ~AccountRow.away,
        )
        .limit(1)
    )
    return somebody is not None


async def waiting_chats(session: AsyncSession, offices: Sequence[str]) -> list[HandoverRow]:
    """Cases of these offices whose citizens are shown as waiting for a chat."""
    rows = await session.scalars(
        select(HandoverRow)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .where(
            HandoverRow.office.in_(offices),
            HandoverRow.state == HandoverState.WAITING,
            ConversationRow.state == ConversationState.WAITING,
        )
    )
    return list(rows)


async def count_waiting(session: AsyncSession) -> dict[str, int]:
    """How many cases wait, by office."""
    rows = await session.execute(
        select(HandoverRow.office, func.count())
        .where(HandoverRow.state == HandoverState.WAITING)
        .group_by(HandoverRow.office)
    )
    return {row[0]: row[1] for row in rows}


async def accounts_by_id(session: AsyncSession, ids: set[str]) -> dict[str, AccountRow]:
    """These accounts, by id."""
    rows = await session.scalars(select(AccountRow).where(AccountRow.id.in_(ids)))
    return {row.id: row for row in rows}


async def merged_conversations(session: AsyncSession, handover_id: str) -> list[ConversationRow]:
    """The other conversations that go on in this case, in the order in which they were begun."""
    rows = await session.scalars(
        select(ConversationRow)
        .join(HandoverRow, HandoverRow.conversation_id == ConversationRow.id)
        .where(HandoverRow.merged_into == handover_id)
        .order_by(ConversationRow.created_at)
    )
    return list(rows)


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


Listed = tuple[HandoverRow, ConversationRow, AccountRow | None]


async def listed(
    session: AsyncSession, offices: tuple[str, ...], states: list[HandoverState]
) -> list[Listed]:
    """The offices' handovers in these states: urgent first, then the longest waiting.

    Those that have ended come latest first.
    """
    statement = _with_context().where(
        HandoverRow.office.in_(offices), HandoverRow.state.in_(states)
    )
    if any(state.open for state in states):
        statement = statement.order_by(HandoverRow.urgent.desc(), HandoverRow.requested_at)
    else:
        statement = statement.order_by(HandoverRow.closed_at.desc())
    return list(await session.execute(statement.limit(MAX_LISTED)))


async def with_context(session: AsyncSession, ids: set[str]) -> dict[str, Listed]:
    """These handovers with conversation and owner, by id; erased ones are missing."""
    rows = await session.execute(_with_context().where(HandoverRow.id.in_(ids)))
    return {row[0].id: row for row in rows}


async def last_citizen_words(
    session: AsyncSession, conversation_ids: set[str]
) -> dict[str, dict[str, Any]]:
    """The body of each conversation's latest message by the citizen."""
    latest = (
        select(EventRow.conversation_id, func.max(EventRow.seq))
        .where(EventRow.conversation_id.in_(conversation_ids), EventRow.author == Author.CITIZEN)
        .group_by(EventRow.conversation_id)
    )
    rows = await session.execute(
        select(EventRow.conversation_id, EventRow.body).where(
            tuple_(EventRow.conversation_id, EventRow.seq).in_(latest)
        )
    )
    return {row[0]: row[1] for row in rows}


def _with_context() -> Select[HandoverRow, ConversationRow, AccountRow | None]:
    return (
        select(HandoverRow, ConversationRow, AccountRow)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .outerjoin(AccountRow, AccountRow.id == HandoverRow.claimed_by)
    )


async def _change(
    session: AsyncSession, handover_id: str, expected: dict[str, Any], **values: Any
) -> bool:
    """Sets `values` if the row still is as `expected`; says whether it was."""
    conditions = [getattr(HandoverRow, name) == value for name, value in expected.items()]
    changed = await session.scalar(
        update(HandoverRow)
        .where(HandoverRow.id == handover_id, *conditions)
        .values(**values)
        .returning(HandoverRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None
