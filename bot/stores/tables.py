"""The tables.  What is said by or about a citizen stands in `events`, `renderings`, `feedback`,
`notes`, `attachments`, `handovers.text` (and its translation) and `attempts.note` alone, and
leaves with the conversation.  An e-mail address stands in `memo_mails` until its mail is sent."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC; SQLite forgets the zone, so it is given back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
        dt.datetime: UtcDateTime(),
    }


class ConversationRow(Base):
    """One conversation; `last_seq` numbers its events and serialises its writers."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    language_chosen: Mapped[bool]
    """Whether the citizen chose the language, or it was taken from the browser."""
    caller: Mapped[str | None]
    """The number that a caller's telephone showed; kept here and nowhere else."""
    language_offered: Mapped[str | None]
    """The language that was last offered in passing, so that it is not offered again."""
    state: Mapped[str]
    service: Mapped[str | None]
    """The service last talked about; decides the office of a handover."""
    aspect: Mapped[str | None]
    dialogue: Mapped[dict[str, Any]]
    """The state that Rasa gave us to keep; opaque."""
    last_seq: Mapped[int] = mapped_column(default=0)
    citizen_read_seq: Mapped[int] = mapped_column(default=0)
    """The last event that the citizen's screen has shown."""
    staff_read_seq: Mapped[int] = mapped_column(default=0)
    """The last event that its owner's screen has shown."""
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(index=True)
    held_at: Mapped[dt.datetime | None]
    """Since when nothing of it may be erased (DSGVO, Art. 17 (3) e)."""
    held_by: Mapped[str | None]
    hold_reason: Mapped[str | None]
    erasure_asked_at: Mapped[dt.datetime | None]
    """When its citizen asked to have it erased while it was held."""


class EventRow(Base):
    """One numbered event.  `pending` marks a citizen's message that awaits the bot's answer."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_message_id"),
        Index(
            "ix_events_pending",
            "conversation_id",
            "seq",
            sqlite_where=text("pending = 1"),
            postgresql_where=text("pending"),
        ),
        Index(
            "ix_events_state",
            "conversation_id",
            "seq",
            sqlite_where=text("type = 'state'"),
            postgresql_where=text("type = 'state'"),
        ),
    )

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    author: Mapped[str | None]
    at: Mapped[dt.datetime]
    body: Mapped[dict[str, Any]]
    client_message_id: Mapped[str | None]
    payload: Mapped[str | None]
    """What the pressed button stands for."""
    pending: Mapped[bool] = mapped_column(default=False)


class RenderingRow(Base):
    """A citizen's message in German, for caseworkers; or why there are no words for it."""

    __tablename__ = "renderings"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]
    reason: Mapped[str | None]
    variant: Mapped[int]
    at: Mapped[dt.datetime]


class FeedbackRow(Base):
    """Whether a message helped."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    seq: Mapped[int | None]
    helpful: Mapped[bool]
    comment: Mapped[str | None]
    at: Mapped[dt.datetime]


class AccountRow(Base):
    """An account of somebody who works here; what she may do stands in `memberships`."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    languages: Mapped[list[str]]
    """The languages beside German in which she can talk to citizens."""
    extension: Mapped[str | None] = mapped_column(unique=True, index=True)
    """Her telephone in the house, in digits."""
    capacity: Mapped[int | None]
    """How many cases she is offered at once; null: as her office says."""
    away: Mapped[bool] = mapped_column(default=False)
    """Whether she has said that she takes no cases for now."""
    password_hash: Mapped[str]
    """Empty where she signs in by the county's own identity provider alone."""
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None]
    totp_used_step: Mapped[int | None]
    """The last 30-second step whose code was used, so that none is used twice (RFC 6238)."""
    openid_subject: Mapped[str | None] = mapped_column(unique=True, index=True)
    """Issuer and subject, as `issuer#sub`."""
    disabled: Mapped[bool] = mapped_column(default=False)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    offered_at: Mapped[dt.datetime | None]
    """When a case was last offered to her; whoever waits longest is next."""


class MembershipRow(Base):
    """What somebody may do in one office (`handover.rights`)."""

    __tablename__ = "memberships"

    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    office: Mapped[str] = mapped_column(primary_key=True, index=True)
    role: Mapped[str]
    team: Mapped[str | None]


