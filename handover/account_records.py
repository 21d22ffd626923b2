"""Accounts in the database: the steps of which every change of an account is made."""

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Invalid
from bot.model import Caseworker, Membership, Role
from bot.stores.tables import AccountRow, MembershipRow, SessionRow
from handover.rights import CASES

TotpRule = Literal["off", "optional", "required"]


@dataclass(frozen=True)
class Account:
    """An account, and what it is in which office."""

    row: AccountRow
    memberships: tuple[Membership, ...]

    @property
    def local(self) -> bool:
        """Whether it signs in with a password of ours."""
        return self.row.openid_subject is None

    @property
    def has_totp(self) -> bool:
        """Whether a second factor is set up: a secret counts once a code has confirmed it."""
        return self.row.totp_secret is not None and self.row.totp_used_step is not None

    def offices_as(self, role: Role) -> tuple[str, ...]:
        """The offices in which it has this role."""
        return tuple(m.office for m in self.memberships if m.role is role)

    def takes_cases_of(self, office: str, since: dt.datetime) -> bool:
        """Whether she works on the office's cases and is there to take one; see `is_present`."""
        works = any(m.office == office and m.role in CASES for m in self.memberships)
        return works and is_present(self.row, since)

    def caseworker(self, session_id: str, totp: TotpRule) -> Caseworker:
        """Whoever is signed in to it."""
        return Caseworker(
            self.row.id,
            self.row.username,
            self.row.name,
            self.memberships,
            tuple(self.row.languages),
            self.row.away,
            session_id,
            self.row.must_change_password,
            must_set_up_totp=totp == "required" and self.local and not self.has_totp,
            extension=self.row.extension,
        )


async def with_memberships(session: AsyncSession, row: AccountRow) -> Account:
    """The account with what it is in which office."""
    [account] = await with_all_memberships(session, [row])
    return account


async def with_all_memberships(session: AsyncSession, rows: Sequence[AccountRow]) -> list[Account]:
    """These accounts with what each is in which office: one query, however many."""
    found: dict[str, list[Membership]] = {row.id: [] for row in rows}
    memberships = await session.scalars(
        select(MembershipRow)
        .where(MembershipRow.account_id.in_(found))
        .order_by(MembershipRow.office)
    )
    for m in memberships:
        found[m.account_id].append(Membership(m.office, Role(m.role), m.team))
    return [Account(row, tuple(found[row.id])) for row in rows]


def is_present(row: AccountRow, since: dt.datetime) -> bool:
    """Whether she takes cases now: gave a sign since then, and is not away."""
    return row.seen_at is not None and row.seen_at >= since and not row.away and not row.disabled


def present(since: dt.datetime) -> ColumnElement[bool]:
    """The same as `is_present`, as a condition on accounts."""
    return and_(AccountRow.seen_at >= since, ~AccountRow.away, ~AccountRow.disabled)


def works_for(offices: Collection[str]) -> ColumnElement[bool]:
    """That a membership is one of those who work on the cases of these offices."""
    return and_(MembershipRow.office.in_(offices), MembershipRow.role.in_(CASES))


async def by_name(session: AsyncSession, username: str) -> Account | None:
    """The account of that name."""
    row = await session.scalar(select(AccountRow).where(AccountRow.username == username))
    return await with_memberships(session, row) if row else None


async def refuse_taken(session: AsyncSession, extension: str | None, username: str) -> None:
    """Accepts an extension that nobody else has.

    Raises:
        Invalid: it is another account's.
    """
    if extension is None:
        return
    owner = await session.scalar(
        select(AccountRow.username).where(AccountRow.extension == extension)
    )
    if owner not in (None, username):
        raise Invalid(extension="extension_taken")


def new_account(username: str, name: str) -> AccountRow:
    """A fresh account that can do nothing yet."""
    return AccountRow(
        id=str(uuid.uuid4()), username=username, name=name, languages=[], password_hash=""
    )


async def set_fields(session: AsyncSession, account_id: str, **values: object) -> None:
    """Sets columns of one account without reading it."""
    await session.execute(update(AccountRow).where(AccountRow.id == account_id).values(**values))


async def note_seen(session: AsyncSession, account_ids: Sequence[str], at: dt.datetime) -> None:
    """Notes that these people gave a sign."""
    await session.execute(
        update(AccountRow).where(AccountRow.id.in_(account_ids)).values(seen_at=at)
    )


async def set_memberships(
    session: AsyncSession, account_id: str, memberships: Iterable[Membership]
) -> None:
    """Makes these what the account is, and nothing else."""
    await session.execute(delete(MembershipRow).where(MembershipRow.account_id == account_id))
    session.add_all(
        MembershipRow(account_id=account_id, office=m.office, role=m.role, team=m.team)
        for m in memberships
    )
    await session.flush()


async def renew_password(session: AsyncSession, row: AccountRow, password_hash: str) -> None:
    """Gives it a password, unlocks it and ends its sessions."""
    row.password_hash, row.failed_attempts, row.locked_until = password_hash, 0, None
    await session.flush()
    await end_sessions(session, row.id)


async def end_sessions(session: AsyncSession, account_id: str, *, but: str | None = None) -> None:
    """Signs the account out everywhere, but for the session of that id."""
    query = delete(SessionRow).where(SessionRow.account_id == account_id)
    await session.execute(query.where(SessionRow.id != but) if but else query)


async def other_admins(session: AsyncSession, account_id: str, office: str) -> bool:
    """Whether anybody else who can sign in keeps the office's accounts.

    They stay locked until the end, so that two admins cannot take each other's rights at once.
    """
    admins = await session.scalars(
        select(AccountRow.id)
        .join(MembershipRow, AccountRow.id == MembershipRow.account_id)
        .where(
            MembershipRow.office == office,
            MembershipRow.role == Role.ADMIN,
            AccountRow.disabled.is_(False),
        )
        .order_by(AccountRow.id)
        .with_for_update()
    )
    return any(admin != account_id for admin in admins)


def new_token() -> str:
    """The secret of a session."""
    return secrets.token_urlsafe(32)


def said(memberships: Iterable[Membership]) -> list[str]:
    """What the audit trail says of them, as `office:role`."""
    return [f"{m.office}:{m.role}" for m in memberships]
