"""How a browser talks to us: what was not acknowledged is said again, wherever one answers."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE_S = 300.0
_PAUSE_S = 0.1
_ONE_TRY = aiohttp.ClientTimeout(total=30, sock_connect=5)
_STREAM = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=20)
_NO_ANSWER = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True)
class Answer:
    """What came back in the end; `repeated` where an earlier try may have been acted upon."""

    status: int
    body: Any
    repeated: bool


@dataclass
class Outages:
    """How long clients had to go without what they asked for."""

    longest_s: float = 0.0

    def note(self, lasted_s: float) -> None:
        self.longest_s = max(self.longest_s, lasted_s)


class Client:
    """Talks to one listener of any of several gateways."""

    def __init__(self, addresses: list[str], outages: Outages, **headers: str) -> None:
        begin = random.randrange(len(addresses))
        self._addresses: Iterator[str] = itertools.cycle(addresses[begin:] + addresses[:begin])
        self._address = next(self._addresses)
        self._outages = outages
        self._headers = headers
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    def become(self, **headers: str) -> None:
        """Sends these headers from now on."""
        self._headers = headers

    def turn_to_another(self) -> None:
        self._address = next(self._addresses)

    def request(
        self, method: str, path: str, timeout: aiohttp.ClientTimeout, **options: Any
    ) -> Any:
        headers = {"Origin": self._address, **self._headers, **options.pop("headers", {})}
        url = f"{self._address}/api/v1{path}"
        return self.http.request(method, url, headers=headers, timeout=timeout, **options)

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        """Repeats the request until somebody answers it.

        Raises:
            TimeoutError: nobody did for `PATIENCE_S`.
        """
        begun, repeated = time.monotonic(), False
        while (found := await self.once(method, path, body)) is None:
            if time.monotonic() - begun > PATIENCE_S:
                raise TimeoutError(f"{method} {path}: nobody answered for {PATIENCE_S:.0f} s")
            repeated = True
        if repeated:
            self._outages.note(time.monotonic() - begun)
        return Answer(*found, repeated)

    async def once(self, method: str, path: str, body: object = None) -> tuple[int, Any] | None:
        """Status and body, or None after a pause: then nobody knows whether it was done."""
        options = {"json": body, "headers": {"Accept": "application/json"}}
        with contextlib.suppress(*_NO_ANSWER):
            async with self.request(method, path, _ONE_TRY, **options) as response:
                if response.status < 500:
                    return response.status, await response.json()
        self.turn_to_another()
        await asyncio.sleep(_PAUSE_S)
        return None


@dataclass
class Follower:
    """An event stream that is resumed with the last number seen, as browsers do."""

    client: Client
    path: str
    begin: int = 0
    seen: list[int] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def resume(self) -> None:
        """Leaves, and comes back with the last number seen."""
        await self.stop()
        self.start()

    @property
    def last(self) -> int:
        return self.seen[-1] if self.seen else self.begin

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(*_NO_ANSWER):
                await self._listen()
            self.client.turn_to_another()
            await asyncio.sleep(_PAUSE_S)

    async def _listen(self) -> None:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(self.last)}
        async with self.client.request("GET", self.path, _STREAM, headers=headers) as response:
            number = None
            async for line in response.content:
                if line.startswith(b"id: "):
                    number = int(line[4:])
                elif line == b"\n" and number is not None:  # only now has the event come whole
                    self.seen.append(number)
                    number = None
