"""The port to whatever carries a caller's sound: the PBX today, a browser, other bridges later."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

FRAME_MS = 20
"""Length of one frame of sound, both ways."""


@dataclass(frozen=True)
class Heard:
    """One frame of the caller's sound: 16-bit little-endian mono samples at the line's rate."""

    at: float
    """Seconds on the monotonic clock."""
    samples: bytes


@dataclass(frozen=True)
class KeyPressed:
    """The caller pressed a key: one of `0123456789*#`."""

    at: float
    key: str


@dataclass(frozen=True)
class HungUp:
    """The caller, or the line, is gone; nothing comes after it."""

    at: float


MediaEvent = Heard | KeyPressed | HungUp


class MediaTransport(Protocol):
    """One call's line."""

    call_id: str
    """The UUID under which the PBX asks for the call's next step."""
    rate: int
    """Samples per second of both directions: 8000 or 16000."""

    def events(self) -> AsyncIterator[MediaEvent]:
        """What comes from the caller, in order; ends after `HungUp`."""
        ...

    def write(self, samples: bytes) -> None:
        """Sends one frame to the caller now.  Pacing is the player's work; never blocks.

        A frame is dropped, and counted, where the line does not take it.
        """
        ...

    async def release(self) -> None:
        """Gives the call back to the PBX, which then asks what comes next."""
        ...
