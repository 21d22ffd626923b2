"""Keeps conversations no longer than allowed, and gives out what is kept of one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from bot.clock import Clock
from bot.errors import NotFound
from bot.export import collect
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import SessionRow
from handover import audit


@dataclass(frozen=True)
class PurgeReport:
    """What a purge did, counted again afterwards in the database itself."""

    before: dt.datetime
    erased: int
    left: int


async def purge(database: Database, settings: Settings) -> PurgeReport:
    """Erases every conversation that has not changed within the retention time."""
    now = Clock(settings.clock).now()
    before = now - dt.timedelta(days=settings.retention_days)
    async with database.read() as session:
        old = await conversations.unchanged_since(session, before)
    for conversation_id in old:  # one at a time, so that nobody waits for the whole
        async with database.write() as session:
            await conversations.erase(session, conversation_id)
            await audit.record(session, now, "purge", "erase", conversation_id)
    async with database.write() as session:
        await session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
    await database.forget()
    async with database.read() as session:
        left = await conversations.unchanged_since(session, before)
    return PurgeReport(before, len(old), len(left))


async def export(
    database: Database, settings: Settings, conversation_id: str
) -> dict[str, Any] | None:
    """Everything kept about one conversation; None where there is none."""
    async with database.write() as session:
        try:
            row = await conversations.get(session, conversation_id)
        except NotFound:
            return None
        now = Clock(settings.clock).now()
        await audit.record(session, now, "cli", "export", conversation_id)
        kept = await collect(session, row, settings.retention_days)
    return kept.model_dump(mode="json", by_alias=True)
