"""The port to speech synthesis."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Pace(StrEnum):
    """How fast to speak."""

    NORMAL = "normal"
    SLOW = "slow"


@dataclass(frozen=True)
class Spoken:
    """One sentence as sound, its pause after it included."""

    text: str
    """The sentence as it was written, before it was made speakable."""
    samples: bytes
    """16-bit little-endian mono at the asked rate."""


class NoVoice(Exception):
    """Nothing can speak this language."""


class Synthesizer(Protocol):
    """Speaks text sentence by sentence, each as soon as it is there."""

    @property
    def languages(self) -> frozenset[str]:
        """The codes that it speaks."""
        ...

    @property
    def stand_ins(self) -> frozenset[str]:
        """Those of them for which it has only a lesser voice."""
        ...

    def speak(
        self,
        text: str,
        language: str,
        rate: int,
        pace: Pace = Pace.NORMAL,
        fixed: bool = False,
    ) -> AsyncIterator[Spoken]:
        """The sentences of `text` in order.

        Args:
            rate: Samples per second: 8000 or 16000.
            fixed: The words are the same for every caller, so their sound is kept, on disk too.
                Never where anything in them came from a person.

        Raises:
            NoVoice: Nothing speaks the language, or the voice failed and so did its stand-in.
        """
        ...
