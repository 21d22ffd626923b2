"""One piece of speech on its way to the caller: what of it was heard, and how it is cut off."""

import asyncio
from collections import deque
from dataclasses import dataclass

import numpy as np

FADE_MS = 5
"""How long sound takes to die away when it is stopped; cut at once, it would click."""
AGAIN_MS = 200
"""How much is said again after a pause, so that no word is lost."""


@dataclass(frozen=True)
class Played:
    """What the caller heard of a playback."""

    ms: int
    sentence: int
    """Index of the last sentence of which something was heard; -1: nothing was."""
    complete: bool
    """Whether everything was heard, to the end."""


class Playback:
    """Sentences, added as they are ready, that are heard one after the other.

    The player makes it and takes its sound; whoever speaks adds, finishes and stops.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._sentences: deque[memoryview] = deque()
        self._added = 0
        self._sentence = -1
        self._taken = 0
        self._heard_bytes = 0
        self._finished = False
        self._fading = b""
        self._paused_until: float | None = None
        self._ended: asyncio.Future[Played] = asyncio.get_running_loop().create_future()
        self.first_sound_at: float | None = None
        """When the first of its sound left, in the player's seconds."""

    def add(self, samples: bytes) -> None:
        """Adds a sentence: 16-bit little-endian mono at the line's rate.

        Does nothing once it is stopped: a sentence that was still being made is not said then.
        """
        if not self._ended.done():
            self._sentences.append(memoryview(samples))
            self._added += 1

    def finish(self) -> None:
        """Says that no further sentence comes."""
        self._finished = True
        self._end_if_through()

    def stop(self) -> Played:
        """Silences it with the next frame; tells what was heard until then."""
        if not self._ended.done():
            if self._paused_until is None:
                self._fade()
            self._sentences.clear()
            self._ended.set_result(Played(self.played_ms, self._sentence, complete=False))
        return self._ended.result()

    def pause(self, until: float) -> None:
        """Is silent with the next frame, and goes on at `until` (the player's seconds)."""
        if self.begun and not self._ended.done():
            if self._paused_until is None:
                self._fade()
            self._paused_until = until

    async def wait(self) -> Played:
        """Waits until it was heard to its end, or stopped."""
        return await asyncio.shield(self._ended)

    @property
    def played_ms(self) -> int:
        """How much was heard so far."""
        return self._heard_bytes // 2 * 1000 // self._rate

    @property
    def begun(self) -> bool:
        """Whether any of it was heard."""
        return self._heard_bytes > 0

    @property
    def starved(self) -> bool:
        """Whether it would go on if more of it were there."""
        return self.begun and self._paused_until is None

    @property
    def over(self) -> bool:
        """Whether the player has nothing more to take from it, now or later."""
        return self._ended.done() and not self._fading

    def take(self, size: int, now: float) -> bytes:
        """The next bytes to be heard, at most `size`; fewer where nothing more is ready."""
        if self._fading:
            last, self._fading = self._fading[:size], b""
            return last
        if self._paused_until is not None:
            if now < self._paused_until:
                return b""
            self._resume()
        sound = bytearray()
        while self._sentences and len(sound) < size:
            self._sentence = self._added - len(self._sentences)
            piece = self._sentences[0][self._taken : self._taken + size - len(sound)]
            sound += piece
            self._taken += len(piece)
            if self._taken == len(self._sentences[0]):
                self._sentences.popleft()
                self._taken = 0
        if sound and self.first_sound_at is None:
            self.first_sound_at = now
        self._heard_bytes += len(sound)
        self._end_if_through()
        return bytes(sound)

    def _fade(self) -> None:
        if self._heard_bytes and self._sentences:
            self._fading = faded(self._sentences[0][self._taken :], self._rate)

    def _resume(self) -> None:
        """Goes on a little before where it paused, at most at the sentence's begin."""
        self._paused_until = None
        again = min(self._taken, self._rate * AGAIN_MS // 1000 * 2)
        self._taken -= again
        self._heard_bytes -= again

    def _end_if_through(self) -> None:
        if self._finished and not self._sentences and not self._ended.done():
            self._ended.set_result(Played(self.played_ms, self._sentence, complete=True))


def faded(samples: memoryview, rate: int) -> bytes:
    """The first of `samples`, dying away."""
    sound = np.frombuffer(samples[: rate * FADE_MS // 1000 * 2], "<i2")
    return (sound * np.linspace(1, 0, len(sound))).astype("<i2").tobytes()
