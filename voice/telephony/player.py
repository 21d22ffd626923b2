"""Sends a caller one frame of sound every 20 ms: what is to be played, else silence."""

from collections import deque

from voice.media import FRAME_MS, MediaTransport
from voice.telephony import metrics
from voice.telephony.pacing import FRAME_S, LoopClock, PlayerClock, Schedule
from voice.telephony.playback import Playback

HESITATION_S = 0.4
"""As long as it may take until it is clear whether the caller interrupts us."""


class Player:
    """The only writer of a line.

    Silence is sent as well: a telephone call is never without frames, and Asterisk gives up a
    line that is silent both ways for 2 s.
    """

    def __init__(self, line: MediaTransport, clock: PlayerClock | None = None) -> None:
        self._line = line
        self._clock = clock or LoopClock()
        self._frame_bytes = line.rate * FRAME_MS // 1000 * 2
        self._queue: deque[Playback] = deque()
        self._starved = False

    def play(self, *sentences: bytes) -> Playback:
        """Plays sentences that are ready, after what is being played already."""
        playback = self.begin()
        for samples in sentences:
            playback.add(samples)
        playback.finish()
        return playback

    def begin(self) -> Playback:
        """Plays sentences that come one by one, until `Playback.finish`."""
        playback = Playback(self._line.rate)
        self._queue.append(playback)
        return playback

    def stop(self) -> None:
        """Silences everything that is played or waits for it."""
        for playback in self._queue:
            playback.stop()

    def hesitate(self) -> None:
        """Pauses what is heard now for `HESITATION_S`, unless it is stopped meanwhile."""
        if self._queue:
            self._queue[0].pause(self._clock.now() + HESITATION_S)

    async def run(self) -> None:
        """Works until it is cancelled, as a task of the call."""
        schedule = Schedule(self._clock.now())
        while True:
            await self._clock.sleep_until(schedule.due)
            now = self._clock.now()
            if skipped := schedule.skip_missed(now):
                metrics.SKIPPED.inc(skipped)
            if now - schedule.due > FRAME_S:
                metrics.LATE.inc()
            metrics.FRAMES.inc()
            self._line.write(self._next_frame(now))
            schedule.frame += 1

    def _next_frame(self, now: float) -> bytes:
        frame = b""
        while self._queue:
            playback = self._queue[0]
            frame += playback.take(self._frame_bytes - len(frame), now)
            if not playback.over:
                self._note_gap(playback.starved and len(frame) < self._frame_bytes)
                break
            self._queue.popleft()
            if len(frame) == self._frame_bytes:
                break
        return frame.ljust(self._frame_bytes, b"\0")

    def _note_gap(self, starved: bool) -> None:
        """Counts each silence within an answer once."""
        if starved and not self._starved:
            metrics.UNDERRUNS.inc()
        self._starved = starved
