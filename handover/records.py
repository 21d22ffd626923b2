"""Cases in the database; each change of state is one conditional statement."""

import datetime as dt
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.errors import HandoverAlreadyClaimed, HandoverNotOpen, NotFound, NotOwner
from bot.model import Author, Caseworker, ConversationState, HandoverKind, HandoverState, Role
from bot.stores.tables import (
    AccountRow,
    CallRow,
    ConversationRow,
    EventRow,
    HandoverRow,
    MembershipRow,
    NoticeRow,
)
from handover.account_records import present, works_for
from handover.call_states import RUNNING
from handover.states import CLEARED, OPEN, TRANSITIONS, Move

MAX_LISTED = 1000


async def case_of(session: AsyncSession, conversation_id: str) -> HandoverRow | None:
    """The open case in which the conversation is being dealt with, or None.

    That is its own, or the one into which its own was merged.
    """
    own = await session.scalar(
        select(HandoverRow).where(
            HandoverRow.conversation_id == conversation_id, HandoverRow.state.in_(OPEN)
        )
    )
    if own is not None:
        return own
    merged = aliased(HandoverRow)
    return await session.scalar(
        select(HandoverRow)
        .join(merged, merged.merged_into == HandoverRow.id)
        .where(
            merged.conversation_id == conversation_id,
            merged.state == HandoverState.MERGED,
            HandoverRow.state.in_(OPEN),
        )
    )


async def move(session: AsyncSession, handover: HandoverRow, move: Move, **values: Any) -> bool:
    """Makes a move, if the case still is where the move begins; of several who try, one does.

    `values` are set with the new state.
    """
    transition = TRANSITIONS[move]
    changed = await session.scalar(
        update(HandoverRow)
        .where(HandoverRow.id == handover.id, HandoverRow.state.in_(transition.sources))
        .values({"state": transition.target, **CLEARED.get(transition.target, {}), **values})
        .returning(HandoverRow.id)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(handover)
    return changed is not None


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
    row = await get_for(session, handover_id, caseworker)
    won = await move(
        session,
        row,
        Move.CLAIM,
        claimed_by=caseworker.id,
        claimed_at=at,
        first_claimed_at=func.coalesce(HandoverRow.first_claimed_at, at),
    )
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


async def movable(session: AsyncSession, handover_id: str, caseworker: Caseworker) -> HandoverRow:
    """The handover, if the caseworker may pass it on: owns it, leads the office, or nobody owns it.

    Raises:
        NotOwner: somebody else owns it.
        HandoverNotOpen: it has ended.
        NotFound: see `get_for`.
    """
    row = await get_for(session, handover_id, caseworker)
    if row.state not in OPEN:
        raise HandoverNotOpen
    mine = row.state == HandoverState.WAITING or row.claimed_by == caseworker.id
    if not mine and row.office not in caseworker.offices_as(Role.LEAD):
        raise NotOwner
    return row


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
            HandoverRow.snoozed_until.is_(None),
            func.coalesce(AccountRow.seen_at, HandoverRow.claimed_at) < before,
        )
    )
    return await _those(session, statement, handover_id)


async def snoozed_until(
    session: AsyncSession, now: dt.datetime, handover_id: str | None = None
) -> list[HandoverRow]:
    """Cases (or that one, if it is such) that were put aside until a moment that has come."""
    statement = select(HandoverRow).where(
        HandoverRow.state == HandoverState.CLAIMED, HandoverRow.snoozed_until <= now
    )
    return await _those(session, statement, handover_id)


async def orphans(session: AsyncSession, handover_id: str | None = None) -> list[HandoverRow]:
    """Merged cases whose citizen still waits for a person, while the case they went into is gone.

    (Or that one, if it is such.)
    """
    target = aliased(HandoverRow)
    statement = (
        select(HandoverRow)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .outerjoin(target, target.id == HandoverRow.merged_into)
        .where(
            HandoverRow.state == HandoverState.MERGED,
            ConversationRow.state.in_([ConversationState.WAITING, ConversationState.CLAIMED]),
            or_(target.id.is_(None), target.state == HandoverState.WITHDRAWN),
            ~exists().where(
                _open_twin.conversation_id == HandoverRow.conversation_id,
                _open_twin.state.in_(OPEN),
            ),
        )
        .order_by(HandoverRow.requested_at.desc())
    )
    return await _those(session, statement, handover_id)


async def overdue(
    session: AsyncSession, now: dt.datetime, handover_id: str | None = None
) -> list[HandoverRow]:
    """Open cases (or that one, if it is such) past their time of which nobody was told yet."""
    statement = select(HandoverRow).where(
        HandoverRow.state.in_(OPEN),
        HandoverRow.due_at <= now,
        HandoverRow.snoozed_until.is_(None),
        ~exists().where(NoticeRow.handover_id == HandoverRow.id, NoticeRow.event == "due"),
    )
    return await _those(session, statement, handover_id)


