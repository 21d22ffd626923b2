"""Keeps nothing longer than allowed: conversations by kind, feeds, sessions, callers' memos."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from bot.background import beside
from bot.clock import Clock
from bot.model import HandoverKind
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import (
    Base,
    ConversationRow,
    HandoverRow,
    MemoMailRow,
    MemoRow,
    NoticeRow,
    SessionRow,
    StaffEventRow,
)
from handover import audit
from handover.states import OPEN

log = structlog.get_logger(__name__)

NO_CASE = "none"
"""Stands among the kinds for a conversation that had no case."""
MAIL_PATIENCE = dt.timedelta(days=1)
"""After that long a caller's mail is given up, and her address with it."""
_BATCH = 20
"""How many conversations are erased in one unit of work, so that nobody waits for the whole."""
_ROWS = 500
_DAY_S = 86_400.0
_AFTER_FAILURE_S = 3_600.0


@dataclass
class PurgeReport:
    """What a purge did, by kind, and what it found when it looked again afterwards.

    `left`: conversations that should be gone.  `traces`: rows of any table that still belong to
    one that is gone.
    """

    erased: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    feed: int = 0
    notices: int = 0
    memos: int = 0
    left: int = 0
    traces: int = 0

    @property
    def complete(self) -> bool:
        """Whether nothing is left that should be gone."""
        return not self.left and not self.traces


def days_kept(kinds: Collection[str], settings: Settings) -> int:
    """How long after its last change a conversation with cases of these kinds is kept, in days."""
    periods = _periods(settings)
    return max((periods[kind] for kind in kinds), default=settings.retention_days)


async def purge(database: Database, clock: Clock, settings: Settings) -> PurgeReport:
    """Erases what has not changed within its retention time, and counts what is left of it.

    Of a conversation with several cases the longest time counts; one with an open case, or held
    for a legal claim, stays.  Several purges at once share the work.
    """
    now, report = clock.now(), PurgeReport()
    due = _due(now, settings)
    while erased := await _erase_some(database, due, now, settings, report):
        async with database.read() as session:
            report.traces += await _count_traces(session, erased)
    await _delete_dead(database, now, settings, report)
    if report.erased or report.memos:
        await database.forget()
    async with database.read() as session:
        report.left = await session.scalar(select(func.count(ConversationRow.id)).where(due)) or 0
    return report


