"""What caseworkers do with their own account: password, second factor, sessions."""

import asyncio

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import (
    Invalid,
    KeptByProvider,
    NotFound,
    SecondFactorOff,
    SecondFactorSet,
    Unauthorized,
)
from bot.model import Caseworker
from bot.ports import STAFF_TOPIC, Notifier
from bot.settings import Settings
from bot.stores.database import Database
from bot.stores.tables import AccountRow, SessionRow
from handover import account_records as records
from handover import audit, passwords, second_factor
from handover.account_records import Account
from handover.accounts import Accounts
from handover.people_shapes import OwnAccountView, SessionView
from handover.second_factor import Enrolment


class OwnAccount:
    """One's own account; each method is a unit of work."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        settings: Settings,
        accounts: Accounts,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._settings = settings
        self._accounts = accounts

    async def view(self, caseworker: Caseworker) -> OwnAccountView:
        """What the account is, and where it is signed in, the latest first."""
        async with self._database.read() as session:
            account = await _of(session, caseworker)
            rows = await session.scalars(
                select(SessionRow)
                .where(
                    SessionRow.account_id == caseworker.id,
                    SessionRow.expires_at > self._clock.now(),
                )
                .order_by(SessionRow.created_at.desc(), SessionRow.id)
            )
            return OwnAccountView(
                username=account.row.username,
                name=account.row.name,
                languages=account.row.languages,
                extension=account.row.extension,
                totp=account.has_totp,
                totp_required=account.local and self._settings.totp == "required",
                local=account.local,
                sessions=[
                    SessionView(
                        id=row.id,
                        browser=row.browser,
                        created_at=row.created_at,
                        current=row.id == caseworker.session_id,
                    )
                    for row in rows
                ],
            )

    async def change_password(self, caseworker: Caseworker, current: str, new: str) -> None:
        """Changes the password and ends all other sessions.

        Raises:
            Invalid: the current one is wrong, or the new one not good enough.
            KeptByProvider: the account has no password of ours.
            AccountLocked: the current one was wrong too often.
        """
        account = await self._local(caseworker)
        if not await self._accounts.check_password(account, current):
            raise Invalid(current="password_wrong")
        if new == current:
            raise Invalid(new="password_same")
        passwords.refuse_weak(new, account.row.username, account.row.name, "new")
        password_hash = await asyncio.to_thread(passwords.hashed, new)
        async with self._database.write() as session:
            await records.set_fields(
                session, caseworker.id,
                password_hash=password_hash, must_change_password=False, failed_attempts=0,
            )  # fmt: skip
            await records.end_sessions(session, caseworker.id, but=caseworker.session_id)
            await self._note(session, caseworker, "password_changed")
        await self._notifier.wake(STAFF_TOPIC)

    async def begin_totp(self, caseworker: Caseworker) -> Enrolment:
        """A new secret for an app; it counts once a code of it has come back.

        Raises:
            KeptByProvider: the account signs in elsewhere.
            SecondFactorOff: second factors are not used here.
            SecondFactorSet: the account has one.
        """
        if self._settings.totp == "off":
            raise SecondFactorOff
        await self._local(caseworker)
        secret = second_factor.new_secret()
        async with self._database.write() as session:
            begun = await session.execute(
                update(AccountRow)
                .where(AccountRow.id == caseworker.id, AccountRow.totp_used_step.is_(None))
                .values(totp_secret=secret)
                .returning(AccountRow.id)
            )
            if begun.scalar() is None:
                raise SecondFactorSet
        return second_factor.enrolment(secret, caseworker.username)

    async def confirm_totp(self, caseworker: Caseworker, code: str) -> None:
        """Makes the second factor count.

        Raises:
            Invalid: it is not the code of now.
            SecondFactorSet: it counts already.
            SecondFactorOff: none was begun.
        """
        account = await self._local(caseworker)
        if account.has_totp:
            raise SecondFactorSet
        if account.row.totp_secret is None:
            raise SecondFactorOff
        if not await self._accounts.use_code(account.row, code):
            raise Invalid(code="totp_wrong")
        async with self._database.write() as session:
            await self._note(session, caseworker, "totp_set")

    async def remove_totp(self, caseworker: Caseworker, password: str) -> None:
        """Takes the second factor away.

        Raises:
            Invalid: the password is wrong.
            SecondFactorOff: there is none.
            AccountLocked: the password was wrong too often.
        """
        account = await self._local(caseworker)
        if not account.has_totp:
            raise SecondFactorOff
        if not await self._accounts.check_password(account, password):
            raise Invalid(password="password_wrong")  # noqa: S106  a text's key
        async with self._database.write() as session:
            await records.set_fields(session, caseworker.id, totp_secret=None, totp_used_step=None)
            await self._note(session, caseworker, "totp_removed")

    async def end_session(self, caseworker: Caseworker, session_id: str) -> None:
        """Ends one of one's sessions.

        Raises:
            NotFound: there is no such session of one's own.
        """
        async with self._database.write() as session:
            ended = await session.execute(
                delete(SessionRow)
                .where(SessionRow.id == session_id, SessionRow.account_id == caseworker.id)
                .returning(SessionRow.id)
            )
            if ended.scalar() is None:
                raise NotFound
            await self._note(session, caseworker, "session_ended")
        await self._notifier.wake(STAFF_TOPIC)

    async def end_other_sessions(self, caseworker: Caseworker) -> None:
        """Ends all of one's sessions but this one."""
        async with self._database.write() as session:
            await records.end_sessions(session, caseworker.id, but=caseworker.session_id)
            await self._note(session, caseworker, "sessions_ended")
        await self._notifier.wake(STAFF_TOPIC)

    async def _local(self, caseworker: Caseworker) -> Account:
        async with self._database.read() as session:
            account = await _of(session, caseworker)
        if not account.local:
            raise KeptByProvider
        return account

    async def _note(self, session: AsyncSession, caseworker: Caseworker, action: str) -> None:
        name = caseworker.username
        await audit.record(session, self._clock.now(), name, action, name)


async def _of(session: AsyncSession, caseworker: Caseworker) -> Account:
    row = await session.get(AccountRow, caseworker.id)
    if row is None:
        raise Unauthorized
    return await records.with_memberships(session, row)
