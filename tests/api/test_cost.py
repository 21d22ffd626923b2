"""What a turn asks of the database, and that it stays so as conversations grow."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import pytest
from sqlalchemy import event, text

from bot.errors import Unauthorized
from bot.stores import conversations
from handover.shared_feed import SharedFeed
from tests.support.world import World

_ROUNDS = ("watch", "sweep")
"""What the gateway does from time to time, whoever says what."""

_ours: ContextVar[bool] = ContextVar("_ours", default=False)
"""Whether the task is the test's own or was begun by one of its own."""


@contextlib.contextmanager
def counted(world: World, *, others: bool = False) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, by this test or by the gateway's other tasks too,
    without its rounds."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        task = asyncio.current_task()
        counts = _ours.get() or (others and task and task.get_name() not in _ROUNDS)
        if counts and not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = world.gateway.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    ours = _ours.set(True)
    yield statements
    _ours.reset(ours)
    event.remove(engine, "before_cursor_execute", note)


async def test_a_turn_costs_the_same_at_the_hundredth(world: World) -> None:
    citizen = await world.citizen()
    figures = []
    async with citizen.stream(after=1) as stream:
        for number in range(1, 101):
            with counted(world, others=True) as statements:
                await citizen.says("answer kfz_evb general")
                while (await stream.named("message"))["author"] != "bot":
                    pass
            if number in (2, 100):
                figures.append(len(statements))
    assert figures[1] <= figures[0] + 2  # a read may fall to the neighbouring turn
    assert figures[0] <= 20


async def _signed_in(world: World, count: int, office: str = "kfz") -> list[str]:
    """The secrets of so many new caseworkers' sessions."""
    accounts, tokens = world.gateway.accounts, []
    for number in range(count):
        name = f"{office}{number}"
        await accounts.add(name, name, "caseworker", [office], "geheim-123")
        tokens.append((await accounts.sign_in(name, "geheim-123"))[1])
    return tokens


async def test_a_change_costs_the_same_for_many_consoles(world: World) -> None:
    await (await world.citizen()).wants_a_person("kfz")
    tokens = await _signed_in(world, 10)
    shared = SharedFeed(world.gateway.accounts, world.gateway.handover.views)
    await shared.after(tokens[0], 0)
    figures = []
    for readers in (tokens[:1], tokens):
        await asyncio.gather(*(shared.after(token, 0) for token in readers))  # notes they are seen
        with counted(world) as statements:
            told = await asyncio.gather(*(shared.after(token, 0) for token in readers))
        assert all(events == told[0] and events for events in told)
        figures.append(len(statements))
    assert figures[0] == figures[1] > 0


async def test_consoles_that_read_together_stay_apart(world: World) -> None:
    await (await world.citizen()).wants_a_person("kfz")
    [here, leaver, ended], [elsewhere] = (
        await _signed_in(world, 3),
        await _signed_in(world, 1, "abh"),
    )
    await world.gateway.accounts.sign_out(ended)
    shared = SharedFeed(world.gateway.accounts, world.gateway.handover.views)
    readings = [asyncio.create_task(shared.after(t, 0)) for t in (leaver, here, elsewhere, ended)]
    await asyncio.sleep(0)
    readings[0].cancel()
    _, own, foreign, refused = await asyncio.gather(*readings, return_exceptions=True)
    assert own
    assert foreign == []
    assert isinstance(refused, Unauthorized)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pending_messages_are_found_by_index(world: World) -> None:
    citizen = await world.citizen()
    with counted(world) as statements:
        async with world.gateway.database.write() as session:
            await conversations.with_pending(session, None)
            await conversations.oldest_pending(session, citizen.id)
            await conversations.current_state(session, citizen.id)
    plans = []
    async with world.gateway.database.read() as session:
        for statement in statements:
            plan = statement.replace("?", "'x'")
            rows = await session.execute(text(f"EXPLAIN QUERY PLAN {plan}"))
            plans.append(" ".join(str(row[-1]) for row in rows))
    assert "ix_events_pending" in plans[0], plans[0]
    assert "ix_events_pending" in plans[1], plans[1]
    assert "ix_events_state" in plans[2], plans[2]
