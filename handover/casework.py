"""Who owns a case: claim, pass on, put aside, merge, end."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import wording
from bot.catalogue.schema import OfficeId
from bot.errors import CannotMerge, HandoverNotOpen, Invalid, NobodyThere, NoHandover, NotOwner
from bot.events import StateBody
from bot.model import (
    Caseworker,
    CloseReason,
    ConversationState,
    HandoverKind,
    HandoverState,
    SnoozeReason,
)
from bot.stores.tables import AccountRow, ConversationRow, HandoverRow
from handover import account_records, audit, call_records, feed, files, left_text, records
from handover.cases import Cases, owned_by
from handover.states import Move

_LONGEST_SNOOZE = dt.timedelta(days=180)


@dataclass(frozen=True)
class Target:
    """Where a case is to go: to a colleague, or to an office or a team of it."""

    caseworker: str | None = None
    office: str | None = None
    team: str | None = None


class Casework:
    """What caseworkers do with a case; each method is a unit of work of its own."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._database = cases.database
        self._clock = cases.clock

    async def claim(self, caseworker: Caseworker, handover_id: str) -> None:
        """Makes the caseworker the owner of the case.

        Raises:
            HandoverAlreadyClaimed, HandoverNotOpen, NotFound: see `records.claim`.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case = await records.get_for(session, handover_id, caseworker)
            concerned = await self._cases.lock(session, case)
            case, won = await records.claim(session, handover_id, caseworker, now)
            if not won:
                return  # it was his already
            await self._cases.settle(session, case, concerned)
            await self._cases.tell_owner(session, case, concerned, caseworker.name, now)
            await audit.record(session, now, caseworker.username, "claim", case.id)
        await self._wake(concerned)

    async def return_to_queue(self, caseworker: Caseworker, handover_id: str) -> None:
        """Lets another caseworker take the case; it keeps its age.

        Raises:
            NotOwner: only the owner may, or who leads the office.
            HandoverNotOpen: it has ended, or nobody owns it.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case, concerned = await self._cases.movable(session, caseworker, handover_id)
            if not await records.move(session, case, Move.RELEASE):
                raise NotOwner
            await self._cases.to_queue(session, case, concerned, now)
            await audit.record(session, now, caseworker.username, "return_to_queue", case.id)
        await self._wake(concerned)

    async def return_to_bot(self, caseworker: Caseworker, handover_id: str) -> None:
        """Ends the human part; the bot answers again.

        Raises:
            NotOwner: only the owner may.
        """
        await self._end(caseworker, handover_id, Move.RETURN, None)

    async def close(self, caseworker: Caseworker, handover_id: str, reason: CloseReason) -> None:
        """Ends the case, and with it the conversation where it was a chat.

        Raises:
            NotOwner: only the owner may.
        """
        await self._end(caseworker, handover_id, Move.CLOSE, reason)

    async def transfer(
        self, caseworker: Caseworker, handover_id: str, target: Target, note: str | None
    ) -> None:
        """Passes the case on, with a note for whoever gets it.

        A colleague owns it at once; a team or another office finds it in its queue.

        Raises:
            NotOwner, HandoverNotOpen, NotFound: see `records.movable`.
            Invalid: there is no such account, team or office, or none is named.
            NobodyThere: the colleague is not there, or does not work for the office.
            NoHandover: the other office takes no cases here.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case, concerned = await self._cases.movable(session, caseworker, handover_id)
            if note and note.strip():
                kept = await files.add_note(session, case.id, caseworker.name, note.strip(), now)
                await feed.announce(session, case, now, note_id=kept.id)
            if target.caseworker is not None:
                details = await self._assign(session, case, concerned, target.caseworker, now)
            else:
                details = await self._hand_on(session, case, concerned, target, now)
            await audit.record(session, now, caseworker.username, "transfer", case.id, **details)
        await self._wake(concerned)

    async def _assign(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        username: str,
        now: dt.datetime,
    ) -> dict[str, str]:
        account = await account_records.by_name(session, username)
        if account is None:
            raise Invalid(caseworker="caseworker_unknown")
        if not account.takes_cases_of(case.office, self._cases.offices.present_since()):
            raise NobodyThere
        first = case.first_claimed_at or now
        await records.move(
            session, case, Move.ASSIGN,
            claimed_by=account.row.id, claimed_at=now, first_claimed_at=first,
        )  # fmt: skip
        await self._cases.settle(session, case, concerned)
        await self._cases.tell_owner(session, case, concerned, account.row.name, now)
        return {"to": username}

    async def _hand_on(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        target: Target,
        now: dt.datetime,
    ) -> dict[str, str]:
        office = self._office_of(target, OfficeId(case.office))
        left = case.office if case.office != office else None
        await records.move(session, case, Move.HAND_ON, office=office, team=target.team)
        if left:
            await feed.announce(session, case, now, office=left)
            case.due_at = self._cases.offices.due_at(office, HandoverKind(case.kind), now)
            await session.flush()
        await self._cases.to_queue(session, case, concerned, now)
        return {"to": f"{office}/{target.team}" if target.team else office.value}

    def _office_of(self, target: Target, present: OfficeId) -> OfficeId:
        offices = self._cases.offices
        if target.office is None and target.team is None:
            raise Invalid(caseworker="target_missing")
        if target.office is not None and not offices.has(target.office):
            raise Invalid(office="office_unknown")
        office = OfficeId(target.office) if target.office else present
        if target.team is not None and not offices.has_team(office, target.team):
            raise Invalid(team="team_unknown")
        if not offices.kinds(office):
            raise NoHandover
        return office

    async def decline(self, caseworker: Caseworker, handover_id: str) -> None:
        """Refuses the offer of a case: the next one gets it.

        Raises:
            NotFound: see `records.get_for`.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case = await records.get_for(session, handover_id, caseworker)
            if case.offered_to != caseworker.id or case.state != HandoverState.WAITING:
                return
            case.offered_at = dt.datetime.fromtimestamp(0, dt.UTC)  # long past its time-out
            await session.flush()
            await feed.announce(session, case, now)
            await audit.record(session, now, caseworker.username, "decline", case.id)
        await self._cases.wake(case.conversation_id)

    async def set_presence(self, caseworker: Caseworker, away: bool) -> Caseworker:
        """Keeps whether he takes cases for now; those that he owns stay his."""
        now = self._clock.now()
        async with self._database.write() as session:
            account = await session.get_one(AccountRow, caseworker.id)
            account.away = away
            action = "away" if away else "present"
            await audit.record(session, now, caseworker.username, action, caseworker.username)
        return replace(caseworker, away=away)

    async def snooze(
        self,
        caseworker: Caseworker,
        handover_id: str,
        until: dt.datetime | None,
        reason: SnoozeReason | None,
    ) -> None:
        """Puts the case aside until then; its owner stays its owner, and may be silent.

        A message of the citizen brings it back at once.  `until` None ends it.

        Raises:
            NotOwner: only the owner may.
            Invalid: that moment is past, or half a year and more away.
        """
        now = self._clock.now()
        if until is not None and until <= now:
            raise Invalid(until="date_past")
        if until is not None and until > now + _LONGEST_SNOOZE:
            raise Invalid(until="date_too_far")
        async with self._database.write() as session:
            case, concerned = await self._cases.own(session, caseworker, handover_id)
            if until is None:
                await self._cases.resume(session, case, now)
            else:
                case.snoozed_until, case.claimed_at = until, now
                case.snooze_reason = reason or SnoozeReason.OTHER
                await session.flush()
                await self._tell_snoozed(session, case, concerned, caseworker.name, until)
            await audit.record(
                session, now, caseworker.username, "snooze" if until else "resume", case.id
            )
        await self._wake(concerned)

    async def _tell_snoozed(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        name: str,
        until: dt.datetime,
    ) -> None:
        day = until.astimezone(self._cases.offices.calendar.timezone).date()

        async def told(row: ConversationRow) -> StateBody:
            date = wording.date(day, row.language)
            text = self._cases.say(row, "bot.state_snoozed", name=name, date=date)
            return owned_by(case, name, text, until)

        await self._cases.tell(session, case, concerned, self._clock.now(), told)

    async def merge(self, caseworker: Caseworker, handover_id: str, into: str) -> None:
        """Lets a case go on in another one of the same citizen: what she writes in either arrives.

        Raises:
            NotOwner: the target is not his, or the case is somebody else's.
            CannotMerge: they are the same, or of two offices.
            HandoverNotOpen: one of them has ended.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            case = await records.movable(session, handover_id, caseworker)
            target = await records.get_for(session, into, caseworker)
            if case.id == target.id or case.office != target.office:
                raise CannotMerge
            concerned = await self._cases.lock(session, target, case)
            target = await records.owned(session, into, caseworker)
            case = await records.movable(session, handover_id, caseworker)
            of_case = await self._cases.conversations_of(session, [case])
            moved = [row for row in concerned if row.id in of_case]
            if not await records.move(
                session, case, Move.MERGE, merged_into=target.id, closed_at=now
            ):
                raise HandoverNotOpen
            await records.redirect(session, case.id, target.id)
            target.urgent = target.urgent or case.urgent
            target.phone = target.phone or case.phone
            left_text.join(target, case)
            await session.flush()
            await self._cases.settle(session, target, moved)

            async def told(row: ConversationRow) -> StateBody:
                return owned_by(target, caseworker.name, self._cases.say(row, "bot.state_merged"))

            await self._cases.tell(session, target, moved, now, told)
            await feed.announce(session, case, now)
            await self._cases.notices.note(session, case, "closed")
            await audit.record(session, now, caseworker.username, "merge", case.id, into=target.id)
        await self._wake(concerned)

    async def _end(
        self, caseworker: Caseworker, handover_id: str, move: Move, reason: CloseReason | None
    ) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            case, concerned = await self._cases.own(session, caseworker, handover_id)
            await records.move(session, case, move, closed_at=now, close_reason=reason)
            closes = move is Move.CLOSE and case.kind == HandoverKind.CHAT
            for call in await call_records.talks_of(session, case.id):
                await call_records.hang_up(session, call, now)

            async def told(row: ConversationRow) -> StateBody:
                key = "bot.state_closed_by_person" if closes else "bot.state_bot"
                state = ConversationState.CLOSED if closes else ConversationState.BOT
                return StateBody(state=state, text=self._cases.say(row, key))

            await self._cases.tell(session, case, concerned, now, told)
            details = {"reason": reason.value} if reason else {}
            await audit.record(session, now, caseworker.username, case.state, case.id, **details)
            await self._cases.notices.note(session, case, "closed")
        await self._wake(concerned)

    async def _wake(self, concerned: list[ConversationRow]) -> None:
        await self._cases.wake(*(row.id for row in concerned))
