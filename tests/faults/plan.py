"""Which faults are tried, on which processes, one after another."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.scene import Crowd, Fault, Outcome, play
from tests.support.gateways import GatewayProcess, add_caseworkers, serving
from tests.support.servers import PostgresServer, RedisServer, running


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    crowd: Crowd
    times: int
    """How often each fault that can be repeated is."""
    sqlite: bool


SHORT = Plan(Crowd(citizens=6, caseworkers=4, around_s=1.0), times=1, sqlite=False)
LONG = Plan(Crowd(citizens=12, caseworkers=6, around_s=3.0), times=3, sqlite=True)


async def run(plan: Plan) -> list[Outcome]:
    """Everything; the outcome of each fault in its turn."""
    with tempfile.TemporaryDirectory(prefix="kreislotse-faults-") as name:
        outcomes = [await _on_sqlite(plan, Path(name))] if plan.sqlite else []
        return outcomes + [outcome async for outcome in _on_servers(plan, Path(name))]


async def _on_sqlite(plan: Plan, folder: Path) -> Outcome:
    url = f"sqlite+aiosqlite:///{folder / 'kreislotse.sqlite3'}"
    gateway = GatewayProcess(folder, url)
    async with _open([gateway], url, plan.crowd):
        faults = [_restart(gateway)] * plan.times
        name = f"gateway killed, SQLite (x{plan.times})"
        return await play(name, faults, plan.crowd, [gateway], url)


async def _on_servers(plan: Plan, folder: Path) -> AsyncIterator[Outcome]:
    """Two gateways with PostgreSQL and Redis, of which one gateway is left in the end."""
    with running(PostgresServer()) as postgres, running(RedisServer()) as redis:
        url = postgres.create("faults")
        one, other = (GatewayProcess(folder, url, redis.url) for _ in range(2))
        async with _open([one, other], url, plan.crowd):
            both, times = [one, other], f"(x{plan.times})"
            faults = [_bounce(redis, down_s=1)] * plan.times
            yield await play(f"Redis killed {times}", faults, plan.crowd, both, url)
            faults = [_bounce(postgres, down_s=1)] * plan.times
            yield await play(f"PostgreSQL killed {times}", faults, plan.crowd, both, url)
            faults = [_end(other)]
            yield await play("one of two gateways gone for good", faults, plan.crowd, both, url)
            faults = [_restart(one)] * plan.times
            yield await play(f"gateway killed, PostgreSQL {times}", faults, plan.crowd, [one], url)


@contextlib.asynccontextmanager
async def _open(
    gateways: list[GatewayProcess], database_url: str, crowd: Crowd
) -> AsyncIterator[None]:
    await add_caseworkers(database_url, crowd.usernames)
    async with serving(*gateways):
        yield


def _restart(gateway: GatewayProcess) -> Fault:
    async def fault() -> None:
        gateway.kill()
        gateway.start()
        await gateway.ready()

    return fault


def _end(gateway: GatewayProcess) -> Fault:
    async def fault() -> None:
        gateway.kill()

    return fault


def _bounce(server: PostgresServer | RedisServer, down_s: float) -> Fault:
    async def fault() -> None:
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(down_s)
        await asyncio.to_thread(server.start)

    return fault
