"""What speaks one sentence: Piper or espeak-ng, behind one small port."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voice.speech import Pace


@dataclass(frozen=True)
class Sound:
    """What a voice made."""

    samples: npt.NDArray[np.float32]
    """Mono, from -1 to 1."""
    rate: int
    """Samples per second, as the voice has it."""


class VoiceFailed(Exception):
    """No sound: the voice died, was late, or all its processes are taken.

    Its text names the reason, never what was to be said.
    """


class Voice(Protocol):
    """Speaks one sentence at a time."""

    kind: str
    """What it is called in logs and metrics."""

    @property
    def languages(self) -> frozenset[str]:
        """The codes that it speaks."""
        ...

    def name(self, language: str) -> str:
        """What tells its sound of a language from any other voice's."""
        ...

    async def say(self, text: str, language: str, pace: Pace) -> Sound:
        """One sentence, made speakable before.

        Raises:
            VoiceFailed: See there.
        """
        ...
