"""The phone line's HTTP for the web, with an ear and a mouth that are the test's."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator

import numpy as np
from aiohttp import web

from tests.support.servers import free_port
from voice.audio import as_bytes
from voice.recognition.fake import FakeTranscriber
from voice.speech import NoVoice, Pace, Spoken
from voice.transcription import Rejected, Samples, Transcript
from voice.web_voice import add_routes

SENTENCE_S = 0.4


class Ear(FakeTranscriber):
    """Keeps the sound that it was given."""

    sounds: list[Samples]

    async def transcribe(
        self, samples: Samples, languages: tuple[str, ...], timeout_s: float
    ) -> Transcript | Rejected:
        self.sounds = [*getattr(self, "sounds", []), samples]
        return await super().transcribe(samples, languages, timeout_s)


class Mouth:
    """Speaks every line as a tone; after `breaks_after` lines its voice fails."""

    def __init__(
        self, languages: frozenset[str] = frozenset({"de", "en"}), breaks_after: int | None = None
    ) -> None:
        self.languages = languages
        self.stand_ins = frozenset[str]()
        self.breaks_after = breaks_after
        self.said: list[tuple[str, str]] = []
        self.held = False
        """While it is, only the first line comes; tests of other threads may set it."""

    async def speak(
        self, text: str, language: str, rate: int, pace: Pace = Pace.NORMAL
    ) -> AsyncIterator[Spoken]:
        self.said.append((text, language))
        for number, line in enumerate(text.splitlines()):
            if number:
                while self.held:
                    await asyncio.sleep(0.02)
            if number == self.breaks_after:
                raise NoVoice
            yield Spoken(line, as_bytes(tone(440, SENTENCE_S, rate)))


def tone(hertz: float, seconds: float, rate: int) -> Samples:
    """A sine of half the full scale."""
    at = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def voice_app(ear: FakeTranscriber, mouth: Mouth, at_once: int = 2) -> web.Application:
    app = web.Application(client_max_size=4096)  # as small as the dialplan's requests
    add_routes(app, ear, mouth, at_once=at_once, timeout_s=1.0)
    return app


@contextlib.contextmanager
def in_a_thread(app: web.Application, port: int | None = None) -> Iterator[str]:
    """Serves it beside a test that drives a browser; yields its address."""
    port, loop = port or free_port(), asyncio.new_event_loop()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
