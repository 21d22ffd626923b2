"""A call's sound and keys over AudioSocket, Asterisk's way to bring a call to a program.

The protocol knows no caller id, no password and no encryption: the port belongs on loopback or
on a network of its own, and only calls that the dialplan has announced are served.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from voice.media import FRAME_MS, Heard, HungUp, KeyPressed, MediaEvent
from voice.telephony import metrics
from voice.telephony.frames import RATES, SOUND_KINDS, Frame, Kind

KEYS = frozenset("0123456789*#")
WAITING_FRAMES = 500
"""Sound that may wait to be listened to (10 s); older sound is given up, keys never are."""
UNSENT_FRAMES = 3
"""Frames that may wait for the socket; what comes on top is dropped, as it would be late."""
RELEASE_S = 1.0
"""Longest wait for the PBX to close a connection that it was told to end."""


class AudioSocketCall:
    """One call's line, as `MediaTransport` describes it."""

    def __init__(self, call_id: str, rate: int, transport: asyncio.Transport) -> None:
        self.call_id = call_id
        self.rate = rate
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._sound = bytearray()
        self._waiting: deque[MediaEvent] = deque()
        self._waiting_sound = 0
        self._news = asyncio.Event()
        self._gone = asyncio.Event()

    async def events(self) -> AsyncIterator[MediaEvent]:
        """What comes from the caller, in order; ends after `HungUp`."""
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            event = self._waiting.popleft()
            self._waiting_sound -= isinstance(event, Heard)
            yield event
            if isinstance(event, HungUp):
                return

    def write(self, samples: bytes) -> None:
        """Sends one frame to the caller now; drops it where the socket does not take it."""
        if self._gone.is_set() or self._transport.is_closing():
            return
        frame = bytes(Frame(SOUND_KINDS[self.rate], samples))
        if self._transport.get_write_buffer_size() > (UNSENT_FRAMES - 1) * len(frame):
            metrics.DROPPED.inc()
            return
        # In one piece: Asterisk misreads a header that comes in two.
        self._transport.write(frame)

    async def release(self) -> None:
        """Gives the call back to the PBX and waits until it has hung up this line."""
        if not self._transport.is_closing():
            self._transport.write(bytes(Frame(Kind.HANG_UP)))
        # The PBX closes first: closing with its sound unread would reset the connection and
        # take our last frame with it.
        try:
            async with asyncio.timeout(RELEASE_S):
                await self._gone.wait()
        except TimeoutError:
            self._transport.abort()
            await self._gone.wait()

    def receive(self, frame: Frame) -> None:
        """Takes up what the PBX sent."""
        match frame.kind:
            case Kind.SOUND_8K | Kind.SOUND_16K:
                self._hear(frame)
            case Kind.KEY:
                self._press(frame.payload)
            case Kind.HANG_UP | Kind.ERROR:
                self._transport.abort()
            case Kind.CALL_ID:
                metrics.FRAMES_IN.labels("malformed").inc()
            case _:
                metrics.FRAMES_IN.labels("unknown").inc()

    def hung_up(self) -> None:
        """The connection is closed."""
        if not self._gone.is_set():
            self._gone.set()
            self._tell(HungUp(self._loop.time()))

    def _hear(self, frame: Frame) -> None:
        """The PBX cuts sound as its trunk does (10, 20, 30 ms); we go on with frames of 20 ms."""
        if RATES[Kind(frame.kind)] != self.rate:
            metrics.FRAMES_IN.labels("other_rate").inc()
            return
        if len(frame.payload) % 2:
            metrics.FRAMES_IN.labels("malformed").inc()
            return
        self._sound += frame.payload
        now = self._loop.time()
        while len(self._sound) >= self._frame_bytes:
            samples = bytes(self._sound[: self._frame_bytes])
            del self._sound[: self._frame_bytes]
            self._tell(Heard(now, samples))

    def _press(self, payload: bytes) -> None:
        key = payload.decode("ascii", "replace")
        if key in KEYS:
            self._tell(KeyPressed(self._loop.time(), key))
        else:  # the keys A to D of engineers' telephones, or nonsense
            metrics.FRAMES_IN.labels("malformed").inc()

    def _tell(self, event: MediaEvent) -> None:
        if isinstance(event, Heard):
            if self._waiting_sound == WAITING_FRAMES:
                del self._waiting[next(n for n, e in enumerate(self._waiting) if type(e) is Heard)]
                metrics.FRAMES_IN.labels("not_taken").inc()
            else:
                self._waiting_sound += 1
        self._waiting.append(event)
        self._news.set()
