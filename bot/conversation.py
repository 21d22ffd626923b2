"""What a citizen does with a conversation; each method is one unit of work.

A message is stored before anything else happens to it.  If it speaks of danger, it is answered
in the same unit of work (`bot.crisis_response`).  Else who owns the conversation at that moment
decides whether it goes to a person or waits for the bot's turn (`bot.turns`).
"""

import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.crisis_response import CrisisResponse
from bot.errors import ConversationClosed, Invalid, NoHandover
from bot.events import Event, Heard, Message, MessagePosted, StateBody
from bot.export import Export, export
from bot.machine_copies import MachineCopies
from bot.metrics import TURNS
from bot.model import Author, Channel, ConversationState, Decision, HandoverKind, Priority
from bot.ports import STAFF_TOPIC, Notifier
from bot.replies.replies import Replies
from bot.settings import Settings
from bot.stores import conversations, feedback
from bot.stores.conversations import hashed
from bot.stores.database import Database
from bot.stores.tables import ConversationRow
from bot.understanding import Understander
from handover.desk import Desk, Request
from handover.erasing import Erasing
from translations.languages import (
    LINGUA_FRANCA,
    SOURCE,
    Language,
    all_languages,
    best_of,
    from_accept_language,
    further_languages,
)
from translations.languages import language as named
from translations.texts import Texts

_PHONE = re.compile(r"^\+?[\d\s()/.-]{6,25}$")
_MIN_DIGITS, _MAX_DIGITS = 6, 15


@dataclass(frozen=True)
class Started:
    """A new conversation, with the secret that opens it."""

    id: str
    token: str
    language: Language
    state: ConversationState
    messages: list[MessagePosted]


