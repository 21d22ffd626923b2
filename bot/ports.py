"""What the core needs from outside: Rasa, and a way to wake those who wait for events."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from bot.model import DialogueTurn

STAFF_TOPIC = "staff"
"""The topic of the consoles' feed; a conversation's topic is its id."""


class Dialogue(Protocol):
    """Decides by rule what to do with one message of a citizen."""

    async def turn(
        self,
        text: str,
        language: str,
        deadline_s: float,
        state: dict[str, Any] | None,
        payload: str | None = None,
    ) -> DialogueTurn:
        """The acts for `text`, or for the button `payload` that it was the title of.

        Failed calls are repeated until `deadline_s` has passed.

        Raises:
            DialogueUnavailable: no answer came; the same call may be tried again.
            BadRequest: the payload is none that the dialogue knows.
        """


@dataclass(frozen=True)
class News:
    """Whether to look into the database, and what was whispered."""

    look: bool
    signs: list[dict[str, Any]]


class Listener(Protocol):
    """One waiter on a topic."""

    async def wait(self, timeout_s: float) -> "News":
        """What has come since the last call; waits for it, at most until the time-out."""


class Notifier(Protocol):
    """Wakes those who wait; carries no content but fleeting signs such as typing."""

    async def wake(self, topic: str) -> None:
        """Tells the listeners of `topic` to look into the database."""

    async def whisper(self, topic: str, sign: dict[str, Any]) -> None:
        """Passes a fleeting sign to whoever listens to `topic` right now."""

    def listen(self, topic: str) -> AbstractAsyncContextManager[Listener]:
        """Listens to `topic` within the block; wake-ups from its beginning on are not missed."""

    def rouse(self) -> None:
        """Wakes every listener in this process, whatever it listens to."""

    def running(self) -> AsyncIterator[None]:
        """Keeps the connection that the wake-ups travel on, until it is resumed at the end."""
