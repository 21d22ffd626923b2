"""What happens to cases as time passes: silence, closing time, offers, and what falls due."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.background import beside
from bot.metrics import WAITING
from bot.model import CallOutcome
from bot.stores.tables import ConversationRow, HandoverRow
from handover import audit, call_records, records, routing
from handover.calling import Calling
from handover.cases import Cases
from handover.states import Move

log = structlog.get_logger(__name__)

_EVERY_S = 5.0
_OFFERS_EVERY_S = 2.0
_LONGEST_RING = dt.timedelta(minutes=10)
"""After that whoever rang has died before telling how it ended."""

Find = Callable[[AsyncSession, str | None], Awaitable[list[HandoverRow]]]
"""Cases that something is to be done about; with an id, that one, if it is among them."""
Care = Callable[[AsyncSession, HandoverRow, list[ConversationRow], dt.datetime], Awaitable[None]]
"""Does it, to one case with its conversations locked."""


class Watch:
    """Looks after the cases of the county; several gateways may do so at once."""

    def __init__(self, cases: Cases, calling: Calling) -> None:
        self._cases = cases
        self._calling = calling
        self._database = cases.database
        self._clock = cases.clock

    def running(self) -> AsyncIterator[None]:
        """Keeps looking until resumed at the end."""
        works = {"watch": self._repeat(_EVERY_S, self.look)}
        offices = self._cases.offices
        if any(offices.office(o).routing.offer_after_s is not None for o in offices.ids):
            works["offers"] = self._repeat(_OFFERS_EVERY_S, self.offer)
        return beside(**works)

    async def look(self) -> None:
        """Everything but offers, once."""
        await self.return_silent_claims()
        await self.end_waiting_after_hours()
        await self.wake_snoozed()
        await self.reopen_orphans()
        await self.tell_overdue()
        await self.give_up_lost_calls()
        await self.count_waiting()

    async def return_silent_claims(self) -> int:
        """Puts cases back into the queue whose caseworker gave no sign for too long."""
        limit = dt.timedelta(minutes=self._cases.settings.silent_claim_min)
        before = self._clock.now() - limit
        return await self._each(
            lambda session, only: records.silent_claims(session, before, only), self._release
        )

    async def end_waiting_after_hours(self) -> int:
        """Tells those who wait for somebody when their office closes, and lets the bot answer.

        Their cases stay in the queue.
        """
        offices = self._cases.offices
        closed = [office for office in offices.ids if not offices.is_open(office)]
        return await self._each(
            lambda session, only: records.waiting_now(session, closed, only),
            self._cases.to_queue,
        )

    async def wake_snoozed(self) -> int:
        """Puts cases before their owners again whose time has come."""
        now = self._clock.now()
        return await self._each(
            lambda session, only: records.snoozed_until(session, now, only), self._resume
        )

    async def reopen_orphans(self) -> int:
        """Queues merged cases anew whose target was erased or withdrawn by its own citizen."""
        return await self._each(records.orphans, self._reopen)

    async def tell_overdue(self) -> int:
        """Tells the office once of each call-back and message that nobody answered in time."""
        if not self._cases.notices.tell_of_overdue:
            return 0
        now = self._clock.now()
        return await self._each(
            lambda session, only: records.overdue(session, now, only), self._tell_overdue
        )

    async def give_up_lost_calls(self) -> int:
        """Ends calls that have rung for far too long, so that their telephones count as free."""
        before = self._clock.now() - _LONGEST_RING
        return await self._each(
            lambda session, only: call_records.lost(session, before, only), self._give_up
        )

    async def _give_up(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        now: dt.datetime,
    ) -> None:
        for call in await call_records.of_case(session, case.id):
            if call.dialled_at < now - _LONGEST_RING:
                outcome = CallOutcome.FAILED
                await self._calling.missed(session, case, concerned, call, outcome, now)

    async def _release(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        now: dt.datetime,
    ) -> None:
        await records.move(session, case, Move.RELEASE)
        await self._cases.to_queue(session, case, concerned, now)
        await audit.record(session, now, "system", "return_to_queue", case.id)

    async def _resume(
        self, session: AsyncSession, case: HandoverRow, _: list[ConversationRow], now: dt.datetime
    ) -> None:
        await self._cases.resume(session, case, now)

    async def _reopen(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        now: dt.datetime,
    ) -> None:
        await records.move(session, case, Move.REOPEN, closed_at=None)
        await self._cases.to_queue(session, case, concerned, now)
        await audit.record(session, now, "system", "reopen", case.id)

    async def _tell_overdue(
        self, session: AsyncSession, case: HandoverRow, _: list[ConversationRow], __: dt.datetime
    ) -> None:
        await self._cases.notices.note(session, case, "due")

    async def offer(self) -> int:
        """Offers cases to those who are free, in the offices that want that."""
        offered = 0
        for office in self._cases.offices.ids:
            rules = self._cases.offices.office(office).routing
            if rules.offer_after_s is None or not self._cases.offices.is_open(office):
                continue
            now = self._clock.now()
            async with self._database.read() as session:
                if not await routing.is_any_due(session, office, rules, now):
                    continue
            async with self._database.write() as session:
                given = await routing.offer_all(
                    session, office, rules, now, self._cases.offices.present_since()
                )
            offered += len(given)
            if given:
                await self._cases.wake(*given)
        return offered

    async def count_waiting(self) -> None:
        """Notes for the metrics how many cases wait in each office."""
        async with self._database.read() as session:
            counts = await records.count_waiting(session)
        for office in self._cases.offices.ids:
            WAITING.labels(office).set(counts.get(office, 0))

    async def _each(self, find: Find, care: Care) -> int:
        """Cares for each case in a unit of work of its own; how many it was done to."""
        async with self._database.read() as session:
            found = await find(session, None)
        return [await self._one(case.id, find, care) for case in found].count(True)

    async def _one(self, handover_id: str, find: Find, care: Care) -> bool:
        """An error concerns no other case: the next look finds this one again."""
        try:
            async with self._database.write() as session:
                case = await session.get(HandoverRow, handover_id)
                if case is None:
                    return False
                concerned = await self._cases.lock(session, case)
                if not await find(session, handover_id):
                    return False  # another gateway, or its caseworker, was faster
                await care(session, case, concerned, self._clock.now())
        except Exception as error:
            log.error("case not looked after", handover_id=handover_id, error=type(error).__name__)
            return False
        await self._cases.wake(*(row.id for row in concerned))
        return True

    async def _repeat(self, every_s: float, look: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await look()
            except Exception as error:  # the database may be away for a while
                log.error("watch failed", error=type(error).__name__)
