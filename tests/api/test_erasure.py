"""Erasure leaves no copy of a citizen's words, in any table or file."""

import datetime as dt
from pathlib import Path

from sqlalchemy import text

from bot.retention import purge
from bot.stores.tables import Base
from handover.audit import first_broken_line
from tests.support.world import World

SECRET = "Zitronenfalter"


async def test_no_table_keeps_a_word(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen(language="de")
    answer = await citizen.asks(f"answer kfz_evb general {SECRET}")
    comment = {"seq": answer["seq"], "helpful": False, "comment": SECRET}
    await citizen.call("POST", "/feedback", comment)
    body = {"office": "kfz", "kind": "callback", "phone": "030 23125 999", "text": SECRET}
    await citizen.call("POST", "/handover", body)
    [case] = await staff.queue()
    await staff.claims(case["id"])
    await staff.says(case["id"], f"Sie schrieben {SECRET}.")
    assert SECRET in await everything(world)

    assert (await citizen.call("DELETE", ""))[0] == 204
    kept = await everything(world)
    assert SECRET not in kept
    assert "23125 999" not in kept
    assert await staff.queue("claimed") == []
    _, feed = await staff.call("GET", "/events?after=0")
    assert {event["type"] for event in feed["events"]} == {"gone"}
    async with world.gateway.database.read() as session:
        assert await first_broken_line(session) is None
        actions = await session.execute(text("SELECT action FROM audit ORDER BY id DESC"))
        assert next(iter(actions))[0] == "erase"


async def test_sqlite_files_forget_too(world: World, tmp_path: Path) -> None:
    citizen = await world.citizen()
    await citizen.asks(f"answer kfz_evb general {SECRET}")
    await citizen.call("DELETE", "")
    if world.gateway.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL reuses the space after its own vacuum
    await world.gateway.database.forget()
    for path in tmp_path.glob("*.sqlite3*"):
        assert SECRET.encode() not in path.read_bytes(), path.name


async def test_purge_erases_what_is_too_old_and_nothing_else(world: World) -> None:
    old = await world.citizen()
    await old.asks(f"answer kfz_evb general {SECRET}")
    now = world.clock.now() + dt.timedelta(days=91)
    world.clock.advance(days=91)
    young = await world.citizen()
    settings = world.gateway.settings.model_copy(update={"clock": now})
    report = await purge(world.gateway.database, settings)
    assert (report.erased, report.left) == (1, 0)
    assert SECRET not in await everything(world)
    assert (await young.call("GET", ""))[0] == 200
    assert (await old.call("GET", ""))[0] == 401


async def test_the_audit_chain_shows_tampering(world: World) -> None:
    await world.caseworker("erika")
    await world.caseworker("otto")
    async with world.gateway.database.write() as session:
        assert await first_broken_line(session) is None
        await session.execute(text("UPDATE audit SET actor = 'niemand' WHERE id = 2"))
        assert await first_broken_line(session) == 2
        await session.execute(text("DELETE FROM audit WHERE id >= 2"))
        assert await first_broken_line(session) == 2


async def everything(world: World) -> str:
    rows = []
    async with world.gateway.database.read() as session:
        for table in Base.metadata.sorted_tables:
            rows += [str(row) for row in await session.execute(table.select())]
    return "\n".join(rows)
