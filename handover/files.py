"""What a case's file holds beside what was said: notes, tries to reach the citizen, attachments."""

import datetime as dt
import uuid

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from bot.model import Outcome
from bot.stores.tables import AttachmentRow, AttemptRow, HandoverRow, NoteRow
from handover.shapes import AttachmentView, Attempt, Note


async def add_note(
    session: AsyncSession,
    handover_id: str,
    by: str,
    text: str,
    at: dt.datetime,
    note_id: str | None = None,
) -> Note:
    """Adds a note by the caseworker of that name."""
    row = NoteRow(id=note_id or str(uuid.uuid4()), handover_id=handover_id, at=at, by=by, text=text)
    session.add(row)
    await session.flush()
    return _note(row)


async def notes_of(session: AsyncSession, handover_id: str) -> list[Note]:
    """The notes of a case and of those merged into it, in order."""
    rows = await session.scalars(
        select(NoteRow)
        .join(HandoverRow, HandoverRow.id == NoteRow.handover_id)
        .where(or_(HandoverRow.id == handover_id, HandoverRow.merged_into == handover_id))
        .order_by(NoteRow.at, NoteRow.id)
    )
    return [_note(row) for row in rows]


async def note(session: AsyncSession, note_id: str) -> Note | None:
    """One note, or None where it was erased."""
    row = await session.get(NoteRow, note_id)
    return _note(row) if row else None


async def count_notes(session: AsyncSession, handover_ids: set[str]) -> dict[str, int]:
    """How many notes these cases have; those without are missing."""
    rows = await session.execute(
        select(NoteRow.handover_id, func.count())
        .where(NoteRow.handover_id.in_(handover_ids))
        .group_by(NoteRow.handover_id)
    )
    return {row[0]: row[1] for row in rows}


async def add_attempt(
    session: AsyncSession,
    handover_id: str,
    by: str,
    outcome: Outcome,
    said: str | None,
    at: dt.datetime,
) -> None:
    """Keeps that somebody tried to reach the citizen, and how it ended."""
    session.add(
        AttemptRow(
            id=str(uuid.uuid4()), handover_id=handover_id, at=at, by=by, outcome=outcome, note=said
        )
    )
    await session.flush()


async def attempts_of(session: AsyncSession, handover_ids: set[str]) -> dict[str, list[Attempt]]:
    """The tries of these cases, in order; those without are missing."""
    rows = await session.scalars(
        select(AttemptRow).where(AttemptRow.handover_id.in_(handover_ids)).order_by(AttemptRow.at)
    )
    found: dict[str, list[Attempt]] = {}
    for row in rows:
        attempt = Attempt(at=row.at, by=row.by, outcome=Outcome(row.outcome), note=row.note)
        found.setdefault(row.handover_id, []).append(attempt)
    return found


async def attachments_of(session: AsyncSession, handover_id: str) -> list[AttachmentView]:
    """The files of a case's conversation and of those merged into it, in order."""
    rows = await session.scalars(_attachments(handover_id).order_by(AttachmentRow.at))
    return [
        AttachmentView(
            id=row.id,
            conversation_id=row.conversation_id,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            at=row.at,
        )
        for row in rows
    ]


async def attachment(
    session: AsyncSession, handover_id: str, attachment_id: str
) -> AttachmentRow | None:
    """One of these files with its content, or None."""
    wanted = _attachments(handover_id).where(AttachmentRow.id == attachment_id)
    return await session.scalar(wanted.options(undefer(AttachmentRow.content)))


def _attachments(handover_id: str) -> Select[AttachmentRow]:
    of_the_case = select(HandoverRow.conversation_id).where(
        or_(HandoverRow.id == handover_id, HandoverRow.merged_into == handover_id)
    )
    return select(AttachmentRow).where(AttachmentRow.conversation_id.in_(of_the_case))


def _note(row: NoteRow) -> Note:
    return Note(id=row.id, at=row.at, by=row.by, text=row.text)
