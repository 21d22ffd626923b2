"""When frames of sound are due: at exact instants, whatever happened to the ones before."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from voice.media import FRAME_MS

FRAME_S = FRAME_MS / 1000
AHEAD_FRAMES = 3
"""Most frames that are sent at one moment (60 ms), to catch up.

Asterisk passes on what it gets at once, and telephones keep little: 3 s of sound sent in 20 ms
left 0.16 s audible.
"""


class PlayerClock(Protocol):
    """The time by which a player works."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    async def sleep_until(self, at: float) -> None:
        """Returns at `at` or later; lets others work even where that has passed."""
        ...


class LoopClock:
    """The event loop's own clock."""

    def now(self) -> float:
        """See `PlayerClock`."""
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        """See `PlayerClock`."""
        await asyncio.sleep(max(0.0, at - self.now()))


@dataclass
class Schedule:
    """The instants of one line's frames, counted from its begin so that they cannot drift."""

    begin: float
    frame: int = 0
    """Number of the frame that is due next."""

    @property
    def due(self) -> float:
        """When the next frame is due."""
        return self.begin + self.frame * FRAME_S

    def skip_missed(self, now: float) -> int:
        """Gives up frames that are so late that sending them all would be a burst.

        Returns:
            How many are given up; the sound goes on later by that much, and none of it is lost.
        """
        missed = int((now - self.due) / FRAME_S + 1e-9) + 1 - AHEAD_FRAMES
        if missed <= 0:
            return 0
        self.frame += missed
        return missed
