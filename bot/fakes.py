"""Stand-ins for Rasa and for time, for unit tests alone: they do what they are told."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from bot.clock import Clock
from bot.model import DialogueTurn, Ranked

Script = Callable[[str, str | None], list[dict[str, Any]]]


class FakeDialogue:
    """Answers every message with the acts that `script` returns for its text and payload.

    `calls` records the texts and `states` what came with them; while `gate` is closed, turns wait
    in mid-air; `form` is the one that every turn leaves half filled in.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.calls: list[str] = []
        self.states: list[dict[str, Any] | None] = []
        self.form: str | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def turn(
        self,
        text: str,
        language: str,
        deadline_s: float,
        state: dict[str, Any] | None,
        payload: str | None = None,
    ) -> DialogueTurn:
        """See `bot.ports.Dialogue`."""
        self.calls.append(text)
        self.states.append(state)
        await self.gate.wait()
        turns = (state or {}).get("turns", 0) + 1
        half_filled_in = {"loop": self.form, "requested_slot": "phone"} if self.form else {}
        return DialogueTurn(
            acts=tuple(self.script(text, payload)),
            ranking=(Ranked("fake", 1.0),),
            state={"turns": turns, **half_filled_in},
        )


class FakeClock(Clock):
    """A clock that stands still until it is told to go on."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(at)
        self._at = at

    def now(self) -> dt.datetime:
        """The moment that was set."""
        return self._at.astimezone(dt.UTC)

    def advance(self, **units: float) -> None:
        """Goes on by that many `minutes=…`, `hours=…` and so on."""
        self._at += dt.timedelta(**units)
