"""The bot's German words once more in a language that only the machine speaks.

In such a language nothing was written by us.  The citizen gets the German answer, which counts,
and below it what the machine makes of it, marked as not binding.
"""

import asyncio
from collections.abc import AsyncIterator

import structlog

from bot.clock import Clock
from bot.errors import NotFound
from bot.events import Message, MessagePosted, TranslationNote
from bot.model import Author, ConversationState
from bot.parts import Text
from bot.ports import Notifier
from bot.stores import conversations
from bot.stores.database import Database
from translations.interpreter import Interpreter
from translations.languages import SOURCE, further_languages

log = structlog.get_logger(__name__)


_BUTTON = ">"
"""How `bot.parts` writes a button as text; it stays on the German message."""


class MachineCopies:
    """Runs these translations in this process, beside the turns."""

    def __init__(
        self, database: Database, notifier: Notifier, clock: Clock, interpreter: Interpreter
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._interpreter = interpreter
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, conversation_id: str, language: str, after: int) -> None:
        """Translates what the bot said after event number `after`, if `language` needs it."""
        if language not in further_languages():
            return
        task = asyncio.create_task(
            self._copy(conversation_id, language, after), name=f"copies-{conversation_id}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def running(self) -> AsyncIterator[None]:
        """Ends what is under way at the end."""
        try:
            yield
        finally:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _copy(self, conversation_id: str, language: str, after: int) -> None:
        try:
            async with self._database.read() as session:
                events = await conversations.events_after(session, conversation_id, after)
            for event in events:
                if (
                    isinstance(event, MessagePosted)
                    and event.author is Author.BOT
                    and event.language == SOURCE
                ):
                    await self._add(conversation_id, event, language)
        except NotFound:
            log.info("conversation was erased in mid-translation", conversation_id=conversation_id)
        except Exception as error:
            log.error("copy failed", conversation_id=conversation_id, error=type(error).__name__)

    async def _add(self, conversation_id: str, said: MessagePosted, language: str) -> None:
        """Paragraphs that the machine cannot put safely stay German."""
        lines = said.text.split("\n")
        paragraphs = [line for line in lines if line.strip() and not line.startswith(_BUTTON)]
        rendered = [
            await self._interpreter.interpret(paragraph, SOURCE, language)
            for paragraph in paragraphs
        ]
        if all(one.text is None for one in rendered):
            return
        text = "\n\n".join(
            one.text or german for one, german in zip(rendered, paragraphs, strict=True)
        )
        message = Message(
            author=Author.BOT,
            text=text,
            language=language,
            parts=[Text(text=text)],
            translation=TranslationNote(of=SOURCE, by="machine", original=said.text),
        )
        async with self._database.write() as session:
            row = await conversations.lock(session, conversation_id)
            if ConversationState(row.state) is ConversationState.CLOSED:
                return
            await conversations.append_message(session, row.id, message, self._clock.now())
        await self._notifier.wake(conversation_id)
