"""A caller for the benches: speaks at real pace, and notes when something sounds.

She sends a frame each 20 ms, silence where she says nothing, as a telephone does.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
import numpy as np

from bot.settings import Settings
from tests.support.voice import RATE, over_the_line, recorded
from translations.texts import Texts
from voice.audio import as_bytes, as_floats
from voice.by_ear.phrases import Phrases
from voice.call.sounds import earcon
from voice.media import FRAME_MS
from voice.speaking.synthesizer import open_synthesizer
from voice.telephony.frames import SOUND_KINDS, Frame, FrameDecoder, Kind
from voice.telephony.pacing import Schedule
from voice.transcription import Samples

FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
_AUDIBLE = 0.003
"""Amplitude from which a frame sounds (-50 dBFS)."""
_SPEECH_DB = -35.0
"""Below the loudest frame of a recording: what lies under it at the end is no voice any more."""
_BEFORE_S, _AFTER_S = 0.3, 1.2
"""Noise of the line around what is said."""
_FILLERS = ("moment", "still_searching")


@dataclass(frozen=True)
class Recording:
    """What a caller says, as the line brings it."""

    text: str
    frames: tuple[bytes, ...]
    last_voiced: int
    """The frame in which her voice ends."""


def recording(text: str, language: str = "de", seed: int = 0) -> Recording:
    """A phrase over the line; `seed` is that of its noise."""
    clean = recorded(text, language)
    heard = over_the_line(clean, before_s=_BEFORE_S, after_s=_AFTER_S, seed=seed)
    sound = as_bytes(heard)
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    frames[-1] = frames[-1].ljust(FRAME_BYTES, b"\0")
    end = round(_BEFORE_S * RATE) + voice_ends(clean)
    return Recording(text, tuple(frames), (end - 1) * 2 // FRAME_BYTES)


def voice_ends(sound: Samples) -> int:
    """The sample after the last one of voice, in a recording without noise."""
    size = RATE // 200
    whole = sound[: len(sound) // size * size].reshape(-1, size)
    power = np.mean(np.square(whole), axis=1)
    voiced = np.flatnonzero(power >= power.max() * 10 ** (_SPEECH_DB / 10))
    return int(voiced[-1] + 1) * size


class Line(Protocol):
    """What carries a call's sound both ways."""

    def send(self, samples: bytes) -> None:
        """One frame of the caller's."""
        ...

    def sound(self) -> AsyncIterator[bytes]:
        """What comes back, in pieces of any length, until the line ends."""
        ...


class AudioSocketLine:
    """As Asterisk brings a call."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, port: int, call_id: uuid.UUID) -> AsyncIterator["AudioSocketLine"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes(Frame(Kind.CALL_ID, call_id.bytes)))
        try:
            yield cls(reader, writer)
        finally:
            writer.write(bytes(Frame(Kind.HANG_UP)))
            writer.close()

    def send(self, samples: bytes) -> None:
        self._writer.write(bytes(Frame(SOUND_KINDS[RATE], samples)))

    async def sound(self) -> AsyncIterator[bytes]:
        decoder = FrameDecoder()
        while piece := await self._reader.read(65_536):
            for frame in decoder.feed(piece):
                if frame.kind == SOUND_KINDS[RATE]:
                    yield frame.payload


class WebSocketLine:
    """Bare samples in messages, for peers that know no AudioSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._sending: set[asyncio.Task[None]] = set()

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, port: int) -> AsyncIterator["WebSocketLine"]:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"http://127.0.0.1:{port}") as socket,
        ):
            yield cls(socket)

    def send(self, samples: bytes) -> None:
        task = asyncio.create_task(self._socket.send_bytes(samples))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def sound(self) -> AsyncIterator[bytes]:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                yield message.data


@dataclass
class Caller:
    """One call, from the caller's side; times are seconds on the monotonic clock."""

    line: Line
    no_answers: Sequence[bytes] = ()
    """Sounds that keep her waiting and answer nothing."""
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    """Frames that sounded, each with its time."""
    _saying: list[bytes] = field(default_factory=list)
    _ended: asyncio.Future[float] | None = None
    _last_voiced: int = 0

    @contextlib.asynccontextmanager
    async def calling(self) -> AsyncIterator["Caller"]:
        """Keeps the line alive within the block."""
        tasks = [asyncio.create_task(work) for work in (self._speak(), self._listen())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def say(self, what: Recording) -> float:
        """Says it, and returns when her voice has ended; the noise after it goes on."""
        self._ended = asyncio.get_running_loop().create_future()
        self._last_voiced = len(what.frames) - what.last_voiced
        self._saying = list(what.frames)
        return await self._ended

    async def answered(self, since: float, most_s: float) -> float | None:
        """When the first sound came after that moment that is no filler; None if none does."""
        known, seen = audible(self.no_answers), len(self.heard)
        while seen and self.heard[seen - 1][0] > since:
            seen -= 1
        end = time.monotonic() + most_s
        while time.monotonic() < end:
            if at := first_answer(self.heard[seen:], known):
                return at
            seen = len(self.heard)
            await asyncio.sleep(0.02)
        return None

    async def quiet(self, for_s: float, most_s: float) -> None:
        """Waits until nothing has sounded for a while, after something did."""
        end = time.monotonic() + most_s
        while time.monotonic() < end:
            if self.heard and time.monotonic() - self.heard[-1][0] > for_s:
                return
            await asyncio.sleep(0.02)
        raise TimeoutError("the line does not fall silent, or never sounded")

    async def _speak(self) -> None:
        schedule = Schedule(time.monotonic())
        silence = bytes(FRAME_BYTES)
        while True:
            await asyncio.sleep(max(0.0, schedule.due - time.monotonic()))
            self.line.send(self._saying.pop(0) if self._saying else silence)
            if self._ended and len(self._saying) < self._last_voiced and not self._ended.done():
                self._ended.set_result(time.monotonic())
            schedule.frame += 1

    async def _listen(self) -> None:
        rest = b""
        async for piece in self.line.sound():
            at = time.monotonic()
            rest += piece
            while len(rest) >= FRAME_BYTES:
                frame, rest = rest[:FRAME_BYTES], rest[FRAME_BYTES:]
                if np.abs(as_floats(frame)).max() >= _AUDIBLE:
                    self.heard.append((at, frame))


def first_answer(frames: Sequence[tuple[float, bytes]], known: frozenset[bytes]) -> float | None:
    """When the first frame sounded that is none of those that answer nothing."""
    return next((at for at, frame in frames if frame not in known), None)


def audible(sounds: Iterable[bytes]) -> frozenset[bytes]:
    """The frames of sounds that are kept ready: they come to the byte as they are here.

    So they are known without guessing, as each begins with a frame of its own.
    """
    return frozenset(
        sound[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        for sound in sounds
        for at in range(0, len(sound), FRAME_BYTES)
    )


async def fillers(settings: Settings, texts: Texts) -> list[bytes]:
    """What the phone line says or plays while it thinks, and its signal of trouble."""
    phrases = Phrases({"de": texts.all_of("phone.", "de")})
    sounds = [earcon(RATE)]
    async with open_synthesizer(settings) as synthesizer:
        for key in _FILLERS:
            text = phrases.text(key, "de")
            sounds += [one.samples async for one in synthesizer.speak(text, "de", RATE, fixed=True)]
    return sounds
