"""Everything that is kept about one conversation (DSGVO, Art. 15).

Caseworkers' names stand in it only where citizens see them anyway: as the senders of messages.
"""

import base64
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Self

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from bot.clock import Clock
from bot.events import Event, Shape
from bot.retention import days_kept
from bot.settings import Settings
from bot.stores import conversations, feedback, renderings
from bot.stores.database import Database
from bot.stores.tables import (
    AttachmentRow,
    AttemptRow,
    Base,
    ConversationRow,
    EventRow,
    HandoverRow,
    MemoMailRow,
    NoteRow,
    NoticeRow,
)
from handover import audit, call_records, records

_CASEWORKER = "Sachbearbeitung"
"""Stands for whoever wrote a note or called: the office answers, and they have rights too."""


class _Taken(Shape):
    """Base of what is taken from a row as it stands there."""

    @classmethod
    def of(cls, row: Base, **others: object) -> Self:
        """The fields of the row that have the same names, and those `others`."""
        names = cls.model_fields.keys() - others.keys()
        return cls.model_validate({name: getattr(row, name) for name in names} | others)


class FeedbackGiven(_Taken):
    """One piece of feedback."""

    seq: int | None
    helpful: bool
    comment: str | None
    at: dt.datetime


class MessageTranslated(_Taken):
    """What the machine made of a message for caseworkers; no text where it was rejected."""

    seq: int
    text: str | None
    reason: str | None
    at: dt.datetime


class ButtonPressed(_Taken):
    """What the button stands for that a message of hers was pressed with."""

    seq: int
    payload: str


class NoteWritten(_Taken):
    """What caseworkers told each other."""

    at: dt.datetime
    by: str
    text: str


class TriedToReach(_Taken):
    """One try to reach her."""

    at: dt.datetime
    by: str
    outcome: str
    note: str | None


class PutThrough(_Taken):
    """One try to put her through to somebody, without whose telephone it was."""

    state: str
    dialled_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    outcome: str | None


class NoticeSent(_Taken):
    """A notice to another system that there is something to do; none carries a word of hers."""

    way: str
    event: str
    created_at: dt.datetime
    delivered_at: dt.datetime | None
    reference: str | None


class HandoverExported(_Taken):
    """One handover, without the name of the caseworker.

    `merged_into` and `merged` name the conversations that were made one case with this one.
    """

    office: str
    team: str | None
    kind: str
    state: str
    urgent: bool
    reason: str
    phone: str | None
    text: str | None
    text_german: str | None
    text_reason: str | None
    requested_at: dt.datetime
    claimed_at: dt.datetime | None
    closed_at: dt.datetime | None
    close_reason: str | None
    due_at: dt.datetime | None
    snoozed_until: dt.datetime | None
    snooze_reason: str | None
    merged_into: str | None
    merged: list[str]
    notes: list[NoteWritten]
    attempts: list[TriedToReach]
    calls: list[PutThrough]
    notices: list[NoticeSent]


class AttachmentExported(_Taken):
    """A file that she sent; `content` is in base64."""

    name: str
    media_type: str
    size: int
    at: dt.datetime
    content: str


class MailWaiting(_Taken):
    """What she wants mailed, and where to; gone as soon as that is done."""

    address: str
    service: str
    created_at: dt.datetime


class Export(_Taken):
    """The conversation with all that hangs on it; of secrets nothing.

    `dialogue` is what the bot keeps in mind from one message to the next.  `held_at`,
    `hold_reason`: since when, and what for, it may not be erased.
    """

    id: str
    channel: str
    caller: str | None
    language: str
    language_chosen: bool
    language_offered: str | None
    state: str
    service: str | None
    aspect: str | None
    dialogue: dict[str, Any]
    citizen_read_seq: int
    staff_read_seq: int
    created_at: dt.datetime
    updated_at: dt.datetime
    held_at: dt.datetime | None
    hold_reason: str | None
    erasure_asked_at: dt.datetime | None
    erased_after_days: int
    events: list[Event]
    buttons: list[ButtonPressed]
    handovers: list[HandoverExported]
    feedback: list[FeedbackGiven]
    translations: list[MessageTranslated]
    attachments: list[AttachmentExported]
    mails: list[MailWaiting]


