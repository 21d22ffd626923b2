"""What the desk asks of the database: the queue when it is long, a case when its talk is long."""

import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from tests.api.test_cost import counted
from tests.bench.seeding import clear, seed
from tests.conftest import opened, scripted
from tests.support.gateways import OPENS_AT
from tests.support.world import Staff, World

LONG_QUEUES = (500, 5000)
LONG_TALKS = (10, 100, 1000)
_TIMES = 10


@dataclass(frozen=True)
class Cost:
    """Of one request: statements, and milliseconds (the median of some)."""

    statements: int
    ms: float

    def __str__(self) -> str:
        return f"{self.statements} / {self.ms:.1f}"


async def queue_table(name: str, url: str, knowledge: Knowledge, folder: Path) -> list[str]:
    """The rows of the list of those who wait."""
    rows = []
    async with _open(url, knowledge, folder) as (world, staff):
        for count in LONG_QUEUES:
            await seed(world.gateway.database, count)
            listed = await staff.queue()
            cost = await _cost(world, staff, "GET", "/handovers?state=waiting", times=_TIMES)
            rows.append(f"| {name} | {count} | {len(listed)} | {cost.statements} | {cost.ms:.0f} |")
            await clear(world.gateway.database)
    return rows


async def case_table(name: str, url: str, knowledge: Knowledge, folder: Path) -> list[str]:
    """The rows of claim, reply and read, by the length of the conversation."""
    rows = []
    async with _open(url, knowledge, folder) as (world, staff):
        for length in LONG_TALKS:
            claims, replies, reads = [], [], []
            for case in await seed(world.gateway.database, 5, length):
                path = f"/handovers/{case}"
                claims.append(await _cost(world, staff, "POST", f"{path}/claim"))
                body = {"client_message_id": "1", "text": "Guten Tag"}
                replies.append(await _cost(world, staff, "POST", f"{path}/messages", body))
                reads.append(await _cost(world, staff, "GET", path))
            cells = " | ".join(str(_usual(costs)) for costs in (claims, replies, reads))
            rows.append(f"| {name} | {length} | {cells} |")
    return rows


def _usual(costs: list[Cost]) -> Cost:
    """The fewest statements, as the gateway's own rounds may fall among them; the median time."""
    return Cost(
        min(cost.statements for cost in costs),
        statistics.median(cost.ms for cost in costs),
    )


async def _cost(
    world: World, staff: Staff, method: str, path: str, body: object = None, times: int = 1
) -> Cost:
    """The request's cost, its check against the OpenAPI description left out."""
    client = staff.client
    spent, counts = [], []
    for _ in range(times):
        with counted(world, others=True) as statements:
            begun = time.perf_counter()
            async with client.http.request(
                method, f"{client.base}/api/v1{path}", json=body,
                headers={"Accept": "application/json", "Origin": client.base},
            ) as response:  # fmt: skip
                assert response.status < 300, await response.text()
                await response.read()
            spent.append(1000 * (time.perf_counter() - begun))
        counts.append(len(statements))
    return Cost(min(counts), statistics.median(spent))


@contextlib.asynccontextmanager
async def _open(url: str, knowledge: Knowledge, folder: Path) -> AsyncIterator[tuple[World, Staff]]:
    """A gateway in this process, so that its statements can be counted."""
    settings = Settings(env="test", data_dir=folder, database_url=url)
    dialogue, clock = FakeDialogue(scripted), FakeClock(OPENS_AT)
    async with opened(settings, knowledge, dialogue, clock) as world:
        yield world, await world.caseworker()
