"""Where utterances begin and end: time-stamped probabilities in, events out; it never sleeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A stretch of sound as the detectors see it; each begins where the one before ended."""

    start: float
    """In seconds."""
    end: float
    voice: float
    """How likely somebody speaks, from 0 to 1."""
    level_dbfs: float = 0.0
    louder: float = 0.0
    """How likely it is louder than the line's noise, from 0 to 1."""


@dataclass(frozen=True)
class SpeechStarted:
    """Somebody began to speak."""

    at: float
    """When it was clear."""
    start: float
    """When it was so."""


@dataclass(frozen=True)
class UtteranceEnded:
    """She has finished; `start` is that of its `SpeechStarted`."""

    at: float
    start: float
    end: float
    """Where the last voice in it ended."""


@dataclass(frozen=True)
class TooLong:
    """She still speaks, but an utterance holds no more; the next one begins at `end`."""

    at: float
    start: float
    end: float


SpeechEvent = SpeechStarted | UtteranceEnded | TooLong


@dataclass(frozen=True)
class Endpoints:
    """How speech is told from silence.

    Silero was made for sound of full width and is unsure of short words on a telephone: at its
    customary 0.5 and 0.35 it missed 20 of 176, at these 4, and took no noise of ours for speech.
    """

    pause_s: float = 0.7
    """Silence that ends an utterance."""
    perhaps_s: float = 0.3
    """Silence after which she may have finished; within words there is less."""
    digits_pause_s: float = 1.3
    """The same while digits are collected: people pause within a number."""
    longest_s: float = 15.0
    begins: float = 0.25
    """Probability from which a window counts as voice while nobody speaks ..."""
    goes_on: float = 0.15
    """... and while somebody does."""
    voiced_s: float = 0.09
    """Voice that makes speech: shorter is a click or a breath."""
    gap_s: float = 0.1
    """Silence after which the voice so far counts as such a click."""


class Endpointing:
    """Follows one call.  `SpeechStarted` and the events that end an utterance alternate."""

    def __init__(self, limits: Endpoints | None = None) -> None:
        self._limits = limits or Endpoints()
        self.collecting_digits = False
        """Whether the longer pause holds; it may change within an utterance."""
        self._start: float | None = None
        self._voiced = 0.0
        self._last_voice = 0.0
        self._speaking = False
        self._guessed = -1.0

    @property
    def speaking(self) -> bool:
        """Whether somebody does, or has just fallen silent."""
        return self._speaking

    @property
    def earliest(self) -> float | None:
        """Where the utterance starts that is under way or may turn out to be; None if none."""
        return self._start

    def observe(self, window: Window) -> list[SpeechEvent]:
        """What the next window brings: nothing, one event, or an end and a new start."""
        if self._speaking:
            return self._while_speaking(window)
        return self._while_silent(window)

    def perhaps_ended(self, window: Window) -> UtteranceEnded | None:
        """The utterance so far, once in each longer silence: she may yet go on.

        Call it after `observe`.  Never while digits are collected, where most silences go on.
        """
        if not self._speaking or self._start is None or self.collecting_digits:
            return None
        end = self._last_voice
        if window.end - end < self._limits.perhaps_s or end == self._guessed:
            return None
        self._guessed = end
        return UtteranceEnded(window.end, self._start, end)

    def _while_silent(self, window: Window) -> list[SpeechEvent]:
        if window.voice >= self._limits.begins:
            if self._start is None:
                self._start, self._voiced = window.start, 0.0
            self._voiced += window.end - window.start
            self._last_voice = window.end
            if self._voiced >= self._limits.voiced_s:
                self._speaking = True
                return [SpeechStarted(window.end, self._start)]
        elif self._start is not None and window.end - self._last_voice >= self._limits.gap_s:
            self._start = None
        return []

    def _while_speaking(self, window: Window) -> list[SpeechEvent]:
        start = self._start
        if start is None:
            raise AssertionError("speaking since when?")
        if window.voice >= self._limits.goes_on:
            self._last_voice = window.end
        limits = self._limits
        pause = limits.digits_pause_s if self.collecting_digits else limits.pause_s
        if window.end - self._last_voice >= pause:
            self._speaking, self._start = False, None
            return [UtteranceEnded(window.end, start, self._last_voice)]
        if window.end - start >= limits.longest_s:
            return self._cut(window, start)
        return []

    def _cut(self, window: Window, start: float) -> list[SpeechEvent]:
        """Ends the utterance; if she is speaking right now, the next one is under way."""
        events: list[SpeechEvent] = [TooLong(window.end, start, window.end)]
        self._speaking = self._last_voice == window.end
        self._start = window.end if self._speaking else None
        if self._speaking:
            events.append(SpeechStarted(window.end, window.end))
        return events
