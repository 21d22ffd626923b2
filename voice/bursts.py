"""Short sounds that may be words though hardly a voice: windows in, bursts out; it never sleeps.

Silero is unsure of single syllables on a telephone, the more the longer it was quiet before: of 88
recorded phrases it takes 82 to 87 for speech.  What a burst is, a recogniser must say.
"""

from dataclasses import dataclass

from voice.barge_in import Interruptions
from voice.endpointing import Endpoints, Window


@dataclass(frozen=True)
class Burst:
    """Such a sound."""

    at: float
    """When it was clear that it had ended."""
    start: float
    end: float


@dataclass(frozen=True)
class BurstLimits:
    """What counts as one."""

    louder: float = Interruptions.louder
    """From which a window belongs to it."""
    voice: float = 0.08
    """The least probability of voice, in one window at least."""
    quietest_dbfs: float = Interruptions.quietest_dbfs
    """Below it nothing belongs to it."""
    shortest_s: float = 0.12
    """Of sound: shorter is a click."""
    longest_s: float = 1.2
    """From its start to its end: words that steer a call take no longer."""
    gap_s: float = Endpoints.pause_s
    """Silence that ends it, as it does an utterance: a voice that comes before goes on with it."""


class Bursts:
    """Follows one call."""

    def __init__(self, limits: BurstLimits | None = None) -> None:
        self._limits = limits or BurstLimits()
        self.forget()

    @property
    def earliest(self) -> float | None:
        """Where the burst starts that may be under way; None if none is."""
        return self._start if self._end - (self._start or 0.0) <= self._limits.longest_s else None

    def forget(self) -> None:
        """What was heard last is something else."""
        self._start: float | None = None
        self._end = self._sound = self._voice = 0.0  # sound in seconds; voice at its likeliest

    def observe(self, window: Window) -> Burst | None:
        """The burst that has ended with this window, if one has."""
        limits = self._limits
        if window.louder >= limits.louder and window.level_dbfs >= limits.quietest_dbfs:
            if self._start is None:
                self._start = window.start
            self._end = window.end
            self._sound += window.end - window.start
        if self._start is None:
            return None
        self._voice = max(self._voice, window.voice)
        if window.end - self._end < limits.gap_s:
            return None
        start, end = self.earliest, self._end
        counts = self._voice >= limits.voice and self._sound >= limits.shortest_s
        self.forget()
        return Burst(window.end, start, end) if start is not None and counts else None
