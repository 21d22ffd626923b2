"""What one call hears: frames become the events of its machine, utterances become words."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from voice.audio import level_dbfs
from voice.barge_in import BargedIn as Interruption
from voice.barge_in import Suspected
from voice.bursts import BurstLimits
from voice.call.effects import Mode
from voice.call.events import (
    BargedIn,
    Event,
    NothingSaid,
    NotRecognised,
    SpeechBegan,
    Transcribed,
    Uttered,
)
from voice.call.metrics import Stopwatch
from voice.call.ports import Hearing
from voice.endpointing import SpeechStarted
from voice.hearing import HearingEvent, Perhaps, Utterance
from voice.media import Heard
from voice.transcription import (
    RecogniserBusy,
    RecogniserLate,
    Rejected,
    Transcriber,
    Transcript,
)

_ASIDE_S = BurstLimits.longest_s
"""A command takes no longer; what does is somebody beside her, or our own voice come back ..."""
_ASIDE_DBFS = -48.0
"""... as is what is quieter: the level that barges in, less the silence around a word."""
_KEPT = 8
"""Utterances whose sound is kept until the machine has them recognised."""


@dataclass(frozen=True, eq=False)
class _Guess:
    """An utterance that is being recognised before it is clear that it has ended."""

    end: float
    languages: tuple[str, ...]
    found: asyncio.Task[Transcript | Rejected]


class Ears:
    """Listens while the machine wants it, and recognises what it asks for.

    Where a recogniser is idle it begins while the caller may yet go on: if she does not, her words
    are there when her end is clear.
    """

    def __init__(
        self,
        hearing: Hearing,
        transcriber: Transcriber,
        timeout_s: float,
        tell: Callable[[Event], None],
        hesitate: Callable[[], None],
        expected: Callable[[], tuple[str, ...]],
        watch: Stopwatch,
    ) -> None:
        """Listens to one call.

        Args:
            hesitate: Called when the caller may be about to interrupt us.
            expected: The languages in which she may speak now.
        """
        self._hearing = hearing
        self._transcriber = transcriber
        self._timeout_s = timeout_s
        self._tell = tell
        self._hesitate = hesitate
        self._watch = watch
        self._mode = Mode.OFF
        self._expected = expected
        self._guess: _Guess | None = None
        self._utterances: dict[int, Utterance] = {}
        self._number = 0

    def listen(self, mode: Mode) -> None:
        """How to listen from now on."""
        self._mode = mode
        self._hearing.collect_digits(mode is Mode.DIGITS)

    def we_speak(self, speaking: bool) -> None:
        """Whether the caller is being spoken to."""
        self._hearing.we_speak(speaking)

    def hear(self, frame: Heard) -> None:
        """Takes a frame of the caller's sound."""
        for event in self._hearing.hear(frame):
            self._notice(event)

    def nothing_heard(self) -> None:
        """Takes note that no frame came until now."""
        for event in self._hearing.nothing_heard(time.monotonic()):
            self._notice(event)

    async def recognise(self, utterance: int, languages: tuple[str, ...]) -> None:
        """Puts an utterance into words."""
        heard = self._utterances.pop(utterance, None)
        if heard is None:
            self._tell(NotRecognised(time.monotonic(), utterance))
            return
        try:
            found = await self._words(heard, languages)
        except (RecogniserBusy, RecogniserLate):
            self._tell(NotRecognised(time.monotonic(), utterance))
            return
        now = time.monotonic()
        self._watch.recognised = now
        if isinstance(found, Rejected):
            self._tell(NothingSaid(now, utterance, found.reason))
        else:
            self._tell(Transcribed(now, utterance, found))

    def close(self) -> None:
        """Gives up what is being guessed."""
        if self._guess is not None:
            self._guess.found.cancel()
            self._guess = None

    async def _words(self, heard: Utterance, languages: tuple[str, ...]) -> Transcript | Rejected:
        guess, self._guess = self._guess, None
        if guess and (guess.end, guess.languages) == (heard.end, languages):
            with contextlib.suppress(RecogniserBusy, RecogniserLate):
                return await guess.found
        return await self._transcriber.transcribe(heard.samples, languages, self._timeout_s)

    def _begin_guess(self, heard: Utterance) -> None:
        if not self._transcriber.idle:
            return
        self.close()
        languages = self._expected()
        found = asyncio.create_task(
            self._transcriber.transcribe(heard.samples, languages, self._timeout_s)
        )
        # if she goes on nobody asks for it any more
        found.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._guess = _Guess(heard.end, languages, found)

    def _notice(self, event: HearingEvent) -> None:
        if self._mode is Mode.OFF:
            return
        match event:
            case Suspected():
                self._hesitate()
            case Interruption():
                self._tell(BargedIn(event.at))
            case SpeechStarted():
                self._tell(SpeechBegan(event.at))
            case Perhaps(utterance) if not utterance.aside:
                self._begin_guess(utterance)
            case Utterance(aside=False):
                self._watch.speech_ended, self._watch.endpointed = event.end, event.at
                self._take(event)
            case Utterance() if self._transcriber.idle and _may_steer(event):
                self._take(event)
            case _:
                pass

    def _take(self, utterance: Utterance) -> None:
        self._number += 1
        self._utterances[self._number] = utterance
        for number in list(self._utterances)[:-_KEPT]:
            del self._utterances[number]
        self._tell(Uttered(utterance.at, self._number, utterance.aside))


def _may_steer(aside: Utterance) -> bool:
    """Whether something short that did not interrupt us may be a word like "weiter"."""
    short = aside.end - aside.start <= _ASIDE_S
    return short and level_dbfs(aside.samples) >= _ASIDE_DBFS
