"""All calls of this process: what the PBX's dialplan asks about, and whose line is whose."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.model import CallOutcome
from voice.bot_client import BotUnavailable, Refused
from voice.by_ear.lines import Line
from voice.call import effects, metrics
from voice.call.effects import Briefing, Say
from voice.call.events import Dialled
from voice.call.runner import Equipment, LiveCall, tell_only
from voice.call.state import Phase
from voice.media import HungUp, MediaTransport
from voice.telephony.next_steps import (
    Admission,
    AfterDial,
    Dial,
    DialStatus,
    HangUp,
    NextStep,
    Resume,
    Switchboard,
)

log = structlog.get_logger(__name__)

_CONNECT_S = 30.0
"""An announced call that has brought no sound until then never will."""
_FORGET_S = 4 * 3600.0
"""Longest talk with a person that we expect to hear the end of."""
_OUTCOMES = {
    DialStatus.ANSWER: CallOutcome.ANSWERED,
    DialStatus.NOANSWER: CallOutcome.NO_ANSWER,
    DialStatus.CANCEL: CallOutcome.NO_ANSWER,
    DialStatus.BUSY: CallOutcome.BUSY,
}


@dataclass
class _Entry:
    call: LiveCall
    announced_at: float = field(default_factory=time.monotonic)
    served: bool = False
    here: bool = False
    """Whether its sound is on our line."""


class CallRegistry:
    """See `voice.telephony.next_steps.Calls`.

    Args:
        most: Calls that are served at once.
        brief: What the person who is called is told, in German.
    """

    def __init__(self, equipment: Equipment, most: int, brief: Callable[[Briefing], str]) -> None:
        self._equipment = equipment
        self._most = most
        self._brief = brief
        self._calls: dict[str, _Entry] = {}
        self._briefings: dict[str, tuple[str, str]] = {}
        """By the id of the line on which it is told: whose call it is about, and its words."""

    async def announce(self, call_id: str, caller: str | None, called: str) -> Admission:
        """Takes a call, while there is a line and somebody who answers on it."""
        self._forget()
        if self._busy() < self._most and await self._equipment.bot.ready():
            self._calls[call_id] = _Entry(LiveCall(self._equipment, caller))
            return Admission.ANSWER
        metrics.REFUSED.inc()
        return Admission.FULL if await self._somebody_there() else Admission.CLOSED

    def expects(self, call_id: str) -> bool:
        """See `Calls.expects`."""
        entry = self._calls.get(call_id)
        return call_id in self._briefings or (
            entry is not None and not entry.here and not entry.call.over
        )

    async def serve(self, line: MediaTransport) -> None:
        """Holds a call, or tells a briefing, while its sound is on our line."""
        if line.call_id in self._briefings:
            await self._tell_briefing(line)
            return
        entry = self._calls[line.call_id]
        entry.here = entry.served = True
        try:
            await entry.call.serve(line)
        finally:
            entry.here = False

    async def next_step(self, call_id: str) -> NextStep:
        """See `Calls.next_step`."""
        entry = self._calls.get(call_id)
        match entry.call.next if entry else None:
            case effects.Dial(extension=extension):
                return Dial(extension)
            case effects.HangUp():
                return HangUp()
            case _:
                return Switchboard()

    async def briefing(self, call_id: str) -> str | None:
        """Makes ready what the person dialled is told, now that she has answered."""
        entry = self._calls.get(call_id)
        dialling = entry.call.call.dialling if entry else None
        if entry is None or dialling is None:
            return None
        own = str(uuid.uuid4())
        self._briefings[own] = call_id, self._brief(dialling.briefing)
        return own

    async def dialled(self, call_id: str, status: DialStatus) -> AfterDial:
        """See `Calls.dialled`."""
        entry = self._calls.get(call_id)
        if entry is None:
            return HangUp() if status is DialStatus.ANSWER else Switchboard()
        call = entry.call
        if not call.over:
            outcome = _OUTCOMES.get(status, CallOutcome.FAILED)
            await call.tell(Dialled(time.monotonic(), outcome))
        if status is DialStatus.CANCEL:
            await call.tell(HungUp(time.monotonic()))
        if status is DialStatus.ANSWER:
            await call.close()
        if call.over:
            del self._calls[call_id]
            return HangUp()
        return Resume()

    async def _tell_briefing(self, line: MediaTransport) -> None:
        """Whoever hears it to its end gets the caller; whoever hangs up before has not answered."""
        call_id, words = self._briefings.pop(line.call_id)
        said = Say(0, (Line(words, "de"),))
        stayed = await tell_only(line, self._equipment.synthesizer, said)
        entry = self._calls.get(call_id)
        if stayed and entry is not None:
            await entry.call.tell(Dialled(time.monotonic(), CallOutcome.ANSWERED))

    def _busy(self) -> int:
        """Lines that are taken: also by calls that have not come yet, or may come back."""
        return sum(
            1 for entry in self._calls.values()
            if not entry.call.over and entry.call.call.phase is not Phase.RELEASED
        )  # fmt: skip

    def _forget(self) -> None:
        """Drops calls that are over, never came, or of whose end nobody told us."""
        now = time.monotonic()
        for call_id, entry in list(self._calls.items()):
            age = now - entry.announced_at
            lives = entry.served and not entry.call.over
            if not entry.here and age > (_FORGET_S if lives else _CONNECT_S):
                del self._calls[call_id]

    async def _somebody_there(self) -> bool:
        """Whether any office is open; assumed where the bot does not say."""
        line = self._equipment.line
        try:
            for office in line.offices:
                now = await self._equipment.bot.office(office, line.languages[0])
                if now is None or now.open:
                    return True
        except (BotUnavailable, Refused):
            return True
        return False
