"""What passes between caseworkers and citizens, and what caseworkers write for each other."""

import datetime as dt
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConversationClosed, NotFound, OnThePhone
from bot.events import Event, Message
from bot.model import Author, Caseworker, Channel, ConversationState, Outcome
from bot.stores import conversations
from bot.stores.tables import AttachmentRow, ConversationRow, HandoverRow
from handover import audit, feed, files, records
from handover.cases import Cases
from handover.composing import Composing, Repeated
from handover.shapes import Note


class Correspondence:
    """Writing and reading; each method is a unit of work of its own."""

    def __init__(self, cases: Cases, composing: Composing) -> None:
        self._cases = cases
        self._composing = composing
        self._database = cases.database
        self._clock = cases.clock

    async def reply(
        self,
        caseworker: Caseworker,
        handover_id: str,
        client_message_id: str,
        text: str,
        repeated: Repeated | None = None,
    ) -> int:
        """Sends the caseworker's words to the citizen; the same id again sends nothing twice.

        They go out in the citizen's language where that is possible, with the German beside it,
        and into every conversation of the case.

        Returns:
            The number of the message in the case's own conversation, or in the first of those
            merged into it where the citizen has called.

        Raises:
            NotOwner: only the owner may write.
            OnThePhone, ConversationClosed: nobody would read it.
        """
        languages = await self._languages_of(caseworker, handover_id)
        composed = {
            language: await self._composing.compose(text, caseworker.name, language, repeated)
            for language in languages
        }
        now = self._clock.now()
        key = f"{caseworker.id}:{client_message_id}"
        async with self._database.write() as session:
            case, concerned = await self._cases.own(session, caseworker, handover_id)
            reading = [row for row in concerned if row.channel != Channel.PHONE]
            if not reading:
                raise OnThePhone
            known = await conversations.seq_of_client_message(session, reading[0].id, key)
            if known is not None:
                return known
            seqs = [
                await self._post(session, case, row, composed, key, now)
                for row in reading
                if row.state != ConversationState.CLOSED
            ]
            if not seqs:
                raise ConversationClosed
            await audit.record(session, now, caseworker.username, "reply", case.id)
        await self._cases.wake(*(row.id for row in concerned))
        return seqs[0]

    async def _post(
        self,
        session: AsyncSession,
        case: HandoverRow,
        row: ConversationRow,
        composed: dict[str, Message],
        key: str,
        now: dt.datetime,
    ) -> int:
        # a conversation that was merged, or changed its language, a moment ago gets the German
        message = composed.get(row.language) or next(iter(composed.values()))
        posted = await conversations.append_message(session, row.id, message, now, known_as=key)
        await feed.announce(session, case, now, posted.seq, conversation_id=row.id)
        return posted.seq

    async def preview(
        self, caseworker: Caseworker, handover_id: str, text: str, repeated: Repeated | None
    ) -> Message:
        """The message that `text` becomes for the citizen; nothing is stored.

        Raises:
            NotOwner: only the owner may write.
        """
        language, *_ = await self._languages_of(caseworker, handover_id)
        return await self._composing.compose(text, caseworker.name, language, repeated)

    async def _languages_of(self, caseworker: Caseworker, handover_id: str) -> list[str]:
        """The languages of the case's conversations, its own first."""
        async with self._database.read() as session:
            case = await records.owned(session, handover_id, caseworker)
            own = await conversations.get(session, case.conversation_id)
            merged = await records.merged_conversations(session, case.id)
        return list(dict.fromkeys(row.language for row in [own, *merged]))

    async def another_rendering(self, caseworker: Caseworker, handover_id: str, seq: int) -> Event:
        """See `Interpreting.again`."""
        return await self._cases.interpreting.again(caseworker, handover_id, seq)

    async def add_note(
        self, caseworker: Caseworker, handover_id: str, text: str, client_note_id: str | None = None
    ) -> Note:
        """Adds a note for colleagues; the same id again adds nothing twice.

        Raises:
            NotFound: see `records.get_for`.
        """
        now = self._clock.now()
        name = f"{handover_id}:{caseworker.id}:{client_note_id or uuid.uuid4()}"
        note_id = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
        async with self._database.write() as session:
            case = await records.get_for(session, handover_id, caseworker)
            await conversations.lock(session, case.conversation_id)
            if known := await files.note(session, note_id):
                return known
            note = await files.add_note(session, case.id, caseworker.name, text, now, note_id)
            await feed.announce(session, case, now, note_id=note.id)
            await audit.record(session, now, caseworker.username, "note", case.id)
        await self._cases.wake(case.conversation_id)
        return note

    async def add_attempt(
        self, caseworker: Caseworker, handover_id: str, outcome: Outcome, said: str | None
    ) -> None:
        """Keeps that the owner tried to reach the citizen, and how it ended.

        Raises:
            NotOwner: only the owner may.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case, _ = await self._cases.own(session, caseworker, handover_id)
            await files.add_attempt(session, case.id, caseworker.name, outcome, said, now)
            await feed.announce(session, case, now)
            await audit.record(
                session, now, caseworker.username, "attempt", case.id, outcome=outcome.value
            )
        await self._cases.wake(case.conversation_id)

    async def note_reading(self, caseworker: Caseworker, handover_id: str) -> None:
        """Records that the caseworker saw the conversation.

        Raises:
            NotFound: see `records.get_for`.
        """
        async with self._database.write() as session:
            case = await records.get_for(session, handover_id, caseworker)
            await audit.record(session, self._clock.now(), caseworker.username, "read", case.id)
            others = await records.merged_conversations(session, case.id)
        for conversation_id in (case.conversation_id, *(row.id for row in others)):
            self._cases.interpreting.begin(conversation_id)

    async def attachment(
        self, caseworker: Caseworker, handover_id: str, attachment_id: str
    ) -> AttachmentRow:
        """A file of the case, with its content; that it was fetched is recorded.

        Raises:
            NotFound: see `records.get_for`; or the case has no such file.
        """
        async with self._database.write() as session:
            case = await records.get_for(session, handover_id, caseworker)
            file = await files.attachment(session, case.id, attachment_id)
            if file is None:
                raise NotFound
            now = self._clock.now()
            await audit.record(
                session, now, caseworker.username, "download", case.id, attachment=file.id
            )
        return file

    async def mark_read(self, caseworker: Caseworker, handover_id: str, seq: int) -> None:
        """Shows the citizen how far the owner has read.

        Raises:
            NotOwner: only the owner's reading is shown.
        """
        async with self._database.write() as session:
            case, [row, *_] = await self._cases.own(session, caseworker, handover_id)
            seen = min(seq, row.last_seq)
            if seen <= row.staff_read_seq:
                return
            row.staff_read_seq = seen
        sign = {"type": "read", "seq": seen}
        await self._cases.notifier.whisper(case.conversation_id, sign)

    async def typing(self, caseworker: Caseworker, handover_id: str) -> None:
        """Shows the citizen that the caseworker is writing.

        Raises:
            NotOwner: only the owner may.
        """
        async with self._database.read() as session:
            case = await records.owned(session, handover_id, caseworker)
            others = await records.merged_conversations(session, case.id)
        sign = {"type": "typing", "author": Author.CASEWORKER.value}
        for conversation_id in (case.conversation_id, *(row.id for row in others)):
            await self._cases.notifier.whisper(conversation_id, sign)
