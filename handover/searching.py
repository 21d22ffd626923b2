"""Finds cases of one's own offices by what was said in them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model import Caseworker
from bot.stores.tables import EventRow, HandoverRow, NoteRow, RenderingRow

LIMIT = 50
_AROUND = 60
_FEWEST_DIGITS = 5


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
    found = _text_with(words)
    rows = await session.execute(
        select(HandoverRow.id, found)
        .where(
            HandoverRow.office.in_(caseworker.offices),
            or_(
                found.is_not(None),
                _has_digits(words),
                HandoverRow.id == words,
                HandoverRow.conversation_id == words,
            ),
        )
        .order_by(HandoverRow.requested_at.desc())
        .limit(LIMIT + 1)
    )
    hits = [Hit(row[0], around(row[1], words) if row[1] else None) for row in rows]
    return hits[:LIMIT], len(hits) > LIMIT


def _text_with(words: str) -> ColumnElement[str | None]:
    """One text of the case that holds the words, or NULL."""
    said, pattern = EventRow.body["text"].as_string(), _pattern(words)

    def first(
        text: SQLColumnExpression[Any], *conditions: ColumnElement[bool]
    ) -> ColumnElement[Any]:
        holds = text.ilike(pattern, escape="\\")
        return select(text).where(*conditions, holds).limit(1).scalar_subquery()

    of_conversation = HandoverRow.conversation_id
    return func.coalesce(
        first(said, EventRow.conversation_id == of_conversation, EventRow.type == "message"),
        first(RenderingRow.text, RenderingRow.conversation_id == of_conversation),
        first(NoteRow.text, NoteRow.handover_id == HandoverRow.id),
        case((HandoverRow.text.ilike(pattern, escape="\\"), HandoverRow.text)),
    )


def _has_digits(words: str) -> ColumnElement[bool]:
    """That the case's telephone number holds the words' digits, where they are enough to tell."""
    digits = "".join(filter(str.isdecimal, words))
    if len(digits) < _FEWEST_DIGITS:
        return false()
    number: SQLColumnExpression[Any] = HandoverRow.phone
    for mark in (" ", "-", "/", "(", ")"):
        number = func.replace(number, mark, "")
    return number.contains(digits)


def around(text: str, words: str) -> str | None:
    """The words with some of the text on both sides; None where they do not stand there."""
    at = text.casefold().find(words.casefold())
    if at < 0:
        return None
    begin, end = max(0, at - _AROUND), min(len(text), at + len(words) + _AROUND)
    return ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")


def _pattern(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
