"""The bot's turns: one after another within a conversation, side by side across them.

A turn reads the oldest message that awaits an answer, asks the rules, and stores the reply and
"answered" in one transaction, after looking once more who owns the conversation.  A process
that dies in between leaves the message pending, and it is taken up again: nothing is lost, and
nothing is answered twice.
"""

import asyncio
import contextlib
import datetime as dt
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.crisis_response import CrisisResponse
from bot.errors import BadRequest, DialogueUnavailable, NotFound
from bot.events import Message, Wish
from bot.machine_copies import MachineCopies
from bot.metrics import TURN_SECONDS, TURNS
from bot.model import (
    Author,
    Channel,
    ConversationState,
    Decision,
    HandoverKind,
    Understanding,
    WishKind,
)
from bot.ports import STAFF_TOPIC, Notifier
from bot.replies.answers import CASE, PERSON
from bot.replies.replies import LANGUAGE, TOPIC, Replies
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, EventRow
from bot.understanding import Understander
from handover.desk import Desk, Request
from translations import figures
from translations.languages import cldr_locale

log = structlog.get_logger(__name__)

_SLOW_S = 8.0
_TYPING_EVERY_S = 4.0
_SWEEP_EVERY_S = 5.0
_ATTEMPTS = 3
_SENTENCE = 3
"""Words from which on a message counts as a sentence of its language."""


