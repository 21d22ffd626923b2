"""Erases a conversation with every copy of its words, whoever asks (DSGVO, Art. 17)."""

from collections.abc import AsyncIterator, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bot.background import beside
from bot.clock import Clock
from bot.errors import OnHold
from bot.ports import STAFF_TOPIC, Notifier
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow
from handover import audit, holds
from handover.desk import Desk

_TOPIC = "erased"
_CITIZEN = "citizen"
_LOOK_EVERY_S = 3600.0


class Erasing:
    """Each method is one unit of work; an audit line without content remains.

    `forget` clears what this process remembers of people's words beside the database.
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        desk: Desk,
        forget: Callable[[], None],
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._desk = desk
        self._forget = forget

    async def by_citizen(self, conversation_id: str, token: str | None) -> None:
        """What a citizen asks for herself.

        Raises:
            Unauthorized: see `conversations.access`.
            OnHold: it must be kept; her wish is noted, and granted when the hold ends.
        """
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            erased = await self._erase_or_note(session, row, _CITIZEN)
        if not erased:
            raise OnHold
        await self._clear(conversation_id)

    async def by_letter(self, conversation_id: str, actor: str, reason: str) -> None:
        """What a citizen asked for on paper or by mail, done by somebody who may.

        Raises:
            NotFound: there is no such conversation.
            OnHold: see `by_citizen`.
        """
        async with self._database.write() as session:
            row = await conversations.lock(session, conversation_id)
            erased = await self._erase_or_note(session, row, actor, reason=reason)
        if not erased:
            raise OnHold
        await self._clear(conversation_id)

    async def lift_hold(self, conversation_id: str, actor: str) -> bool:
        """Ends a hold; what was to be erased meanwhile is erased at once.

        Returns:
            Whether it was erased.

        Raises:
            NotFound: there is no such conversation, or it is not held.
        """
        async with self._database.write() as session:
            row = await holds.lift(session, conversation_id, actor, self._clock.now())
            wanted = row.erasure_asked_at is not None
            if wanted:
                await self._erase_or_note(session, row, actor, asked_before=True)
        if wanted:
            await self._clear(conversation_id)
        return wanted

    def running(self) -> AsyncIterator[None]:
        """Forgets with the other gateways when something was erased there."""
        return beside(erasures=self._listen())

    async def _listen(self) -> None:
        async with self._notifier.listen(_TOPIC) as listener:
            while True:
                await listener.wait(_LOOK_EVERY_S)
                self._forget()

    async def _erase_or_note(
        self, session: AsyncSession, row: ConversationRow, actor: str, **details: object
    ) -> bool:
        """Erases the conversation, which is locked; where it is held, notes that it is wanted."""
        now = self._clock.now()
        if row.held_at is not None:
            row.erasure_asked_at = row.erasure_asked_at or now
            await audit.record(session, now, actor, "erase_asked", row.id, **details)
            return False
        await self._desk.withdraw(session, row)
        await conversations.erase(session, row.id, now)
        await audit.record(session, now, actor, "erase", row.id, **details)
        return True

    async def _clear(self, conversation_id: str) -> None:
        await self._database.forget()
        self._forget()
        await self._notifier.wake(_TOPIC)
        await self._notifier.wake(conversation_id)
        await self._notifier.wake(STAFF_TOPIC)
