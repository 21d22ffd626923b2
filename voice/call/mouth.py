"""Speaks what a call wants said: sentence by sentence, the first as soon as it is there."""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from voice.call.effects import Say
from voice.speech import NoVoice, Synthesizer
from voice.telephony.playback import Playback
from voice.telephony.player import Player

log = structlog.get_logger(__name__)


class Mouth:
    """One call's voice.

    Args:
        ended: Told the turn once everything of it was heard.
        speaking: Told whether the caller is being spoken to.
        sounded: Told the turn and the moment of its first sound.
        mute: Told when nothing can speak a language.
    """

    def __init__(
        self,
        player: Player,
        synthesizer: Synthesizer,
        rate: int,
        ended: Callable[[int], None],
        speaking: Callable[[bool], None],
        sounded: Callable[[int, float], None],
        mute: Callable[[], None],
    ) -> None:
        self._player = player
        self._synthesizer = synthesizer
        self._rate = rate
        self._ended, self._speaking, self._sounded, self._mute = ended, speaking, sounded, mute
        self._waiting: deque[Say] = deque()
        self._work = asyncio.Event()
        self._playback: Playback | None = None

    def say(self, say: Say) -> None:
        """Speaks after what is being spoken."""
        self._waiting.append(say)
        self._work.set()

    def stop(self) -> None:
        """Is silent at once."""
        self._waiting.clear()
        if self._playback is not None:
            self._playback.stop()
        self._player.stop()

    def beep(self, samples: bytes) -> None:
        """Plays a short sound."""
        self._player.play(samples)

    async def run(self) -> None:
        """Works until it is cancelled, as a task of the call."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                await self._speak(self._waiting.popleft())

    async def _speak(self, say: Say) -> None:
        self._playback = playback = self._player.begin()
        self._speaking(True)
        speech = asyncio.create_task(self._synthesize(say, playback))
        try:
            played = await playback.wait()
        finally:
            speech.cancel()
            await asyncio.gather(speech, return_exceptions=True)
            self._playback = None
            if not self._waiting:
                self._speaking(False)
            if playback.first_sound_at is not None:  # also where she has hung up meanwhile
                self._sounded(say.turn, playback.first_sound_at)
        if played.complete and not self._waiting:
            self._ended(say.turn)

    async def _synthesize(self, say: Say, playback: Playback) -> None:
        for line in say.lines:
            try:
                async for spoken in self._synthesizer.speak(
                    line.text, line.language, self._rate, line.pace, line.fixed
                ):
                    playback.add(spoken.samples)
            except NoVoice:
                log.error("no voice", language=line.language)
                self._mute()
        playback.finish()
