"""Who is offered which case next: by team and language, then whoever has least to do."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId, Routing
from bot.model import HandoverKind, HandoverState
from bot.stores.tables import AccountRow, ConversationRow, HandoverRow, MembershipRow
from handover import feed
from handover.account_records import present, works_for
from translations.languages import SOURCE, cldr_locale

_NEVER = dt.datetime.fromtimestamp(0, dt.UTC)


@dataclass
class Free:
    """A caseworker who is there, and how many cases she has or is being offered."""

    account: AccountRow
    team: str | None
    capacity: int
    load: int

    def suits(self, case: HandoverRow) -> bool:
        """Whether she may get the case: of its team, where it waits for one, and with room."""
        return self.load < self.capacity and (case.team is None or case.team == self.team)


async def offer_all(
    session: AsyncSession,
    office: OfficeId,
    rules: Routing,
    now: dt.datetime,
    present_since: dt.datetime,
) -> list[str]:
    """Offers the office's waiting chats, urgent and old ones first, each to one caseworker.

    An offer that nobody took up within its time goes to the next one, and back to the same only
    if there is no other.  Anybody of the office may still claim a case that is offered to another.

    Returns:
        The conversations whose cases are newly offered.
    """
    cases = await _waiting(session, office, rules, now)
    if not cases:
        return []
    candidates = await free(session, office, rules, now, present_since)
    offered = []
    for case, language in cases:
        chosen = choose(candidates, case, language)
        if chosen is None:
            continue
        case.offered_to, case.offered_at = chosen.account.id, now
        chosen.account.offered_at = now
        chosen.load += 1
        await session.flush()
        await feed.announce(session, case, now)
        offered.append(case.conversation_id)
    return offered


def choose(free: list[Free], case: HandoverRow, language: str) -> Free | None:
    """Whoever should be offered the case, of those who are free; None where nobody suits."""
    suitable = [one for one in free if one.suits(case)]
    others = [one for one in suitable if one.account.id != case.offered_to]

    def rank(one: Free) -> tuple[bool, int, dt.datetime]:
        return not speaks(one.account, language), one.load, one.account.offered_at or _NEVER

    return min(others or suitable, key=rank, default=None)


def speaks(account: AccountRow, language: str) -> bool:
    """Whether she can talk to somebody in that language; German everybody can."""
    return cldr_locale(language) == SOURCE or language in account.languages


async def is_any_due(
    session: AsyncSession, office: OfficeId, rules: Routing, now: dt.datetime
) -> bool:
    """Whether `offer_all` would find a chat to offer; looks, and locks nothing."""
    due = await session.scalar(select(HandoverRow.id).where(*_due(office, rules, now)).limit(1))
    return due is not None


def _due(office: OfficeId, rules: Routing, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """Chats that wait long enough and are not being offered."""
    return (
        HandoverRow.office == office,
        HandoverRow.state == HandoverState.WAITING,
        HandoverRow.kind == HandoverKind.CHAT,
        HandoverRow.requested_at <= now - dt.timedelta(seconds=rules.offer_after_s or 0),
        func.coalesce(HandoverRow.offered_at, _NEVER)
        <= now - dt.timedelta(seconds=rules.offer_timeout_s),
    )


async def _waiting(
    session: AsyncSession, office: OfficeId, rules: Routing, now: dt.datetime
) -> list[tuple[HandoverRow, str]]:
    """The cases that are due with their languages, locked against other gateways."""
    rows = await session.execute(
        select(HandoverRow, ConversationRow.language)
        .join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
        .where(*_due(office, rules, now))
        .order_by(HandoverRow.urgent.desc(), HandoverRow.requested_at)
        .with_for_update(of=HandoverRow, skip_locked=True)
    )
    return [(row[0], row[1]) for row in rows]


async def free(
    session: AsyncSession,
    office: OfficeId,
    rules: Routing,
    now: dt.datetime,
    present_since: dt.datetime,
) -> list[Free]:
    """Who of the office is there, with what she has to do already."""
    claimed = await _counts(
        session,
        HandoverRow.claimed_by,
        HandoverRow.state == HandoverState.CLAIMED,
        HandoverRow.snoozed_until.is_(None),
    )
    offered = await _counts(
        session,
        HandoverRow.offered_to,
        HandoverRow.state == HandoverState.WAITING,
        HandoverRow.offered_at > now - dt.timedelta(seconds=rules.offer_timeout_s),
    )
    rows = await session.execute(
        select(AccountRow, MembershipRow.team)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(works_for([office]), present(present_since))
    )
    return [
        Free(
            account,
            team,
            account.capacity if account.capacity is not None else rules.capacity,
            claimed.get(account.id, 0) + offered.get(account.id, 0),
        )
        for account, team in rows
    ]


async def _counts(session: AsyncSession, by: object, *conditions: object) -> dict[str, int]:
    rows = await session.execute(
        select(by, func.count()).where(*conditions).group_by(by)  # type: ignore[call-overload]
    )
    return {row[0]: row[1] for row in rows}
