"""What the handover desk costs: pick-up, races for cases, long queues, long conversations."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bot.app import Knowledge
from bot.stores.database import Database
from bot.stores.tables import AuditRow, HandoverRow
from tests.bench import claims, pickup, statements
from tests.bench.consoles import Console
from tests.bench.seeding import clear, seed
from tests.support.gateways import GatewayProcess, add_caseworkers, serving
from tests.support.servers import PostgresServer, RedisServer, running

CONSOLES = 50
_STREAMED_S, _ASKED_S = 6.0, 6.0
"""How long each figure of the pick-up may take at most."""

Consoles = dict[str, list[Console]]
"""By the name of their side."""


@dataclass(frozen=True)
class Side:
    """One database, and a gateway on it."""

    name: str
    url: str
    gateway: GatewayProcess


async def table() -> list[str]:
    """The report, line by line."""
    with (
        tempfile.TemporaryDirectory() as name,
        running(PostgresServer()) as postgres,
        running(RedisServer()) as redis,
    ):
        folder = Path(name)
        sqlite = f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}"
        shared = postgres.create("bench")
        one = GatewayProcess(folder, sqlite)
        two, three = (GatewayProcess(folder, shared, redis.url) for _ in range(2))
        sides = [Side("SQLite", sqlite, one), Side("PostgreSQL", shared, two)]
        names = [f"sachbearbeitung{number}" for number in range(CONSOLES)]
        for side in sides:
            await add_caseworkers(side.url, names)
        lines = []
        async with serving(one, two, three), _consoles(sides, names) as consoles:
            lines += await _pickups(sides, three, consoles)
            lines += await _races(sides, consoles)
        knowledge = await asyncio.to_thread(Knowledge.load, compiled=folder / "catalogues")
        alone = [("SQLite", f"sqlite+aiosqlite:///{folder / 'alone.sqlite3'}"),
                 ("PostgreSQL", postgres.create("alone"))]  # fmt: skip
        return lines + await _statements(alone, knowledge, folder)


async def _pickups(sides: list[Side], other: GatewayProcess, consoles: Consoles) -> list[str]:
    lines = ["| from asking for a person to the console | asked | median, ms | p95 | longest |",
             "|---|---|---|---|---|"]  # fmt: skip
    for side in sides:
        place = pickup.Place(side.name, side.gateway.url("public"), consoles[side.name])
        for count in (1, CONSOLES):
            lines.append((await pickup.by_stream(place, count, _STREAMED_S)).row())
            lines.append((await pickup.by_asking(place, count, _ASKED_S)).row())
    moved = [console.at(other.url("staff")) for console in consoles[sides[-1].name]]
    away = pickup.Place("two gateways, Redis", sides[-1].gateway.url("public"), moved)
    for count in (1, CONSOLES):
        lines.append((await pickup.by_stream(away, count, _STREAMED_S)).row())
    return lines


async def _races(sides: list[Side], consoles: Consoles) -> list[str]:
    lines = [
        "",
        f"| {CONSOLES} race for {claims.CASES} cases | cases/s | won once | won twice or more"
        " | by nobody | conflicts | errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for side in sides:
        database = Database(side.url)
        try:
            cases = await seed(database, claims.CASES)
            won = await claims.ours(consoles[side.name], cases)
            await _stands_as_told(database, cases)
            lines.append(claims.row(f"Kreislotse, {side.name}", won, rate=True))
            peer = await claims.read_check_write(database, CONSOLES, cases)
            lines.append(claims.row(f"read, check, write, {side.name}", peer, rate=False))
            await clear(database)
        finally:
            await database.close()
    return lines


async def _stands_as_told(database: Database, cases: list[str]) -> None:
    """Each case has an owner, and one claim of it stands in the audit trail.

    Raises:
        SystemExit: that is not so.
    """
    async with database.read() as session:
        owned = await session.scalar(
            select(func.count()).where(HandoverRow.id.in_(cases), HandoverRow.state == "claimed")
        )
        lines = await session.scalars(
            select(AuditRow.subject).where(AuditRow.action == "claim", AuditRow.subject.in_(cases))
        )
        claimed = list(lines)
    if owned != len(cases) or sorted(claimed) != sorted(cases):
        raise SystemExit(f"{len(cases)} cases, {owned} owned, {len(claimed)} claims on record")


async def _statements(
    databases: list[tuple[str, str]], knowledge: Knowledge, folder: Path
) -> list[str]:
    queues, cases = [], []
    for name, url in databases:
        queues += await statements.queue_table(name, url, knowledge, folder)
        cases += await statements.case_table(name, url, knowledge, folder)
    rule = "|---|---|---|---|---|"
    return [
        "", "| the queue | waiting | listed | statements | ms |", rule, *queues,
        "", "| statements / ms | messages | claim | reply | read |", rule, *cases,
    ]  # fmt: skip


@contextlib.asynccontextmanager
async def _consoles(sides: list[Side], names: list[str]) -> AsyncIterator[Consoles]:
    """Everybody signed in on each side."""
    found = {side.name: [Console(side.gateway.url("staff"), n) for n in names] for side in sides}
    everybody = [console for consoles in found.values() for console in consoles]
    try:
        for console in everybody:  # one by one: a password takes the processor a while
            await console.sign_in()
        yield found
    finally:
        await asyncio.gather(*(console.http.close() for console in everybody))