class SessionRow(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    """By which it is named and ended; opens nothing."""
    account_id: Mapped[str] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    browser: Mapped[str | None]
    """What the browser calls itself, shortened, so that its owner recognises it."""
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class HandoverRow(Base):
    """A case for a person.  At most one per conversation is open at a time."""

    __tablename__ = "handovers"
    __table_args__ = (
        Index("ix_handovers_queue", "office", "state", "urgent", "requested_at"),
        Index("ix_handovers_pickups", "office", "first_claimed_at"),
        Index("ix_handovers_claims", "state", "claimed_by"),
        Index("ix_handovers_asked", "office", "requested_at"),
        Index(
            "ix_handovers_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'claimed')"),
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    office: Mapped[str]
    team: Mapped[str | None]
    """The team within the office that it waits for; null: any."""
    kind: Mapped[str]
    state: Mapped[str]
    urgent: Mapped[bool]
    reason: Mapped[str]
    phone: Mapped[str | None]
    text: Mapped[str | None]
    text_german: Mapped[str | None]
    """What the machine made of `text` for caseworkers."""
    text_reason: Mapped[str | None]
    """Why there are no German words for it (`translations.machine.gates.Reason`)."""
    requested_at: Mapped[dt.datetime]
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    claimed_at: Mapped[dt.datetime | None]
    first_claimed_at: Mapped[dt.datetime | None]
    """Never reset, so that pick-up times stay honest when a case returns to the queue."""
    closed_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    close_reason: Mapped[str | None]
    due_at: Mapped[dt.datetime | None]
    """Until when somebody is to have called back or answered; null for chats."""
    snoozed_until: Mapped[dt.datetime | None]
    """Until when its owner waits for something; he stays the owner."""
    snooze_reason: Mapped[str | None]
    """What for (`bot.model.SnoozeReason`)."""
    offered_to: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    offered_at: Mapped[dt.datetime | None]
    merged_into: Mapped[str | None] = mapped_column(
        ForeignKey("handovers.id", ondelete="SET NULL"), index=True
    )
    """The case in which this one goes on, where its citizen wrote twice."""


class CallRow(Base):
    """A caller is put through to an extension; see `handover.call_states`.

    Nobody's telephone rings for two at once: the database refuses a second running call.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(
            "ix_calls_running",
            "account_id",
            unique=True,
            sqlite_where=text("state IN ('ringing', 'talking')"),
            postgresql_where=text("state IN ('ringing', 'talking')"),
        ),
        Index(
            "ix_calls_of_conversation",
            "conversation_id",
            unique=True,
            sqlite_where=text("state IN ('ringing', 'talking')"),
            postgresql_where=text("state IN ('ringing', 'talking')"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    handover_id: Mapped[str] = mapped_column(
        ForeignKey("handovers.id", ondelete="CASCADE"), index=True
    )
    extension: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    """Whose extension it is; null: it rings at several."""
    state: Mapped[str]
    dialled_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    """What the PBX said of it (`bot.model.CallOutcome`); null: the caller hung up first."""


class AttemptRow(Base):
    """One try to reach a citizen who asked to be called back or answered."""

    __tablename__ = "attempts"

    id: Mapped[str] = mapped_column(primary_key=True)
    handover_id: Mapped[str] = mapped_column(
        ForeignKey("handovers.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[dt.datetime]
    by: Mapped[str]
    """The caseworker's name."""
    outcome: Mapped[str]
    note: Mapped[str | None]


class NoteRow(Base):
    """What caseworkers tell each other about a conversation; no citizen sees it."""

    __tablename__ = "notes"

    id: Mapped[str] = mapped_column(primary_key=True)
    handover_id: Mapped[str] = mapped_column(
        ForeignKey("handovers.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[dt.datetime]
    by: Mapped[str]
    """The caseworker's name."""
    text: Mapped[str]


class AttachmentRow(Base):
    """A file that a citizen sent and the scanner let pass."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)
    at: Mapped[dt.datetime]


class NoticeRow(Base):
    """A notice to the outside that is still to be delivered; carries no citizen's word.

    Written in the unit of work that it tells of, so that none is lost and none is invented.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_due",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    handover_id: Mapped[str] = mapped_column(
        ForeignKey("handovers.id", ondelete="CASCADE"), index=True
    )
    way: Mapped[str]
    """`mail`, `webhook` or `zammad`."""
    event: Mapped[str]
    """What happened to the case: `requested`, `closed`, …"""
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime | None]
    """When it is tried next; null: it was delivered or given up."""
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[dt.datetime | None]
    problem: Mapped[str | None]
    """The kind of the last failure, without what the other side said."""
    reference: Mapped[str | None]
    """What the other side calls the case, e.g. the number of its ticket."""


class MemoRow(Base):
    """What a caller had written down, to be opened by a code: a topic of the catalogue.

    Says nothing of who she is, and belongs to no conversation.
    """

    __tablename__ = "memos"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    """The code itself is kept nowhere."""
    service: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class MemoMailRow(Base):
    """A memo that is still to be mailed; deleted, and the address with it, as soon as it is."""

    __tablename__ = "memo_mails"

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str]
    service: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime] = mapped_column(index=True)
    """When it is tried next."""
    attempts: Mapped[int] = mapped_column(default=0)


class StaffEventRow(Base):
    """The console's feed, numbered over all offices; refers to words, never copies them."""

    __tablename__ = "staff_events"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    office: Mapped[str] = mapped_column(index=True)
    handover_id: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[str]
    event_seq: Mapped[int | None]
    """The conversation's event; null where the handover itself changed."""
    note_id: Mapped[str | None]
    """The note that was added."""
    at: Mapped[dt.datetime]


class CounterRow(Base):
    """Numbers given out in the order of commit: the row stays locked until then."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class AuditRow(Base):
    """Who did what to which case; each line is chained to the one before by its hash."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]
