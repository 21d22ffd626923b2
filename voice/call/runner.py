"""One call at run time: joins line, ear, voice and bot to its state machine.

Whatever works for a call is a task of one group, so that its end ends everything.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.events import MessagePosted
from bot.model import Author
from voice.bot_client import BotUnavailable, Refused
from voice.call import metrics
from voice.call.ears import Ears
from voice.call.effects import (
    Earcon,
    Effect,
    Finish,
    Listen,
    Next,
    Outcome,
    Release,
    Say,
    StartTimer,
    Stop,
    Transcribe,
)
from voice.call.errands import Errand, Errands, errand_of
from voice.call.events import (
    Answered,
    BotLost,
    Event,
    NothingSaid,
    NotRecognised,
    PlaybackEnded,
    ReplyArrived,
    Resumed,
    StateArrived,
    TimePassed,
    Timer,
)
from voice.call.machine import advance
from voice.call.mouth import Mouth
from voice.call.ports import Bot, Handle, Hearing, Later, Talk
from voice.call.sounds import earcon
from voice.call.state import Call, Phase, PhoneLine
from voice.call.understanding import languages_expected
from voice.media import Heard, HungUp, MediaTransport
from voice.speech import Synthesizer
from voice.telephony.player import Player
from voice.transcription import Transcriber

log = structlog.get_logger(__name__)

_TICK_S = 0.25
_LAST_ERRANDS_S = 5.0
"""How long what is still to be told to the bot may keep an ended call."""


@dataclass(frozen=True)
class Equipment:
    """What all calls share."""

    line: PhoneLine
    bot: Bot
    synthesizer: Synthesizer
    transcriber: Transcriber
    new_hearing: Callable[[int], Hearing]
    """An ear for a line of that rate."""
    stt_timeout_s: float = 8.0
    later: Later | None = None
    """Tests tell the time by one of their own."""


class _Over(Exception):
    """The call has left this line."""


@dataclass
class LiveCall:
    """A call from its announcement to its end; it may be on our line several times."""

    equipment: Equipment
    caller: str | None
    call: Call = field(default_factory=Call)
    next: Next | None = None
    """What the PBX does with it once it has left our line."""
    begun_at: float = field(default_factory=time.monotonic)
    talk: Talk | None = None

    @property
    def over(self) -> bool:
        """Whether nothing can happen in it any more."""
        return self.call.phase is Phase.ENDED

    async def serve(self, transport: MediaTransport) -> None:
        """Holds the call while it is on this line."""
        presence = _Presence(self, transport)
        metrics.ACTIVE.inc()
        try:
            await presence.hold()
        finally:
            metrics.ACTIVE.dec()

    async def tell(self, event: Event) -> None:
        """Lets something happen to the call while it is not on our line."""
        self.call, effects = advance(self.equipment.line, self.call, event)
        for effect in effects:
            if isinstance(effect, Finish):
                self.count(effect)
        if self.talk is not None:
            await self.wind_up(effects)

    async def wind_up(self, effects: tuple[Effect, ...]) -> None:
        """Tells the bot what came of a call whose tasks have ended."""
        talk = self.talk
        if talk is None:
            return
        errands = Errands(self.equipment.bot, talk, lambda _: None, "")
        for effect in effects:
            if errand := errand_of(effect):
                errands.send(errand, self.call.language)
        running = asyncio.create_task(errands.run())
        await errands.done(_LAST_ERRANDS_S)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        finished = next((e for e in effects if isinstance(e, Finish)), None)
        if finished and finished.outcome is not Outcome.TRANSFERRED:
            # the desk knows which cases outlive the call; a talk with a person has only begun
            await self.close()

    async def close(self) -> None:
        """Ends the conversation."""
        with contextlib.suppress(BotUnavailable, Refused):
            if self.talk is not None:
                await self.talk.close()

    def count(self, finish: Finish) -> None:
        """Counts how the call ended."""
        metrics.OUTCOMES.labels(finish.outcome.value).inc()
        minutes = round((time.monotonic() - self.begun_at) / 60, 1)
        log.info("call ended", outcome=finish.outcome.value, minutes=minutes)


class _Presence:
    """A call while it is on one line."""

    def __init__(self, live: LiveCall, transport: MediaTransport) -> None:
        self._live = live
        self._transport = transport
        kit = live.equipment
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._watch = metrics.Stopwatch()
        self._timers: dict[Timer, Handle] = {}
        self._later: Later = kit.later or asyncio.get_running_loop().call_later
        tell = self._events.put_nowait
        self._player = Player(transport)
        self._ears = Ears(
            kit.new_hearing(transport.rate), kit.transcriber, kit.stt_timeout_s, tell,
            hesitate=self._player.hesitate, watch=self._watch,
            expected=lambda: languages_expected(kit.line, live.call),
        )  # fmt: skip
        self._mouth = Mouth(
            self._player, kit.synthesizer, transport.rate,
            ended=lambda turn: tell(PlaybackEnded(time.monotonic(), turn)),
            speaking=self._ears.we_speak,
            sounded=self._sounded,
            mute=lambda: tell(BotLost(time.monotonic())),
        )  # fmt: skip
        self._errands: Errands | None = None
        self._before_talk: list[Errand] = []
        self._last: tuple[Effect, ...] = ()

    async def hold(self) -> None:
        """Works until the call has left the line, or its caller has hung up."""
        live, now = self._live, time.monotonic()
        back = live.call.phase is Phase.RELEASED
        self._events.put_nowait(Resumed(now) if back else Answered(now, live.caller))
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for work in (self._listen(), self._tick(), self._player.run(), self._mouth.run()):
                    group.create_task(work)
                group.create_task(self._converse())
                group.create_task(self._advance())
        except* _Over:
            pass
        finally:
            self._ears.close()
            for timer in self._timers.values():
                timer.cancel()
        await self._transport.release()  # the caller need not wait for what follows
        await live.wind_up(self._last)

    async def _advance(self) -> None:
        while True:
            event = await self._events.get()
            self._note(event)
            live = self._live
            live.call, effects = advance(live.equipment.line, live.call, event)
            leaving = any(isinstance(e, Release | Finish) for e in effects)
            for effect in effects:
                self._carry_out(effect, leaving)
            if leaving:
                if self._errands is not None:
                    await self._errands.done(_LAST_ERRANDS_S)
                self._last = effects
                raise _Over

    def _carry_out(self, effect: Effect, leaving: bool) -> None:
        match effect:
            case Say():
                self._mouth.say(effect)
            case Stop():
                self._mouth.stop()
            case Earcon():
                self._mouth.beep(earcon(self._transport.rate))
            case Listen():
                self._ears.listen(effect.mode)
            case Transcribe():
                self._spawn(self._ears.recognise(effect.utterance, effect.languages))
            case StartTimer():
                self._start(effect)
            case Release():
                self._live.next = effect.next
            case Finish():
                self._live.count(effect)
            case _ if (errand := errand_of(effect)) and not leaving:  # else `wind_up` sees to it
                self._run_errand(errand)
            case _:
                pass

    def _run_errand(self, errand: Errand) -> None:
        if self._errands is None:
            self._before_talk.append(errand)
        else:
            self._errands.send(errand, self._live.call.language)

    async def _converse(self) -> None:
        """Begins the conversation, or takes it up again, and follows it."""
        live, kit = self._live, self._live.equipment
        try:
            if live.talk is None:
                live.talk = await kit.bot.start(kit.line.languages[0], live.caller)
        except (BotUnavailable, Refused):
            self._events.put_nowait(BotLost(time.monotonic()))
            return
        office = next(iter(kit.line.offices), "")
        self._errands = Errands(kit.bot, live.talk, self._events.put_nowait, office)
        for errand in self._before_talk:
            self._run_errand(errand)
        self._spawn(self._errands.run())
        try:
            async for event in live.talk.events():
                now = time.monotonic()
                self._events.put_nowait(
                    ReplyArrived(now, event)
                    if isinstance(event, MessagePosted)
                    else StateArrived(now, event)
                )
        except BotUnavailable:
            self._events.put_nowait(BotLost(time.monotonic()))

    async def _listen(self) -> None:
        async for event in self._transport.events():
            if isinstance(event, Heard):
                self._ears.hear(event)
            else:
                self._events.put_nowait(event)
        self._events.put_nowait(HungUp(time.monotonic()))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._ears.nothing_heard()

    def _start(self, effect: StartTimer) -> None:
        def ring() -> None:
            self._events.put_nowait(TimePassed(time.monotonic(), effect.timer, effect.turn))

        if running := self._timers.get(effect.timer):
            running.cancel()
        self._timers[effect.timer] = self._later(effect.after_s, ring)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._group.create_task(work)

    def _sounded(self, turn: int, at: float) -> None:
        if turn == self._live.call.replying:
            self._watch.sounded(at)

    def _note(self, event: Event) -> None:
        match event:
            case NothingSaid(utterance=number) | NotRecognised(utterance=number) if (
                number in self._live.call.asides
            ):
                pass  # she is not asked again
            case NothingSaid():
                metrics.REPROMPTS.labels("not_understood").inc()
            case NotRecognised():
                metrics.REPROMPTS.labels("not_recognised").inc()
            case TimePassed(timer=Timer.SILENCE, turn=turn) if turn == self._live.call.turn:
                metrics.REPROMPTS.labels("silence").inc()
            case ReplyArrived(message=message) if message.author is Author.BOT:
                self._watch.replied = event.at
            case _:
                pass


async def tell_only(transport: MediaTransport, synthesizer: Synthesizer, say: Say) -> bool:
    """Speaks something on a line that is not listened to; whether somebody stayed until the end."""
    through, left = asyncio.Event(), asyncio.Event()
    player = Player(transport)
    mouth = Mouth(
        player, synthesizer, transport.rate,
        ended=lambda _: through.set(), speaking=lambda _: None, sounded=lambda *_: None,
        mute=through.set,
    )  # fmt: skip

    async def drain() -> None:
        async for _ in transport.events():
            pass
        left.set()
        through.set()

    tasks = [asyncio.create_task(work) for work in (player.run(), mouth.run(), drain())]
    mouth.say(say)
    try:
        await through.wait()
        return not left.is_set()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
