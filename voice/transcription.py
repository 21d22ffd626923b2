"""The port to speech recognition, with its named results."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

SPEECH_RATE = 16_000
"""Samples per second of everything that is listened to."""

Samples = npt.NDArray[np.float32]
"""Mono sound at `SPEECH_RATE`, from -1 to 1."""


class Reason(StrEnum):
    """Why something heard counts as nothing said."""

    SILENCE = "silence"
    UNSURE = "unsure"
    REPETITION = "repetition"
    TONE = "tone"
    FOREIGN_TEXT = "foreign_text"
    """Words that recognisers are known to invent, e.g. credits of subtitles."""


@dataclass(frozen=True)
class Transcript:
    """What was said."""

    text: str
    language: str
    confidence: float
    """From 0 to 1: the mean probability of its tokens."""
    language_confidence: float = 1.0
    """How sure the language is; 1 where it was given."""


@dataclass(frozen=True)
class Rejected:
    """Nothing that may be acted on was said."""

    reason: Reason


class RecogniserBusy(Exception):
    """All recognisers are taken and their queue is full."""


class RecogniserLate(Exception):
    """No result came before the deadline; or the recogniser died."""


class Transcriber(Protocol):
    """Turns one utterance into words."""

    @property
    def languages(self) -> frozenset[str]:
        """The codes that it recognises."""
        ...

    @property
    def idle(self) -> bool:
        """Whether an utterance would be recognised at once, and nobody waits."""
        ...

    async def transcribe(
        self, samples: Samples, languages: tuple[str, ...], timeout_s: float
    ) -> Transcript | Rejected:
        """The words of one utterance.

        Args:
            samples: At most 30 s.
            languages: One: it is pinned.  Several: the likeliest of them is found first.
            timeout_s: Longest wait, the time in the queue included.

        Raises:
            RecogniserBusy: The queue is full; nothing was begun.
            RecogniserLate: See there.
        """
        ...
