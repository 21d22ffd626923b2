"""Calls by way of everything but the PBX: AudioSocket, the dialplan's HTTP, and a real gateway."""

import asyncio
import contextlib
import functools
import re
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.settings import Settings
from bot.voice_cli import load_words
from tests.support.world import World, eventually
from voice.app import Parts, Words, serving
from voice.bot_client import BotClient
from voice.recognition.deaf import DeafTranscriber
from voice.recognition.fake import FakeTranscriber
from voice.speaking.fakes import FakeSynthesizer
from voice.telephony.frames import Kind
from voice.transcription import Transcriber

CALLER = "+493023125999"
SILENCE = bytes(320)


@dataclass
class Pbx:
    """Brings calls as Asterisk does."""

    http: str
    sound_port: int
    voice: FakeSynthesizer
    client: aiohttp.ClientSession
    lines: list["Line"] = field(default_factory=list)

    async def asks(self, method: str, path: str, **form: str) -> str:
        async with self.client.request(method, self.http + path, data=form) as answer:
            assert answer.status == 200
            return await answer.text()

    async def rings(self) -> "Line":
        call_id = str(uuid.uuid4())
        told = await self.asks("POST", f"/calls/{call_id}", caller=CALLER, called="115")
        assert told == "answer"
        return await self.connects(call_id)

    async def connects(self, call_id: str) -> "Line":
        reader, writer = await asyncio.open_connection("127.0.0.1", self.sound_port)
        line = Line(self, call_id, reader, writer)
        line.sends(Kind.CALL_ID, uuid.UUID(call_id).bytes)
        line.tasks = [asyncio.create_task(line.speaks()), asyncio.create_task(line.listens())]
        self.lines.append(line)
        return line


@dataclass
class Line:
    """One call's sound; the caller is silent but for keys."""

    pbx: Pbx
    call_id: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    frames: int = 0

    def sends(self, kind: int, payload: bytes) -> None:
        self.writer.write(bytes([kind]) + len(payload).to_bytes(2, "big") + payload)

    async def speaks(self) -> None:
        while True:
            self.sends(Kind.SOUND_8K, SILENCE)
            await asyncio.sleep(0.02)

    async def listens(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, *size = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(bytes(size), "big"))
                self.frames += kind == Kind.SOUND_8K
                if kind == Kind.HANG_UP:
                    break
        self.over.set()
        self.hangs_up()

    def presses(self, keys: str) -> None:
        for key in keys:
            self.sends(Kind.KEY, key.encode())

    def hangs_up(self) -> None:
        self.writer.close()
        for task in self.tasks:
            task.cancel()

    async def hears(self, words: str) -> None:
        """Waits for the words; what was said until then is not looked at again."""
        asked = self.pbx.voice.asked

        async def said() -> bool:
            return any(words in one.text for one in asked)

        await eventually(said)
        found = next(n for n, one in enumerate(asked) if words in one.text)
        del asked[: found + 1]

    async def next(self) -> str:
        async with asyncio.timeout(20):
            await self.over.wait()
        return await self.pbx.asks("GET", f"/calls/{self.call_id}/next")


@functools.cache
def words() -> Words:
    """What the phone line says here; nothing of it is of one world alone."""
    with tempfile.TemporaryDirectory() as folder:
        return load_words(Settings(env="test", data_dir=Path(folder)))


@contextlib.asynccontextmanager
async def phone_line(world: World, transcriber: Transcriber) -> AsyncIterator[Pbx]:
    settings = world.gateway.settings
    voice = FakeSynthesizer(ms_per_character=1)
    async with BotClient.open(world.client("internal").base) as bot:
        parts = Parts(bot, voice, transcriber, "" if transcriber.languages else "No model.")
        async with (
            serving(settings, words(), parts, sound_port=0) as phone,
            TestServer(phone.http) as http,
            aiohttp.ClientSession() as client,
        ):
            await eventually(lambda: _made_ready(voice))
            pbx = Pbx(str(http.make_url("")).rstrip("/"), phone.sound_port, voice, client)
            try:
                yield pbx
            finally:
                for line in pbx.lines:
                    line.hangs_up()


async def _made_ready(voice: FakeSynthesizer) -> bool:
    """Once the phone line has spoken to itself all that is always the same."""
    before = len(voice.asked)
    await asyncio.sleep(0.1)
    if not before or len(voice.asked) > before:
        return False
    voice.asked.clear()
    return True


@pytest.fixture
async def deaf(world: World) -> AsyncIterator[Pbx]:
    async with phone_line(world, DeafTranscriber()) as pbx:
        yield pbx


