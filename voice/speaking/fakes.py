"""A synthesiser for tests: beeps as long as a sentence takes, and remembers its words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from voice.speaking.sentences import sentences
from voice.speech import NoVoice, Pace, Spoken

_MS_PER_CHARACTER = 60
_TONE_HZ = 440
_SLOWER = 1.35


@dataclass(frozen=True)
class Asked:
    """What it was asked to speak."""

    text: str
    language: str
    rate: int
    pace: Pace
    fixed: bool


class FakeSynthesizer:
    """Speaks at once; a tone for words, so that silence and speech can be told apart."""

    def __init__(
        self,
        languages: frozenset[str] = frozenset({"de", "en", "tr"}),
        ms_per_character: int = _MS_PER_CHARACTER,
    ) -> None:
        self.languages = languages
        self.stand_ins = frozenset[str]()
        self.asked: list[Asked] = []
        self._ms_per_character = ms_per_character

    async def speak(
        self,
        text: str,
        language: str,
        rate: int,
        pace: Pace = Pace.NORMAL,
        fixed: bool = False,
    ) -> AsyncIterator[Spoken]:
        """See `Synthesizer.speak`."""
        if language not in self.languages:
            raise NoVoice(language)
        self.asked.append(Asked(text, language, rate, pace, fixed))
        slower = _SLOWER if pace is Pace.SLOW else 1
        for sentence in sentences(text, language):
            length = int(len(sentence.text) * self._ms_per_character * slower) * rate // 1000
            tone = np.sin(2 * np.pi * _TONE_HZ * np.arange(length) / rate) * 0.2 * 32767
            pause_ms = sentence.pause_ms * self._ms_per_character // _MS_PER_CHARACTER
            pause = np.zeros(pause_ms * rate // 1000)
            samples = np.concatenate([tone, pause]).astype("<i2").tobytes()
            yield Spoken(sentence.text, samples)