async def redirect(session: AsyncSession, merged: str, into: str) -> None:
    """Lets what went on in the case `merged` go on in `into`, so that no chain arises."""
    await session.execute(
        update(HandoverRow)
        .where(HandoverRow.merged_into == merged)
        .values(merged_into=into)
        .execution_options(synchronize_session=False)
    )


async def position_of(session: AsyncSession, handover: HandoverRow) -> int:
    """The handover's place among those of its kind in its office's queue, from 1."""
    ahead = await session.scalar(
        select(func.count())
        .select_from(HandoverRow)
        .where(
            HandoverRow.office == handover.office,
            HandoverRow.state == HandoverState.WAITING,
            HandoverRow.kind == handover.kind,
            HandoverRow.id != handover.id,
            # urgent first, then whoever asked first
            tuple_(~HandoverRow.urgent, HandoverRow.requested_at)
            < tuple_(not handover.urgent, handover.requested_at),
        )
    )
    return (ahead or 0) + 1


async def median_pickup_s(
    session: AsyncSession,
    office: str,
    window: int,
    *,
    since: dt.datetime,
    open_until: Callable[[dt.datetime], dt.datetime | None],
) -> int | None:
    """The median wait of the office's latest `window` chats in seconds; None from fewer than 3.

    Only those picked up after `since` count, and, by `open_until` (when the office closes that is
    open at a moment), only those picked up before the office closed: who waits now waits so, too.
    """
    statement = (
        select(HandoverRow.requested_at, HandoverRow.first_claimed_at)
        .where(
            HandoverRow.office == office,
            HandoverRow.kind == HandoverKind.CHAT,
            HandoverRow.first_claimed_at >= since,
        )
        .order_by(HandoverRow.first_claimed_at.desc())
    )
    waits: list[float] = []
    rows = await session.stream(statement, execution_options={"yield_per": window})
    try:
        async for asked, claimed in rows:
            closes = open_until(asked)
            if closes and claimed and claimed <= closes:
                waits.append((claimed - asked).total_seconds())
            if len(waits) == window:
                break
    finally:
        await rows.close()
    return round(statistics.median(waits)) if len(waits) >= 3 else None


async def somebody_seen(session: AsyncSession, office: str, since: dt.datetime) -> bool:
    """Whether a caseworker of the office has given a sign since then and is not away."""
    somebody = await session.scalar(
        select(AccountRow.id)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(works_for([office]), present(since))
        .limit(1)
    )
    return somebody is not None


async def waiting_now(
    session: AsyncSession, offices: Sequence[str], handover_id: str | None = None
) -> list[HandoverRow]:
    """Cases of these offices (or that one, if it is such) whose citizens wait for somebody now.

    Those for whom it rings, or who talk already, are not among them.
    """
    statement = (
        select(HandoverRow)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .where(
            HandoverRow.office.in_(offices),
            HandoverRow.state == HandoverState.WAITING,
            ConversationRow.state == ConversationState.WAITING,
            ~exists().where(CallRow.handover_id == HandoverRow.id, CallRow.state.in_(RUNNING)),
        )
    )
    return await _those(session, statement, handover_id)


async def _those(
    session: AsyncSession, statement: Select[HandoverRow], handover_id: str | None
) -> list[HandoverRow]:
    """What the statement finds; with an id, that case alone, if it is among them."""
    if handover_id is not None:
        statement = statement.where(HandoverRow.id == handover_id)
    return list(await session.scalars(statement))


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


_open_twin = aliased(HandoverRow)
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


async def latest_of_citizen(
    session: AsyncSession, conversation_ids: set[str]
) -> dict[str, Any] | None:
    """The body of the citizen's latest message in any of these conversations, or None."""
    return await session.scalar(
        select(EventRow.body)
        .where(EventRow.conversation_id.in_(conversation_ids), EventRow.author == Author.CITIZEN)
        .order_by(EventRow.at.desc(), EventRow.seq.desc())
        .limit(1)
    )


async def workers(
    session: AsyncSession, offices: tuple[str, ...]
) -> list[tuple[AccountRow, str, int]]:
    """Who works on the cases of which of these offices, and how many cases each owns."""
    owned = (
        select(HandoverRow.claimed_by, func.count().label("cases"))
        .where(HandoverRow.state == HandoverState.CLAIMED, HandoverRow.snoozed_until.is_(None))
        .group_by(HandoverRow.claimed_by)
        .subquery()
    )
    rows = await session.execute(
        select(AccountRow, MembershipRow.office, func.coalesce(owned.c.cases, 0))
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .outerjoin(owned, owned.c.claimed_by == AccountRow.id)
        .where(works_for(offices), ~AccountRow.disabled)
        .order_by(AccountRow.name, MembershipRow.office)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _with_context() -> Select[HandoverRow, ConversationRow, AccountRow | None]:
    return (
        select(HandoverRow, ConversationRow, AccountRow)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .outerjoin(AccountRow, AccountRow.id == HandoverRow.claimed_by)
    )