class Conversations:
    """The citizen's side of all conversations."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        catalogue: Catalogue,
        texts: Texts,
        settings: Settings,
        desk: Desk,
        replies: Replies,
        understander: Understander,
        crisis: CrisisResponse,
        begin_turn: Callable[[str], None],
        copies: MachineCopies,
        erasing: Erasing,
    ) -> None:
        self._copies = copies
        self._erasing = erasing
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._catalogue = catalogue
        self._texts = texts
        self._settings = settings
        self._desk = desk
        self._replies = replies
        self._understander = understander
        self._crisis = crisis
        self._begin_turn = begin_turn

    async def start(
        self,
        language: str | None,
        channel: Channel,
        accept_language: str = "",
        caller: str | None = None,
    ) -> Started:
        """Begins a conversation; its first message says that a machine answers.

        `caller` is the number that the telephone showed.

        Raises:
            Invalid: the language is asked for by name and not offered.
        """
        chosen = self._language(language) if language else None
        browser = from_accept_language(accept_language, self._replies.languages)
        code = chosen or browser or SOURCE
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        row = ConversationRow(
            id=str(uuid.uuid4()), token_hash=hashed(token), channel=channel, language=code,
            language_chosen=chosen is not None, caller=caller, state=ConversationState.BOT,
            dialogue={}, last_seq=0, created_at=now, updated_at=now,
        )  # fmt: skip
        async with self._database.write() as session:
            session.add(row)
            await session.flush()
            first = [
                await conversations.append_message(
                    session, row.id, self._replies.on(channel).disclosure(spoken), now
                )
                for spoken in self._understood_in(code)
            ]
        self._copies.begin(row.id, code, 0)
        return Started(row.id, token, named(code), ConversationState.BOT, first)

    async def post(
        self,
        conversation_id: str,
        token: str | None,
        client_message_id: str,
        text: str,
        payload: str | None = None,
        heard: Heard | None = None,
    ) -> int:
        """Stores a message of the citizen; the same id again stores nothing twice.

        Returns:
            The number of the message.

        Raises:
            Unauthorized: see `conversations.access`.
            ConversationClosed: the conversation has ended.
            Invalid: the text is empty or too long, the payload is malformed, or something was
                heard that was not spoken.
        """
        self._check_text(text)
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            known = await conversations.seq_of_client_message(
                session, conversation_id, client_message_id
            )
            if known is not None:
                return known
            self._refuse_closed(row)
            if heard is not None and row.channel != Channel.PHONE:
                raise Invalid(heard="channel_unknown")
            to_a_person = ConversationState(row.state).belongs_to_a_person
            crisis = None if payload else self._understander.crisis_of(text)
            spoken = row.language if payload else self._understander.language_of(text, row.language)
            message = Message(
                author=Author.CITIZEN,
                text=text,
                language=spoken,
                client_message_id=client_message_id,
                heard=heard,
            )
            posted = await conversations.append_message(
                session,
                row.id,
                message,
                self._clock.now(),
                pending=not to_a_person and crisis is None,
                payload=payload,
            )
            staff_involved = row.state != ConversationState.BOT
            if staff_involved:
                await self._desk.pass_on(session, row, posted)
            if crisis:
                staff_involved = True
                if not row.language_chosen and self._replies.speaks(spoken):
                    row.language = spoken
                TURNS.labels(Decision.CRISIS.value).inc()
                await self._crisis.give(session, row, crisis)
        if not to_a_person and crisis is None:
            self._begin_turn(conversation_id)
        await self._notifier.wake(conversation_id)
        if staff_involved:
            self._desk.interpret(conversation_id)
            await self._notifier.wake(STAFF_TOPIC)
        return posted.seq

    async def request_person(
        self,
        conversation_id: str,
        token: str | None,
        office: str | None,
        kind: HandoverKind,
        phone: str | None,
        text: str | None,
    ) -> StateBody:
        """Asks for a person of an office: that of the last service talked about, if unnamed.

        Raises:
            OfficeClosed, NoHandover: see `Desk.request`.
            Invalid: the office is unknown, a call-back lacks a valid number, or somebody on the
                phone is to chat.
        """
        if office is not None and not self._desk.offices.has(office):
            raise Invalid(office="office_unknown")
        if kind is HandoverKind.CALLBACK:
            check_phone(phone)
        if text is not None:
            self._check_text(text)
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            self._refuse_closed(row)
            if kind is HandoverKind.CHAT and row.channel == Channel.PHONE:
                raise Invalid(kind="kind_unknown")
            wanted = OfficeId(office) if office else self._catalogue.office_for(row.service)
            # whoever is in danger is queued after hours too, and told the numbers in any case
            crisis = self._understander.crisis_of(text) if text else None
            priority = Priority.CRISIS if crisis else Priority.NORMAL
            wish = Request(wanted, kind, "requested", priority, phone, text)
            try:
                await self._desk.request(session, row, wish)
            except NoHandover:
                if crisis is None:
                    raise
            if crisis:
                await self._crisis.give(session, row, crisis)
            state = await conversations.current_state(session, row.id)
        await self._desk.wake(conversation_id)
        return state

    async def set_language(
        self, conversation_id: str, token: str | None, language: str
    ) -> Language:
        """Switches the conversation to a language of the citizen's choice.

        Raises:
            Invalid: the language is not offered.
        """
        code = self._language(language)
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            changed, after = code != row.language, row.last_seq
            row.language, row.language_chosen = code, True
            if changed and row.state == ConversationState.BOT:
                # that a machine answers must be understood, so it is said again
                disclosure = self._replies.on(Channel(row.channel)).disclosure(code)
                await conversations.append_message(session, row.id, disclosure, self._clock.now())
        if changed:
            self._copies.begin(row.id, code, after)
            await self._notifier.wake(conversation_id)
        return named(code)

    async def give_feedback(
        self,
        conversation_id: str,
        token: str | None,
        seq: int | None,
        helpful: bool,
        comment: str | None,
    ) -> None:
        """Keeps whether a message, or the whole conversation, helped.

        Raises:
            Invalid: there is no such message, or the comment is too long.
        """
        if comment is not None:
            self._check_text(comment)
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            if seq is not None and not await conversations.event_at(session, row.id, seq):
                raise Invalid(seq="seq_unknown")
            feedback.add(session, row.id, seq, helpful, comment, self._clock.now())
            crisis = self._understander.crisis_of(comment) if comment else None
            if crisis:
                await self._crisis.give(session, row, crisis)
        if crisis:
            await self._wake_all(conversation_id)

    async def close(self, conversation_id: str, token: str | None) -> StateBody:
        """Ends the conversation, and with it a case that waits for a person."""
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            if row.state != ConversationState.CLOSED:
                await self._desk.withdraw(session, row)
                await conversations.settle_all(session, row.id)
                text = self._texts.say("bot.state_closed", row.language)
                closed = StateBody(state=ConversationState.CLOSED, text=text)
                await conversations.append_state(session, row.id, closed, self._clock.now())
            state = await conversations.current_state(session, row.id)
        await self._wake_all(conversation_id)
        return state

    async def erase(self, conversation_id: str, token: str | None) -> None:
        """Deletes the conversation and every copy of its words (DSGVO, Art. 17).

        Raises:
            OnHold: see `Erasing.by_citizen`.
        """
        await self._erasing.by_citizen(conversation_id, token)

    async def language_of(self, conversation_id: str, token: str | None) -> str:
        """The conversation's language, for whoever holds its token.

        Raises:
            Unauthorized: see `conversations.access`.
        """
        async with self._database.read() as session:
            return (await conversations.access(session, conversation_id, token)).language

    async def said(self, conversation_id: str, token: str | None, seq: int) -> MessagePosted:
        """A message that the citizen was given, by its number.

        Raises:
            Invalid: there is none with that number, or it is her own.
        """
        async with self._database.read() as session:
            row = await conversations.access(session, conversation_id, token)
            message = await conversations.message_at(session, row.id, seq)
        if message is None or message.author == Author.CITIZEN:
            raise Invalid(seq="seq_unknown")
        return message

    async def view(
        self, conversation_id: str, token: str | None
    ) -> tuple[ConversationRow, StateBody]:
        """The conversation and who owns it."""
        async with self._database.read() as session:
            row = await conversations.access(session, conversation_id, token)
            return row, await conversations.current_state(session, row.id)

    async def events(self, conversation_id: str, token: str | None, after: int) -> list[Event]:
        """The events with a number above `after`."""
        async with self._database.read() as session:
            row = await conversations.access(session, conversation_id, token)
            return await conversations.events_after(session, row.id, after)

    async def export(self, conversation_id: str, token: str | None) -> Export:
        """All that is kept about the conversation; that it was taken along is recorded."""

        async def access(session: AsyncSession) -> ConversationRow:
            return await conversations.access(session, conversation_id, token)

        return await export(self._database, self._clock, self._settings, access, "citizen")

    async def typing(self, conversation_id: str, token: str | None) -> None:
        """Shows the caseworker, where there is one, that the citizen is writing."""
        async with self._database.read() as session:
            row = await conversations.access(session, conversation_id, token)
            await self._desk.typing(session, row)

    async def mark_read(self, conversation_id: str, token: str | None, seq: int) -> None:
        """Shows the caseworker how far the citizen's screen has shown the conversation."""
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            news = await self._desk.mark_read(session, row, seq)
        if news:
            await self._notifier.wake(STAFF_TOPIC)

    async def _wake_all(self, conversation_id: str) -> None:
        await self._notifier.wake(conversation_id)
        await self._notifier.wake(STAFF_TOPIC)

    def _understood_in(self, code: str) -> list[str]:
        """The languages to begin in, so that she learns that a machine answers (KI-VO, Art. 50)."""
        return [LINGUA_FRANCA, code] if code in further_languages() else [code]

    def _language(self, code: str) -> str:
        found = best_of(code, [*all_languages(), *self._replies.languages])
        if found is None:
            raise Invalid(language="language_unknown")
        return found

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise Invalid(text="text_empty")
        if len(text) > self._settings.text_limit:
            raise Invalid(text="text_too_long")

    def _refuse_closed(self, row: ConversationRow) -> None:
        if row.state == ConversationState.CLOSED:
            raise ConversationClosed


def check_phone(phone: str | None) -> None:
    """Accepts a number that can be dialled.

    Raises:
        Invalid: it is missing, or has too few or too many digits (E.164 allows fifteen).
    """
    if not phone:
        raise Invalid(phone="phone_missing")
    digits = sum(map(str.isdecimal, phone))
    if not _PHONE.match(phone.strip()) or not _MIN_DIGITS <= digits <= _MAX_DIGITS:
        raise Invalid(phone="phone_invalid")
