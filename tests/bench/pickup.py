"""How soon a caseworker sees that somebody asks for a person: by stream, and by asking each second.

The peer is what Bürokratt's gateway and many others do: the list is asked for every second.  Both
sides use the same gateway, database and list.
"""

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aiohttp

from tests.bench.consoles import Citizen, Console, doing
from tests.bench.figures import p95

SAMPLES = 200
POLL_S = 1.0
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where the citizen is, and where the consoles are."""

    name: str
    public: str
    consoles: Sequence[Console]


@dataclass(frozen=True)
class Delays:
    """Milliseconds from the request to each console that showed it."""

    name: str
    asked: int
    ms: list[float]

    def row(self) -> str:
        median, most = statistics.median(self.ms), max(self.ms)
        return f"| {self.name} | {self.asked} | {median:.0f} | {p95(self.ms):.0f} | {most:.0f} |"


async def by_stream(place: Place, count: int, most_s: float) -> Delays:
    """One request after another, each until every one of `count` consoles has shown it."""
    consoles = place.consoles[:count]
    delays: list[float] = []
    asked, end = 0, time.monotonic() + most_s
    async with _followed(consoles), aiohttp.ClientSession() as http:
        while asked < SAMPLES and time.monotonic() < end:
            citizen = await Citizen.begin(http, place.public)
            begun = time.perf_counter()
            await citizen.post("/handover", {"office": "kfz"})
            await _shown(consoles, citizen.id)
            delays += [1000 * (console.shown[citizen.id] - begun) for console in consoles]
            await citizen.post("/close", {})
            await asyncio.sleep(0.01)  # the consoles take in that it is gone
            asked += 1
    return Delays(f"{place.name}, {count} by stream", asked, delays)


async def by_asking(place: Place, count: int, within_s: float) -> Delays:
    """Requests at moments of chance within that time, while `count` consoles ask each second."""
    consoles = place.consoles[:count]
    delays: list[float] = []
    async with doing(*(c.poll(POLL_S) for c in consoles)), aiohttp.ClientSession() as http:

        async def ask() -> None:
            citizen = await Citizen.begin(http, place.public)
            await asyncio.sleep(random.uniform(0, within_s))
            begun = time.perf_counter()
            await citizen.post("/handover", {"office": "kfz"})
            await _shown(consoles, citizen.id)
            delays.extend(1000 * (console.shown[citizen.id] - begun) for console in consoles)
            await citizen.post("/close", {})

        await asyncio.gather(*(ask() for _ in range(SAMPLES)))
    return Delays(f"{place.name}, {count} asking each second", SAMPLES, delays)


@contextlib.asynccontextmanager
async def _followed(consoles: Sequence[Console]) -> AsyncIterator[None]:
    """All of them with their streams open."""
    open_now = [asyncio.Event() for _ in consoles]
    async with doing(*(c.follow(e) for c, e in zip(consoles, open_now, strict=True))):
        await asyncio.gather(*(event.wait() for event in open_now))
        yield


async def _shown(consoles: Sequence[Console], conversation_id: str) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not all(conversation_id in console.shown for console in consoles):
            await asyncio.sleep(0.002)
