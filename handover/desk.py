"""What citizens and caseworkers do with a handover: request, claim, answer, return, close.

The functions that take a session are steps of a larger unit of work; the methods of `Desk`
are units of work of their own and wake those who wait for the outcome.
"""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import County, Office, OfficeId
from bot.clock import Clock
from bot.errors import NoHandover, OfficeClosed
from bot.events import Event, Message, MessagePosted, StateBody
from bot.metrics import WAITING
from bot.model import (
    Author,
    Caseworker,
    CloseReason,
    ConversationState,
    HandoverKind,
    HandoverState,
    OfficeHours,
    Priority,
)
from bot.ports import STAFF_TOPIC, Notifier
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, HandoverRow
from handover import audit, records
from handover.composing import compose
from handover.hours import Calendar
from handover.interpreting import Interpreting
from translations.interpreter import Interpreter
from translations.languages import SOURCE
from translations.texts import Texts

log = structlog.get_logger(__name__)

_PRESENT_WITHIN = dt.timedelta(seconds=90)


@dataclass(frozen=True)
class Request:
    """A citizen's wish for a person."""

    office: OfficeId
    kind: HandoverKind
    reason: str
    priority: Priority = Priority.NORMAL
    phone: str | None = None
    text: str | None = None


class Desk:
    """The handover desk of one county."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        county: County,
        texts: Texts,
        settings: Settings,
        interpreter: Interpreter,
    ) -> None:
        self._interpreter = interpreter
        self._interpreting = Interpreting(database, notifier, clock, interpreter)
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._texts = texts
        self._settings = settings
        self.county = county
        self.calendar = Calendar(county)
        self._offices = {office.id: office for office in county.offices}

    # --- what an office offers -----------------------------------------------------------

    def office(self, office: OfficeId) -> Office:
        """The office's entry in the county file."""
        return self._offices[office]

    def name_of(self, office: OfficeId, language: str) -> str:
        """The office as citizens who speak the language call it."""
        if language == SOURCE:
            return self.office(office).short
        return self._texts.say(f"bot.office_{office}", language)

    def has_office(self, office: str) -> bool:
        """Whether the county has such an office."""
        return any(known == office for known in self._offices)

    def is_open(self, office: OfficeId) -> bool:
        """Whether somebody is there now."""
        return self.hours_of(office).open

    def hours_of(self, office: OfficeId) -> OfficeHours:
        """Whether somebody is there now, and when next."""
        return self.calendar.hours_of(office, self._clock.now())

    def kinds(self, office: OfficeId) -> list[HandoverKind]:
        """How a person of the office can be reached from here now; empty: not from here."""
        if self._offices[office].handover != "console":
            return []
        later = [HandoverKind.CALLBACK, HandoverKind.MESSAGE]
        return [HandoverKind.CHAT, *later] if self.is_open(office) else later

    async def on_duty(self, session: AsyncSession, office: OfficeId) -> bool:
        """Whether the office is open and one of its caseworkers is signed in and present."""
        if HandoverKind.CHAT not in self.kinds(office):
            return False
        since = self._clock.now() - _PRESENT_WITHIN
        return await records.somebody_seen(session, office, since)

    # --- the citizen's side --------------------------------------------------------------

    async def request(
        self, session: AsyncSession, conversation: ConversationRow, wish: Request
    ) -> None:
        """Puts the conversation into the office's queue, or changes its case that is there.

        A crisis is queued outside opening hours too, so that it is the first to be read.

        Raises:
            OfficeClosed: a chat was asked for, and nobody is there.
            NoHandover: the office does not take handovers here.
        """
        now = self._clock.now()
        kinds = self.kinds(wish.office)
        if not kinds:
            raise NoHandover
        if wish.kind not in kinds and wish.priority is not Priority.CRISIS:
            hours = self.calendar.hours_of(wish.office, now)
            raise OfficeClosed(hours.reopens_at, [kind.value for kind in kinds])
        present = await records.open_of(session, conversation.id)
        if present is not None and present.state == HandoverState.CLAIMED:
            await self._note_wish(session, present, wish, now)
            return
        handover = present or HandoverRow(
            id=str(uuid.uuid4()),
            conversation_id=conversation.id,
            state=HandoverState.WAITING,
            urgent=False,
            requested_at=now,
        )
        left = handover.office if present and handover.office != wish.office else None
        handover.office, handover.kind, handover.reason = wish.office, wish.kind, wish.reason
        _take_over(handover, wish)
        session.add(handover)
        await session.flush()
        if left:
            await records.announce(session, handover, now, office=left)
        await self._to_queue(session, conversation, handover, now)

    async def cry_for_help(
        self, session: AsyncSession, conversation: ConversationRow, office: OfficeId
    ) -> None:
        """Puts the conversation first in the queue: a case that is there stays what it is."""
        now = self._clock.now()
        present = await records.open_of(session, conversation.id)
        if present is None:
            wish = Request(office, HandoverKind.CHAT, "crisis", Priority.CRISIS)
            await self.request(session, conversation, wish)
            return
        newly = not present.urgent
        if newly:
            present.urgent = True
            await session.flush()
            await records.announce(session, present, now)
        unanswered = conversation.state != ConversationState.WAITING
        if present.state == HandoverState.WAITING and (newly or unanswered):
            await self._to_queue(session, conversation, present, now)

    async def withdraw(self, session: AsyncSession, conversation: ConversationRow) -> None:
        """Ends the conversation's open handover, where there is one."""
        handover = await records.open_of(session, conversation.id)
        if handover is not None:
            now = self._clock.now()
            await records.withdraw(session, handover, now)
            await records.announce(session, handover, now)

    async def citizen_typing(self, session: AsyncSession, conversation: ConversationRow) -> None:
        """Shows the consoles of the office that has the case that the citizen is writing."""
        handover = await records.open_of(session, conversation.id)
        if handover is not None:
            sign = {"type": "typing", "handover_id": handover.id, "office": handover.office}
            await self._notifier.whisper(STAFF_TOPIC, sign)

    async def pass_on(
        self, session: AsyncSession, conversation: ConversationRow, posted: MessagePosted
    ) -> None:
        """Shows a message to the consoles, if a handover of its conversation is open."""
        handover = await records.open_of(session, conversation.id)
        if handover is not None:
            await records.announce(session, handover, self._clock.now(), posted.seq)

    async def settle_into_queue(self, session: AsyncSession, conversation: ConversationRow) -> None:
        """Gives messages that awaited the bot to the person who owns the conversation now."""
        handover = await records.open_of(session, conversation.id)
        for seq in await conversations.settle_all(session, conversation.id):
            if handover is not None:
                await records.announce(session, handover, self._clock.now(), seq)

    async def _note_wish(
        self, session: AsyncSession, handover: HandoverRow, wish: Request, now: dt.datetime
    ) -> None:
        """Adds what the citizen leaves to the case that somebody is working on."""
        _take_over(handover, wish)
        await session.flush()
        await records.announce(session, handover, now)

    async def _to_queue(
        self,
        session: AsyncSession,
        conversation: ConversationRow,
        handover: HandoverRow,
        now: dt.datetime,
    ) -> None:
        state = await self._waiting_state(session, conversation, handover, now)
        if state.state.belongs_to_a_person:
            await self.settle_into_queue(session, conversation)
        await self._set_state(session, handover, state, now)

    async def _set_state(
        self, session: AsyncSession, handover: HandoverRow, state: StateBody, now: dt.datetime
    ) -> None:
        """Tells the citizen and the consoles who owns the conversation now."""
        changed = await conversations.append_state(session, handover.conversation_id, state, now)
        await records.announce(session, handover, now, changed.seq)
        await records.announce(session, handover, now)

    async def _waiting_state(
        self,
        session: AsyncSession,
        conversation: ConversationRow,
        handover: HandoverRow,
        now: dt.datetime,
    ) -> StateBody:
        """What the citizen is told: that she waits now, or that somebody comes back to her."""
        office = OfficeId(handover.office)
        hours = self.calendar.hours_of(office, now)
        if not await self._somebody_comes(session, handover, hours.open):
            # nobody is shown as waiting whom nobody is going to answer
            unread = handover.urgent and not await self.on_duty(session, office)
            key = "bot.state_crisis_queued" if unread else f"bot.state_{handover.kind}"
            return StateBody(
                state=ConversationState.CALLBACK,
                office=office,
                reopens_at=hours.reopens_at,
                text=self._say(
                    conversation, key, office=self.name_of(office, conversation.language)
                ),
            )
        return StateBody(
            state=ConversationState.WAITING,
            office=office,
            position=await records.position_of(session, handover),
            wait_s=await records.median_pickup_s(session, office, self._settings.median_window),
            text=self._say(
                conversation,
                "bot.state_waiting",
                office=self.name_of(office, conversation.language),
            ),
        )

    async def _somebody_comes(
        self, session: AsyncSession, handover: HandoverRow, is_open: bool
    ) -> bool:
        if handover.kind != HandoverKind.CHAT or not is_open:
            return False
        return not handover.urgent or await self.on_duty(session, OfficeId(handover.office))

    # --- the caseworker's side -----------------------------------------------------------

    async def claim(self, caseworker: Caseworker, handover_id: str) -> None:
        """Makes the caseworker the owner of the conversation.

        Raises:
            HandoverAlreadyClaimed, HandoverNotOpen, NotFound: see `records.claim`.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            conversation = await self._lock(session, handover_id, caseworker)
            handover, won = await records.claim(session, handover_id, caseworker, now)
            if not won:
                return  # it was his already
            await self.settle_into_queue(session, conversation)
            state = StateBody(
                state=ConversationState.CLAIMED,
                office=handover.office,
                with_=caseworker.name,
                text=self._say(conversation, "bot.state_claimed", name=caseworker.name),
            )
            await self._set_state(session, handover, state, now)
            await audit.record(session, now, caseworker.username, "claim", handover.id)
        await self._wake(handover)

    async def reply(
        self, caseworker: Caseworker, handover_id: str, client_message_id: str, text: str
    ) -> int:
        """Sends the caseworker's words to the citizen; the same id again sends nothing twice.

        They go out in the citizen's language where that is possible, with the German beside it.

        Returns:
            The number of the message in the conversation.

        Raises:
            NotOwner: only the owner may write.
        """
        composed = await self.compose(caseworker, handover_id, text)
        now = self._clock.now()
        key = f"{caseworker.id}:{client_message_id}"
        async with self._database.write() as session:
            await self._lock(session, handover_id, caseworker)
            handover = await records.owned(session, handover_id, caseworker)
            known = await conversations.seq_of_client_message(
                session, handover.conversation_id, key
            )
            if known is not None:
                return known
            posted = await conversations.append_message(
                session, handover.conversation_id, composed, now, known_as=key
            )
            await records.announce(session, handover, now, posted.seq)
            await audit.record(session, now, caseworker.username, "reply", handover.id)
        await self._wake(handover)
        return posted.seq

    async def compose(self, caseworker: Caseworker, handover_id: str, text: str) -> Message:
        """The message that `text` becomes for the citizen; nothing is stored.

        Raises:
            NotOwner: only the owner may write.
        """
        async with self._database.read() as session:
            handover = await records.owned(session, handover_id, caseworker)
            conversation = await conversations.get(session, handover.conversation_id)
        return await compose(text, caseworker.name, conversation.language, self._interpreter)

    async def another_rendering(self, caseworker: Caseworker, handover_id: str, seq: int) -> Event:
        """See `Interpreting.again`."""
        return await self._interpreting.again(caseworker, handover_id, seq)

    def interpret(self, conversation_id: str) -> None:
        """Begins to put the citizen's words into German, after what was said is stored."""
        self._interpreting.begin(conversation_id)

    async def running(self) -> AsyncIterator[None]:
        """Keeps the translations going until resumed at the end."""
        async for _ in self._interpreting.running():
            yield

    async def return_to_queue(self, caseworker: Caseworker, handover_id: str) -> None:
        """Lets another caseworker take the case; it keeps its age.

        Raises:
            NotOwner: only the owner may.
        """
        async with self._database.write() as session:
            conversation = await self._lock(session, handover_id, caseworker)
            handover = await records.owned(session, handover_id, caseworker)
            await self._release(session, conversation, handover, caseworker.username)
        await self._wake(handover)

    async def return_to_bot(self, caseworker: Caseworker, handover_id: str) -> None:
        """Ends the human part; the bot answers again.

        Raises:
            NotOwner: only the owner may.
        """
        await self._end(caseworker, handover_id, HandoverState.RETURNED, None)

    async def close(self, caseworker: Caseworker, handover_id: str, reason: CloseReason) -> None:
        """Ends the case, and with it the conversation where it was a chat.

        Raises:
            NotOwner: only the owner may.
        """
        await self._end(caseworker, handover_id, HandoverState.CLOSED, reason)

    async def note_reading(self, caseworker: Caseworker, handover_id: str) -> None:
        """Records that the caseworker saw the conversation.

        Raises:
            NotFound: see `records.get_for`.
        """
        async with self._database.write() as session:
            handover = await records.get_for(session, handover_id, caseworker)
            await audit.record(session, self._clock.now(), caseworker.username, "read", handover.id)
        self.interpret(handover.conversation_id)

    async def typing(self, caseworker: Caseworker, handover_id: str) -> None:
        """Shows the citizen that the caseworker is writing.

        Raises:
            NotOwner: only the owner may.
        """
        async with self._database.read() as session:
            handover = await records.owned(session, handover_id, caseworker)
        sign = {"type": "typing", "author": Author.CASEWORKER.value}
        await self._notifier.whisper(handover.conversation_id, sign)

    async def return_silent_claims(self) -> int:
        """Puts cases back into the queue whose caseworker gave no sign for too long."""
        limit = dt.timedelta(minutes=self._settings.silent_claim_min)
        before = self._clock.now() - limit
        async with self._database.read() as session:
            silent = await records.silent_claims(session, before)
        return [await self._return_silent(handover, before) for handover in silent].count(True)

    async def _return_silent(self, handover: HandoverRow, before: dt.datetime) -> bool:
        """Returns one claim, if it still is silent; an error concerns no other."""
        try:
            async with self._database.write() as session:
                conversation = await conversations.lock(session, handover.conversation_id)
                still = await records.silent_claims(session, before, handover.id)
                for row in still:
                    await self._release(session, conversation, row, "system")
        except Exception as error:
            log.error("claim not returned", handover_id=handover.id, error=type(error).__name__)
            return False
        if still:
            log.info("silent claim returned", handover_id=handover.id)
            await self._wake(handover)
        return bool(still)

    async def end_waiting_after_hours(self) -> int:
        """Tells those who wait for a chat when their office closes, and lets the bot answer.

        Their cases stay in the queue.
        """
        closed = [office for office in self._offices if not self.is_open(office)]
        async with self._database.read() as session:
            waiting = await records.waiting_chats(session, closed)
        return [await self._end_waiting(handover) for handover in waiting].count(True)

    async def _end_waiting(self, handover: HandoverRow) -> bool:
        """Ends one wait, if there still is one; an error concerns no other."""
        try:
            async with self._database.write() as session:
                conversation = await conversations.lock(session, handover.conversation_id)
                case = await records.open_of(session, conversation.id)
                if case is None or conversation.state != ConversationState.WAITING:
                    return False
                await self._to_queue(session, conversation, case, self._clock.now())
        except Exception as error:
            log.error("wait not ended", handover_id=handover.id, error=type(error).__name__)
            return False
        await self._wake(handover)
        return True

    async def count_waiting(self) -> None:
        """Notes for the metrics how many cases wait in each office."""
        async with self._database.read() as session:
            counts = await records.count_waiting(session)
        for office in self._offices:
            WAITING.labels(office).set(counts.get(office, 0))

    async def _lock(
        self, session: AsyncSession, handover_id: str, caseworker: Caseworker
    ) -> ConversationRow:
        """The handover's conversation, locked before anything else is."""
        handover = await records.get_for(session, handover_id, caseworker)
        return await conversations.lock(session, handover.conversation_id)

    async def _release(
        self,
        session: AsyncSession,
        conversation: ConversationRow,
        handover: HandoverRow,
        actor: str,
    ) -> None:
        now = self._clock.now()
        handover.state = HandoverState.WAITING
        handover.claimed_by = handover.claimed_at = None
        await session.flush()
        await self._to_queue(session, conversation, handover, now)
        await audit.record(session, now, actor, "return_to_queue", handover.id)

    async def _end(
        self,
        caseworker: Caseworker,
        handover_id: str,
        state: HandoverState,
        reason: CloseReason | None,
    ) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            conversation = await self._lock(session, handover_id, caseworker)
            handover = await records.owned(session, handover_id, caseworker)
            handover.state, handover.closed_at, handover.close_reason = state, now, reason
            await session.flush()
            closes = state is HandoverState.CLOSED and handover.kind == HandoverKind.CHAT
            after = StateBody(
                state=ConversationState.CLOSED if closes else ConversationState.BOT,
                text=self._say(
                    conversation, "bot.state_closed_by_person" if closes else "bot.state_bot"
                ),
            )
            await self._set_state(session, handover, after, now)
            details = {"reason": reason.value} if reason else {}
            await audit.record(
                session, now, caseworker.username, state.value, handover.id, **details
            )
        await self._wake(handover)

    def _say(self, conversation: ConversationRow, key: str, **values: object) -> str:
        return self._texts.say(key, conversation.language, **values)

    async def _wake(self, handover: HandoverRow) -> None:
        self.interpret(handover.conversation_id)
        await self._notifier.wake(handover.conversation_id)
        await self._notifier.wake(STAFF_TOPIC)


def _take_over(handover: HandoverRow, wish: Request) -> None:
    """Adds a wish to a case; what an earlier wish left there is never lost."""
    handover.urgent = handover.urgent or wish.priority is Priority.CRISIS
    handover.phone = wish.phone or handover.phone
    if wish.text and wish.text not in (handover.text or ""):
        handover.text = f"{handover.text}\n{wish.text}" if handover.text else wish.text
