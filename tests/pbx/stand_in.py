"""A voice gateway that does what it is told, with the real line, player and dialplan's HTTP.

usage: python -m tests.pbx.stand_in SCENARIO HTTP_PORT AUDIO_PORT FOLDER

It speaks the sounds of FOLDER (NAME-RATE.raw) and writes what happens into FOLDER/events.jsonl.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from aiohttp import web

from voice.media import Heard, HungUp, KeyPressed, MediaEvent
from voice.telephony import watchdog
from voice.telephony.audiosocket import AudioSocketCall
from voice.telephony.dialplan_api import Readiness, build_app
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
from voice.telephony.player import Player
from voice.telephony.server import AudioSocketServer

LINES = 20
"""Calls that are taken at once."""
LOUD = 1000
"""Mean amplitude above which a frame counts as voice; there is no detector here."""


class Events:
    """What happened, a line each, with the time for figures."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")

    def tell(self, kind: str, **details: object) -> None:
        print(json.dumps({"kind": kind, "at": time.time(), **details}), file=self._file, flush=True)


@dataclass
class Talk:
    """One call as a scenario sees it."""

    line: AudioSocketCall
    player: Player
    sounds: "Sounds"
    events: Events
    round: int
    """0 for the first time that the call is here; one more for each time that it comes back."""


class Sounds:
    """What can be said, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str, rate: int) -> bytes:
        return (self._folder / f"{name}-{rate}.raw").read_bytes()


async def listen(talk: Talk) -> AsyncIterator[MediaEvent]:
    """The caller's events, each noted."""
    async for event in talk.line.events():
        match event:
            case KeyPressed(key=key):
                talk.events.tell("key", key=key)
            case HungUp():
                talk.events.tell("hung_up")
            case Heard():
                pass
        yield event


async def greet(talk: Talk) -> None:
    """Says the disclosure and listens to keys until the caller hangs up; `#` gives it back."""
    talk.player.play(talk.sounds.get("disclosure", talk.line.rate))
    async for event in listen(talk):
        if isinstance(event, KeyPressed) and event.key == "#":
            return


async def echo(talk: Talk) -> None:
    """What the caller says, without a player."""
    async for event in listen(talk):
        if isinstance(event, Heard):
            talk.line.write(event.samples)


async def chatter(talk: Talk) -> None:
    """A tone that stops when the caller speaks."""
    playback = talk.player.play(talk.sounds.get("tone", talk.line.rate))
    loud, stopped = 0, False
    async for event in listen(talk):
        if isinstance(event, Heard):
            level = np.abs(np.frombuffer(event.samples, "<i2").astype(np.int32)).mean()
            loud = loud + 1 if level > LOUD else 0
            if loud == 2 and not stopped:
                stopped = True
                played = playback.stop()
                talk.events.tell("stopped", ms=played.ms, complete=played.complete)


async def hang(talk: Talk) -> None:
    """A tone, and 3 s later a fault that stops everything."""
    talk.player.play(talk.sounds.get("tone", talk.line.rate))
    await asyncio.sleep(3)
    time.sleep(600)  # noqa: ASYNC251 (it is the fault)


async def drone(talk: Talk) -> None:
    """A tone until the caller hangs up."""
    talk.player.play(talk.sounds.get("tone", talk.line.rate))
    async for _ in listen(talk):
        pass


