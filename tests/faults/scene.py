"""One fault while people are at work, and what became of their work."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.stores.database import Database
from handover import audit
from tests.faults import checks
from tests.faults.client import PATIENCE_S, Follower
from tests.faults.ledger import Ledger
from tests.faults.people import Caseworker, Citizen
from tests.support.gateways import GatewayProcess

_SETTLED_S = (3.0, 30.0)
"""How long streams may take to show what was stored last, before and after they are resumed."""
_CLAIMS_BETWEEN = 2
"""Claims that at least succeed before, between and after the faults, on however slow a machine."""

Fault = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Crowd:
    """How much is going on, and for how long before and after a fault."""

    citizens: int
    caseworkers: int
    around_s: float

    @property
    def usernames(self) -> list[str]:
        return [f"sachbearbeitung{number}" for number in range(self.caseworkers)]


@dataclass(frozen=True)
class Outcome:
    """A fault, what was acknowledged while it was tried, and what was found amiss."""

    name: str
    ledger: Ledger
    verdict: checks.Verdict
    chain_whole: bool

    @property
    def clean(self) -> bool:
        return self.verdict.clean and self.chain_whole and not self.ledger.refusals


async def play(
    name: str,
    faults: Sequence[Fault],
    crowd: Crowd,
    gateways: Sequence[GatewayProcess],
    database_url: str,
) -> Outcome:
    """Lets people work, brings the faults about one after another, and examines the outcome."""
    ledger, stop = Ledger(), asyncio.Event()
    public, staff = ([g.url(listener) for g in gateways] for listener in ("public", "staff"))
    citizens = [Citizen(public, ledger) for _ in range(crowd.citizens)]
    caseworkers = [Caseworker(username, staff, ledger) for username in crowd.usernames]
    try:
        await asyncio.gather(*(caseworker.sign_in() for caseworker in caseworkers))
        async with asyncio.TaskGroup() as work:
            for citizen in citizens:
                work.create_task(citizen.write(stop))
            for caseworker in caseworkers:
                work.create_task(caseworker.work(stop))
            for fault in faults:
                await _go_on(ledger, crowd)
                await fault()
            await _go_on(ledger, crowd)
            stop.set()
        return await _examined(name, ledger, database_url)
    finally:
        await asyncio.gather(*(follower.stop() for follower in _streams(ledger)))
        await asyncio.gather(*(person.leave() for person in (*citizens, *caseworkers)))


async def _go_on(ledger: Ledger, crowd: Crowd) -> None:
    """Lets everybody work for a while, and long enough to get something done."""
    before = ledger.count("claim")
    await asyncio.sleep(crowd.around_s)
    async with asyncio.timeout(PATIENCE_S):
        while ledger.count("claim") < before + _CLAIMS_BETWEEN:
            await asyncio.sleep(0.05)


async def _examined(name: str, ledger: Ledger, database_url: str) -> Outcome:
    database = Database(database_url)
    try:
        await _settle(database, ledger)
        async with database.read() as session:
            verdict = await checks.examine(session, ledger)
            verdict.unseen = await checks.examine_streams(session, ledger)
            whole = await audit.first_broken_line(session) is None
    finally:
        await database.close()
    return Outcome(name, ledger, verdict, whole)


async def _settle(database: Database, ledger: Ledger) -> None:
    """Waits until the streams have shown everything; what lags is resumed once more."""
    for number, patience_s in enumerate(_SETTLED_S):
        if number:
            await asyncio.gather(*(follower.resume() for follower in _streams(ledger)))
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            async with database.read() as session:
                if not await checks.examine_streams(session, ledger):
                    return
            await asyncio.sleep(0.2)


def _streams(ledger: Ledger) -> list[Follower]:
    return [*ledger.citizens.values(), *ledger.consoles]
