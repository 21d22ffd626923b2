"""Reads what the console shows: queue, one case, what is sought, and the feed of changes."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.errors import NotFound
from bot.events import Event
from bot.model import Caseworker, HandoverState, Priority
from bot.stores import conversations, renderings
from bot.stores.counters import last_number
from bot.stores.database import Database
from bot.stores.tables import AccountRow, CallRow, HandoverRow, StaffEventRow
from handover import audit, call_records, feed, files, records, searching
from handover.account_records import is_present
from handover.offices import Offices
from handover.shapes import (
    AlsoWritten,
    Attempt,
    CallView,
    Colleague,
    Colleagues,
    FeedEvent,
    Found,
    GoneFeed,
    HandoverDetail,
    HandoverFeed,
    Handovers,
    HandoverView,
    MessageFeed,
    NoteFeed,
    Owner,
    SearchResult,
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

    def __init__(
        self,
        database: Database,
        texts: Texts,
        interpreter: Interpreter,
        offices: Offices,
        clock: Clock,
    ) -> None:
        self._database = database
        self._texts = texts
        self._interpreter = interpreter
        self._offices = offices
        self._clock = clock

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

    async def if_visible(self, caseworker: Caseworker, handover_id: str) -> HandoverView | None:
        """One handover, or None where it is no longer the caseworker's to see."""
        try:
            return await self.one(caseworker, handover_id)
        except NotFound:
            return None

    async def search(self, caseworker: Caseworker, words: str) -> SearchResult:
        """The cases of his offices that hold the words; that he sought is recorded."""
        async with self._database.write() as session:
            hits, more = await searching.search(session, caseworker, words)
            rows = await records.with_context(session, {hit.handover_id for hit in hits})
            shown = {v.id: v for v in await self._shown(session, list(rows.values()))}
            now = self._clock.now()
            await audit.record(
                session, now, caseworker.username, "search", "handovers", found=len(hits)
            )
        found = [
            Found(handover=shown[hit.handover_id], excerpt=hit.excerpt)
            for hit in hits
            if hit.handover_id in shown
        ]
        return SearchResult(found=found, more=more)

    async def colleagues(self, caseworker: Caseworker) -> Colleagues:
        """Who works on the cases of his offices, and who is there to take one."""
        since = self._offices.present_since()
        found: dict[str, Colleague] = {}
        async with self._database.read() as session:
            workers = await records.workers(session, caseworker.offices)
        for account, office, cases in workers:
            before = found.get(account.username)
            found[account.username] = Colleague(
                username=account.username,
                name=account.name,
                offices=[*(before.offices if before else []), office],
                languages=list(account.languages),
                present=is_present(account, since),
                open_cases=cases,
            )
        return Colleagues(colleagues=list(found.values()))

    async def feed(self, caseworker: Caseworker, after: int) -> list[FeedEvent]:
        """What changed after that number, in order; each handover as it is now."""
        async with self._database.read() as session:
            rows = await feed.staff_events_after(session, caseworker.offices, after)
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
            return NoteFeed(
                seq=row.seq,
                at=row.at,
                handover_id=row.handover_id,
                note=note,
                notes=shown[row.handover_id].notes,
            )
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
        called = await call_records.of_cases(session, ids)
        known = await records.accounts_by_id(
            session,
            {row[0].offered_to for row in rows if row[0].offered_to}
            | {call.account_id for calls in called.values() for call in calls if call.account_id},
        )
        return [
            self._view(
                row,
                words.get(row[1].id, {}).get("text", ""),
                tried.get(row[0].id, []),
                [_call(call, known) for call in called.get(row[0].id, [])],
                noted.get(row[0].id, 0),
                known.get(row[0].offered_to or ""),
            )
            for row in rows
        ]

    def _view(
        self,
        row: records.Listed,
        words: str,
        attempts: list[Attempt],
        calls: list[CallView],
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
            offered_to=_owner(offered_to) if self._stands(handover) else None,
            offered_at=handover.offered_at if self._stands(handover) else None,
            merged_into=handover.merged_into,
            attempts=attempts,
            calls=calls,
            notes=notes,
            channel=conversation.channel,
            language=conversation.language,
            service=service,
            service_title=title,
            aspect=conversation.aspect,
            reason=handover.reason,
            preview=words if len(words) <= _PREVIEW_LENGTH else words[: _PREVIEW_LENGTH - 1] + "…",
            phone=handover.phone,
            caller=conversation.caller,
            text=handover.text,
            text_german=handover.text_german,
            text_not_translated=handover.text_reason,
            last_seq=conversation.last_seq,
            citizen_read_seq=conversation.citizen_read_seq,
            held=conversation.held_at is not None,
        )

    def _stands(self, handover: HandoverRow) -> bool:
        """Whether the case is still being offered to somebody."""
        if handover.offered_at is None:
            return False
        rules = self._offices.office(OfficeId(handover.office)).routing
        stands = dt.timedelta(seconds=rules.offer_timeout_s)
        return handover.offered_at + stands > self._clock.now()


def _call(call: CallRow, known: dict[str, AccountRow]) -> CallView:
    return CallView(
        extension=call.extension,
        to=_owner(known.get(call.account_id or "")),
        state=call.state,
        dialled_at=call.dialled_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        outcome=call.outcome,
    )


def _owner(account: AccountRow | None) -> Owner | None:
    return Owner(username=account.username, name=account.name) if account else None


async def _last_seq(session: AsyncSession) -> int:
    return await last_number(session, "staff")