async def test_keys_alone_lead_to_an_answer(deaf: Pbx, world: World) -> None:
    line = await deaf.rings()
    await line.hears("nur die Tasten")
    line.presses("1")
    await line.hears("Für „Kfz-Zulassung“ drücken Sie die 1.")
    line.presses("1")
    await line.hears("Für „Fahrzeug")
    line.presses("2")
    await line.hears("Nach einem Umzug müssen Sie die neue Anschrift")
    assert world.dialogue.calls  # the service was chosen by its button
    line.hangs_up()


async def test_a_caller_takes_a_code_along(deaf: Pbx, world: World) -> None:
    line = await deaf.rings()
    for words, key in (
        ("nur die Tasten", "1"),
        ("Für „Kfz-Zulassung“ drücken Sie die 1.", "1"),
        ("Für „Fahrzeug", "2"),
        ("Für „Unterlagen“ drücken Sie die 1.", "1"),
        ("Möchten Sie die nächsten Unterlagen hören?", "2"),
        ("Soll ich Ihnen das aufschreiben?", "1"),
    ):
        await line.hears(words)
        line.presses(key)
    await line.hears("Ihr Code ist:")
    digits = re.compile(r"\d \d \d, \d \d \d, \d \d \d\.")

    async def said() -> str | None:
        return next((one.text for one in deaf.voice.asked if digits.fullmatch(one.text)), None)

    code = await eventually(said)
    await line.hears("www Punkt musterland Punkt example. Das geht bis zum 7. Dezember.")
    line.hangs_up()
    status, memo = await world.client("public").call("POST", "/api/v1/memos/open", {"code": code})
    assert (status, memo["sections"][0]["language"]) == (200, "de")


async def test_zero_reaches_a_person_whose_console_shows_the_call(deaf: Pbx, world: World) -> None:
    staff = await world.caseworker()
    line = await deaf.rings()
    line.presses("1")
    await line.hears("Wählen Sie bitte mit den Tasten.")
    line.presses("01")
    assert await line.next() == "dial 110"
    (waiting,) = await staff.queue()
    assert waiting["kind"] == "call"
    told = await deaf.asks("POST", f"/calls/{line.call_id}/dialled", status="NOANSWER")
    assert told == "resume"
    again = await deaf.connects(line.call_id)
    await again.hears("Leider nimmt dort gerade niemand ab.")
    await again.hears("Für „Rückruf“ drücken Sie die 1.")
    again.presses("1")
    await again.hears("Sie endet auf 9 9 9.")
    again.presses("1")
    await again.hears("Ihr Wunsch nach einem Rückruf ist notiert.")
    (waiting,) = await staff.queue()
    assert waiting["kind"] == "callback"
    again.hangs_up()


async def test_after_hours_it_is_said_before_a_call_back_is_offered(
    deaf: Pbx, world: World
) -> None:
    world.clock.advance(hours=12)
    line = await deaf.rings()
    line.presses("0")
    await line.hears("ist gerade geschlossen und öffnet wieder morgen um 08:00 Uhr.")
    line.hangs_up()


async def test_a_form_of_the_rules_becomes_the_calls_own_questions(deaf: Pbx, world: World) -> None:
    staff = await world.caseworker()
    world.dialogue.form = "appointment_form"
    line = await deaf.rings()
    line.presses("1")
    await line.hears("Wählen Sie bitte mit den Tasten.")
    line.presses("1")
    await line.hears("Was möchten Sie zum Thema Kfz-Zulassung wissen?")
    line.presses("1")
    await line.hears("Einen Termin kann ich selbst nicht vergeben.")
    await line.hears("Um welche Stelle geht es?")
    line.presses("1")
    await line.hears("Sie endet auf 9 9 9.")
    line.presses("1")
    await line.hears("Ihr Wunsch nach einem Rückruf ist notiert.")
    (waiting,) = await staff.queue()
    assert waiting["kind"] == "callback"
    status, case = await staff.call("GET", f"/handovers/{waiting['id']}")
    assert status == 200
    assert "Wünscht einen Termin." in str(case)
    line.hangs_up()


async def test_readiness_says_what_callers_do_without(deaf: Pbx, world: World) -> None:
    async with deaf.client.get(deaf.http + "/readyz") as answer:
        told = await answer.json()
    assert answer.status == 200
    assert told == {"status": "degraded", "why": ["Callers use keys only: No model."]}


async def test_with_ears_everybody_is_asked_what_it_is_about(world: World) -> None:
    async with phone_line(world, FakeTranscriber()) as pbx:
        line = await pbx.rings()
        line.presses("2")
        await line.hears("Good, we will speak English.")
        await line.hears("What is it about?")
        frames, begun = line.frames, time.monotonic()

        async def came() -> bool:
            return line.frames > frames + 20  # of silence, as nothing is said

        await eventually(came)
        assert line.frames - frames <= (time.monotonic() - begun) / 0.02 + 6
        line.hangs_up()
