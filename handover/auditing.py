"""What auditors do; each method is a unit of work, and leaves a line of its own in the trail."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.export import Export, export
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.counters import last_number
from bot.stores.database import Database
from bot.stores.tables import AuditRow, ConversationRow
from handover import audit, holds
from handover.audit import Chain
from handover.audit_files import exported
from handover.audit_shapes import AuditQuery


class Auditing:
    """The auditors' side of one instance."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def lines(self, actor: str, wanted: AuditQuery) -> tuple[list[AuditRow], bool]:
        """The lines that are wanted, latest first, and whether there are more.

        The first page of a look is recorded, with what was sought: it tells about colleagues.
        """
        sought = wanted.model_dump(include={"actor", "action", "subject"}, exclude_none=True)
        statement = select(AuditRow).order_by(AuditRow.id.desc()).limit(wanted.limit + 1)
        for name, value in sought.items():
            statement = statement.where(getattr(AuditRow, name) == value)
        if wanted.before is not None:
            statement = statement.where(AuditRow.id < wanted.before)
        async with self._database.read() as session:
            rows = list(await session.scalars(statement))
        if wanted.before is None:
            async with self._database.write() as session:
                now, details = self._clock.now(), {"sought": sought} if sought else {}
                await audit.record(session, now, actor, "audit_read", "audit", **details)
        return rows[: wanted.limit], len(rows) > wanted.limit

    async def note_export(self, actor: str, after: int) -> None:
        """Records that somebody takes the trail along."""
        async with self._database.write() as session:
            await audit.record(
                session, self._clock.now(), actor, "audit_export", "audit", after=after
            )

    async def exported(self, after: int) -> AsyncIterator[str]:
        """The lines above the number `after` as JSON lines, some at a time."""
        # in sessions of its own each, so that a slow reader holds no view of the database open
        async with self._database.read() as session:
            last = await last_number(session, "audit")
        while after < last:
            upto = min(after + audit.BATCH, last)
            async with self._database.read() as session:
                batch = [line async for line in exported(session, after, upto)]
            yield "".join(batch)
            after = upto

    async def check(self) -> Chain:
        """See `audit.verify`."""
        async with self._database.read() as session:
            return await audit.verify(session)

    async def holds(self) -> list[ConversationRow]:
        """See `holds.held`."""
        async with self._database.read() as session:
            return await holds.held(session)

    async def hold(self, actor: str, conversation_id: str, reason: str) -> None:
        """See `holds.hold`.

        Raises:
            NotFound: there is no such conversation.
        """
        async with self._database.write() as session:
            await holds.hold(session, conversation_id, actor, reason, self._clock.now())

    async def export(self, actor: str, conversation_id: str, reason: str | None) -> Export:
        """Everything kept about a conversation; that it was taken is recorded.

        Raises:
            NotFound: there is no such conversation.
        """

        async def access(session: AsyncSession) -> ConversationRow:
            return await conversations.get(session, conversation_id)

        details = {"reason": reason} if reason else {}
        return await export(self._database, self._clock, self._settings, access, actor, **details)