class Purging:
    """The gateway's own purge: when it starts, and each day from then."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    def running(self) -> AsyncIterator[None]:
        """Purges until resumed at the end, unless that is switched off."""
        return beside(purge=self._daily()) if self._settings.purge_daily else beside()

    async def _daily(self) -> None:
        while True:
            try:
                report = await purge(self._database, self._clock, self._settings)
            except Exception as error:  # the database may be away for a while
                log.error("purge failed", error=type(error).__name__)
                await asyncio.sleep(_AFTER_FAILURE_S)
                continue
            log.info("purged", erased=report.erased.total(), left=report.left, traces=report.traces)
            await asyncio.sleep(_DAY_S)


@dataclass(frozen=True)
class _Erased:
    """Conversations that were erased together, and their cases."""

    conversation_ids: list[str]
    handover_ids: list[str]


async def _erase_some(
    database: Database,
    due: ColumnElement[bool],
    now: dt.datetime,
    settings: Settings,
    report: PurgeReport,
) -> _Erased | None:
    """Erases the next conversations that are due; None where there are none."""
    async with database.write() as session:
        # locked and looked at in one: whoever was just writing keeps hers
        statement = select(ConversationRow.id).where(due).order_by(ConversationRow.updated_at)
        ids = list(await session.scalars(statement.limit(_BATCH).with_for_update()))
        cases = await session.execute(
            select(HandoverRow.id, HandoverRow.conversation_id, HandoverRow.kind).where(
                HandoverRow.conversation_id.in_(ids)
            )
        )
        had = cases.all()
        for conversation_id in ids:
            kind = _longest([c.kind for c in had if c.conversation_id == conversation_id], settings)
            await conversations.erase(session, conversation_id, now)
            await audit.record(session, now, "purge", "erase", conversation_id, kind=kind)
            report.erased[kind] += 1
    return _Erased(ids, [case.id for case in had]) if ids else None


def _due(now: dt.datetime, settings: Settings) -> ColumnElement[bool]:
    """Whether a conversation is to go."""
    before = {kind: now - dt.timedelta(days=days) for kind, days in _periods(settings).items()}
    target = aliased(HandoverRow)
    case = exists().where(HandoverRow.conversation_id == ConversationRow.id)
    goes_on = exists().where(target.id == HandoverRow.merged_into, target.state.in_(OPEN))
    too_young = or_(
        *(
            and_(HandoverRow.kind == kind.value, ConversationRow.updated_at >= before[kind])
            for kind in HandoverKind
        )
    )
    return and_(
        ConversationRow.held_at.is_(None),
        # said once more for the index
        ConversationRow.updated_at < max(before.values()),
        or_(ConversationRow.updated_at < before[NO_CASE], case),
        ~case.where(or_(HandoverRow.state.in_(OPEN), goes_on, too_young)),
    )


def _periods(settings: Settings) -> dict[str, int]:
    return {
        NO_CASE: settings.retention_days,
        HandoverKind.CHAT: settings.retention_chat_days,
        HandoverKind.CALL: settings.retention_call_days,
        HandoverKind.CALLBACK: settings.retention_callback_days,
        HandoverKind.MESSAGE: settings.retention_message_days,
    }


def _longest(kinds: Sequence[str], settings: Settings) -> str:
    """The kind by which a conversation with such cases is kept."""
    periods = _periods(settings)
    return max(kinds, key=lambda kind: periods[kind], default=NO_CASE)


async def _count_traces(session: AsyncSession, erased: _Erased) -> int:
    """Rows of any table that still belong to what was erased.

    The feed may name the case, to say that it is gone, but no longer the conversation.
    """
    found = 0
    for table in Base.metadata.sorted_tables:
        for name, ids in (
            ("conversation_id", erased.conversation_ids),
            ("handover_id", erased.handover_ids),
        ):
            if name not in table.c or (table is StaffEventRow.__table__ and name == "handover_id"):
                continue
            counted = select(func.count()).select_from(table).where(table.c[name].in_(ids))
            found += await session.scalar(counted) or 0
    return found


async def _delete_dead(
    database: Database, now: dt.datetime, settings: Settings, report: PurgeReport
) -> None:
    """Deletes old lines of the feed, notices that are done with, what ran out: sessions, memos."""
    before = now - dt.timedelta(days=settings.retention_feed_days)
    report.feed = await _delete_all(database, StaffEventRow.seq, StaffEventRow.at < before)
    ended = select(HandoverRow.id).where(HandoverRow.state.not_in(OPEN))
    done = and_(
        NoticeRow.next_at.is_(None),
        NoticeRow.created_at < before,
        NoticeRow.handover_id.in_(ended),  # an open case needs its ticket's number
    )
    report.notices = await _delete_all(database, NoticeRow.id, done)
    ran_out = SessionRow.expires_at < now
    report.sessions = await _delete_all(database, SessionRow.token_hash, ran_out)
    report.memos = await _delete_all(database, MemoRow.code_hash, MemoRow.expires_at <= now)
    # of those that a courier gave up it is gone already; this is for a house that has none any more
    given_up = MemoMailRow.created_at < now - MAIL_PATIENCE
    report.memos += await _delete_all(database, MemoMailRow.id, given_up)


async def _delete_all(
    database: Database, key: InstrumentedAttribute[Any], condition: ColumnElement[bool]
) -> int:
    """Deletes the rows that meet the condition, some at a time; says how many."""
    count = 0
    while True:
        async with database.write() as session:
            some = select(key).where(condition).limit(_ROWS)
            gone = await session.scalars(
                delete(key.class_)
                .where(key.in_(some))
                .returning(key)
                .execution_options(synchronize_session=False)
            )
            deleted = len(gone.all())
        count += deleted
        if deleted < _ROWS:
            return count
