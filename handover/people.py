"""What admins do with the accounts of the offices where they are admins."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import County
from bot.clock import Clock
from bot.errors import AccountTaken, Forbidden, Invalid, KeptByProvider, LastAdmin, NotFound
from bot.model import Caseworker, Membership, Role
from bot.ports import STAFF_TOPIC, Notifier
from bot.stores.database import Database
from bot.stores.tables import AccountRow, MembershipRow
from handover import account_records as records
from handover import audit, passwords
from handover.account_records import Account
from handover.people_shapes import (
    AccountsView,
    AccountView,
    AddAccount,
    ChangeAccount,
    MembershipSet,
)
from handover.rights import PEOPLE
from translations.languages import language


class People:
    """The accounts of a county's offices; each method is a unit of work.

    An admin sees the accounts that are anything in one of her offices, and gives rights there.
    Whatever would let her in as somebody else, or shut somebody out, she may do only where she is
    admin in all offices of that account: else an admin of one office could become anybody in
    another.
    """

    def __init__(
        self, database: Database, notifier: Notifier, clock: Clock, county: County
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._teams = {
            office.id.value: {team.id for team in office.teams} for office in county.offices
        }

    async def all(self, admin: Caseworker) -> AccountsView:
        """The accounts of her offices, by user name."""
        kept = exists().where(
            MembershipRow.account_id == AccountRow.id,
            MembershipRow.office.in_(admin.offices_as(*PEOPLE)),
        )
        async with self._database.read() as session:
            rows = await session.scalars(
                select(AccountRow).where(kept).order_by(AccountRow.username)
            )
            accounts = await records.with_all_memberships(session, rows.all())
        return AccountsView(accounts=[self._shown(account) for account in accounts])

    async def add(self, admin: Caseworker, wanted: AddAccount) -> AccountView:
        """Makes an account whose password its owner has to change first.

        Raises:
            Invalid: a field's value is refused.
            AccountTaken: somebody else has given the name or the extension away meanwhile.
        """
        memberships = self._merged(admin, (), wanted.memberships)
        _check_languages(wanted.languages)
        password = wanted.password.get_secret_value()
        passwords.refuse_weak(password, wanted.username, wanted.name, "password")
        password_hash = await asyncio.to_thread(passwords.hashed, password)
        async with _all_unique(), self._database.write() as session:
            if await records.by_name(session, wanted.username):
                raise Invalid(username="username_taken")
            await records.refuse_taken(session, wanted.extension, wanted.username)
            row = records.new_account(wanted.username, wanted.name)
            row.languages, row.capacity = wanted.languages, wanted.capacity
            row.extension = wanted.extension
            row.password_hash, row.must_change_password = password_hash, True
            session.add(row)
            await session.flush()
            await records.set_memberships(session, row.id, memberships)
            await self._note(
                session, admin, "account_added", row.username,
                memberships=records.said(memberships),
            )  # fmt: skip
            return self._shown(Account(row, memberships))

    async def change(self, admin: Caseworker, username: str, wanted: ChangeAccount) -> AccountView:
        """Makes the account what is wanted; disabling it ends its sessions.

        Raises:
            NotFound: there is no such account in her offices.
            Invalid: a field's value is refused.
            Forbidden: it would be disabled or enabled, and is another office's too.
            KeptByProvider: name and roles of this account come from elsewhere.
            LastAdmin: an office would be left without an admin.
            AccountTaken: somebody else has given the extension away meanwhile.
        """
        _check_languages(wanted.languages)
        async with _all_unique(), self._database.write() as session:
            account = await _kept(session, admin, username)
            await records.refuse_taken(session, wanted.extension, username)
            memberships = self._merged(admin, account.memberships, wanted.memberships)
            changed = Account(account.row, memberships)
            _check_provider(account, changed, wanted.name)
            if wanted.disabled != account.row.disabled:
                _check_whole(admin, account)
            await _check_admins_left(session, account, changed, wanted.disabled)
            await self._apply(session, admin, changed, wanted)
        await self._notifier.wake(STAFF_TOPIC)
        return self._shown(changed)

    async def set_password(self, admin: Caseworker, username: str, password: str) -> None:
        """Gives the account a password that its owner has to change, and ends its sessions.

        Raises:
            NotFound: there is no such account in her offices.
            Forbidden: it is another office's too.
            Invalid: the password is not good enough.
            KeptByProvider: it has no password of ours.
        """
        password_hash = await asyncio.to_thread(passwords.hashed, password)
        async with self._database.write() as session:
            account = await _kept(session, admin, username)
            _check_whole(admin, account)
            if not account.local:
                raise KeptByProvider
            passwords.refuse_weak(password, username, account.row.name, "password")
            account.row.must_change_password = True
            await records.renew_password(session, account.row, password_hash)
            await self._note(session, admin, "password_reset", username)
        await self._notifier.wake(STAFF_TOPIC)

    async def sign_out(self, admin: Caseworker, username: str) -> None:
        """Ends the account's sessions.

        Raises:
            NotFound: there is no such account in her offices.
        """
        async with self._database.write() as session:
            account = await _kept(session, admin, username)
            await records.end_sessions(session, account.row.id)
            await self._note(session, admin, "signed_out", username)
        await self._notifier.wake(STAFF_TOPIC)

    async def reset_totp(self, admin: Caseworker, username: str) -> None:
        """Takes the account's second factor away, and ends its sessions.

        Raises:
            NotFound: there is no such account in her offices.
            Forbidden: it is another office's too.
        """
        async with self._database.write() as session:
            account = await _kept(session, admin, username)
            _check_whole(admin, account)
            account.row.totp_secret = account.row.totp_used_step = None
            await records.end_sessions(session, account.row.id)
            await self._note(session, admin, "totp_reset", username)
        await self._notifier.wake(STAFF_TOPIC)

    def _merged(
        self, admin: Caseworker, before: tuple[Membership, ...], wanted: list[MembershipSet]
    ) -> tuple[Membership, ...]:
        """What is wanted in the admin's own offices, and what was before in the others.

        Raises:
            Invalid: something else is wanted in another office, or none would be left.
        """
        given = tuple(Membership(m.office, m.role, m.team) for m in wanted)
        own = admin.offices_as(*PEOPLE)
        if len({m.office for m in given}) < len(given):
            raise Invalid(memberships="office_twice")
        if any(m.office not in own and m not in before for m in given):
            raise Invalid(memberships="office_not_yours")
        if any(m.team and m.team not in self._teams.get(m.office, ()) for m in given):
            raise Invalid(memberships="team_unknown")
        merged = [m for m in before if m.office not in own] + [m for m in given if m.office in own]
        if not merged:
            raise Invalid(memberships="membership_missing")
        return tuple(sorted(merged, key=lambda m: m.office))

    async def _apply(
        self, session: AsyncSession, admin: Caseworker, changed: Account, wanted: ChangeAccount
    ) -> None:
        row = changed.row
        row.name, row.disabled = wanted.name, wanted.disabled
        row.languages, row.capacity = wanted.languages, wanted.capacity
        row.extension = wanted.extension
        await records.set_memberships(session, row.id, changed.memberships)
        if wanted.disabled:
            await records.end_sessions(session, row.id)
        await self._note(
            session, admin, "account_changed", row.username,
            memberships=records.said(changed.memberships), disabled=wanted.disabled,
        )  # fmt: skip

    def _shown(self, account: Account) -> AccountView:
        row, now = account.row, self._clock.now()
        return AccountView(
            username=row.username,
            name=row.name,
            memberships=[
                MembershipSet(office=m.office, role=m.role, team=m.team)
                for m in account.memberships
            ],
            languages=row.languages,
            extension=row.extension,
            capacity=row.capacity,
            disabled=row.disabled,
            totp=account.has_totp,
            local=account.local,
            locked_until=row.locked_until if row.locked_until and row.locked_until > now else None,
            seen_at=row.seen_at,
        )

    async def _note(
        self, session: AsyncSession, admin: Caseworker, action: str, username: str, **details: Any
    ) -> None:
        now = self._clock.now()
        await audit.record(session, now, admin.username, action, username, **details)


@contextlib.asynccontextmanager
async def _all_unique() -> AsyncIterator[None]:
    """Tells that the database refused what another unit of work has just made its own."""
    try:
        yield
    except IntegrityError:
        raise AccountTaken from None


async def _kept(session: AsyncSession, admin: Caseworker, username: str) -> Account:
    """The account, where it is anything in one of her offices."""
    account = await records.by_name(session, username)
    own = admin.offices_as(*PEOPLE)
    if account is None or not any(m.office in own for m in account.memberships):
        raise NotFound
    return account


def _check_whole(admin: Caseworker, account: Account) -> None:
    own = admin.offices_as(*PEOPLE)
    if any(m.office not in own for m in account.memberships):
        raise Forbidden


def _check_provider(account: Account, changed: Account, name: str) -> None:
    if account.local:
        return
    before, after = records.said(account.memberships), records.said(changed.memberships)
    if before != after or name != account.row.name:
        raise KeptByProvider


async def _check_admins_left(
    session: AsyncSession, account: Account, changed: Account, disabled: bool
) -> None:
    if account.row.disabled:
        return  # no admin who counts
    keeps = () if disabled else changed.offices_as(Role.ADMIN)
    for office in account.offices_as(Role.ADMIN):
        if office not in keeps and not await records.other_admins(session, account.row.id, office):
            raise LastAdmin


def _check_languages(codes: list[str]) -> None:
    for code in codes:
        try:
            language(code)
        except KeyError:
            raise Invalid(languages="language_unknown") from None
