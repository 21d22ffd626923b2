"""What a call needs of the outside: the bot, an ear, and somebody who tells the time."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from bot.events import Event as ConversationEvent
from bot.model import CallOutcome, HandoverKind
from voice.bot_client import MemoCode, OfficeNow, Target
from voice.hearing import HearingEvent
from voice.media import Heard


class Talk(Protocol):
    """A conversation with the bot; see `voice.bot_client.Conversation`."""

    async def say(
        self, text: str, payload: str | None = None, confidence: float | None = None
    ) -> int:
        """The number of what was said."""
        ...

    async def set_language(self, language: str) -> None:
        """Goes on in it."""
        ...

    async def put_through(self, office: str | None) -> Target:
        """Whom to dial."""
        ...

    async def dialled(self, outcome: CallOutcome, extension: str) -> None:
        """How it ended."""
        ...

    async def leave(
        self, kind: HandoverKind, office: str | None, phone: str | None, text: str | None
    ) -> None:
        """A call-back or a message."""
        ...

    async def write_down(self, service: str) -> MemoCode:
        """A topic, behind a code."""
        ...

    async def mail(self, service: str, address: str) -> None:
        """A topic, by mail."""
        ...

    async def close(self) -> None:
        """Ends it."""
        ...

    def events(self) -> AsyncIterator[ConversationEvent]:
        """What comes from the bot."""
        ...


class Bot(Protocol):
    """The bot; see `voice.bot_client.BotClient`."""

    async def start(self, language: str, caller: str | None) -> Talk:
        """Begins a conversation."""
        ...

    async def office(self, office: str, language: str) -> OfficeNow | None:
        """How an office stands."""
        ...

    async def ready(self) -> bool:
        """Whether it answers."""
        ...


class Hearing(Protocol):
    """See `voice.hearing.Ear`."""

    def hear(self, frame: Heard) -> list[HearingEvent]:
        """What a frame brings."""
        ...

    def nothing_heard(self, until: float) -> list[HearingEvent]:
        """What no frame brings."""
        ...

    def we_speak(self, speaking: bool) -> None:
        """Whether the caller is spoken to."""
        ...

    def collect_digits(self, collecting: bool) -> None:
        """Whether pauses are longer."""
        ...


class Handle(Protocol):
    """A timer that runs."""

    def cancel(self) -> None:
        """It never rings."""
        ...


Later = Callable[[float, Callable[[], None]], Handle]
"""Calls back after so many seconds; an event loop's `call_later`, or a test's."""
