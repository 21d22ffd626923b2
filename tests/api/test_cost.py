"""What a turn asks of the database, and that it stays so as conversations grow."""

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import event, text

from bot.stores import conversations
from tests.support.world import World


@contextlib.contextmanager
def counted(world: World) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = world.gateway.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


async def test_a_turn_costs_the_same_at_the_hundredth(world: World) -> None:
    citizen = await world.citizen()
    figures = []
    async with citizen.stream(after=1) as stream:
        for number in range(1, 101):
            with counted(world) as statements:
                await citizen.says("answer kfz_evb general")
                while (await stream.named("message"))["author"] != "bot":
                    pass
            if number in (2, 100):
                figures.append(len(statements))
    assert figures[1] <= figures[0] + 2  # a read may fall to the neighbouring turn
    assert figures[0] <= 20


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
