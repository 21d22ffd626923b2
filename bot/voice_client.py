"""The client of the phone line's process, whose workers also hear and speak for the web.

Its HTTP is described in `voice/web_voice.py`.  Where it does not run, nothing is heard or spoken.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import structlog
from aiohttp import ClientTimeout
from pydantic import BaseModel, ValidationError

from bot.errors import (
    KreislotseError,
    LanguageNotHeard,
    LanguageNotSpoken,
    NothingHeard,
    NotUnderstood,
    VoiceBusy,
    VoiceUnavailable,
)

log = structlog.get_logger(__name__)

SOUND_RATE = 16_000
"""Samples per second of what is heard and spoken: 16-bit little-endian mono."""
_KNOWN_FOR_S = 10.0
_ASKING = ClientTimeout(total=1.5, connect=0.5)
_MARGIN_S = 2.0
_SPEAKING = ClientTimeout(total=None, connect=2.0, sock_read=20.0)
_SILENT = frozenset({"silence", "tone"})


class Voices(BaseModel):
    """The languages (`de`, `tr`) that can be heard, and those that can be spoken."""

    listen: frozenset[str] = frozenset()
    speak: frozenset[str] = frozenset()


class Caption(BaseModel):
    """What was said; `confidence` (0 to 1) is how sure that is."""

    text: str
    confidence: float


class _Recognised(BaseModel):
    text: str = ""
    confidence: float = 0.0
    rejected: str | None = None


class VoiceClient:
    """Hears and speaks by way of the process at `url`."""

    def __init__(self, session: aiohttp.ClientSession, url: str, timeout_s: float) -> None:
        self._session = session
        self._url = url
        self._hearing = ClientTimeout(total=timeout_s + _MARGIN_S, connect=2.0)
        self._asking = asyncio.Lock()
        self._voices, self._known_until = Voices(), 0.0

    async def voices(self) -> Voices:
        """What can be heard and spoken now, as of at most ten seconds ago; nothing where the
        process does not answer.
        """
        loop = asyncio.get_running_loop()
        async with self._asking:
            if loop.time() >= self._known_until:
                self._voices = await self._ask()
                self._known_until = loop.time() + _KNOWN_FOR_S
            return self._voices

    async def recognise(self, sound: bytes, language: str) -> Caption:
        """The words of one utterance.

        Raises:
            LanguageNotHeard, NothingHeard, NotUnderstood, VoiceBusy, VoiceUnavailable: see there.
        """
        try:
            async with self._session.post(
                f"{self._url}/recognise", params={"language": language}, data=sound,
                timeout=self._hearing,
            ) as answer:  # fmt: skip
                if answer.status != 200:
                    raise await _refusal(answer, LanguageNotHeard)
                heard = _Recognised.model_validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError, ValidationError) as error:
            raise _failed(error) from None
        if heard.rejected in _SILENT:
            raise NothingHeard
        if heard.rejected is not None or not heard.text.strip():
            raise NotUnderstood
        return Caption(text=heard.text.strip(), confidence=heard.confidence)

    @contextlib.asynccontextmanager
    async def speak(self, text: str, language: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The text as pieces of a WAV; within the block they may be read once.

        A failure in mid-stream is raised by the iterator.

        Raises:
            LanguageNotSpoken, VoiceBusy, VoiceUnavailable: see there.
        """
        wish = {"text": text, "language": language}
        async with contextlib.AsyncExitStack() as stack:
            asked = self._session.post(f"{self._url}/speak", json=wish, timeout=_SPEAKING)
            try:
                answer = await stack.enter_async_context(asked)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise _failed(error) from None
            if answer.status != 200:
                raise await _refusal(answer, LanguageNotSpoken)
            yield _pieces(answer)

    async def _ask(self) -> Voices:
        try:
            async with self._session.get(f"{self._url}/voices", timeout=_ASKING) as answer:
                if answer.status != 200:
                    return Voices()
                return Voices.model_validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError, ValidationError):
            return Voices()


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.content.iter_any():
            yield piece
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _failed(error) from None


async def _refusal(
    answer: aiohttp.ClientResponse, unknown_language: type[KreislotseError]
) -> KreislotseError:
    if answer.status == 404:
        return unknown_language()
    code = ""
    with contextlib.suppress(ValueError, AttributeError):
        code = str((await answer.json()).get("code"))
    return VoiceBusy() if code in ("busy", "late") else VoiceUnavailable()


def _failed(error: Exception) -> VoiceUnavailable:
    # its text may quote what was to be said
    log.warning("voice not reached", error=type(error).__name__)
    return VoiceUnavailable()
