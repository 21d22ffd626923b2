"""What one call hears: frames become the events of its machine, utterances become words."""

import time
from collections.abc import Callable

from voice.barge_in import BargedIn as Interruption
from voice.barge_in import Suspected
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
from voice.hearing import HearingEvent, Utterance
from voice.media import Heard
from voice.transcription import RecogniserBusy, RecogniserLate, Rejected, Samples, Transcriber

_KEPT = 8
"""Utterances whose sound is kept until the machine has them recognised."""


class Ears:
    """Listens while the machine wants it, and recognises what it asks for."""

    def __init__(
        self,
        hearing: Hearing,
        transcriber: Transcriber,
        timeout_s: float,
        tell: Callable[[Event], None],
        hesitate: Callable[[], None],
        watch: Stopwatch,
    ) -> None:
        """`hesitate` is called when the caller may be about to interrupt us."""
        self._hearing = hearing
        self._transcriber = transcriber
        self._timeout_s = timeout_s
        self._tell = tell
        self._hesitate = hesitate
        self._watch = watch
        self._mode = Mode.OFF
        self._utterances: dict[int, Samples] = {}
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
        samples = self._utterances.pop(utterance, None)
        if samples is None:
            self._tell(NotRecognised(time.monotonic(), utterance))
            return
        try:
            found = await self._transcriber.transcribe(samples, languages, self._timeout_s)
        except (RecogniserBusy, RecogniserLate):
            self._tell(NotRecognised(time.monotonic(), utterance))
            return
        now = time.monotonic()
        self._watch.recognised = now
        if isinstance(found, Rejected):
            self._tell(NothingSaid(now, utterance, found.reason))
        else:
            self._tell(Transcribed(now, utterance, found))

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
            case Utterance(beside_us=False):
                self._take(event)
            case _:
                pass

    def _take(self, utterance: Utterance) -> None:
        self._number += 1
        self._utterances[self._number] = utterance.samples
        for number in list(self._utterances)[:-_KEPT]:
            del self._utterances[number]
        self._watch.speech_ended, self._watch.endpointed = utterance.end, utterance.at
        self._tell(Uttered(utterance.at, self._number))