async def hand_on(talk: Talk) -> None:
    """Says a short sentence, the first time another than later, and gives the call back."""
    name = "greeting" if talk.round == 0 else "again"
    # A telephone that is a little behind must not lose the end to what comes next.
    tail = bytes(talk.line.rate // 2)
    playback = talk.player.play(talk.sounds.get(name, talk.line.rate), tail)
    through = asyncio.create_task(playback.wait())
    async for event in listen(talk):
        if through.done() or isinstance(event, HungUp):
            break
    through.cancel()


@dataclass(frozen=True)
class Scenario:
    """What the gateway does with every call."""

    talk: Callable[[Talk], Awaitable[None]] = greet
    admission: Admission = Admission.ANSWER
    thinks_s: float = 0
    """How long it takes to decide that."""
    steps: tuple[NextStep, ...] = (HangUp(),)
    """What comes after each time that it gave the call back; the last one from then on."""
    after: AfterDial = field(default_factory=HangUp)
    briefing: bool = False


SCENARIOS = {
    "greet": Scenario(),
    "echo": Scenario(echo),
    "chatter": Scenario(chatter),
    "hang": Scenario(hang),
    "load": Scenario(drone),
    "full": Scenario(admission=Admission.FULL),
    "slow": Scenario(thinks_s=60),
    "closed": Scenario(admission=Admission.CLOSED),
    "transfer": Scenario(hand_on, steps=(Dial("200"),), briefing=True),
    "resume": Scenario(hand_on, steps=(Dial("200"), HangUp()), after=Resume(), briefing=True),
    "resume_forever": Scenario(hand_on, steps=(Dial("200"),), after=Resume()),
    "switchboard": Scenario(hand_on, steps=(Switchboard(),)),
}


@dataclass
class StandIn:
    """The calls of the gateway."""

    scenario: Scenario
    sounds: Sounds
    events: Events
    announced: set[str] = field(default_factory=set)
    briefings: set[str] = field(default_factory=set)
    rounds: dict[str, int] = field(default_factory=dict)

    async def announce(self, call_id: str, caller: str | None, called: str) -> Admission:
        full = len(self.announced) >= LINES
        admission = Admission.FULL if full else self.scenario.admission
        self.events.tell("announced", caller=caller, called=called, admission=admission)
        await asyncio.sleep(self.scenario.thinks_s)
        if admission is Admission.ANSWER:
            self.announced.add(call_id)
        return admission

    def expects(self, call_id: str) -> bool:
        return call_id in self.announced | self.briefings

    async def next_step(self, call_id: str) -> NextStep:
        index = min(self.rounds[call_id], len(self.scenario.steps)) - 1
        return self.scenario.steps[index]

    async def briefing(self, call_id: str) -> str | None:
        if not self.scenario.briefing:
            return None
        briefing = str(uuid.uuid4())
        self.briefings.add(briefing)
        return briefing

    async def dialled(self, call_id: str, status: DialStatus) -> AfterDial:
        self.events.tell("dialled", status=status)
        return HangUp() if status is DialStatus.ANSWER else self.scenario.after

    async def serve(self, line: AudioSocketCall) -> None:
        """One call, or one briefing."""
        self.events.tell("connected", rate=line.rate)
        player = Player(line)
        alone = self.scenario.talk is echo
        writing = asyncio.create_task(asyncio.sleep(0) if alone else player.run())
        try:
            if line.call_id in self.briefings:
                await player.play(self.sounds.get("briefing", line.rate)).wait()
            else:
                played = self.rounds.get(line.call_id, 0)
                self.rounds[line.call_id] = played + 1
                await self.scenario.talk(Talk(line, player, self.sounds, self.events, played))
        finally:
            writing.cancel()


async def main(name: str, http_port: int, audio_port: int, folder: Path) -> None:
    events = Events(folder / "events.jsonl")
    stand_in = StandIn(SCENARIOS[name], Sounds(folder), events)
    server = AudioSocketServer(stand_in.expects, stand_in.serve)

    async def readiness() -> Readiness:
        return Readiness("ready")

    async def state(request: web.Request) -> web.Response:
        mine = {asyncio.current_task()}
        tasks = [task.get_name() for task in asyncio.all_tasks() - mine if "call" in repr(task)]
        return web.json_response({"lines": server.lines, "tasks": len(tasks)})

    app = build_app(stand_in, readiness)
    app.router.add_get("/state", state)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    watching = asyncio.create_task(watchdog.watch())
    async with server.listen("127.0.0.1", audio_port):
        await web.TCPSite(runner, "127.0.0.1", http_port).start()
        await watching


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
