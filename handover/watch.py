"""What happens to cases as time passes: silence, closing time, offers, and what falls due."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.metrics import WAITING
from bot.model import ConversationState, HandoverState
from bot.stores.tables import ConversationRow, HandoverRow
from handover import audit, feed, records, routing
from handover.cases import Cases
from handover.states import Move

log = structlog.get_logger(__name__)

_EVERY_S = 5.0
_OFFERS_EVERY_S = 2.0

Step = Callable[[AsyncSession, HandoverRow, list[ConversationRow], dt.datetime], Awaitable[bool]]
"""Changes one locked case, if it still is as it was found; says whether it did."""


class Watch:
    """Looks after the cases of the county; several gateways may do so at once."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._database = cases.database
        self._clock = cases.clock

    async def running(self) -> AsyncIterator[None]:
        """Keeps looking until resumed at the end."""
        offices = self._cases.offices
        tasks = [asyncio.create_task(self._repeat(_EVERY_S, self.look), name="watch")]
        if any(offices.office(o).routing.offer_after_s is not None for o in offices.ids):
            tasks.append(
                asyncio.create_task(self._repeat(_OFFERS_EVERY_S, self.offer), name="offers")
            )
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> None:
        """Everything but offers, once."""
        await self.return_silent_claims()
        await self.end_waiting_after_hours()
        await self.wake_snoozed()
        await self.reopen_orphans()
        await self.tell_overdue()
        await self.count_waiting()

    async def return_silent_claims(self) -> int:
        """Puts cases back into the queue whose caseworker gave no sign for too long."""
        limit = dt.timedelta(minutes=self._cases.settings.silent_claim_min)
        before = self._clock.now() - limit
        async with self._database.read() as session:
            silent = await records.silent_claims(session, before)

        async def step(
            session: AsyncSession,
            case: HandoverRow,
            concerned: list[ConversationRow],
            now: dt.datetime,
        ) -> bool:
            if not await records.silent_claims(session, before, case.id):
                return False
            await records.move(session, case, Move.RELEASE)
            await self._cases.to_queue(session, case, concerned, now)
            await audit.record(session, now, "system", "return_to_queue", case.id)
            return True

        return await self._each(silent, step)

    async def end_waiting_after_hours(self) -> int:
        """Tells those who wait for a chat when their office closes, and lets the bot answer.

        Their cases stay in the queue.
        """
        offices = self._cases.offices
        closed = [office for office in offices.ids if not offices.is_open(office)]
        async with self._database.read() as session:
            waiting = await records.waiting_chats(session, closed)

        async def step(
            session: AsyncSession,
            case: HandoverRow,
            concerned: list[ConversationRow],
            now: dt.datetime,
        ) -> bool:
            if not any(row.state == ConversationState.WAITING for row in concerned):
                return False
            if case.state != HandoverState.WAITING:
                return False
            await self._cases.to_queue(session, case, concerned, now)
            return True

        return await self._each(waiting, step)

    async def wake_snoozed(self) -> int:
        """Puts cases before their owners again whose time has come."""
        async with self._database.read() as session:
            due = await records.snoozed_until(session, self._clock.now())

        async def step(
            session: AsyncSession,
            case: HandoverRow,
            concerned: list[ConversationRow],
            now: dt.datetime,
        ) -> bool:
            if case.snoozed_until is None or case.snoozed_until > now:
                return False
            case.snoozed_until = case.snooze_reason = None
            case.claimed_at = now  # the time for which he may be silent begins anew
            await session.flush()
            await feed.announce(session, case, now)
            return True

        return await self._each(due, step)

    async def reopen_orphans(self) -> int:
        """Queues merged cases anew whose target was erased or withdrawn by its own citizen."""
        async with self._database.read() as session:
            orphans = await records.orphans(session)

        async def step(
            session: AsyncSession,
            case: HandoverRow,
            concerned: list[ConversationRow],
            now: dt.datetime,
        ) -> bool:
            if not await records.orphans(session, case.id):
                return False
            await records.move(session, case, Move.REOPEN, closed_at=None)
            await self._cases.to_queue(session, case, concerned, now)
            await audit.record(session, now, "system", "reopen", case.id)
            return True

        return await self._each(orphans, step)

    async def tell_overdue(self) -> int:
        """Tells the office once of each call-back and message that nobody answered in time."""
        if not self._cases.notices.tell_of_overdue:
            return 0
        async with self._database.read() as session:
            overdue = await records.overdue(session, self._clock.now())

        async def step(
            session: AsyncSession,
            case: HandoverRow,
            concerned: list[ConversationRow],
            now: dt.datetime,
        ) -> bool:
            if not await records.overdue(session, now, case.id):
                return False
            await self._cases.notices.note(session, case, "due")
            return True

        return await self._each(overdue, step)

    async def offer(self) -> int:
        """Offers cases to those who are free, in the offices that want that."""
        offered = 0
        for office in self._cases.offices.ids:
            rules = self._cases.offices.office(office).routing
            if rules.offer_after_s is None or not self._cases.offices.is_open(office):
                continue
            async with self._database.write() as session:
                given = await routing.offer_all(
                    session, office, rules, self._clock.now(), self._cases.offices.present_since()
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

    async def _each(self, found: Iterable[HandoverRow], step: Step) -> int:
        """Takes the step with each case in a unit of work of its own; how many it changed."""
        return [await self._one(case.id, step) for case in found].count(True)

    async def _one(self, handover_id: str, step: Step) -> bool:
        """An error concerns no other case: the next look finds this one again."""
        try:
            async with self._database.write() as session:
                case = await session.get(HandoverRow, handover_id)
                if case is None:
                    return False
                concerned = await self._cases.lock(session, case)
                done = await step(session, case, concerned, self._clock.now())
        except Exception as error:
            log.error("case not looked after", handover_id=handover_id, error=type(error).__name__)
            return False
        if done:
            await self._cases.wake(*(row.id for row in concerned))
        return done

    async def _repeat(self, every_s: float, look: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(every_s)
            try:
                await look()
            except Exception as error:  # the database may be away for a while
                log.error("watch failed", error=type(error).__name__)
