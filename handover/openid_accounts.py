"""Accounts that the county's identity provider keeps: made and brought up to date at sign-in."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import OpenIdDisabled, OpenIdNameTaken, OpenIdNoRoles
from bot.model import Caseworker, Membership, Role
from bot.stores.database import Database
from bot.stores.tables import AccountRow
from handover import account_records as records
from handover import audit
from handover.account_records import Account
from handover.accounts import Accounts
from handover.openid import Identity

log = structlog.get_logger(__name__)

_EVERY_OFFICE = "*"
_ACTOR = "openid"


class OpenIdAccounts:
    """Lets in whom the provider vouches for."""

    def __init__(
        self, database: Database, clock: Clock, offices: Sequence[str], accounts: Accounts
    ) -> None:
        self._database = database
        self._clock = clock
        self._offices = offices
        self._accounts = accounts

    async def sign_in(self, identity: Identity, browser: str | None) -> tuple[Caseworker, str]:
        """The caseworker and the secret of a new session.

        Name and roles are the provider's; team, languages and capacity stay ours.

        Raises:
            OpenIdNoRoles: she is nothing in any office of ours; what she was before is taken away.
            OpenIdDisabled: her account is disabled here.
            OpenIdNameTaken: her user name is another account's: none is taken over by its name.
        """
        given = self._roles(identity.roles)
        async with self._database.write() as session:
            account = await _of(session, identity.subject)
            if given or account:
                account = await self._put(session, account, identity, given)
        if account is None or not given:
            raise OpenIdNoRoles
        if account.row.disabled:
            raise OpenIdDisabled
        async with self._database.write() as session:
            return await self._accounts.open_session(session, account, browser)

    async def _put(
        self,
        session: AsyncSession,
        account: Account | None,
        identity: Identity,
        given: dict[str, Role],
    ) -> Account:
        row, before = (account.row, account.memberships) if account else (None, ())
        if row is None:
            row = records.new_account(await _free_name(session, identity), identity.name)
            row.openid_subject = identity.subject
            session.add(row)
            await session.flush()
        teams = {m.office: m.team for m in before}
        memberships = tuple(
            Membership(office, role, teams.get(office)) for office, role in sorted(given.items())
        )
        if memberships != before or row.name != identity.name:
            row.name = identity.name
            await records.set_memberships(session, row.id, memberships)
            await audit.record(
                session, self._clock.now(), _ACTOR, "account_set", row.username,
                memberships=records.said(memberships),
            )  # fmt: skip
        return Account(row, memberships)

    def _roles(self, listed: Iterable[str]) -> dict[str, Role]:
        """What the provider says she is in which of our offices.

        What it says of one office beats what it says of every office, and the first beats the
        second.  What names no office or role of ours is passed over: other systems have theirs.
        """
        everywhere: dict[str, Role] = {}
        named: dict[str, Role] = {}
        for entry in listed:
            office, _, role = entry.partition(":")
            if role not in set(Role) or office not in (*self._offices, _EVERY_OFFICE):
                log.info("a role of the identity provider is none of ours")
            elif office == _EVERY_OFFICE:
                for one in self._offices:
                    everywhere.setdefault(one, Role(role))
            else:
                named.setdefault(office, Role(role))
        return everywhere | named


async def _of(session: AsyncSession, subject: str) -> Account | None:
    row = await session.scalar(select(AccountRow).where(AccountRow.openid_subject == subject))
    return await records.with_memberships(session, row) if row else None


async def _free_name(session: AsyncSession, identity: Identity) -> str:
    """Her user name, with the provider's host where another account has it already."""
    host = urlsplit(identity.subject).hostname
    for name in (identity.username, f"{identity.username}@{host}"):
        if await records.by_name(session, name) is None:
            return name
    raise OpenIdNameTaken
