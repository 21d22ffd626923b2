"""What citizens do with a case: ask for a person, leave something, withdraw.

The functions that take a session are steps of a larger unit of work.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId
from bot.errors import NoHandover, OfficeClosed
from bot.events import MessagePosted
from bot.model import (
    Author,
    Channel,
    ConversationState,
    HandoverKind,
    HandoverState,
    Priority,
)
from bot.ports import STAFF_TOPIC
from bot.stores.tables import ConversationRow, HandoverRow
from handover import audit, call_records, feed, left_text, records
from handover.cases import Cases
from handover.states import OPEN, Move


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
    """The citizens' side of the handover desk."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self.offices = cases.offices

    async def request(
        self, session: AsyncSession, conversation: ConversationRow, wish: Request
    ) -> None:
        """Puts the conversation into the office's queue, or changes its case that is there.

        Raises:
            OfficeClosed, NoHandover: see `file`.
        """
        case = await self.file(session, conversation, wish)
        if _waits_for(case, conversation):
            await self._cases.to_queue(session, case, [conversation], self._cases.clock.now())

    async def file(
        self, session: AsyncSession, conversation: ConversationRow, wish: Request
    ) -> HandoverRow:
        """Opens a case for the wish, or adds it to the one that is there; tells no citizen.

        A crisis is queued outside opening hours too, so that it is the first to be read.

        Raises:
            OfficeClosed: a chat or a call was asked for, and nobody is there.
            NoHandover: the office does not take handovers here.
        """
        now = self._cases.clock.now()
        kinds = self.offices.kinds(wish.office, conversation.channel)
        if not kinds:
            raise NoHandover
        if wish.kind not in kinds and wish.priority is not Priority.CRISIS:
            reopens_at = self.offices.hours_of(wish.office).reopens_at
            raise OfficeClosed(reopens_at, [kind.value for kind in kinds])
        case = await records.case_of(session, conversation.id)
        if case is not None and not _waits_for(case, conversation):
            await self._add_to(session, case, wish, now)
            return case
        left = case.office if case and case.office != wish.office else None
        case = case or HandoverRow(
            id=str(uuid.uuid4()),
            conversation_id=conversation.id,
            state=HandoverState.WAITING,
            urgent=False,
            requested_at=now,
        )
        case.office, case.kind = wish.office, wish.kind
        if not case.urgent:  # a crisis stays why somebody is asked for
            case.reason = wish.reason
        case.due_at = self.offices.due_at(wish.office, wish.kind, now)
        if left:
            case.team = case.offered_to = case.offered_at = None
        _take_over(case, wish)
        session.add(case)
        await session.flush()
        if left:
            await feed.announce(session, case, now, office=left)
        return case

    async def cry_for_help(
        self, session: AsyncSession, conversation: ConversationRow, office: OfficeId
    ) -> None:
        """Puts the conversation first in the queue: a case that is there stays what it is."""
        now = self._cases.clock.now()
        case = await records.case_of(session, conversation.id)
        if case is None:
            kind = HandoverKind.live_on(conversation.channel)
            wish = Request(office, kind, "crisis", Priority.CRISIS)
            await self.request(session, conversation, wish)
            return
        newly = not case.urgent
        if newly:
            case.urgent = True
            await session.flush()
            await feed.announce(session, case, now)
        unanswered = conversation.state != ConversationState.WAITING
        own = case.conversation_id == conversation.id
        if own and case.state == HandoverState.WAITING and (newly or unanswered):
            await self._cases.to_queue(session, case, [conversation], now)

    async def withdraw(self, session: AsyncSession, conversation: ConversationRow) -> None:
        """Ends the conversation's own case; one that it was merged into goes on without it.

        Whoever hangs up withdraws nothing but a call that nobody has answered.
        """
        now = self._cases.clock.now()
        case = await records.case_of(session, conversation.id)
        call = await call_records.running_of(session, conversation.id)
        if call is not None:
            await call_records.hang_up(session, call, now)
            if case is None:
                case = await session.get_one(HandoverRow, call.handover_id)
            await audit.record(session, now, "phone", "call_over", case.id)
        if case is None:
            return
        own = case.conversation_id == conversation.id
        if own and await self._ends_with(session, case, conversation):
            await records.move(session, case, Move.WITHDRAW, closed_at=now)
            await self._cases.notices.note(session, case, "closed")
        await feed.announce(session, case, now)

    async def typing(self, session: AsyncSession, conversation: ConversationRow) -> None:
        """Shows the consoles of the office that has the case that the citizen is writing."""
        case = await records.case_of(session, conversation.id)
        if case is not None:
            sign = {"type": "typing", "handover_id": case.id, "office": case.office}
            await self._cases.notifier.whisper(STAFF_TOPIC, sign)

    async def mark_read(
        self, session: AsyncSession, conversation: ConversationRow, seq: int
    ) -> bool:
        """Keeps how far the citizen's screen has shown the conversation; says if that is news."""
        seq = min(seq, conversation.last_seq)
        if seq <= conversation.citizen_read_seq:
            return False
        conversation.citizen_read_seq = seq
        await session.flush()
        case = await records.case_of(session, conversation.id)
        if case is not None:
            await feed.announce(session, case, self._cases.clock.now())
        return case is not None

    async def pass_on(
        self, session: AsyncSession, conversation: ConversationRow, posted: MessagePosted
    ) -> None:
        """Shows a message to the consoles, if a case of its conversation is open.

        A case that its owner had put aside is before him again.
        """
        case = await records.case_of(session, conversation.id)
        if case is None:
            return
        now = self._cases.clock.now()
        await feed.announce(session, case, now, posted.seq, conversation_id=conversation.id)
        if case.snoozed_until is not None and posted.author is Author.CITIZEN:
            await self._cases.resume(session, case, now)

    async def wake(self, *conversation_ids: str) -> None:
        """After the commit: see `Cases.wake`."""
        await self._cases.wake(*conversation_ids)

    def interpret(self, conversation_id: str) -> None:
        """Begins to put the citizen's words into German, after what was said is stored."""
        self._cases.interpreting.begin(conversation_id)

    async def _ends_with(
        self, session: AsyncSession, case: HandoverRow, conversation: ConversationRow
    ) -> bool:
        """Whether nothing is left to be done in the case once its citizen has gone."""
        if case.state not in OPEN:
            return False
        if conversation.channel != Channel.PHONE:
            return True
        if case.kind != HandoverKind.CALL or case.state == HandoverState.CLAIMED or case.urgent:
            return False
        calls = await call_records.of_case(session, case.id)
        return all(call.answered_at is None for call in calls)

    async def _add_to(
        self, session: AsyncSession, case: HandoverRow, wish: Request, now: dt.datetime
    ) -> None:
        """Adds what the citizen leaves to the case that is being dealt with already."""
        _take_over(case, wish)
        await session.flush()
        await feed.announce(session, case, now)


def _waits_for(case: HandoverRow, conversation: ConversationRow) -> bool:
    """Whether the case is the conversation's own and nobody has it yet."""
    return case.state == HandoverState.WAITING and case.conversation_id == conversation.id


def _take_over(case: HandoverRow, wish: Request) -> None:
    """Adds a wish to a case; what an earlier wish left there is never lost."""
    case.urgent = case.urgent or wish.priority is Priority.CRISIS
    case.phone = wish.phone or case.phone
    if wish.text:
        left_text.add(case, wish.text)
