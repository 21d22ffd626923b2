"""Finds cases of one's own offices by what was said in them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.model import Caseworker
from bot.stores.tables import EventRow, HandoverRow, NoteRow, RenderingRow

LIMIT = 50
_AROUND = 60


@dataclass(frozen=True)
class Hit:
    """A case in which the words were found, and the words around them."""

    handover_id: str
    excerpt: str | None


async def search(
    session: AsyncSession, caseworker: Caseworker, words: str
) -> tuple[list[Hit], bool]:
    """The latest cases that hold the words, and whether there are more than are given.

    Looked through are what was said (also in German), what was left with a call-back, notes,
    telephone numbers, and the numbers of cases and conversations.  Upper and lower case are the
    same.
    """
    rows = await session.scalars(
        _matching(caseworker, words).order_by(HandoverRow.requested_at.desc()).limit(LIMIT + 1)
    )
    found = list(rows)
    hits = [Hit(row.id, await _excerpt(session, row, words)) for row in found[:LIMIT]]
    return hits, len(found) > LIMIT


def _matching(caseworker: Caseworker, words: str) -> Select[HandoverRow]:
    pattern = _pattern(words)
    said = exists().where(
        EventRow.conversation_id == HandoverRow.conversation_id,
        EventRow.type == "message",
        _text_of_event().ilike(pattern, escape="\\"),
    )
    rendered = exists().where(
        RenderingRow.conversation_id == HandoverRow.conversation_id,
        RenderingRow.text.ilike(pattern, escape="\\"),
    )
    noted = exists().where(
        NoteRow.handover_id == HandoverRow.id, NoteRow.text.ilike(pattern, escape="\\")
    )
    return select(HandoverRow).where(
        HandoverRow.office.in_(caseworker.offices),
        or_(
            said,
            rendered,
            noted,
            HandoverRow.text.ilike(pattern, escape="\\"),
            _digits(HandoverRow.phone).ilike(_pattern(_only_digits(words)), escape="\\")
            if _only_digits(words)
            else literal(False),
            HandoverRow.id == words,
            HandoverRow.conversation_id == words,
        ),
    )


async def _excerpt(session: AsyncSession, case: HandoverRow, words: str) -> str | None:
    pattern = _pattern(words)
    event_text = _text_of_event()
    sources: tuple[Select[Any], ...] = (
        select(event_text).where(
            EventRow.conversation_id == case.conversation_id,
            EventRow.type == "message",
            event_text.ilike(pattern, escape="\\"),
        ),
        select(RenderingRow.text).where(
            RenderingRow.conversation_id == case.conversation_id,
            RenderingRow.text.ilike(pattern, escape="\\"),
        ),
        select(NoteRow.text).where(
            NoteRow.handover_id == case.id, NoteRow.text.ilike(pattern, escape="\\")
        ),
    )
    for source in sources:
        if text := await session.scalar(source.limit(1)):
            return around(text, words)
    return around(case.text, words) if case.text else None


def around(text: str, words: str) -> str | None:
    """The words with some of the text on both sides; None where they do not stand there."""
    at = text.casefold().find(words.casefold())
    if at < 0:
        return None
    begin, end = max(0, at - _AROUND), min(len(text), at + len(words) + _AROUND)
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")


def _text_of_event() -> ColumnElement[str]:
    text: ColumnElement[str] = EventRow.body["text"].as_string()
    return text


def _pattern(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _only_digits(words: str) -> str:
    digits = "".join(filter(str.isdecimal, words))
    return digits if len(digits) >= 5 else ""


def _digits(column: InstrumentedAttribute[str | None]) -> ColumnElement[str]:
    stripped: ColumnElement[str] = cast(column, String)
    for mark in (" ", "-", "/", "(", ")"):
        stripped = func.replace(stripped, mark, "")
    return stripped
