"""Whether the caller speaks while she is spoken to: stricter than endpointing, for our own echo."""

from collections import deque
from dataclasses import dataclass

from voice.endpointing import Window


@dataclass(frozen=True)
class BargedIn:
    """The caller speaks while she is spoken to."""

    at: float
    start: float
    """Where the voice that showed it begins."""


@dataclass(frozen=True)
class Interruptions:
    """What counts as one."""

    voiced_s: float = 0.22
    """Voice that is needed ..."""
    within_s: float = 0.4
    """... within this time: words have gaps."""
    probability: float = 0.4
    """From which a window counts as voice."""
    quietest_dbfs: float = -45.0
    """Below it a voice is our own, come back by a bad line, or somebody else in her room."""


class BargeIn:
    """Follows one call while it is told that we speak; says once per answer that she barged in."""

    def __init__(self, limits: Interruptions | None = None) -> None:
        self._limits = limits or Interruptions()
        self._voiced: deque[Window] = deque()
        self._armed = False

    def begin(self) -> None:
        """We begin to speak."""
        self._voiced.clear()
        self._armed = True

    def end(self) -> None:
        """We are silent again."""
        self._armed = False

    def observe(self, window: Window) -> list[BargedIn]:
        """What the next window brings."""
        limits = self._limits
        if not self._armed:
            return []
        if window.voice >= limits.probability and window.level_dbfs >= limits.quietest_dbfs:
            self._voiced.append(window)
        while self._voiced and window.end - self._voiced[0].start > limits.within_s:
            self._voiced.popleft()
        if sum(one.end - one.start for one in self._voiced) < limits.voiced_s:
            return []
        self._armed = False
        return [BargedIn(window.end, self._voiced[0].start)]
