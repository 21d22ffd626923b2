"""Caseworkers' accounts: signing in and out, lock-out, and what the command line does to them."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import (
    AccountLocked,
    InvalidCredentials,
    SecondFactorNeeded,
    SecondFactorWrong,
    Unauthorized,
)
from bot.model import Caseworker, Membership, Role
from bot.settings import Settings
from bot.stores.conversations import hashed
from bot.stores.database import Database
from bot.stores.tables import AccountRow, SessionRow
from handover import account_records as records
from handover import audit, passwords, second_factor
from handover.account_records import Account

_SEEN_EVERY = dt.timedelta(seconds=20)
_CLI = "cli"


class Accounts:
    """Signs caseworkers in and out."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def sign_in(
        self, username: str, password: str, code: str | None = None, browser: str | None = None
    ) -> tuple[Caseworker, str]:
        """The caseworker and the secret of a new session; `browser` is what she knows it by.

        Raises:
            InvalidCredentials: the name or the password is wrong, or the account is disabled;
                which of them is not told.
            SecondFactorNeeded: all that is right, and a code is asked for too.
            SecondFactorWrong: all that is right, and the code is not.
            AccountLocked: too many failures; says until when.
        """
        account = await self._check_password(username, password)
        if account.has_totp and self._settings.totp != "off":
            await self._check_code(account.row, code)
        async with self._database.write() as session:
            row = await session.get_one(AccountRow, account.row.id, with_for_update=True)
            if row.disabled or row.password_hash != account.row.password_hash:
                raise InvalidCredentials  # that came in between
            return await self.open_session(session, account, browser)

    async def check_password(self, account: Account, password: str) -> bool:
        """Whether it is the account's password; a wrong one counts towards the lock-out.

        Raises:
            AccountLocked: too many failures; says until when.
        """
        now, row = self._clock.now(), account.row
        if row.locked_until and row.locked_until > now:
            raise AccountLocked(row.locked_until)
        good = await asyncio.to_thread(passwords.matches, row.password_hash, password)
        if not good:
            await self._count_failure(row)
        return good

    async def use_code(self, row: AccountRow, code: str) -> bool:
        """Whether it is a code of now that was not used before; uses it up."""
        step = second_factor.step_of(row.totp_secret or "", code, self._clock.now())
        if step is None:
            return False
        async with self._database.write() as session:
            used = await session.execute(
                update(AccountRow)
                .where(
                    AccountRow.id == row.id,
                    AccountRow.totp_secret == row.totp_secret,
                    AccountRow.totp_used_step.is_(None) | (AccountRow.totp_used_step < step),
                )
                .values(totp_used_step=step)
                .returning(AccountRow.id)
            )
            return used.scalar() is not None

    async def caseworker_of(self, token: str | None) -> Caseworker:
        """The caseworker whom a session's secret stands for; notes that he was seen.

        Raises:
            Unauthorized: there is no such session, or it has run out.
        """
        signed_in = await self.signed_in([token or ""])
        if not signed_in:
            raise Unauthorized
        return signed_in[token or ""]

    async def signed_in(self, tokens: Collection[str]) -> dict[str, Caseworker]:
        """The caseworkers whom these sessions' secrets stand for; notes that they were seen.

        Secrets of sessions that have ended are left out.  It asks the database as often for many
        as for one.
        """
        now, by_hash = self._clock.now(), {hashed(token): token for token in tokens}
        async with self._database.read() as session:
            found = await session.execute(
                select(SessionRow, AccountRow)
                .join(AccountRow, AccountRow.id == SessionRow.account_id)
                .where(SessionRow.token_hash.in_(by_hash))
                .where(SessionRow.expires_at > now, ~AccountRow.disabled)
            )
            rows = found.all()
            accounts = await records.with_all_memberships(
                session, list({owner.id: owner for _, owner in rows}.values())
            )
        unseen = [
            a.row.id for a in accounts if not a.row.seen_at or now - a.row.seen_at > _SEEN_EVERY
        ]
        if unseen:
            async with self._database.write() as session:
                await records.note_seen(session, unseen, now)
        by_id = {account.row.id: account for account in accounts}
        return {
            by_hash[row.token_hash]: by_id[owner.id].caseworker(row.id, self._settings.totp)
            for row, owner in rows
        }

    async def open_session(
        self, session: AsyncSession, account: Account, browser: str | None
    ) -> tuple[Caseworker, str]:
        """A step of a unit of work: signs in whoever has proved that the account is hers."""
        token, session_id, now = records.new_token(), str(uuid.uuid4()), self._clock.now()
        await session.execute(
            delete(SessionRow).where(
                SessionRow.account_id == account.row.id, SessionRow.expires_at <= now
            )
        )
        session.add(
            SessionRow(
                token_hash=hashed(token),
                id=session_id,
                account_id=account.row.id,
                browser=browser,
                created_at=now,
                expires_at=now + dt.timedelta(hours=self._settings.session_h),
            )
        )
        await records.set_fields(
            session, account.row.id, failed_attempts=0, locked_until=None, seen_at=now
        )
        name = account.row.username
        await audit.record(session, now, name, "sign_in", name)
        return account.caseworker(session_id, self._settings.totp), token

    async def sign_out(self, token: str) -> None:
        """Ends the session."""
        async with self._database.write() as session:
            ended = await session.execute(
                delete(SessionRow)
                .where(SessionRow.token_hash == hashed(token))
                .returning(SessionRow.account_id)
            )
            if (account_id := ended.scalar()) is not None:
                name = (await session.get_one(AccountRow, account_id)).username
                await audit.record(session, self._clock.now(), name, "sign_out", name)

    async def add(
        self, username: str, name: str, role: str, offices: list[str], password: str
    ) -> None:
        """Makes or changes an account that is `role` in all of these offices; see `put`."""
        memberships = tuple(Membership(office, Role(role)) for office in offices)
        await self.put(username, name, memberships, password)

    async def put(
        self,
        username: str,
        name: str,
        memberships: tuple[Membership, ...],
        password: str,
        languages: list[str] | None = None,
        extension: str | None = None,
    ) -> None:
        """Makes an account, or gives an existing one this name, memberships and password.

        An existing account is unlocked, and its sessions end; its languages and its extension
        stay if unset.

        Raises:
            Invalid: the password is not good enough, or the extension is another account's.
        """
        self._refuse_weak(password, username, name)
        password_hash = await asyncio.to_thread(passwords.hashed, password)
        async with self._database.write() as session:
            account = await records.by_name(session, username)
            row = account.row if account else records.new_account(username, name)
            session.add(row)
            row.name = name
            if languages is not None:
                row.languages = languages
            if extension is not None:
                await records.refuse_taken(session, extension, username)
                row.extension = extension
            await records.renew_password(session, row, password_hash)
            await records.set_memberships(session, row.id, memberships)
            await audit.record(
                session, self._clock.now(), _CLI, "account_set", username,
                memberships=records.said(memberships),
            )  # fmt: skip

    async def reset(self, username: str, password: str) -> bool:
        """Gives an account a new password, unlocks it and ends its sessions.

        Returns:
            Whether there is such an account.

        Raises:
            Invalid: the password is not good enough.
        """
        async with self._database.read() as session:
            account = await records.by_name(session, username)
        if account is None:
            return False
        self._refuse_weak(password, username, account.row.name)
        password_hash = await asyncio.to_thread(passwords.hashed, password)
        async with self._database.write() as session:
            row = await session.get_one(AccountRow, account.row.id)
            await records.renew_password(session, row, password_hash)
            await audit.record(session, self._clock.now(), _CLI, "password_reset", username)
        return True

    def _refuse_weak(self, password: str, username: str, name: str) -> None:
        if self._settings.env != "test":  # tests from outside bring passwords of their own
            passwords.refuse_weak(password, username, name, "password")

    async def set_extension(self, username: str, extension: str | None) -> bool:
        """Gives an account its telephone in the house, or takes it away; whether there is one.

        Raises:
            Invalid: the extension is another account's.
        """
        async with self._database.write() as session:
            account = await records.by_name(session, username)
            if account is None:
                return False
            await records.refuse_taken(session, extension, username)
            account.row.extension = extension
            await audit.record(
                session, self._clock.now(), _CLI, "extension_set", username, extension=extension
            )
        return True

    async def set_disabled(self, username: str, disabled: bool) -> bool:
        """Disables an account and ends its sessions, or enables it again; whether there is one."""
        async with self._database.write() as session:
            account = await records.by_name(session, username)
            if account is None:
                return False
            account.row.disabled = disabled
            if disabled:
                await records.end_sessions(session, account.row.id)
            action = "account_disabled" if disabled else "account_enabled"
            await audit.record(session, self._clock.now(), _CLI, action, username)
        return True

    async def end_sessions(self, username: str) -> bool:
        """Signs an account out everywhere; whether there is one."""
        async with self._database.write() as session:
            account = await records.by_name(session, username)
            if account is None:
                return False
            await records.end_sessions(session, account.row.id)
            await audit.record(session, self._clock.now(), _CLI, "signed_out", username)
        return True

    async def all(self) -> list[Account]:
        """All accounts by user name."""
        async with self._database.read() as session:
            rows = await session.scalars(select(AccountRow).order_by(AccountRow.username))
            return await records.with_all_memberships(session, rows.all())

    async def _check_password(self, username: str, password: str) -> Account:
        async with self._database.read() as session:
            account = await records.by_name(session, username)
        if account is None:
            await asyncio.to_thread(passwords.matches, None, password)
            raise InvalidCredentials
        if not await self.check_password(account, password) or account.row.disabled:
            raise InvalidCredentials
        if passwords.is_outdated(account.row.password_hash):
            await self._hash_anew(account.row, password)
        return account

    async def _hash_anew(self, row: AccountRow, password: str) -> None:
        new = await asyncio.to_thread(passwords.hashed, password)
        async with self._database.write() as session:
            await session.execute(
                update(AccountRow)
                .where(AccountRow.id == row.id, AccountRow.password_hash == row.password_hash)
                .values(password_hash=new)
            )
        row.password_hash = new

    async def _check_code(self, row: AccountRow, code: str | None) -> None:
        if not code:
            raise SecondFactorNeeded
        if not await self.use_code(row, code):
            await self._count_failure(row)
            raise SecondFactorWrong

    async def _count_failure(self, row: AccountRow) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            failures = await session.scalar(
                update(AccountRow)
                .where(AccountRow.id == row.id)
                .values(failed_attempts=AccountRow.failed_attempts + 1)
                .returning(AccountRow.failed_attempts)
            )
            if (failures or 0) >= self._settings.sign_in_attempts:
                until = now + dt.timedelta(minutes=self._settings.lockout_min)
                await records.set_fields(session, row.id, failed_attempts=0, locked_until=until)
                await audit.record(session, now, "system", "account_locked", row.username)
