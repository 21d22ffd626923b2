"""Takes the PBX's AudioSocket connections, finds out whose call each is, and has it served."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import structlog

from voice.telephony import metrics
from voice.telephony.audiosocket import AudioSocketCall
from voice.telephony.frames import RATES, Frame, FrameDecoder, Kind

IDENTIFY_S = 1.0
"""Longest wait for the call's UUID; Asterisk sends it first."""
FIRST_SOUND_S = 1.0
"""Longest wait for the first sound, which tells the rate; Asterisk gives up after 2 s of nothing.

A line that stays mute so long is taken for one of 8 kHz.
"""
EARLY_FRAMES = 50
"""Keys and the like that are kept until the first sound; nobody presses more in a second."""

Expects = Callable[[str], bool]
Serve = Callable[[AudioSocketCall], Awaitable[None]]

log = structlog.get_logger()


class AudioSocketServer:
    """Serves each call in a task of its own, which ends with the server.

    Args:
        expects: Whether a call with this UUID was announced and may come now.
        serve: Holds one call until it is over.  The line is closed when it returns.
    """

    def __init__(self, expects: Expects, serve: Serve) -> None:
        self._expects, self._serve = expects, serve
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listen(self, host: str, port: int) -> AsyncIterator[int]:
        """Takes calls within the block; those still there at its end end as if hung up.

        Yields:
            The port, which is chosen freely where 0 was asked for.
        """
        server = await asyncio.get_running_loop().create_server(lambda: _Line(self), host, port)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for line in list(self._lines):
                line.abort()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def lines(self) -> int:
        """Connections that are open now."""
        return len(self._lines)

    def may_come(self, call_id: str) -> str | None:
        """Why a call is refused; nothing if it is not."""
        if any(line.call_id == call_id for line in self._lines):
            return "twice"
        return None if self._expects(call_id) else "unknown"

    def begin(self, call: AudioSocketCall) -> None:
        """Has a call served whose line is ready."""
        task = asyncio.create_task(self._hold(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def joined(self, line: "_Line") -> None:
        """A connection is there."""
        self._lines.add(line)
        metrics.CONNECTIONS.set(len(self._lines))

    def left(self, line: "_Line") -> None:
        """A connection is gone."""
        self._lines.discard(line)
        metrics.CONNECTIONS.set(len(self._lines))

    async def _hold(self, call: AudioSocketCall) -> None:
        try:
            await self._serve(call)
        except Exception as failure:
            # Its type alone: the text of an exception may repeat what the citizen said.
            log.error("call failed", call_id=call.call_id, failure=type(failure).__name__)
        finally:
            await call.release()


class _Line(asyncio.Protocol):
    """One connection: its call's UUID first, then the first sound, then a call."""

    def __init__(self, server: AudioSocketServer) -> None:
        self._server = server
        self._decoder = FrameDecoder()
        self.call_id: str | None = None
        self._call: AudioSocketCall | None = None
        self._early: list[Frame] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(IDENTIFY_S, self._refuse, "silent")
        self._server.joined(self)

    def data_received(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            if self._transport.is_closing():
                return
            if self._call is not None:
                self._call.receive(frame)
            elif self.call_id is None:
                self._identify(frame)
            else:
                self._await_sound(self.call_id, frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._server.left(self)
        if self._call is not None:
            self._call.hung_up()

    def abort(self) -> None:
        """Ends the connection at once."""
        self._transport.abort()

    def _identify(self, frame: Frame) -> None:
        if frame.kind != Kind.CALL_ID or len(frame.payload) != 16:
            self._refuse("malformed")
            return
        call_id = str(uuid.UUID(bytes=frame.payload))
        if reason := self._server.may_come(call_id):
            self._refuse(reason)
            return
        self.call_id = call_id
        self._timer.cancel()
        self._timer = self._loop.call_later(
            FIRST_SOUND_S, self._begin, call_id, RATES[Kind.SOUND_8K]
        )

    def _await_sound(self, call_id: str, frame: Frame) -> None:
        if len(self._early) < EARLY_FRAMES:
            self._early.append(frame)
        if frame.kind in (Kind.SOUND_8K, Kind.SOUND_16K):
            self._begin(call_id, RATES[Kind(frame.kind)])

    def _begin(self, call_id: str, rate: int) -> None:
        self._timer.cancel()
        self._call = AudioSocketCall(call_id, rate, self._transport)
        for frame in self._early:
            self._call.receive(frame)
        self._early.clear()
        self._server.begin(self._call)

    def _refuse(self, reason: str) -> None:
        metrics.REFUSED.labels(reason).inc()
        log.warning("line refused", reason=reason)
        self._transport.abort()
