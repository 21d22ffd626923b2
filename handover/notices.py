"""Notices to the outside: written with the case that they tell of, delivered afterwards."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, cast

import structlog
from pydantic import HttpUrl
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.background import beside
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.metrics import NOTICES
from bot.model import HandoverKind, Priority
from bot.stores import outbox
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, HandoverRow, NoticeRow
from handover.ways import TIMEOUT_S, NotDelivered, Notice, NoticeEvent, Way

log = structlog.get_logger(__name__)

_PATIENCE = dt.timedelta(days=3)


class Notices:
    """Writes down what is to be told outside; without ways it writes nothing."""

    def __init__(self, clock: Clock, ways: Sequence[Way] = ()) -> None:
        self._clock = clock
        self.ways = tuple(ways)

    @property
    def tell_of_overdue(self) -> bool:
        """Whether anybody outside wants to hear that a case is past its time."""
        return any(way.tells_of_overdue for way in self.ways)

    async def note(self, session: AsyncSession, handover: HandoverRow, event: NoticeEvent) -> None:
        """Puts down one notice for each way that wants the event, within this unit of work.

        A notice of the same event that nobody has tried to deliver yet tells of the case as it
        will be then, so it gets no second one.
        """
        if not self.ways:
            return
        now = self._clock.now()
        # locked, so that a notice is either found untried here or tells what is written here
        rows = await session.execute(
            select(NoticeRow.way, NoticeRow.event, NoticeRow.attempts)
            .where(NoticeRow.handover_id == handover.id)
            .with_for_update()
        )
        known = rows.all()
        for way in self.ways:
            before = {row.event for row in known if row.way == way.name}
            untried = (way.name, event, 0) in known
            if way.wants(event, handover, before) and not untried:
                session.add(
                    NoticeRow(
                        id=str(uuid.uuid4()), handover_id=handover.id, way=way.name, event=event,
                        created_at=now, next_at=now, attempts=0,
                    )
                )  # fmt: skip
        await session.flush()


class Courier:
    """Delivers what was put down; several gateways may each have one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogue: Catalogue,
        notices: Notices,
        staff_url: HttpUrl,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._offices = {office.id: office for office in catalogue.county.offices}
        self._notices = notices
        self._staff_url = str(staff_url).rstrip("/")

    def running(self) -> AsyncIterator[None]:
        """Delivers from time to time until resumed at the end; a slow way holds up no other."""
        return beside(
            **{
                f"notices-{way.name}": outbox.keep_sending(way.name, partial(self._deliver_by, way))
                for way in self._notices.ways
            }
        )

    async def deliver_due(self) -> int:
        """Tries whatever is due, all ways side by side; returns how many were delivered."""
        return sum(await asyncio.gather(*map(self._deliver_by, self._notices.ways)))

    async def _deliver_by(self, way: Way) -> int:
        return await outbox.send_due(
            self._database, NoticeRow, self._clock.now(), partial(self._try, way),
            NoticeRow.way == way.name,
        )  # fmt: skip

    async def _try(self, way: Way, notice_id: str, since: dt.datetime) -> bool:
        """Delivers one notice, unless another gateway has taken it up."""
        async with self._database.write() as session:
            row = await outbox.take(session, NoticeRow, notice_id, since, self._clock.now())
            notice = await self._read(session, row) if row else None
        if row is None or notice is None:
            return False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reference = await way.deliver(notice)
        except TimeoutError:
            await self._note_failure(row, "timeout")
            return False
        except NotDelivered as error:
            await self._note_failure(row, error.problem)
            return False
        delivered_at = self._clock.now()
        await self._settle(
            row, delivered_at=delivered_at, next_at=None, problem=None, reference=reference
        )
        NOTICES.labels(way.name, "delivered").inc()
        log.info("notice delivered", handover_id=row.handover_id, way=way.name, kind=row.event)
        return True

    async def _read(self, session: AsyncSession, row: NoticeRow) -> Notice | None:
        """The notice as the case is now; None where the case was erased."""
        handover = await session.get(HandoverRow, row.handover_id)
        if handover is None:
            return None
        conversation = await session.get_one(ConversationRow, handover.conversation_id)
        service = self._catalogue.services.get(conversation.service or "")
        return Notice(
            id=row.id,
            event=cast(NoticeEvent, row.event),
            happened_at=row.created_at,
            sent_at=self._clock.now(),
            handover_id=handover.id,
            office=self._offices[OfficeId(handover.office)],
            kind=HandoverKind(handover.kind),
            priority=Priority.CRISIS if handover.urgent else Priority.NORMAL,
            language=conversation.language,
            service=service.id if service else None,
            service_title=service.title if service else None,
            due_at=handover.due_at,
            link=f"{self._staff_url}/#/handover/{handover.id}",
            reference=await _reference(session, row),
        )

    async def _note_failure(self, row: NoticeRow, problem: str) -> None:
        given_up = self._clock.now() - row.created_at >= _PATIENCE
        await self._settle(row, problem=problem, **({"next_at": None} if given_up else {}))
        result = "given_up" if given_up else "failed"
        NOTICES.labels(row.way, result).inc()
        log.warning(
            "notice not delivered",
            handover_id=row.handover_id,
            way=row.way,
            kind=row.event,
            problem=problem,
            attempts=row.attempts,
            given_up=given_up,
        )

    async def _settle(self, row: NoticeRow, **values: Any) -> None:
        async with self._database.write() as session:
            await session.execute(update(NoticeRow).where(NoticeRow.id == row.id).values(**values))


async def _reference(session: AsyncSession, row: NoticeRow) -> str | None:
    """What the other side called the case when it was told of it."""
    return await session.scalar(
        select(NoticeRow.reference)
        .where(
            NoticeRow.handover_id == row.handover_id,
            NoticeRow.way == row.way,
            NoticeRow.reference.is_not(None),
        )
        .limit(1)
    )
