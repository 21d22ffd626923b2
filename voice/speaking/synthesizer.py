"""Our `Synthesizer`: cuts a text, speaks one sentence ahead, and levels it for a telephone."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from bot.settings import Settings
from voice.speaking import metrics
from voice.speaking.cache import SoundCache, SoundKey
from voice.speaking.espeak import Espeak
from voice.speaking.levels import levelled
from voice.speaking.piper import Piper
from voice.speaking.piper_files import find_voices
from voice.speaking.sentences import Sentence, sentences
from voice.speaking.voice import Voice, VoiceFailed
from voice.speech import NoVoice, Pace, Spoken
from voice.verbaliser.verbaliser import verbaliser_of

log = structlog.get_logger()

_MEMORY_BYTES = 32_000_000
_DISK_BYTES = 500_000_000
_ESPEAK_S = 5.0


class SentenceSynthesizer:
    """Speaks with the first of its voices that knows a language; the later ones stand in for it.

    Once a voice failed within a text its stand-in speaks the rest, so that voices do not alternate.
    """

    def __init__(self, voices: Sequence[Voice], cache: SoundCache) -> None:
        self._voices = tuple(voices)
        self._cache = cache

    @property
    def languages(self) -> frozenset[str]:
        """Whatever any of the voices speaks, and Leichte Sprache with German."""
        codes = frozenset[str]().union(*(voice.languages for voice in self._voices))
        return codes | {"de-x-leicht"} if "de" in codes else codes

    @property
    def stand_ins(self) -> frozenset[str]:
        """The languages that the first voice does not speak, only one of the others."""
        return self.languages - self._voices[0].languages - {"de-x-leicht"}

    async def speak(
        self,
        text: str,
        language: str,
        rate: int,
        pace: Pace = Pace.NORMAL,
        fixed: bool = False,
    ) -> AsyncIterator[Spoken]:
        """See `Synthesizer.speak`."""
        code = language.partition("-")[0]
        voices = [voice for voice in self._voices if code in voice.languages]
        if not voices:
            raise NoVoice(f"nothing speaks {code}")
        turn = _Turn(voices, self._cache, code, rate, pace, fixed)
        ahead: asyncio.Task[Spoken] | None = None
        try:
            # a long answer takes longer to cut than a frame of sound lasts
            for sentence in await asyncio.to_thread(sentences, text, code):
                spoken = await ahead if ahead else None
                ahead = asyncio.create_task(turn.speak(sentence))
                if spoken:
                    yield spoken
            if ahead:
                yield await ahead
        finally:
            if ahead:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)


class _Turn:
    """One text's way through the voices."""

    def __init__(
        self,
        voices: list[Voice],
        cache: SoundCache,
        language: str,
        rate: int,
        pace: Pace,
        fixed: bool,
    ) -> None:
        self._voices = voices
        self._cache = cache
        self._language = language
        self._rate = rate
        self._pace = pace
        self._fixed = fixed

    async def speak(self, sentence: Sentence) -> Spoken:
        """One sentence, from the cache or from the first voice that can."""
        said = verbaliser_of(self._language).say(sentence.text)
        while self._voices:
            voice = self._voices[0]
            key = SoundKey(
                said, voice.name(self._language), self._pace, self._rate, sentence.pause_ms
            )
            if self._fixed and (samples := await asyncio.to_thread(self._cache.get, key)):
                metrics.SENTENCES.labels("cache").inc()
                return Spoken(sentence.text, samples)
            try:
                samples = await self._made(voice, said, sentence.pause_ms)
            except VoiceFailed as failure:
                log.warning("a voice failed", voice=voice.kind, reason=str(failure))
                del self._voices[0]
                continue
            if self._fixed:
                await asyncio.to_thread(self._cache.put, key, samples)
            metrics.SENTENCES.labels(voice.kind).inc()
            return Spoken(sentence.text, samples)
        metrics.SENTENCES.labels("nobody").inc()
        raise NoVoice(f"every voice of {self._language} failed")

    async def _made(self, voice: Voice, said: str, pause_ms: int) -> bytes:
        began = time.monotonic()
        sound = await voice.say(said, self._language, self._pace)
        samples = await asyncio.to_thread(levelled, sound, self._rate, pause_ms)
        metrics.SECONDS.observe(time.monotonic() - began)
        return samples


@asynccontextmanager
async def open_synthesizer(settings: Settings) -> AsyncIterator[SentenceSynthesizer]:
    """The synthesiser of these settings; its processes end with the context."""
    found = find_voices(settings.piper, settings.allow_fixtures)
    wanted = {code.partition("-")[0] for code in settings.phone_languages}
    voices = {code: voice for code, voice in found.items() if code in wanted}
    piper = Piper(voices, settings.tts_workers, settings.tts_queue, settings.tts_timeout_s)
    cache = SoundCache(settings.data_dir / "speech", _MEMORY_BYTES, _DISK_BYTES)
    await asyncio.to_thread(cache.prune)
    for code in wanted:
        await asyncio.to_thread(verbaliser_of, code)
    try:
        await piper.start()
        yield SentenceSynthesizer([piper, Espeak(_ESPEAK_S)], cache)
    finally:
        await piper.close()