Access = Callable[[AsyncSession], Awaitable[ConversationRow]]
"""Gives the conversation to whoever may have it."""


async def export(
    database: Database,
    clock: Clock,
    settings: Settings,
    access: Access,
    actor: str,
    **details: object,
) -> Export:
    """Everything that is kept about a conversation; that it was taken is recorded first.

    Raises:
        NotFound, Unauthorized: as `access` says.
    """
    async with database.write() as session:
        row = await access(session)
        await audit.record(session, clock.now(), actor, "export", row.id, **details)
    async with database.read() as session:  # files may be large, and writers should not wait
        return await _collect(session, await access(session), settings)


async def _collect(session: AsyncSession, row: ConversationRow, settings: Settings) -> Export:
    """Gathers what is kept about the conversation `row`."""
    handovers = await records.all_of(session, row.id)
    german = await renderings.of(session, row.id)
    pressed = await session.scalars(
        select(EventRow)
        .where(EventRow.conversation_id == row.id, EventRow.payload.is_not(None))
        .order_by(EventRow.seq)
    )
    files = await session.scalars(
        select(AttachmentRow)
        .where(AttachmentRow.conversation_id == row.id)
        .order_by(AttachmentRow.at)
        .options(undefer(AttachmentRow.content))
    )
    mails = await session.scalars(
        select(MemoMailRow)
        .where(MemoMailRow.conversation_id == row.id)
        .order_by(MemoMailRow.created_at)
    )
    return Export.of(
        row,
        erased_after_days=days_kept([h.kind for h in handovers], settings),
        events=await conversations.all_events(session, row.id),
        buttons=[ButtonPressed.of(event) for event in pressed],
        handovers=[await _handover(session, handover) for handover in handovers],
        feedback=[FeedbackGiven.of(given) for given in await feedback.of(session, row.id)],
        translations=[MessageTranslated.of(german[seq]) for seq in sorted(german)],
        attachments=[
            AttachmentExported.of(file, content=base64.b64encode(file.content).decode())
            for file in files
        ],
        mails=[MailWaiting.of(mail) for mail in mails],
    )


async def _handover(session: AsyncSession, handover: HandoverRow) -> HandoverExported:
    notes = await session.scalars(
        select(NoteRow).where(NoteRow.handover_id == handover.id).order_by(NoteRow.at)
    )
    attempts = await session.scalars(
        select(AttemptRow).where(AttemptRow.handover_id == handover.id).order_by(AttemptRow.at)
    )
    notices = await session.scalars(
        select(NoticeRow).where(NoticeRow.handover_id == handover.id).order_by(NoticeRow.created_at)
    )
    into = await _conversations(session, HandoverRow.id == (handover.merged_into or ""))
    return HandoverExported.of(
        handover,
        merged_into=next(iter(into), None),
        merged=await _conversations(session, HandoverRow.merged_into == handover.id),
        notes=[NoteWritten.of(note, by=_CASEWORKER) for note in notes],
        attempts=[TriedToReach.of(attempt, by=_CASEWORKER) for attempt in attempts],
        calls=[PutThrough.of(call) for call in await call_records.of_case(session, handover.id)],
        notices=[NoticeSent.of(notice) for notice in notices],
    )


async def _conversations(session: AsyncSession, cases: ColumnElement[bool]) -> list[str]:
    """The conversations of these cases, in the order in which they were asked for."""
    rows = await session.scalars(
        select(HandoverRow.conversation_id).where(cases).order_by(HandoverRow.requested_at)
    )
    return list(rows)