class Turns:
    """Runs the turns of this process."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        catalogue: Catalogue,
        settings: Settings,
        desk: Desk,
        replies: Replies,
        understander: Understander,
        crisis: CrisisResponse,
        copies: MachineCopies,
    ) -> None:
        self._copies = copies
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._catalogue = catalogue
        self._settings = settings
        self._desk = desk
        self._replies = replies
        self._understander = understander
        self._crisis = crisis
        self._slots = asyncio.Semaphore(settings.rasa_concurrency)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._rasa_answers = True

    def begin(self, conversation_id: str) -> None:
        """Sees to it that the conversation's pending messages are answered."""
        self._again.add(conversation_id)
        if conversation_id not in self._tasks:
            name = f"turns-{conversation_id}"
            self._tasks[conversation_id] = asyncio.create_task(
                self._run(conversation_id), name=name
            )

    async def running(self) -> AsyncIterator[None]:
        """Takes up what an earlier process left, and sweeps from time to time."""
        await self._take_up(None)
        sweeper = asyncio.create_task(self._sweep(), name="sweep")
        try:
            yield
        finally:
            tasks = [sweeper, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _sweep(self) -> None:
        """Finds what a gateway that died left behind."""
        patience = dt.timedelta(seconds=self._settings.turn_deadline_s + _SWEEP_EVERY_S)
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            try:
                await self._take_up(self._clock.now() - patience)
            except Exception as error:  # the database may be away for a while
                log.error("sweep failed", error=type(error).__name__)

    async def _take_up(self, before: dt.datetime | None) -> None:
        async with self._database.read() as session:
            left = await conversations.with_pending(session, before)
        for conversation_id in left:
            self.begin(conversation_id)

    async def _run(self, conversation_id: str) -> None:
        try:
            while conversation_id in self._again:
                self._again.discard(conversation_id)
                await self._answer_all(conversation_id)
        finally:
            self._again.discard(conversation_id)
            del self._tasks[conversation_id]

    async def _answer_all(self, conversation_id: str) -> None:
        """Answers what is pending; a failing turn is left to the next sweep."""
        try:
            while await self._turn(conversation_id):
                pass
        except NotFound:
            log.info("conversation was erased in mid-turn", conversation_id=conversation_id)
        except Exception as error:
            self._failures[conversation_id] += 1
            log.error("turn failed", conversation_id=conversation_id, error=type(error).__name__)

    async def _turn(self, conversation_id: str) -> bool:
        """Answers the oldest pending message; false where there is none."""
        async with self._database.read() as session:
            found = await conversations.oldest_pending(session, conversation_id)
        if found is None:
            return False
        row, event = found
        with TURN_SECONDS.time():
            begun = time.monotonic()
            async with self._shown_as_typing(row.id, event.seq), self._slots:
                left_s = self._patience_s() - (time.monotonic() - begun)
                understanding = await self._understand(row, event, left_s)
            staff_involved = await self._store(conversation_id, event, understanding)
        await self._notifier.wake(conversation_id)
        if staff_involved:
            self._desk.interpret(conversation_id)
            await self._notifier.wake(STAFF_TOPIC)
        self._failures.pop(conversation_id, None)
        return True

    def _patience_s(self) -> float:
        """How long a citizen waits: not for long where the one before waited in vain."""
        deadline_s, one_call_s = self._settings.turn_deadline_s, self._settings.rasa_timeout_s
        return deadline_s if self._rasa_answers else min(one_call_s, deadline_s)

    async def _understand(
        self, row: ConversationRow, event: EventRow, left_s: float
    ) -> Understanding | None:
        """What the message asks for; None where the rules cannot be reached or keep failing."""
        if self._failures[row.id] >= _ATTEMPTS or left_s <= 0:
            return None
        if (choice := self._own_payload(event.payload)) is not None:
            return Understanding(choice, row.language)
        text, spoken = event.body["text"], event.body["language"]
        state = row.dialogue or None
        try:
            try:
                found = await self._understander.understand(
                    text, spoken, left_s, state, event.payload
                )
            except BadRequest:  # a payload that this model does not know: the title says it too
                found = await self._understander.understand(text, spoken, left_s, state)
        except DialogueUnavailable:
            log.warning("rasa unavailable", conversation_id=row.id)
            self._rasa_answers = False
            return None
        self._rasa_answers = True
        return found

    def _own_payload(self, payload: str | None) -> Decision | None:
        """What a button of the gateway's own decides; None for those that the rules know."""
        kind, _, named = (payload or "").partition("/")
        if kind == CASE and self._catalogue.has_case(*named.split("/")):
            return Decision.ANSWER
        if kind == LANGUAGE and self._replies.speaks(named):
            return Decision.SMALLTALK
        if self._desk.offices.has(named):
            return {PERSON: Decision.HANDOVER, TOPIC: Decision.CLARIFY}.get(kind)
        return None

    async def _store(
        self, conversation_id: str, event: EventRow, understanding: Understanding | None
    ) -> bool:
        """Carries out what was decided, if it still may; says whether staff are concerned."""
        async with self._database.write() as session:
            row = await conversations.lock(session, conversation_id)
            if not await conversations.settle(session, conversation_id, event.seq):
                return False  # another gateway was faster, or the conversation was closed
            if ConversationState(row.state).belongs_to_a_person:
                if posted := await conversations.message_at(session, row.id, event.seq):
                    await self._desk.pass_on(session, row, posted)
                return True
            decision = understanding.decision.value if understanding else "unavailable"
            TURNS.labels(decision).inc()
            if understanding is None:
                office = self._catalogue.office_of(row.service)
                replies = self._replies.on(Channel(row.channel))
                reply = replies.offer(office, "bot.unavailable", row.language)
                await self._say(session, row, reply)
            else:
                await _Carrying(self, session, row, event, understanding).out()
            language, staff_involved = row.language, row.state != ConversationState.BOT
        self._copies.begin(conversation_id, language, event.seq)
        return staff_involved

    async def _say(self, session: AsyncSession, row: ConversationRow, message: Message) -> None:
        posted = await conversations.append_message(session, row.id, message, self._clock.now())
        if row.state != ConversationState.BOT:
            await self._desk.pass_on(session, row, posted)

    @contextlib.asynccontextmanager
    async def _shown_as_typing(self, conversation_id: str, seq: int) -> AsyncIterator[None]:
        task = asyncio.create_task(self._show_typing(conversation_id, seq))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _show_typing(self, conversation_id: str, seq: int) -> None:
        """Says that the bot is at work and, once, that it takes longer."""
        shown_s, told = 0.0, False
        while True:
            sign = {"type": "typing", "author": Author.BOT.value}
            await self._notifier.whisper(conversation_id, sign)
            await asyncio.sleep(_TYPING_EVERY_S)
            shown_s += _TYPING_EVERY_S
            if shown_s >= _SLOW_S and not told:
                told = True
                await asyncio.shield(self._say_that_it_takes_longer(conversation_id, seq))

    async def _say_that_it_takes_longer(self, conversation_id: str, seq: int) -> None:
        async with self._database.write() as session:
            row = await conversations.lock(session, conversation_id)
            event = await session.get(EventRow, (conversation_id, seq))
            owner = ConversationState(row.state)
            if owner.belongs_to_a_person or not (event and event.pending):
                return
            slow = self._replies.on(Channel(row.channel)).plain("bot.slow", row.language)
            await self._say(session, row, slow.model_copy(update={"author": Author.SYSTEM}))
        await self._notifier.wake(conversation_id)


_OFFICE_OF_NEED = {"no_money": OfficeId.JC}
"""Which office helps where the need tells it and no service does."""
_WISH_OF_FORM = {
    "callback_form": WishKind.CALLBACK,
    "message_form": WishKind.MESSAGE,
    "appointment_form": WishKind.APPOINTMENT,
}
"""What somebody wants for whom the rules begin a form."""


class _Carrying:
    """Carries out what one turn decided, within its transaction."""

    def __init__(
        self,
        turns: Turns,
        session: AsyncSession,
        row: ConversationRow,
        event: EventRow,
        understanding: Understanding,
    ) -> None:
        self._turns = turns
        self._session = session
        self._row = row
        self._event = event
        self._understanding = understanding
        self._replies = turns._replies.on(Channel(row.channel))
        self._desk = turns._desk
        self._on_the_phone = row.channel == Channel.PHONE

    async def out(self) -> None:
        understanding, row = self._understanding, self._row
        offered = None if self._event.payload else self._follow_language()
        if understanding.crisis:
            # written before these words were known as such: `post` answers others at once
            await self._turns._crisis.give(self._session, row, understanding.crisis)
        elif understanding.turn is None:
            await self._own_choice()
        else:
            row.dialogue = understanding.turn.state
            if understanding.decision is Decision.FALLBACK and self._is_foreign():
                await self._say(self._replies.language_unknown())
                return
            if self._on_the_phone and (form := understanding.turn.form):
                # the call has keys, the caller's number and a reading back for it
                row.dialogue = understanding.turn.state_without_form()
                await self._wish(_WISH_OF_FORM[form])
                return
            for act in understanding.turn.acts:
                await self._act(act)
        if offered is not None and not understanding.crisis:
            await self._say(self._replies.language_offer(offered, row.language))

    async def _own_choice(self) -> None:
        kind, _, named = (self._event.payload or "").partition("/")
        if kind == CASE:
            service, aspect, case = named.split("/")
            await self._answer(service, aspect, case)
        elif kind == LANGUAGE:
            self._row.language, self._row.language_chosen = named, True
            await self._say(self._replies.disclosure(named))
        elif kind == TOPIC:
            await self._say(self._replies.topic(OfficeId(named), self._row.language))
        else:
            await self._to_a_person(OfficeId(named), "requested")

    async def _act(self, act: dict[str, Any]) -> None:
        language = self._row.language
        match act["act"]:
            case "answer":
                await self._answer(act["service"], act.get("aspect"))
            case "topic":
                await self._say(self._replies.topic(OfficeId(act["office"]), language))
            case "clarify":
                aspect = self._understanding.aspect
                await self._say(self._replies.clarify(act["candidates"], aspect, language))
            case "out_of_scope":
                await self._say(self._replies.out_of_scope(act.get("office"), language))
            case "offer_handover":
                await self._say(self._offer("utter_offer_handover"))
            case "handover":
                await self._handover(act)
            case "say":
                await self._say(self._replies.say(act, language))
            case unknown:
                raise ValueError(f"unknown act {unknown!r}")

    async def _answer(self, service: str, aspect: str | None, case: str | None = None) -> None:
        row = self._row
        row.service, row.aspect = service, aspect
        await self._say(self._replies.answer(service, aspect, row.language, case))

    async def _handover(self, act: dict[str, Any]) -> None:
        reason = act["reason"]
        if "kind" in act:
            await self._leave(act)
        elif reason != "requested":
            await self._say(self._offer(f"bot.handover_{reason}", _OFFICE_OF_NEED.get(reason)))
        elif office := self._turns._catalogue.office_of(self._row.service):
            await self._to_a_person(office, "requested")
        else:
            await self._say(self._offer(None))

    async def _to_a_person(self, office: OfficeId, reason: str) -> None:
        """Queues the conversation if somebody is there, else offers what there is."""
        if HandoverKind.CHAT not in self._desk.offices.kinds(office):
            await self._say(self._replies.offer(office, None, self._row.language))
            return
        name = self._desk.offices.name_of(office, self._row.language)
        told = self._replies.plain("bot.handover_requested", self._row.language, office=name)
        if self._on_the_phone:  # the call is queued once it is known where it rings
            await self._say(_wished(told, WishKind.PERSON, office))
            return
        await self._say(told)
        request = Request(office, HandoverKind.CHAT, reason)
        await self._desk.request(self._session, self._row, request)

    async def _wish(self, kind: WishKind) -> None:
        """Has the call ask for what a form would; the office is asked for where none is known."""
        office = self._turns._catalogue.office_of(self._row.service)
        left_as = HandoverKind.MESSAGE if kind is WishKind.MESSAGE else HandoverKind.CALLBACK
        if office and left_as not in self._desk.offices.kinds(office):
            await self._say(self._replies.offer(office, "bot.handover_none", self._row.language))
            return
        told = self._replies.plain(f"bot.wish_{kind}", self._row.language)
        await self._say(_wished(told, kind, office))

    async def _leave(self, act: dict[str, Any]) -> None:
        """Leaves with an office what a form gathered."""
        catalogue, kind, reason = self._turns._catalogue, HandoverKind(act["kind"]), act["reason"]
        office = OfficeId(act.get("office") or catalogue.office_for(self._row.service))
        if kind not in self._desk.offices.kinds(office):
            await self._say(self._replies.offer(office, "bot.handover_none", self._row.language))
            return
        await self._say(self._replies.plain(f"bot.handover_{reason}", self._row.language))
        wish = Request(office, kind, reason, phone=act.get("phone"), text=act.get("text"))
        await self._desk.request(self._session, self._row, wish)

    def _offer(self, key: str | None, office: OfficeId | None = None) -> Message:
        named = self._turns._catalogue.office_of(self._row.service)
        return self._replies.offer(named or office, key, self._row.language)

    async def _say(self, message: Message) -> None:
        await self._turns._say(self._session, self._row, message)

    def _follow_language(self) -> str | None:
        """Goes on in the language that the citizen writes in; returns one to offer instead.

        The first message decides, and later a whole sentence; a word or two are no reason to
        switch.  A language that was chosen is only ever left by another choice.
        """
        row, written = self._row, self._understanding.language
        same = cldr_locale(written) == cldr_locale(row.language)  # Leichte Sprache is German
        if same or not self._replies.speaks(written):
            return None
        first = not row.dialogue
        whole = len(figures.words(self._event.body["text"])) >= _SENTENCE
        if not row.language_chosen and (first or whole):
            row.language = written
        elif row.language_chosen and whole and row.language_offered != written:
            row.language_offered = written
            return written
        return None

    def _is_foreign(self) -> bool:
        return self._turns._understander.is_foreign(self._event.body["text"])


def _wished(message: Message, kind: WishKind, office: OfficeId | None) -> Message:
    """The message as one that leads to what the caller wants."""
    return message.model_copy(update={"wish": Wish(kind=kind, office=office)})
