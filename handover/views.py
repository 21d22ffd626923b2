"""Reads what the console shows: queue, one case, and the feed of changes."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import Event
from bot.model import Caseworker, HandoverState, Priority
from bot.stores import conversations, renderings
from bot.stores.counters import last_number
from bot.stores.database import Database
from bot.stores.tables import AccountRow, StaffEventRow
from handover import files, records
from handover.shapes import (
    AlsoWritten,
    Attempt,
    FeedEvent,
    GoneFeed,
    HandoverDetail,
    HandoverFeed,
    Handovers,
    HandoverView,
    MessageFeed,
    NoteFeed,
    Owner,
)
from translations.interpreter import Interpreter
from translations.languages import SOURCE
from translations.texts import Texts

_PREVIEW_LENGTH = 160
_STATES = {
    "waiting": [HandoverState.WAITING],
    "claimed": [HandoverState.CLAIMED],
    "closed": [
        HandoverState.CLOSED,
        HandoverState.RETURNED,
        HandoverState.WITHDRAWN,
        HandoverState.MERGED,
    ],
}


class Views:
    """What caseworkers may see: cases of their own offices."""

    def __init__(self, database: Database, texts: Texts, interpreter: Interpreter) -> None:
        self._database = database
        self._texts = texts
        self._interpreter = interpreter

    async def queue(self, caseworker: Caseworker, state: str) -> Handovers:
        """The handovers in a state, and the number from which the feed goes on."""
        async with self._database.read() as session:
            seq = await _last_seq(session)
            rows = await records.listed(session, caseworker.offices, _STATES[state])
            return Handovers(handovers=await self._shown(session, rows), seq=seq)

    async def detail(self, caseworker: Caseworker, handover_id: str) -> HandoverDetail:
        """One handover with its whole conversation.

        Raises:
            NotFound: see `records.get_for`.
        """
        async with self._database.read() as session:
            seq = await _last_seq(session)
            row = await records.get_for(session, handover_id, caseworker)
            conversation = await conversations.get(session, row.conversation_id)
            return HandoverDetail(
                handover=await self._one(session, handover_id),
                events=await self._events(session, row.conversation_id),
                also=[
                    AlsoWritten(
                        conversation_id=other.id,
                        language=other.language,
                        events=await self._events(session, other.id),
                    )
                    for other in await records.merged_conversations(session, handover_id)
                ],
                notes=await files.notes_of(session, handover_id),
                attachments=await files.attachments_of(session, handover_id),
                seq=seq,
                machine_translation=self._interpreter.offers(conversation.language, SOURCE)
                and self._interpreter.offers(SOURCE, conversation.language),
            )

    async def one(self, caseworker: Caseworker, handover_id: str) -> HandoverView:
        """One handover.

        Raises:
            NotFound: see `records.get_for`.
        """
        async with self._database.read() as session:
            await records.get_for(session, handover_id, caseworker)
            return await self._one(session, handover_id)

    async def feed(self, caseworker: Caseworker, after: int) -> list[FeedEvent]:
        """What changed after that number, in order; each handover as it is now."""
        async with self._database.read() as session:
            rows = await records.staff_events_after(session, caseworker.offices, after)
            changed = await records.with_context(session, {row.handover_id for row in rows})
            shown = {h.id: h for h in await self._shown(session, list(changed.values()))}
            # a case that has moved on is no longer this office's to see
            shown = {key: h for key, h in shown.items() if h.office in caseworker.offices}
            return [await self._fed(session, row, shown) for row in rows]

    async def _fed(
        self, session: AsyncSession, row: StaffEventRow, shown: dict[str, HandoverView]
    ) -> FeedEvent:
        if row.handover_id not in shown:
            return GoneFeed(seq=row.seq, at=row.at, handover_id=row.handover_id)
        if row.note_id is not None:
            note = await files.note(session, row.note_id)
            if note is None:
                return GoneFeed(seq=row.seq, at=row.at, handover_id=row.handover_id)
            return NoteFeed(seq=row.seq, at=row.at, handover_id=row.handover_id, note=note)
        if row.event_seq is None:
            return HandoverFeed(seq=row.seq, at=row.at, handover=shown[row.handover_id])
        event = await conversations.event_at(session, row.conversation_id, row.event_seq)
        if event is None:
            return GoneFeed(seq=row.seq, at=row.at, handover_id=row.handover_id)
        rendering = await renderings.get(session, row.conversation_id, row.event_seq)
        event = renderings.in_german(event, rendering)
        return MessageFeed(
            seq=row.seq,
            at=row.at,
            handover_id=row.handover_id,
            conversation_id=row.conversation_id,
            event=event,
        )

    async def _events(self, session: AsyncSession, conversation_id: str) -> list[Event]:
        german = await renderings.of(session, conversation_id)
        events = await conversations.all_events(session, conversation_id)
        return [renderings.in_german(event, german.get(event.seq)) for event in events]

    async def _one(self, session: AsyncSession, handover_id: str) -> HandoverView:
        rows = await records.with_context(session, {handover_id})
        return (await self._shown(session, list(rows.values())))[0]

    async def _shown(self, session: AsyncSession, rows: list[records.Listed]) -> list[HandoverView]:
        """The rows with what stands in other tables: one query for each kind, however many."""
        ids = {row[0].id for row in rows}
        words = await records.last_citizen_words(session, {row[1].id for row in rows})
        tried = await files.attempts_of(session, ids)
        noted = await files.count_notes(session, ids)
        offered = await records.accounts_by_id(
            session, {row[0].offered_to for row in rows if row[0].offered_to}
        )
        return [
            self._view(
                row,
                words.get(row[1].id, {}).get("text", ""),
                tried.get(row[0].id, []),
                noted.get(row[0].id, 0),
                offered.get(row[0].offered_to or ""),
            )
            for row in rows
        ]

    def _view(
        self,
        row: records.Listed,
        words: str,
        attempts: list[Attempt],
        notes: int,
        offered_to: AccountRow | None,
    ) -> HandoverView:
        handover, conversation, owner = row
        service = conversation.service
        title = self._texts.say(f"service.{service}.title", SOURCE) if service else None
        return HandoverView(
            id=handover.id,
            conversation_id=conversation.id,
            office=handover.office,
            team=handover.team,
            kind=handover.kind,
            priority=Priority.CRISIS if handover.urgent else Priority.NORMAL,
            state=handover.state,
            requested_at=handover.requested_at,
            claimed_by=_owner(owner),
            claimed_at=handover.claimed_at,
            closed_at=handover.closed_at,
            close_reason=handover.close_reason,
            due_at=handover.due_at,
            snoozed_until=handover.snoozed_until,
            snooze_reason=handover.snooze_reason,
            offered_to=_owner(offered_to),
            offered_at=handover.offered_at,
            merged_into=handover.merged_into,
            attempts=attempts,
            notes=notes,
            channel=conversation.channel,
            language=conversation.language,
            service=service,
            service_title=title,
            aspect=conversation.aspect,
            reason=handover.reason,
            preview=words if len(words) <= _PREVIEW_LENGTH else words[: _PREVIEW_LENGTH - 1] + "…",
            phone=handover.phone,
            text=handover.text,
            last_seq=conversation.last_seq,
            citizen_read_seq=conversation.citizen_read_seq,
            held=conversation.held_at is not None,
        )


def _owner(account: AccountRow | None) -> Owner | None:
    return Owner(username=account.username, name=account.name) if account else None


async def _last_seq(session: AsyncSession) -> int:
    return await last_number(session, "staff")
