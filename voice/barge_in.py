"""Whether the caller speaks while she is spoken to.

In two steps, as speech must stop within 300 ms, and a cough must not cost an answer: what may be
her voice makes ours hesitate, and only if it goes on she has barged in.
"""

from collections import deque
from dataclasses import dataclass

from voice.endpointing import Window


@dataclass(frozen=True)
class Suspected:
    """The caller may be about to say something."""

    at: float


@dataclass(frozen=True)
class BargedIn:
    """The caller speaks while she is spoken to."""

    at: float
    start: float
    """Where the voice that showed it begins."""


@dataclass(frozen=True)
class Interruptions:
    """What counts as one.

    Of the 88 phrases recorded for the tests, on a telephone line, 95 % are suspected within 115 ms
    and half have barged in after 167 ms; 6, most of one syllable, never do: they are asides (see
    `voice.hearing.Utterance`), which count if they steer the call.  By voice alone the
    same would be suspected within 300 ms: Silero is slow to notice a word that begins with "st".
    """

    suspicious_s: float = 0.06
    """Voice, or sound that is clearly louder than the line's noise, that makes us hesitate."""
    voiced_s: float = 0.15
    """Voice that is needed to barge in ..."""
    within_s: float = 0.4
    """... within this time: words have gaps."""
    probability: float = 0.25
    """From which a window counts as voice, as in `voice.endpointing` ..."""
    louder: float = 0.5
    """... and from which as louder."""
    quietest_dbfs: float = -45.0
    """Below it a voice is our own, come back by a bad line, or somebody else in her room."""
    most_suspicions: int = 2
    """In one answer: beside a noisy caller it would be all stops."""
    most_unfounded: int = 4
    """In a row: a line that brings our own voice back would have us stutter for a whole call."""


class BargeIn:
    """Follows one call while it is told that we speak; says once per answer that she barged in."""

    def __init__(self, limits: Interruptions | None = None) -> None:
        self._limits = limits or Interruptions()
        self._voice = _Stretch(self._limits.within_s)
        self._sound = _Stretch(self._limits.within_s)
        self._armed = False
        self._suspicions = 0
        self._unfounded = 0
        self._suspicious = False

    @property
    def armed(self) -> bool:
        """Whether we speak, and she has not barged in yet."""
        return self._armed

    def begin(self) -> None:
        """We begin to speak."""
        self._voice.clear()
        self._sound.clear()
        self._armed = True
        self._suspicions = 0
        self._suspicious = False

    def end(self) -> None:
        """We are silent again."""
        self._armed = False

    def observe(self, window: Window) -> list[Suspected | BargedIn]:
        """What the next window brings."""
        if not self._armed:
            return []
        limits = self._limits
        near = window.level_dbfs >= limits.quietest_dbfs
        voice = near and window.voice >= limits.probability
        self._voice.observe(window, voice)
        self._sound.observe(window, voice or (near and window.louder >= limits.louder))
        if self._voice.seconds >= limits.voiced_s:
            self._armed = False
            self._unfounded = 0
            return [BargedIn(window.end, self._voice.start)]
        return self._suspect(window)

    def _suspect(self, window: Window) -> list[Suspected | BargedIn]:
        """Once per burst of sound."""
        if not self._sound.seconds:
            self._suspicious = False
        enough = self._sound.seconds >= self._limits.suspicious_s
        if not enough or self._suspicious or not self._may_suspect:
            return []
        self._suspicious = True
        self._suspicions += 1
        self._unfounded += 1
        return [Suspected(window.end)]

    @property
    def _may_suspect(self) -> bool:
        limits = self._limits
        return self._suspicions < limits.most_suspicions and self._unfounded < limits.most_unfounded


class _Stretch:
    """The windows of the last seconds in which there was something."""

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._windows: deque[Window] = deque()

    def clear(self) -> None:
        self._windows.clear()

    def observe(self, window: Window, counts: bool) -> None:
        if counts:
            self._windows.append(window)
        while self._windows and window.end - self._windows[0].start > self._length_s:
            self._windows.popleft()

    @property
    def seconds(self) -> float:
        return sum(one.end - one.start for one in self._windows)

    @property
    def start(self) -> float:
        return self._windows[0].start
