"""Puts citizens' messages into German for the console, beside and after everything else.

A message is stored and shown first; its translation follows as soon as there is one.  What a
process that died left undone is made up for when the case is next opened.
"""

import asyncio
from collections.abc import AsyncIterator

import structlog

from bot.clock import Clock
from bot.errors import NotFound, TranslationUnavailable
from bot.events import Event, MessagePosted
from bot.model import Author, Caseworker
from bot.ports import STAFF_TOPIC, Notifier
from bot.stores import conversations, renderings
from bot.stores.database import Database
from bot.stores.tables import HandoverRow
from handover import feed, left_text, records
from translations.interpreter import Interpreter
from translations.languages import SOURCE
from translations.machine.gates import Reason

log = structlog.get_logger(__name__)

_VARIANTS = 3
"""How many wordings are tried before the first comes again."""
_PASSING = {Reason.BUSY, Reason.FAILED}
"""Reasons that say nothing about the text: it is tried again when the case is next opened."""


class Interpreting:
    """Runs the translations of this process."""

    def __init__(
        self, database: Database, notifier: Notifier, clock: Clock, interpreter: Interpreter
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._interpreter = interpreter
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def begin(self, conversation_id: str) -> None:
        """Sees to it that the conversation's foreign messages get German words."""
        self._again.add(conversation_id)
        if conversation_id not in self._tasks:
            self._tasks[conversation_id] = asyncio.create_task(
                self._run(conversation_id), name=f"interpreting-{conversation_id}"
            )

    async def running(self) -> AsyncIterator[None]:
        """Ends what is under way at the end."""
        try:
            yield
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def again(self, caseworker: Caseworker, handover_id: str, seq: int) -> Event:
        """Another wording of one message of the citizen; where the machine has none, as it was.

        Raises:
            NotFound: see `records.get_for`; or there is no such message of the citizen.
            TranslationUnavailable: nothing can be translated from its language.
        """
        async with self._database.read() as session:
            handover = await records.get_for(session, handover_id, caseworker)
            message = await conversations.message_at(session, handover.conversation_id, seq)
            kept = await renderings.get(session, handover.conversation_id, seq)
        if message is None or message.author is not Author.CITIZEN:
            raise NotFound
        if not self._interpreter.offers(message.language, SOURCE):
            raise TranslationUnavailable
        for step in range(1, _VARIANTS + 1):
            variant = ((kept.variant if kept else 0) + step) % _VARIANTS
            found = await self._interpreter.interpret(
                message.text, message.language, SOURCE, variant
            )
            if found.text is not None and (kept is None or found.text != kept.text):
                await self._keep(handover.conversation_id, message, found.text, None, variant)
                break
        async with self._database.read() as session:
            row = await renderings.get(session, handover.conversation_id, seq)
            return renderings.in_german(message, row)

    async def _run(self, conversation_id: str) -> None:
        try:
            while conversation_id in self._again:
                self._again.discard(conversation_id)
                await self._interpret_all(conversation_id)
        except NotFound:
            log.info("conversation was erased in mid-translation", conversation_id=conversation_id)
        except Exception as error:
            log.error(
                "translation failed", conversation_id=conversation_id, error=type(error).__name__
            )
        finally:
            self._again.discard(conversation_id)
            del self._tasks[conversation_id]

    async def _interpret_all(self, conversation_id: str) -> None:
        async with self._database.read() as session:
            case = await records.case_of(session, conversation_id)
            if case is None:
                return
            language = (await conversations.get(session, case.conversation_id)).language
            left = await renderings.missing(session, conversation_id)
        await self._interpret_left_text(case, language)
        for message in left:
            if not self._interpreter.needed(message.language, SOURCE):
                continue
            if not self._interpreter.offers(message.language, SOURCE):
                continue  # a package may be installed later
            found = await self._interpreter.interpret(message.text, message.language, SOURCE)
            if found.reason not in _PASSING:
                await self._keep(conversation_id, message, found.text, found.reason, 0)

    async def _interpret_left_text(self, case: HandoverRow, language: str) -> None:
        """Puts into German what stands with the case itself and not in the conversation."""
        if not case.text or case.text_german or case.text_reason:
            return
        if not self._interpreter.needed(language, SOURCE):
            return
        if not self._interpreter.offers(language, SOURCE):
            return
        found = await self._interpreter.interpret(case.text, language, SOURCE)
        if found.reason in _PASSING:
            return
        now = self._clock.now()
        async with self._database.write() as session:
            await conversations.lock(session, case.conversation_id)
            kept = await left_text.keep(session, case.id, case.text, found.text, found.reason)
            if kept is not None:
                await feed.announce(session, kept, now)
        await self._notifier.wake(STAFF_TOPIC)

    async def _keep(
        self,
        conversation_id: str,
        message: MessagePosted,
        text: str | None,
        reason: Reason | None,
        variant: int,
    ) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            await conversations.lock(session, conversation_id)
            await renderings.keep(session, conversation_id, message.seq, text, reason, variant, now)
            if (handover := await records.case_of(session, conversation_id)) is not None:
                await feed.announce(
                    session, handover, now, message.seq, conversation_id=conversation_id
                )
        await self._notifier.wake(STAFF_TOPIC)
