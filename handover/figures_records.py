"""What the figures read from the database: narrow rows and sums, no case as a whole."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, distinct, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model import HandoverKind, HandoverState
from bot.stores.tables import (
    AccountRow,
    CallRow,
    ConversationRow,
    FeedbackRow,
    HandoverRow,
    MembershipRow,
)
from handover.account_records import present, works_for
from handover.figures_shapes import ConversationFigures, Now, Satisfaction, WaitingNow
from handover.figures_tally import Case
from handover.states import OPEN

_BATCH = 1000
"""Cases that are counted at once; between two batches the gateway answers others."""


@dataclass(frozen=True)
class Asked:
    """Which offices' figures of which days are asked for; `end` no longer belongs to them."""

    offices: tuple[str, ...]
    days: tuple[dt.date, ...]
    begin: dt.datetime
    end: dt.datetime


async def cases(session: AsyncSession, asked: Asked) -> AsyncIterator[Sequence[Case]]:
    """The cases that were asked for in the range, in batches and in no order."""
    statement = (
        select(
            HandoverRow.office,
            ConversationRow.channel,
            ConversationRow.language,
            ConversationRow.service,
            HandoverRow.kind,
            HandoverRow.reason,
            HandoverRow.state,
            HandoverRow.close_reason,
            HandoverRow.requested_at,
            HandoverRow.first_claimed_at,
            HandoverRow.closed_at,
            _has_call(CallRow.ended_at.is_not(None)),
            _has_call(CallRow.answered_at.is_not(None)),
        )
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .where(*_asked_for(asked))
    )
    rows = await session.stream(statement, execution_options={"yield_per": _BATCH})
    async for batch in rows.partitions():
        yield [Case._make(row) for row in batch]


async def now(
    session: AsyncSession, offices: Sequence[str], at: dt.datetime, present_since: dt.datetime
) -> Now:
    """What is open at this moment, and who is there."""
    waits = HandoverRow.state == HandoverState.WAITING
    claimed = HandoverRow.state == HandoverState.CLAIMED
    kinds = [func.count().filter(and_(waits, HandoverRow.kind == kind)) for kind in HandoverKind]
    row = (
        await session.execute(
            select(
                *kinds,
                func.min(HandoverRow.requested_at).filter(waits).label("first"),
                func.count().filter(claimed).label("claimed"),
                func.count().filter(claimed, HandoverRow.snoozed_until > at).label("snoozed"),
                func.count().filter(HandoverRow.due_at < at).label("overdue"),
            )
            .select_from(HandoverRow)
            .where(HandoverRow.office.in_(offices), HandoverRow.state.in_(OPEN))
        )
    ).one()
    waiting = dict(zip(HandoverKind, row, strict=False))
    return Now(
        at=at,
        waiting=WaitingNow(
            chat=waiting[HandoverKind.CHAT],
            call=waiting[HandoverKind.CALL],
            callback=waiting[HandoverKind.CALLBACK],
            message=waiting[HandoverKind.MESSAGE],
        ),
        longest_wait_s=round((at - row.first).total_seconds()) if row.first else None,
        claimed=row.claimed,
        snoozed=row.snoozed,
        overdue=row.overdue,
        present=await _present(session, offices, present_since),
    )


async def _present(session: AsyncSession, offices: Sequence[str], since: dt.datetime) -> int:
    number = await session.scalar(
        select(func.count(distinct(AccountRow.id)))
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(works_for(offices), present(since))
    )
    return number or 0


async def satisfaction(session: AsyncSession, asked: Asked) -> list[Satisfaction]:
    """The feedback on the conversations of the range's cases; each counts once in an office."""
    given = func.count(distinct(FeedbackRow.id))
    rows = await session.execute(
        select(
            HandoverRow.office,
            given.filter(FeedbackRow.helpful),
            given.filter(~FeedbackRow.helpful),
        )
        .join(FeedbackRow, FeedbackRow.conversation_id == HandoverRow.conversation_id)
        .where(*_asked_for(asked))
        .group_by(HandoverRow.office)
    )
    found = {office: (helpful, not_helpful) for office, helpful, not_helpful in rows}
    return [
        Satisfaction(office=office, helpful=helpful, not_helpful=not_helpful)
        for office in asked.offices
        for helpful, not_helpful in [found.get(office, (0, 0))]
    ]


async def conversations(session: AsyncSession, asked: Asked) -> ConversationFigures:
    """How many conversations began in the range, and how many of them came to the offices."""
    handed_over = select(HandoverRow.conversation_id).where(HandoverRow.office.in_(asked.offices))
    row = (
        await session.execute(
            select(
                func.count().label("total"),
                func.count().filter(ConversationRow.id.in_(handed_over)).label("handed_over"),
            )
            .select_from(ConversationRow)
            .where(
                ConversationRow.created_at >= asked.begin, ConversationRow.created_at < asked.end
            )
        )
    ).one()
    return ConversationFigures(total=row.total, handed_over=row.handed_over)


def _has_call(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(CallRow.handover_id == HandoverRow.id, condition)


def _asked_for(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (
        HandoverRow.office.in_(asked.offices),
        HandoverRow.requested_at >= asked.begin,
        HandoverRow.requested_at < asked.end,
    )
