"""One call's ear: frames of its sound in; speech, utterances and interruptions out.

It neither sleeps nor waits.  Its clock is the line's: a frame lasts as long as its samples, however
unevenly it arrives.  Only where frames are missing for long (a line that sends none in silence)
does the time of arrival count, and silence fills the gap.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from voice.audio import LiveResampler, as_floats, for_recognition, level_dbfs
from voice.barge_in import BargedIn, BargeIn, Suspected
from voice.bursts import Burst, Bursts
from voice.endpointing import Endpointing, SpeechStarted, TooLong, UtteranceEnded, Window
from voice.media import Heard
from voice.transcription import Samples
from voice.vad import WINDOW, WINDOW_S, LoudnessDetector, VoiceDetector

PRE_ROLL_S = 0.3
"""Sound before an utterance that belongs to it: soft beginnings are noticed late."""
POST_ROLL_S = 0.2
"""Sound after it, likewise."""
_ECHO_S = 0.25
"""How long our own voice may come back after we ended."""
_GAP_S = 0.5
"""Frames that are later than this are not late but missing."""
_LONGEST_GAP_S = 5.0
"""More silence than any utterance waits for."""


@dataclass(frozen=True, eq=False)
class Utterance:
    """What somebody said, as sound."""

    at: float
    """When its end was clear."""
    start: float
    """Of the speech; the samples begin `PRE_ROLL_S` earlier where there was sound."""
    end: float
    samples: Samples
    cut: bool
    """Whether it was too long, and goes on in the next one."""
    aside: bool
    """Whether it is hardly one: it began while we spoke and never was an interruption (a cough,
    "mhm", our echo), or it is a `Burst`."""


@dataclass(frozen=True, eq=False)
class Perhaps:
    """The utterance as it will be if she has finished; if so, an equal `Utterance` follows."""

    utterance: Utterance


HearingEvent = Perhaps | SpeechStarted | Suspected | BargedIn | Utterance


class Ear:
    """Listens to one call."""

    def __init__(
        self,
        rate: int,
        detector: VoiceDetector,
        endpointing: Endpointing | None = None,
        barge_in: BargeIn | None = None,
    ) -> None:
        """`rate` is the line's, in samples per second."""
        self._detector = detector
        self._loudness = LoudnessDetector()
        self._endpointing = endpointing or Endpointing()
        self._barge_in = barge_in or BargeIn()
        self._bursts = Bursts()
        self._resampler = LiveResampler(rate)
        self._memory = _Memory(rate)
        self._waiting: Samples = np.zeros(0, np.float32)
        self._windows = 0
        self._began: float | None = None
        self._we_speak = False
        self._we_ended = 0.0
        self._beside_us = False
        self._cut_at = 0.0
        self._burst_at: float | None = None
        self._made: tuple[tuple[float, float], Samples] | None = None

    def collect_digits(self, collecting: bool) -> None:
        """Whether longer pauses belong to an utterance from now on."""
        self._endpointing.collecting_digits = collecting

    def we_speak(self, speaking: bool) -> None:
        """Whether the caller is being spoken to from now on."""
        if speaking and not self._we_speak:
            self._barge_in.begin()
        elif self._we_speak and not speaking:
            self._barge_in.end()
            self._we_ended = self._memory.seconds
        self._we_speak = speaking

    def hear(self, frame: Heard) -> list[HearingEvent]:
        """What a frame of sound brings."""
        samples = as_floats(frame.samples)
        if self._began is None:
            self._began = frame.at - len(samples) / self._memory.rate
        events = self.nothing_heard(frame.at - len(samples) / self._memory.rate)
        return [*events, *self._listen(samples)]

    def nothing_heard(self, until: float) -> list[HearingEvent]:
        """What it brings that no frame has come until now; call it while none comes."""
        if self._began is None:
            return []
        missing = until - self._began - self._memory.seconds
        if missing < _GAP_S:
            return []
        # A line that was silent for minutes need not be replayed; its clock moves on instead.
        silent = round(min(missing, _LONGEST_GAP_S) * self._memory.rate)
        events = list(self._listen(np.zeros(silent, np.float32)))
        self._began += max(0.0, missing - _LONGEST_GAP_S)
        return events

    def _listen(self, samples: Samples) -> Iterator[HearingEvent]:
        self._memory.append(samples)
        self._waiting = np.concatenate([self._waiting, self._resampler(samples)])
        while len(self._waiting) >= WINDOW:
            sound, self._waiting = self._waiting[:WINDOW], self._waiting[WINDOW:]
            start = self._windows * WINDOW_S
            self._windows += 1
            seen = Window(
                start, start + WINDOW_S, voice=self._detector.probability(sound),
                level_dbfs=level_dbfs(sound), louder=self._loudness.probability(sound),
            )  # fmt: skip
            yield from self._follow(seen)

    def _follow(self, window: Window) -> Iterator[HearingEvent]:
        for sign in self._barge_in.observe(window):
            if isinstance(sign, BargedIn):
                self._beside_us = False
                yield BargedIn(self._time(sign.at), self._time(sign.start))
            else:
                yield Suspected(self._time(sign.at))
        for event in self._endpointing.observe(window):
            if isinstance(event, SpeechStarted):
                self._beside_us = self._barge_in.armed
                self._burst_at = self._bursts.earliest
                yield SpeechStarted(self._time(event.at), self._time(event.start))
            else:
                yield self._utterance(event)
                self._cut_at = event.end if isinstance(event, TooLong) else 0.0
                self._burst_at = None
        if so_far := self._endpointing.perhaps_ended(window):
            yield Perhaps(self._utterance(so_far))
        if burst := self._burst(window):
            yield self._utterance(burst)
        starts = (self._endpointing.earliest, self._burst_at, self._bursts.earliest)
        earliest = min((start for start in starts if start is not None), default=window.end)
        self._memory.forget(earliest - PRE_ROLL_S)

    def _burst(self, window: Window) -> Burst | None:
        if self._endpointing.speaking:
            self._bursts.forget()
            return None
        return self._bursts.observe(window)

    def _utterance(self, event: UtteranceEnded | TooLong | Burst) -> Utterance:
        cut = isinstance(event, TooLong)
        earliest = event.start if self._burst_at is None else min(event.start, self._burst_at)
        start = max(earliest - PRE_ROLL_S, self._cut_at)
        end = event.end + (0.0 if cut else POST_ROLL_S)
        goes_on_after_us = not self._we_speak and event.end > self._we_ended + _ECHO_S
        return Utterance(
            at=self._time(event.at),
            start=self._time(event.start),
            end=self._time(event.end),
            samples=self._samples(start, end),
            cut=cut,
            aside=isinstance(event, Burst) or (self._beside_us and not goes_on_after_us),
        )

    def _samples(self, start: float, end: float) -> Samples:
        """A stretch as a recogniser wants it; that of `Perhaps` is not made again for its end."""
        if self._made is None or self._made[0] != (start, end):
            sound = for_recognition(self._memory.between(start, end), self._memory.rate)
            self._made = (start, end), sound
        return self._made[1]

    def _time(self, since_begin: float) -> float:
        return (self._began or 0.0) + since_begin


class _Memory:
    """The latest sound, by seconds since the first."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._chunks: deque[Samples] = deque()
        self._first = 0
        self._end = 0

    @property
    def seconds(self) -> float:
        """How much has been heard in all."""
        return self._end / self.rate

    def append(self, samples: Samples) -> None:
        self._chunks.append(samples)
        self._end += len(samples)

    def forget(self, before: float) -> None:
        """Whole chunks only."""
        index = before * self.rate
        while self._chunks and self._first + len(self._chunks[0]) <= index:
            self._first += len(self._chunks.popleft())

    def between(self, start: float, end: float) -> Samples:
        """What is remembered of a stretch."""
        first = max(round(start * self.rate) - self._first, 0)
        return np.concatenate([*self._chunks])[first : round(end * self.rate) - self._first]
