"""The web's voice: recognition and speech over HTTP, for the gateway that browsers talk to.

Callers use the same workers and must not wait for browsers, so only so many wishes of the web are
worked on at once.  Sound comes and goes as 16-bit little-endian mono at `SPEECH_RATE`.  Nothing is
kept, and no word is logged.
"""

import asyncio
import struct
from collections.abc import AsyncIterator

import structlog
from aiohttp import web
from prometheus_client import Counter
from pydantic import BaseModel, ConfigDict, ValidationError

from voice.audio import as_floats
from voice.speech import NoVoice, Spoken, Synthesizer
from voice.transcription import (
    SPEECH_RATE,
    RecogniserBusy,
    RecogniserLate,
    Rejected,
    Transcriber,
)

log = structlog.get_logger(__name__)

MAX_UTTERANCE_S = 30
_SAMPLE_BYTES = 2
_MAX_SOUND = MAX_UTTERANCE_S * SPEECH_RATE * _SAMPLE_BYTES
_MAX_TEXT = 131_072
_STALLED_S = 10.0
"""After which a reader who takes nothing counts as gone."""
_UNKNOWN_SIZE = 0xFFFF_FFFF

USES = Counter(
    "kreislotse_web_voice_total",
    "Recordings (heard) and messages (spoken) of the chat: done, rejected, busy, late, no_voice,"
    " broken.",
    ["what", "result"],
)


def add_routes(
    app: web.Application,
    transcriber: Transcriber,
    synthesizer: Synthesizer,
    *,
    at_once: int,
    timeout_s: float,
) -> None:
    """Adds `/recognise`, `/speak` and `/voices` to the process's own HTTP.

    Args:
        at_once: Recordings, and likewise messages, that are worked on at once.
        timeout_s: Longest wait for one recording's words.
    """
    own = WebVoice(transcriber, synthesizer, at_once, timeout_s)
    app.add_routes(
        [
            web.post("/recognise", own.recognise),
            web.post("/speak", own.speak),
            web.get("/voices", own.voices),
        ]
    )


class SpeakText(BaseModel):
    """A text to be read aloud."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str
    language: str


class WebVoice:
    """The three answers; a refusal is `{"code"}` with 4xx or 503."""

    def __init__(
        self, transcriber: Transcriber, synthesizer: Synthesizer, at_once: int, timeout_s: float
    ) -> None:
        self._transcriber = transcriber
        self._synthesizer = synthesizer
        self._timeout_s = timeout_s
        self._hearing = asyncio.Semaphore(at_once)
        self._speaking = asyncio.Semaphore(at_once)

    async def voices(self, _: web.Request) -> web.Response:
        """Which languages are understood, and which are spoken."""
        languages = {
            "listen": sorted(self._transcriber.languages),
            "speak": sorted(self._synthesizer.languages),
        }
        return web.json_response(languages)

    async def recognise(self, request: web.Request) -> web.Response:
        """The words of one recording, or the reason why they are none."""
        language = request.query.get("language", "")
        if language not in self._transcriber.languages:
            return _refused("language", 404)
        sound = await _body(request, _MAX_SOUND)
        if sound is None:
            return _refused("too_long", 413)
        if len(sound) % _SAMPLE_BYTES:
            return _refused("bad_request", 400)
        if self._hearing.locked():
            return _counted_refusal("heard", "busy")
        async with self._hearing:
            try:
                heard = await self._transcriber.transcribe(
                    as_floats(sound), (language,), self._timeout_s
                )
            except RecogniserBusy:
                return _counted_refusal("heard", "busy")
            except RecogniserLate:
                return _counted_refusal("heard", "late")
        if isinstance(heard, Rejected):
            USES.labels("heard", "rejected").inc()
            return web.json_response({"rejected": heard.reason})
        USES.labels("heard", "done").inc()
        said = {"text": heard.text, "language": heard.language, "confidence": heard.confidence}
        return web.json_response(said)

    async def speak(self, request: web.Request) -> web.StreamResponse:
        """The text as a WAV that is sent sentence by sentence, as each is ready."""
        body = await _body(request, _MAX_TEXT)
        try:
            wish = SpeakText.model_validate_json(body or b"")
        except ValidationError:
            return _refused("bad_request", 400)
        if wish.language not in self._synthesizer.languages:
            return _refused("language", 404)
        if self._speaking.locked():
            return _counted_refusal("spoken", "busy")
        async with self._speaking:
            return await self._spoken(request, wish)

    async def _spoken(self, request: web.Request, wish: SpeakText) -> web.StreamResponse:
        sentences = self._synthesizer.speak(wish.text, wish.language, SPEECH_RATE)
        try:
            first = await anext(sentences, None)
        except NoVoice:
            return _counted_refusal("spoken", "no_voice")
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        try:
            await response.prepare(request)
            await _write(response, wav_header(SPEECH_RATE))
            async for sentence in _from(first, sentences):
                await _write(response, sentence.samples)
            await response.write_eof()
        except (NoVoice, OSError, TimeoutError) as error:
            # half a message must not pass for a whole one: the connection breaks off
            log.info("reading aloud ended early", error=type(error).__name__)
            USES.labels("spoken", "broken").inc()
            if request.transport is not None:
                request.transport.abort()
            return response
        USES.labels("spoken", "done").inc()
        return response


def wav_header(rate: int) -> bytes:
    """The 44 bytes before 16-bit mono sound whose length is not known yet."""
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 16)
    size = struct.pack("<I", _UNKNOWN_SIZE)
    return b"RIFF" + size + b"WAVEfmt " + form + b"data" + size


async def _from(first: Spoken | None, rest: AsyncIterator[Spoken]) -> AsyncIterator[Spoken]:
    if first is not None:
        yield first
        async for sentence in rest:
            yield sentence


async def _write(response: web.StreamResponse, sound: bytes) -> None:
    async with asyncio.timeout(_STALLED_S):
        await response.write(sound)


async def _body(request: web.Request, limit: int) -> bytes | None:
    """The whole body, or None where it is above the limit.

    The dialplan's requests are small, and the application's own limit is made for them.
    """
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > limit:
            return None
    return bytes(read)


def _refused(code: str, status: int) -> web.Response:
    return web.json_response({"code": code}, status=status)


def _counted_refusal(what: str, code: str) -> web.Response:
    USES.labels(what, code).inc()
    return _refused(code, 503)
