"""Fifty caseworkers race for five hundred cases: here, and the way of reading before writing.

The peer reads who owns the case, finds nobody, and writes itself in (Bürokratt's claim, Chatwoot's
manual assignment), against a table of the bench's own in the same database.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from bot.stores.database import Database
from tests.bench.consoles import Console

CASES = 500
_NEAR_THE_FRONT = 20
"""Everybody aims at one of the oldest cases that he still sees waiting."""

Claim = Callable[[int, str], Awaitable[bool | None]]
"""The `n`th caseworker tries to take that case; whether he was told that it is his (None: nothing
was told, there was an error)."""


@dataclass
class Race:
    """Who was told that which case is his."""

    winners: Counter[str]
    conflicts: int
    errors: int
    spent_s: float

    @property
    def doubled(self) -> int:
        return sum(times > 1 for times in self.winners.values())


async def race(cases: Sequence[str], racers: int, claim: Claim) -> Race:
    """All racers until every case is taken."""
    remaining, found = list(cases), Race(Counter(), 0, 0, 0.0)

    async def run(number: int) -> None:
        while remaining:
            case = random.choice(remaining[:_NEAR_THE_FRONT])
            mine = await claim(number, case)
            if mine is None:
                found.errors += 1
                continue
            if mine:
                found.winners[case] += 1
            else:
                found.conflicts += 1
            if case in remaining:
                remaining.remove(case)  # taken, by whomever

    begun = time.perf_counter()
    await asyncio.gather(*(run(number) for number in range(racers)))
    found.spent_s = time.perf_counter() - begun
    return found


async def ours(consoles: Sequence[Console], cases: Sequence[str]) -> Race:
    """By the staff API."""

    async def claim(number: int, case: str) -> bool | None:
        status, _ = await consoles[number].call("POST", f"/handovers/{case}/claim")
        return None if status >= 500 else status == 200

    return await race(cases, len(consoles), claim)


async def read_check_write(database: Database, racers: int, cases: Sequence[str]) -> Race:
    """On a table that the bench makes, and drops again."""
    async with database.write() as session:
        await session.execute(text("CREATE TABLE bench_claims (id TEXT PRIMARY KEY, owner TEXT)"))
        await session.execute(
            text("INSERT INTO bench_claims (id) VALUES (:id)"), [{"id": case} for case in cases]
        )

    async def claim(number: int, case: str) -> bool:
        read = text("SELECT owner FROM bench_claims WHERE id = :id")
        write = text("UPDATE bench_claims SET owner = :owner WHERE id = :id")
        async with database.read() as session:
            owner = await session.scalar(read, {"id": case})
        if owner is not None:
            return False
        async with database.write() as session:
            await session.execute(write, {"owner": str(number), "id": case})
        return True

    found = await race(cases, racers, claim)
    async with database.write() as session:
        await session.execute(text("DROP TABLE bench_claims"))
    return found


def row(name: str, found: Race, rate: bool) -> str:
    """A line of the table; no rate for what was not asked over HTTP."""
    missing = CASES - len(found.winners)
    speed = f"{CASES / found.spent_s:.0f}" if rate else "–"
    once = sum(times == 1 for times in found.winners.values())
    cells = (name, speed, once, found.doubled, missing, found.conflicts, found.errors)
    return f"| {' | '.join(map(str, cells))} |"
