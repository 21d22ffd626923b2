"""The composition root of the phone line: puts its parts together and serves calls."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import structlog
from aiohttp import web

from bot.settings import Settings
from voice import web_voice
from voice.bot_client import BotClient
from voice.call.effects import Briefing
from voice.call.ports import Bot
from voice.call.registry import CallRegistry
from voice.call.runner import Equipment
from voice.call.state import PhoneLine
from voice.hearing import Ear
from voice.media import Heard
from voice.recognition.deaf import DeafTranscriber
from voice.recognition.folder import ModelUnusable
from voice.recognition.whisper import whisper_transcriber
from voice.speaking.synthesizer import open_synthesizer
from voice.speech import NoVoice, Synthesizer
from voice.telephony import watchdog
from voice.telephony.dialplan_api import Readiness, build_app
from voice.telephony.server import AudioSocketServer
from voice.transcription import Transcriber
from voice.vad import voice_detector

log = structlog.get_logger(__name__)

_SHUTDOWN_S = 2.0
_LINE_RATE = 8000
"""Of most lines; the sound for wideband ones is made at their first call."""


@dataclass(frozen=True)
class Words:
    """What the phone line says and understands; texts reach it from outside, ready to use."""

    line: PhoneLine
    """For all languages that are written; the phone line keeps those that it can speak."""
    brief: Callable[[Briefing], str]
    """What the person who is called is told, in German."""


@dataclass(frozen=True)
class Parts:
    """What may be given instead of the real thing."""

    bot: Bot
    synthesizer: Synthesizer
    transcriber: Transcriber
    why_deaf: str = ""
    """Why nothing recognises speech here."""


@dataclass(frozen=True)
class Serving:
    """A phone line that takes calls."""

    registry: CallRegistry
    http: web.Application
    sound_port: int
    readiness: Readiness


@contextlib.asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """The real parts of an instance; without a usable Whisper model it is deaf."""
    async with contextlib.AsyncExitStack() as stack:
        bot = await stack.enter_async_context(BotClient.open(settings.internal))
        synthesizer = await stack.enter_async_context(open_synthesizer(settings))
        try:
            transcriber = whisper_transcriber(settings)
        except ModelUnusable as unusable:
            yield Parts(bot, synthesizer, DeafTranscriber(), str(unusable))
            return
        transcriber.start()
        stack.push_async_callback(transcriber.close)
        yield Parts(bot, synthesizer, transcriber)


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, words: Words, parts: Parts, sound_port: int | None = None
) -> AsyncIterator[Serving]:
    """Takes calls within the block.

    Args:
        sound_port: Instead of the settings'; 0 chooses a free one.
    """
    line = _spoken_line(settings, words.line, parts)
    equipment = Equipment(
        line, parts.bot, parts.synthesizer, parts.transcriber,
        new_hearing=lambda rate: Ear(rate, voice_detector()),
        stt_timeout_s=settings.stt_timeout_s,
    )  # fmt: skip
    # loads what hears voices; on a call's line that would be a stutter in the first sentence
    equipment.new_hearing(_LINE_RATE).hear(Heard(time.monotonic(), bytes(_LINE_RATE // 25)))
    registry = CallRegistry(equipment, settings.voice_calls, words.brief)
    server = AudioSocketServer(registry.expects, registry.serve)
    lacks = _lacks(settings, line, parts)

    async def readiness() -> Readiness:
        if not await parts.bot.ready():
            return Readiness("unavailable", ("The bot does not answer.", *lacks))
        return Readiness("degraded" if lacks else "ready", lacks)

    http = build_app(registry, readiness)
    web_voice.add_routes(
        http, parts.transcriber, parts.synthesizer, at_once=settings.web_voice_at_once,
        timeout_s=settings.stt_timeout_s,
    )  # fmt: skip
    port = settings.voice_port if sound_port is None else sound_port
    async with server.listen(settings.voice_host, port) as taken:
        warming = asyncio.create_task(_warm_up(line, parts.synthesizer))
        try:
            yield Serving(registry, http, taken, await readiness())
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)


async def serve(settings: Settings, words: Words) -> None:
    """Serves until cancelled."""
    async with open_parts(settings) as parts, serving(settings, words, parts) as phone:
        runner = web.AppRunner(phone.http, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.voice_host, settings.voice_http_port).start()
            log.info(
                "listening", calls=phone.sound_port, http=settings.voice_http_port,
                status=phone.readiness.status, why=list(phone.readiness.why),
            )  # fmt: skip
            await watchdog.watch()
        finally:
            await runner.cleanup()


def _spoken_line(settings: Settings, line: PhoneLine, parts: Parts) -> PhoneLine:
    """The line in the languages that are wanted, written, and spoken here."""
    can = [
        code for code in settings.phone_languages
        if code in line.languages and code in parts.synthesizer.languages
    ]  # fmt: skip
    hears = bool(parts.transcriber.languages)
    return replace(
        line, languages=tuple(can) or line.languages[:1], hears=hears,
        minutes=settings.phone_minutes,
    )  # fmt: skip


def _lacks(settings: Settings, line: PhoneLine, parts: Parts) -> tuple[str, ...]:
    """What callers must do without, and why."""
    lacks = [f"Callers use keys only: {parts.why_deaf}"] if parts.why_deaf else []
    lacks += [
        f"Nothing here speaks {code}, so it is not offered."
        for code in settings.phone_languages
        if code not in line.languages
    ]
    if robots := sorted(parts.synthesizer.stand_ins.intersection(line.languages)):
        names = ", ".join(robots)
        lacks.append(f"espeak-ng speaks {names}, as there is no Piper voice in {settings.piper}.")
    return tuple(lacks)


async def _warm_up(line: PhoneLine, synthesizer: Synthesizer) -> None:
    """Makes the sound of what is always the same before somebody waits for it."""
    for code in line.languages:
        for sentence in line.phrases.fixed(code):
            with contextlib.suppress(NoVoice):
                async for _ in synthesizer.speak(
                    sentence.text, code, _LINE_RATE, sentence.pace, fixed=True
                ):
                    pass
