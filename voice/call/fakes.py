"""Stand-ins for the bot and the ear, for tests alone: they do what they are told."""

import asyncio
import datetime as dt
from collections import deque
from collections.abc import AsyncIterator, Callable

from bot.events import Event as ConversationEvent
from bot.events import MessagePosted, StateChanged
from bot.model import Author, CallOutcome, ConversationState, HandoverKind
from bot.parts import AnyPart, as_text
from voice.bot_client import BotUnavailable, MemoCode, OfficeNow, Refused, Target
from voice.hearing import HearingEvent
from voice.media import Heard

Script = Callable[[str], list[AnyPart]]
_AT = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


class FakeTalk:
    """A conversation that answers with the parts that `script` returns for a text."""

    def __init__(self, script: Script, language: str, target: Target | None) -> None:
        self.did: list[tuple[object, ...]] = []
        """What was asked of it, in order."""
        self._script = script
        self._language = language
        self._target = target
        self._seq = 1
        self._events: asyncio.Queue[ConversationEvent] = asyncio.Queue()

    async def say(
        self, text: str, payload: str | None = None, confidence: float | None = None
    ) -> int:
        """Answers at once."""
        self.did.append(("say", text, payload))
        self._seq += 1
        sent = self._seq
        parts = self._script(payload or text)
        self.post(parts)
        return sent

    def post(self, parts: list[AnyPart]) -> None:
        """Has the bot say something."""
        self._seq += 1
        self._events.put_nowait(
            MessagePosted(
                seq=self._seq, at=_AT, author=Author.BOT, automated=True, parts=parts,
                text=as_text(parts), language=self._language,
            )
        )  # fmt: skip

    def hand_over(self, office: str) -> None:
        """Has the bot decide on a person."""
        self._seq += 1
        state = ConversationState.WAITING
        self._events.put_nowait(StateChanged(seq=self._seq, at=_AT, state=state, office=office))

    async def set_language(self, language: str) -> None:
        """Answers in it from now on."""
        self.did.append(("language", language))
        self._language = language

    async def put_through(self, office: str | None) -> Target:
        """The target, or closed."""
        self.did.append(("call", office))
        if self._target is None:
            raise Refused("office_closed", {"kinds": ["callback", "message"]})
        return self._target

    async def dialled(self, outcome: CallOutcome, extension: str) -> None:
        """Notes it."""
        self.did.append(("dialled", outcome, extension))

    async def leave(
        self, kind: HandoverKind, office: str | None, phone: str | None, text: str | None
    ) -> None:
        """Notes it."""
        self.did.append(("leave", kind, office, phone, text))

    async def write_down(self, service: str) -> MemoCode:
        """A code that is always the same."""
        self.did.append(("write_down", service))
        return MemoCode("123456789", dt.date(2026, 12, 7))

    async def mail(self, service: str, address: str) -> None:
        """Notes it."""
        self.did.append(("mail", service, address))

    async def close(self) -> None:
        """Notes it."""
        self.did.append(("close",))

    async def events(self) -> AsyncIterator[ConversationEvent]:
        """What was posted, as it comes."""
        while True:
            yield await self._events.get()


class FakeBot:
    """Begins such conversations; `there` is false where the gateway is not."""

    def __init__(self, script: Script, target: Target | None = None) -> None:
        self.script = script
        self.target = target
        self.there = True
        self.talks: list[FakeTalk] = []

    async def start(self, language: str, caller: str | None) -> FakeTalk:
        """A new one."""
        if not self.there:
            raise BotUnavailable
        self.talks.append(FakeTalk(self.script, language, self.target))
        return self.talks[-1]

    async def office(self, office: str, language: str) -> OfficeNow | None:
        """Open where there is somebody to call."""
        reopens = None if self.target else "morgen um 08:00 Uhr"
        return OfficeNow(office, "Kfz-Zulassung", self.target is not None, reopens)

    async def ready(self) -> bool:
        """Whether the gateway is there."""
        return self.there


class FakeHearing:
    """An ear that notices, frame by frame, what `script` holds."""

    def __init__(self) -> None:
        self.script: deque[HearingEvent] = deque()
        self.spoken_to = False
        self.digits = False

    def hear(self, frame: Heard) -> list[HearingEvent]:
        """The next thing."""
        return [self.script.popleft()] if self.script else []

    def nothing_heard(self, until: float) -> list[HearingEvent]:
        """Nothing."""
        return []

    def we_speak(self, speaking: bool) -> None:
        """Notes it."""
        self.spoken_to = speaking

    def collect_digits(self, collecting: bool) -> None:
        """Notes it."""
        self.digits = collecting
