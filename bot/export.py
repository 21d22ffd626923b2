"""Everything that is kept about one conversation (DSGVO, Art. 15)."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import Event, Shape
from bot.stores import conversations, feedback, renderings
from bot.stores.tables import ConversationRow
from handover import records


class FeedbackGiven(Shape):
    """One piece of feedback."""

    seq: int | None
    helpful: bool
    comment: str | None
    at: dt.datetime


class MessageTranslated(Shape):
    """What the machine made of a message for caseworkers; no text where it was rejected."""

    seq: int
    text: str | None
    reason: str | None
    at: dt.datetime


class HandoverExported(Shape):
    """One handover, without the name of the caseworker."""

    office: str
    kind: str
    state: str
    reason: str
    phone: str | None
    text: str | None
    requested_at: dt.datetime
    claimed_at: dt.datetime | None
    closed_at: dt.datetime | None


class Export(Shape):
    """The conversation with all that hangs on it."""

    id: str
    channel: str
    language: str
    created_at: dt.datetime
    updated_at: dt.datetime
    erased_after_days: int
    events: list[Event]
    handovers: list[HandoverExported]
    feedback: list[FeedbackGiven]
    translations: list[MessageTranslated]


async def collect(session: AsyncSession, row: ConversationRow, retention_days: int) -> Export:
    """Gathers what is kept about the conversation `row`."""
    handovers = await records.all_of(session, row.id)
    given = await feedback.of(session, row.id)
    return Export(
        id=row.id,
        channel=row.channel,
        language=row.language,
        created_at=row.created_at,
        updated_at=row.updated_at,
        erased_after_days=retention_days,
        events=await conversations.all_events(session, row.id),
        handovers=[
            HandoverExported(**{name: getattr(h, name) for name in HandoverExported.model_fields})
            for h in handovers
        ],
        feedback=[
            FeedbackGiven(seq=f.seq, helpful=f.helpful, comment=f.comment, at=f.at) for f in given
        ],
        translations=[
            MessageTranslated(seq=seq, text=r.text, reason=r.reason, at=r.at)
            for seq, r in sorted((await renderings.of(session, row.id)).items())
        ],
    )
