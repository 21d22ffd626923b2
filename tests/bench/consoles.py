"""Caseworkers' consoles and citizens, as the bench of the handover desk needs them."""

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.gateways import PASSWORD


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0)
    )


@dataclass
class Console:
    """A signed-in caseworker; `shown` tells when each conversation's case was first shown."""

    base: str
    username: str
    http: aiohttp.ClientSession = field(default_factory=session)
    shown: dict[str, float] = field(default_factory=dict)

    async def sign_in(self) -> None:
        status, _ = await self.call(
            "POST", "/session", {"username": self.username, "password": PASSWORD}
        )
        assert status == 200, status

    def at(self, base: str) -> "Console":
        """The same caseworker's console at another gateway."""
        return Console(base, self.username, self.http)

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self.http.request(
            method, f"{self.base}/api/v1{path}", json=body,
            headers={"Accept": "application/json", "Origin": self.base},
        ) as response:  # fmt: skip
            return response.status, await response.json()

    async def waiting(self) -> dict[str, Any]:
        _, listed = await self.call("GET", "/handovers?state=waiting")
        return dict(listed)

    async def follow(self, open_now: asyncio.Event) -> None:
        """Notes what the stream shows, until cancelled."""
        after = (await self.waiting())["seq"]
        async with self.http.get(
            f"{self.base}/api/v1/events?after={after}",
            headers={"Accept": "text/event-stream"}, timeout=aiohttp.ClientTimeout(total=None),
        ) as stream:  # fmt: skip
            open_now.set()
            async for line in stream.content:
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    if event.get("type") == "handover":
                        self._note(event["handover"])

    async def poll(self, every_s: float) -> None:
        """Notes what the list shows, asked for again and again, until cancelled."""
        await asyncio.sleep(random.uniform(0, every_s))
        while True:
            for handover in (await self.waiting())["handovers"]:
                self._note(handover)
            await asyncio.sleep(every_s)

    def _note(self, handover: dict[str, Any]) -> None:
        self.shown.setdefault(handover["conversation_id"], time.perf_counter())


@dataclass
class Citizen:
    """A citizen who has begun a conversation."""

    http: aiohttp.ClientSession
    url: str
    id: str
    headers: dict[str, str]

    @classmethod
    async def begin(cls, http: aiohttp.ClientSession, base: str) -> "Citizen":
        url = f"{base}/api/v1/conversations"
        async with http.post(url, json={"language": "de"}) as response:
            started = await response.json()
        headers = {"Authorization": f"Bearer {started['token']}"}
        return cls(http, f"{url}/{started['id']}", started["id"], headers)

    async def post(self, path: str, body: object) -> None:
        async with self.http.post(f"{self.url}{path}", json=body, headers=self.headers) as response:
            assert response.status < 300, await response.text()


@contextlib.asynccontextmanager
async def doing(*work: Any) -> Any:
    """Does all of it beside the block, and ends it with the block."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
