"""Steps that citizens, caseworkers and the passing of time share: who owns a case, who is told.

A case has the conversation in which a person was asked for, and those that were merged into it:
whatever changes is told in all of them, each in its own language.  Every unit of work locks them
before anything else, in the order of their ids, so that two of them never wait for each other.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.events import StateBody
from bot.model import Caseworker, Channel, ConversationState, HandoverKind
from bot.ports import STAFF_TOPIC, Notifier
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, HandoverRow
from handover import call_records, feed, records
from handover.call_states import RUNNING
from handover.interpreting import Interpreting
from handover.notices import Notices
from handover.offices import Offices
from translations.texts import Texts

Told = Callable[[ConversationRow], Awaitable[StateBody]]
"""What the citizen of a conversation is told, in her language."""
_May = Callable[[AsyncSession, str, Caseworker], Awaitable[HandoverRow]]


class Cases:
    """What every part of the desk needs."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        offices: Offices,
        texts: Texts,
        settings: Settings,
        interpreting: Interpreting,
        notices: Notices,
    ) -> None:
        self.database = database
        self.notifier = notifier
        self.clock = clock
        self.offices = offices
        self.texts = texts
        self.settings = settings
        self.interpreting = interpreting
        self.notices = notices

    async def lock(self, session: AsyncSession, *handovers: HandoverRow) -> list[ConversationRow]:
        """The conversations of these cases, locked; each case's own comes before merged ones."""
        locked: dict[str, ConversationRow] = {}
        while missing := await self.conversations_of(session, handovers) - set(locked):
            for id_ in sorted(missing):
                locked[id_] = await conversations.lock(session, id_)
        for handover in handovers:
            await session.refresh(handover)
        own = [handover.conversation_id for handover in handovers]
        return [locked[id_] for id_ in dict.fromkeys([*own, *locked])]

    async def own(
        self, session: AsyncSession, caseworker: Caseworker, handover_id: str
    ) -> tuple[HandoverRow, list[ConversationRow]]:
        """The case, if it is the caseworker's (`records.owned`), with its conversations locked."""
        return await self._locked(session, caseworker, handover_id, records.owned)

    async def movable(
        self, session: AsyncSession, caseworker: Caseworker, handover_id: str
    ) -> tuple[HandoverRow, list[ConversationRow]]:
        """The case, if he may pass it on (`records.movable`), with its conversations locked."""
        return await self._locked(session, caseworker, handover_id, records.movable)

    async def _locked(
        self, session: AsyncSession, caseworker: Caseworker, handover_id: str, may: _May
    ) -> tuple[HandoverRow, list[ConversationRow]]:
        """The case with its conversations locked; only then it is looked at whether he may."""
        case = await records.get_for(session, handover_id, caseworker)
        concerned = await self.lock(session, case)
        return await may(session, handover_id, caseworker), concerned

    async def resume(self, session: AsyncSession, case: HandoverRow, now: dt.datetime) -> None:
        """Puts a case that was put aside before its owner again.

        The time for which he may be silent begins anew.
        """
        case.snoozed_until = case.snooze_reason = None
        case.claimed_at = now
        await session.flush()
        await feed.announce(session, case, now)

    async def conversations_of(
        self, session: AsyncSession, handovers: Sequence[HandoverRow]
    ) -> set[str]:
        """The ids of the conversations that are dealt with in these cases."""
        found = {handover.conversation_id for handover in handovers}
        for handover in handovers:
            merged = await records.merged_conversations(session, handover.id)
            found |= {row.id for row in merged}
        return found

    async def to_queue(
        self,
        session: AsyncSession,
        handover: HandoverRow,
        concerned: Sequence[ConversationRow],
        now: dt.datetime,
    ) -> None:
        """Tells that the case waits now, and gives what still awaited the bot to the queue."""
        is_open = self.offices.is_open(OfficeId(handover.office))
        if await self._somebody_comes(session, handover, is_open):
            await self.settle(session, handover, concerned)
        await self.tell(
            session, handover, concerned, now, lambda row: self._waiting(session, row, handover)
        )
        if not is_open or not HandoverKind(handover.kind).live or handover.urgent:
            await self.notices.note(session, handover, "requested")

    async def tell(
        self,
        session: AsyncSession,
        handover: HandoverRow,
        concerned: Iterable[ConversationRow],
        now: dt.datetime,
        told: Told,
    ) -> None:
        """Tells the citizen, wherever she writes, and the consoles who owns the case now."""
        for row in concerned:
            if row.state == ConversationState.CLOSED:
                continue  # she has left this one
            state = await told(row)
            changed = await conversations.append_state(session, row.id, state, now)
            await feed.announce(session, handover, now, changed.seq, conversation_id=row.id)
        await feed.announce(session, handover, now)

    async def tell_owner(
        self,
        session: AsyncSession,
        handover: HandoverRow,
        concerned: Iterable[ConversationRow],
        name: str,
        now: dt.datetime,
    ) -> None:
        """Tells who owns the case now."""

        async def told(row: ConversationRow) -> StateBody:
            phone = row.channel == Channel.PHONE
            key = "bot.state_claimed_phone" if phone else "bot.state_claimed"
            return owned_by(handover, name, self.say(row, key, name=name))

        await self.tell(session, handover, concerned, now, told)

    async def settle(
        self, session: AsyncSession, handover: HandoverRow, concerned: Iterable[ConversationRow]
    ) -> None:
        """Gives messages that awaited the bot to the person who owns the case now."""
        for row in concerned:
            for seq in await conversations.settle_all(session, row.id):
                await feed.announce(
                    session, handover, self.clock.now(), seq, conversation_id=row.id
                )

    async def wake(self, *conversation_ids: str) -> None:
        """After the commit: everybody looks, and what is foreign gets German words."""
        for conversation_id in dict.fromkeys(conversation_ids):
            self.interpreting.begin(conversation_id)
            await self.notifier.wake(conversation_id)
        await self.notifier.wake(STAFF_TOPIC)

    def say(self, row: ConversationRow, key: str, **values: object) -> str:
        """A sentence in the conversation's language."""
        return self.texts.say(key, row.language, **values)

    async def _waiting(
        self, session: AsyncSession, row: ConversationRow, handover: HandoverRow
    ) -> StateBody:
        """That she waits now, or that somebody comes back to her."""
        office = OfficeId(handover.office)
        name = self.offices.name_of(office, row.language)
        hours = self.offices.hours_of(office)
        if not await self._somebody_comes(session, handover, hours.open):
            # nobody is shown as waiting whom nobody is going to answer
            unread = handover.urgent and not await self.offices.on_duty(session, office)
            key = "bot.state_crisis_queued" if unread else f"bot.state_{handover.kind}"
            return StateBody(
                state=ConversationState.CALLBACK,
                office=office,
                reopens_at=hours.reopens_at,
                text=self.say(row, key, office=name),
            )
        if handover.kind == HandoverKind.CALL:
            text = self.say(row, "bot.state_calling", office=name)
            return StateBody(state=ConversationState.WAITING, office=office, text=text)
        return StateBody(
            state=ConversationState.WAITING,
            office=office,
            position=await records.position_of(session, handover),
            wait_s=await self._usual_wait_s(session, office),
            text=self.say(row, "bot.state_waiting", office=name),
        )

    async def _usual_wait_s(self, session: AsyncSession, office: OfficeId) -> int | None:
        """How long others have waited lately, in seconds; None where too few have."""
        return await records.median_pickup_s(
            session,
            office,
            self.settings.median_window,
            since=self.clock.now() - dt.timedelta(days=self.settings.median_window_days),
            open_until=partial(self.offices.calendar.open_until, office),
        )

    async def _somebody_comes(
        self, session: AsyncSession, handover: HandoverRow, is_open: bool
    ) -> bool:
        if handover.kind == HandoverKind.CALL and (
            calls := await call_records.of_case(session, handover.id)
        ):
            return any(call.state in RUNNING for call in calls)
        if not HandoverKind(handover.kind).live or not is_open:
            return False
        return not handover.urgent or await self.offices.on_duty(session, OfficeId(handover.office))


def owned_by(
    case: HandoverRow, name: str, text: str, snoozed_until: dt.datetime | None = None
) -> StateBody:
    """That the case is somebody's; `text` says so to the citizen."""
    return StateBody(
        state=ConversationState.CLAIMED,
        office=case.office,
        with_=name,
        snoozed_until=snoozed_until,
        text=text,
    )
