"""Our `Synthesizer`: cuts a text, speaks one sentence ahead, and levels it for a telephone."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from bot.settings import Settings
from voice.speaking import metrics
from voice.speaking.cache import SoundCache, SoundKey
from voice.speaking.espeak import Espeak
from voice.speaking.levels import levelled
from voice.speaking.piper import Piper
from voice.speaking.piper_files import find_voices
from voice.speaking.runs import GERMAN, Run, runs_of
from voice.speaking.sentences import Sentence, sentences
from voice.speaking.voice import Sound, Voice, VoiceFailed
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
        german = [voice for voice in self._voices if GERMAN in voice.languages]
        turn = _Turn({GERMAN: german, code: voices}, self._cache, code, rate, pace, fixed)
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
    """One text's way through the voices: those of its language, and those of its German words."""

    def __init__(
        self,
        voices: dict[str, list[Voice]],
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
        """One sentence, from the cache or from the first voices that can."""
        runs = await asyncio.to_thread(runs_of, sentence.text, self._language)
        runs = (*runs[:-1], replace(runs[-1], pause_ms=sentence.pause_ms))
        while self._voices[self._language]:
            parts = [self._part(run) for run in runs]
            key = self._key(parts)
            if self._fixed and (samples := await asyncio.to_thread(self._cache.get, key)):
                metrics.SENTENCES.labels("cache").inc()
                return Spoken(sentence.text, samples)
            try:
                samples = await self._made(parts)
            except VoiceFailed:
                continue  # without the one that failed
            if self._fixed:
                await asyncio.to_thread(self._cache.put, key, samples)
            metrics.SENTENCES.labels(parts[0].voice.kind).inc()
            return Spoken(sentence.text, samples)
        metrics.SENTENCES.labels("nobody").inc()
        raise NoVoice(f"every voice of {self._language} failed")

    def _part(self, run: Run) -> "_Part":
        """The run with its voice: German words are read somehow rather than not at all."""
        language = run.language if self._voices[run.language] else self._language
        return _Part(replace(run, language=language), self._voices[language][0])

    def _key(self, parts: Sequence["_Part"]) -> SoundKey:
        """One key for the sentence, whoever speaks its runs."""
        names = " + ".join(part.voice.name(part.run.language) for part in parts)
        said = parts[0].run.said if len(parts) == 1 else repr([part.run for part in parts])
        return SoundKey(said, names, self._pace, self._rate, parts[-1].run.pause_ms)

    async def _made(self, parts: Sequence["_Part"]) -> bytes:
        began = time.monotonic()
        sounds = [(await self._said(part), part.run.pause_ms) for part in parts]
        samples = await asyncio.to_thread(levelled, sounds, self._rate)
        metrics.SECONDS.observe(time.monotonic() - began)
        return samples

    async def _said(self, part: "_Part") -> Sound:
        """The run as its voice says it; a voice that fails is not asked again in this text."""
        language = part.run.language
        try:
            return await part.voice.say(part.run.said, language, self._pace)
        except VoiceFailed as failure:
            log.warning("a voice failed", voice=part.voice.kind, reason=str(failure))
            for voices in self._voices.values():
                if part.voice in voices:
                    voices.remove(part.voice)
            raise


@dataclass(frozen=True)
class _Part:
    """A run and the voice that says it."""

    run: Run
    voice: Voice


@asynccontextmanager
async def open_synthesizer(settings: Settings) -> AsyncIterator[SentenceSynthesizer]:
    """The synthesiser of these settings; its processes end with the context."""
    found = find_voices(settings.piper, settings.allow_fixtures)
    wanted = {code.partition("-")[0] for code in (GERMAN, *settings.phone_languages)}
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
