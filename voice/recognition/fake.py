"""A recogniser for tests: it hears what it is told to."""

import asyncio
from collections import deque
from collections.abc import Iterable

from voice.transcription import SPEECH_RATE, RecogniserLate, Rejected, Samples, Transcript

Heard = Transcript | Rejected | Exception


class FakeTranscriber:
    """See `Transcriber`.  It answers from `script` in order, and remembers what it was asked."""

    def __init__(
        self,
        script: Iterable[Heard | str] = (),
        languages: frozenset[str] = frozenset({"de", "en", "tr"}),
        takes_s: float = 0.0,
    ) -> None:
        """`script` holds results, errors to raise, or plain words in the first language asked."""
        self.script = deque(script)
        self.asked: list[tuple[float, tuple[str, ...]]] = []
        """Each utterance's length in seconds, and the languages offered."""
        self.languages = languages
        self.idle = False
        """So that nothing is recognised on a guess, unless a test sets it."""
        self._takes_s = takes_s

    async def transcribe(
        self, samples: Samples, languages: tuple[str, ...], timeout_s: float
    ) -> Transcript | Rejected:
        """See `Transcriber.transcribe`."""
        self.asked.append((len(samples) / SPEECH_RATE, languages))
        if self._takes_s > timeout_s:
            await asyncio.sleep(timeout_s)
            raise RecogniserLate("too slow")
        await asyncio.sleep(self._takes_s)
        heard = self.script.popleft()
        if isinstance(heard, Exception):
            raise heard
        return Transcript(heard, languages[0], 0.95) if isinstance(heard, str) else heard
