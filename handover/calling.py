"""Putting a caller through: whom to ring, and what becomes of her case.

The methods are steps of a larger unit of work.
"""

import datetime as dt
from collections.abc import AsyncIterator

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId
from bot.errors import NobodyToCall, NotFound
from bot.model import CallOutcome, Dialled, HandoverKind, HandoverState
from bot.stores.tables import AccountRow, CallRow, ConversationRow, HandoverRow
from handover import audit, call_records, feed, records, routing
from handover.account_records import is_present
from handover.call_states import CallMove
from handover.cases import Cases
from handover.states import Move

_PBX = "phone"
"""Stands in the audit trail for the telephone system, which did what no person did."""
_Target = tuple[str, AccountRow | None]


class Calling:
    """The telephone's side of the handover desk."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._clock = cases.clock
        self._offices = cases.offices

    async def running(self, session: AsyncSession, row: ConversationRow) -> Dialled | None:
        """Where it rings for the conversation already, or None."""
        call = await call_records.running_of(session, row.id)
        if call is None:
            return None
        case = await session.get_one(HandoverRow, call.handover_id)
        account = await session.get(AccountRow, call.account_id) if call.account_id else None
        return self._dialled(case, row, call.extension, account)

    async def dial(self, session: AsyncSession, row: ConversationRow, case: HandoverRow) -> Dialled:
        """Rings at somebody who may take the conversation's case, and tells so.

        Whoever has the case already is first; else one who is there, has room and is not on the
        phone, if possible one who speaks the caller's language (`handover.routing`).  Once
        somebody did not answer, and where nobody is free, it rings at several: at the office's
        own extension or at the switchboard.

        Raises:
            NobodyToCall: there is no such extension either.
        """
        now = self._clock.now()
        async for extension, account in self._targets(session, case, row, now):
            account_id = account.id if account else None
            call = await call_records.begin(session, case, row.id, extension, account_id, now)
            if call is None:
                continue  # another caller was faster
            if case.state == HandoverState.WAITING:
                await self._cases.to_queue(session, case, [row], now)
            else:
                await feed.announce(session, case, now)
            await audit.record(session, now, _PBX, "call", case.id, extension=extension)
            return self._dialled(case, row, extension, account)
        later = [HandoverKind.CALLBACK, HandoverKind.MESSAGE]
        raise NobodyToCall([kind.value for kind in later])

    async def ended(
        self,
        session: AsyncSession,
        row: ConversationRow,
        extension: str,
        outcome: CallOutcome,
    ) -> list[ConversationRow]:
        """Keeps how a try to put the conversation through ended; the same again changes nothing.

        Answered, the case is claimed by whose extension it is; where it rang at several it waits
        on for whoever talks.  Else it waits on, and the bot answers again.

        Returns:
            The conversations of the case.

        Raises:
            NotFound: it did not ring there.
        """
        call = await call_records.latest_at(session, row.id, extension)
        if call is None:
            raise NotFound
        now = self._clock.now()
        case = await session.get_one(HandoverRow, call.handover_id)
        concerned = await self._cases.lock(session, case)
        if outcome is CallOutcome.ANSWERED:
            await self._answered(session, case, concerned, call, now)
        else:
            await self.missed(session, case, concerned, call, outcome, now)
        return concerned

    async def missed(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        call: CallRow,
        outcome: CallOutcome,
        now: dt.datetime,
    ) -> None:
        """Nobody answered the call, if it still rang."""
        if not await call_records.move(session, call, CallMove.MISS, ended_at=now, outcome=outcome):
            return
        if case.state == HandoverState.WAITING:
            await self._cases.to_queue(session, case, concerned, now)
        else:
            await feed.announce(session, case, now)
        await audit.record(
            session, now, _PBX, "call_missed", case.id,
            extension=call.extension, outcome=outcome.value,
        )  # fmt: skip

    async def _answered(
        self,
        session: AsyncSession,
        case: HandoverRow,
        concerned: list[ConversationRow],
        call: CallRow,
        now: dt.datetime,
    ) -> None:
        if not await call_records.move(
            session, call, CallMove.ANSWER, answered_at=now, outcome=CallOutcome.ANSWERED
        ):
            return
        await audit.record(session, now, _PBX, "call_answered", case.id, extension=call.extension)
        account = await session.get(AccountRow, call.account_id) if call.account_id else None
        if account is None or not await records.move(
            session, case, Move.CLAIM,
            claimed_by=account.id, claimed_at=now,
            first_claimed_at=func.coalesce(HandoverRow.first_claimed_at, now),
        ):  # fmt: skip
            await feed.announce(session, case, now)
            return
        await self._cases.settle(session, case, concerned)
        await self._cases.tell_owner(session, case, concerned, account.name, now)
        await audit.record(session, now, account.username, "claim", case.id, by="call")

    async def _targets(
        self, session: AsyncSession, case: HandoverRow, row: ConversationRow, now: dt.datetime
    ) -> AsyncIterator[_Target]:
        """Where it may ring, in this order."""
        engaged = await call_records.on_the_phone(session)
        if case.state == HandoverState.CLAIMED:
            owner = await session.get_one(AccountRow, case.claimed_by)
            here = is_present(owner, self._offices.present_since()) and owner.id not in engaged
            if owner.extension and here:
                yield owner.extension, owner
        elif not await call_records.of_case(session, case.id):
            async for account in self._free(session, case, row, engaged, now):
                yield account.extension or "", account
        shared = (
            self._offices.office(OfficeId(case.office)).extension
            or self._offices.county.switchboard_extension
        )
        if shared:
            yield shared, None

    async def _free(
        self,
        session: AsyncSession,
        case: HandoverRow,
        row: ConversationRow,
        engaged: set[str],
        now: dt.datetime,
    ) -> AsyncIterator[AccountRow]:
        """Those who may get the call, the fittest first."""
        office = OfficeId(case.office)
        rules = self._offices.office(office).routing
        since = self._offices.present_since()
        free = [
            one
            for one in await routing.free(session, office, rules, now, since)
            if one.account.extension and one.account.id not in engaged
        ]
        while chosen := routing.choose(free, case, row.language):
            yield chosen.account
            free.remove(chosen)

    def _dialled(
        self, case: HandoverRow, row: ConversationRow, extension: str, account: AccountRow | None
    ) -> Dialled:
        office = OfficeId(case.office)
        return Dialled(
            office=office,
            office_name=self._offices.name_of(office, row.language),
            extension=extension,
            name=account.name if account else None,
            speaks=routing.speaks(account, row.language) if account else None,
        )
