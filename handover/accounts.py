"""Caseworkers' accounts: passwords, lock-out and sessions."""

import asyncio
import datetime as dt
import secrets
import uuid

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import AccountLocked, InvalidCredentials, Unauthorized
from bot.model import Caseworker, Membership, Role
from bot.settings import Settings
from bot.stores.conversations import hashed
from bot.stores.database import Database
from bot.stores.tables import AccountRow, MembershipRow, SessionRow
from handover import audit

_hasher = PasswordHasher()
"""Argon2id with the library's parameters, which follow RFC 9106."""
_UNKNOWN = _hasher.hash(secrets.token_urlsafe())
"""Verified in place of an unknown user's hash, so that both take equally long."""
_SEEN_EVERY = dt.timedelta(seconds=20)


class Accounts:
    """Signs caseworkers in and out."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def sign_in(self, username: str, password: str) -> tuple[Caseworker, str]:
        """The caseworker and the secret of a new session.

        Raises:
            InvalidCredentials: the name or the password is wrong; which is not told.
            AccountLocked: too many failures; says until when.
        """
        async with self._database.read() as session:
            account = await _by_name(session, username)
        now = self._clock.now()
        if account and account.locked_until and account.locked_until > now:
            raise AccountLocked(account.locked_until)
        good = await asyncio.to_thread(
            _matches, account.password_hash if account else _UNKNOWN, password
        )
        if account is None:
            raise InvalidCredentials
        if not good:
            await self._count_failure(account)
            raise InvalidCredentials
        return await self._open_session(account)

    async def caseworker_of(self, token: str | None) -> Caseworker:
        """The caseworker whom a session's secret stands for; notes that he was seen.

        Raises:
            Unauthorized: there is no such session, or it has run out.
        """
        now = self._clock.now()
        async with self._database.read() as session:
            row = await session.get(SessionRow, hashed(token)) if token else None
            if row is None or row.expires_at <= now:
                raise Unauthorized
            account = await session.get_one(AccountRow, row.account_id)
            caseworker = await _caseworker(session, account, row.id)
        if account.seen_at is None or now - account.seen_at > _SEEN_EVERY:
            async with self._database.write() as session:
                await _set(session, account.id, seen_at=now)
        return caseworker

    async def sign_out(self, token: str) -> None:
        """Ends the session."""
        async with self._database.write() as session:
            await session.execute(delete(SessionRow).where(SessionRow.token_hash == hashed(token)))

    async def add(
        self, username: str, name: str, role: str, offices: list[str], password: str
    ) -> None:
        """Makes an account, or gives an existing one this name, role, offices and password.

        An existing account is unlocked, and its sessions end.
        """
        password_hash = await asyncio.to_thread(_hasher.hash, password)
        async with self._database.write() as session:
            account = await _by_name(session, username)
            if account is None:
                account = AccountRow(id=str(uuid.uuid4()), username=username, languages=[])
                session.add(account)
            account.name = name
            await _renew(session, account, password_hash)
            await session.execute(
                delete(MembershipRow).where(MembershipRow.account_id == account.id)
            )
            session.add_all(
                MembershipRow(account_id=account.id, office=office, role=role) for office in offices
            )
            await audit.record(session, self._clock.now(), "cli", "account_set", username)

    async def reset(self, username: str, password: str) -> bool:
        """Gives an account a new password, unlocks it and ends its sessions.

        Returns:
            Whether there is such an account.
        """
        password_hash = await asyncio.to_thread(_hasher.hash, password)
        async with self._database.write() as session:
            account = await _by_name(session, username)
            if account is None:
                return False
            await _renew(session, account, password_hash)
            await audit.record(session, self._clock.now(), "cli", "account_set", username)
        return True

    async def all(self) -> list[tuple[AccountRow, list[MembershipRow]]]:
        """All accounts by user name, each with what it is in which office."""
        async with self._database.read() as session:
            rows = await session.scalars(select(AccountRow).order_by(AccountRow.username))
            return [(row, await _memberships(session, row.id)) for row in rows]

    async def _count_failure(self, account: AccountRow) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            failures = await session.scalar(
                update(AccountRow)
                .where(AccountRow.id == account.id)
                .values(failed_attempts=AccountRow.failed_attempts + 1)
                .returning(AccountRow.failed_attempts)
            )
            if (failures or 0) >= self._settings.sign_in_attempts:
                until = now + dt.timedelta(minutes=self._settings.lockout_min)
                await _set(session, account.id, failed_attempts=0, locked_until=until)
                await audit.record(session, now, "system", "account_locked", account.username)

    async def _open_session(self, account: AccountRow) -> tuple[Caseworker, str]:
        token, session_id = secrets.token_urlsafe(32), str(uuid.uuid4())
        now = self._clock.now()
        async with self._database.write() as session:
            session.add(
                SessionRow(
                    token_hash=hashed(token),
                    id=session_id,
                    account_id=account.id,
                    created_at=now,
                    expires_at=now + dt.timedelta(hours=self._settings.session_h),
                )
            )
            await _set(session, account.id, failed_attempts=0, locked_until=None, seen_at=now)
            await audit.record(session, now, account.username, "sign_in", account.username)
            return await _caseworker(session, account, session_id), token


async def _by_name(session: AsyncSession, username: str) -> AccountRow | None:
    return await session.scalar(select(AccountRow).where(AccountRow.username == username))


async def _set(session: AsyncSession, account_id: str, **values: object) -> None:
    await session.execute(update(AccountRow).where(AccountRow.id == account_id).values(**values))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False


async def _renew(session: AsyncSession, account: AccountRow, password_hash: str) -> None:
    account.password_hash, account.failed_attempts = password_hash, 0
    account.locked_until = None
    await session.flush()
    await session.execute(delete(SessionRow).where(SessionRow.account_id == account.id))


async def _memberships(session: AsyncSession, account_id: str) -> list[MembershipRow]:
    rows = await session.scalars(
        select(MembershipRow)
        .where(MembershipRow.account_id == account_id)
        .order_by(MembershipRow.office)
    )
    return list(rows)


async def _caseworker(session: AsyncSession, account: AccountRow, session_id: str) -> Caseworker:
    return Caseworker(
        account.id,
        account.username,
        account.name,
        tuple(
            Membership(row.office, Role(row.role), row.team)
            for row in await _memberships(session, account.id)
        ),
        tuple(account.languages),
        account.away,
        session_id,
        account.must_change_password,
    )
