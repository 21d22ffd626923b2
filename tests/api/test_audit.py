"""The audit trail: who looked at what is in it, and nobody can change it unseen."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli import main
from handover import audit
from tests.support.auditor import auditor, lines
from tests.support.world import World

ROLES = {"caseworker": 403, "lead": 403, "admin": 403, "auditor": 200}


async def command(world: World, *words: str, **variables: str) -> Result:
    """What `kreislotse WORDS` says, about the world's database."""
    settings = world.gateway.settings
    variables |= {
        "KREISLOTSE_DATABASE_URL": settings.database, "KREISLOTSE_DATA_DIR": str(settings.data_dir)
    }  # fmt: skip
    return await asyncio.to_thread(CliRunner().invoke, main, list(words), env=variables)


async def some_work(world: World) -> str:
    """A case that was claimed and read; its id."""
    staff, citizen = await world.caseworker(), await world.citizen()
    await citizen.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    assert (await staff.call("GET", f"/handovers/{case['id']}"))[0] == 200
    return str(case["id"])


async def unguarded(session: AsyncSession) -> None:
    """Takes the database's own guard away, as somebody with every right could."""
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            await session.execute(text(f"DROP TRIGGER audit_refuse_{verb}"))
    else:
        await session.execute(text("DROP TRIGGER audit_refuse ON audit"))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'niemand' WHERE id = 1", "DELETE FROM audit", "TRUNCATE audit"],
)
async def test_the_database_refuses_to_alter_a_line(world: World, statement: str) -> None:
    await some_work(world)
    kind = world.gateway.database.engine.dialect.name
    if kind == "sqlite" and statement.startswith("TRUNCATE"):
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        async with world.gateway.database.write() as session:
            await session.execute(text(statement))
    async with world.gateway.database.read() as session:
        assert (await audit.verify(session)).broken_at is None


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET actor = 'niemand' WHERE id = 2", 2),
        ("UPDATE audit SET details = '{\"a\": 1}' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id >= 3", 3),
    ],
)
async def test_the_chain_shows_what_was_done_in_spite_of_that(
    world: World, statement: str, broken_at: int
) -> None:
    await some_work(world)
    staff = await auditor(world)
    async with world.gateway.database.write() as session:
        await unguarded(session)
        await session.execute(text(statement))
    _, check = await staff.call("GET", "/audit/check")
    assert (check["whole"], check["broken_at"], check["lines"]) == (False, broken_at, broken_at - 1)
    found = await command(world, "audit")
    assert found.exit_code == 1
    assert f"broken at line {broken_at}" in found.output


async def test_only_a_noted_hash_shows_that_the_end_was_cut_off_with_its_counter(
    world: World,
) -> None:
    await some_work(world)
    staff = await auditor(world)
    _, before = await staff.call("GET", "/audit/check")
    async with world.gateway.database.write() as session:
        await unguarded(session)
        await session.execute(text("DELETE FROM audit WHERE id > 2"))
        await session.execute(text("UPDATE counters SET value = 2 WHERE name = 'audit'"))
    _, after = await staff.call("GET", "/audit/check")
    assert after["whole"]
    assert after["head"] != before["head"]


async def test_reads_are_recorded_too(world: World) -> None:
    case = await some_work(world)
    citizen, staff = await world.citizen(), await auditor(world)
    await citizen.call("GET", "/export")
    letter = f"/conversations/{citizen.id}/export?reason=Brief%2019/26"
    assert (await staff.call("GET", letter))[0] == 200
    assert (await staff.call("GET", "/audit.jsonl?after=3"))[0] == 200
    await lines(staff, "actor=erika")
    assert await lines(staff, "limit=7") == [
        ("rita", "audit_read", "audit"),
        ("rita", "audit_export", "audit"),
        ("rita", "export", citizen.id),
        ("citizen", "export", citizen.id),
        ("rita", "sign_in", "rita"),
        ("cli", "account_set", "rita"),
        ("erika", "read", case),
    ]
    _, found = await staff.call("GET", "/audit?actor=rita")
    details = {line["action"]: line["details"] for line in reversed(found["lines"])}
    assert details["export"] == {"reason": "Brief 19/26"}
    assert details["audit_export"] == {"after": 3}


async def test_the_lines_are_found_by_actor_action_and_subject_page_by_page(world: World) -> None:
    case = await some_work(world)
    staff = await auditor(world)
    assert await lines(staff, "actor=erika&action=claim") == [("erika", "claim", case)]
    assert {subject for _, _, subject in await lines(staff, f"subject={case}")} == {case}
    _, page = await staff.call("GET", "/audit?limit=2")
    assert page["more"]
    seen = page["lines"]
    while page["more"]:
        _, page = await staff.call("GET", f"/audit?limit=2&before={seen[-1]['id']}")
        seen += page["lines"]
    assert [line["id"] for line in seen] == list(range(len(seen), 0, -1))
    assert (await staff.call("GET", "/audit?before=nix"))[0] == 400


@pytest.mark.parametrize("role", ROLES)
async def test_only_auditors_see_any_of_it(world: World, role: str) -> None:
    staff = await world.somebody("rita", role)
    for path in ("/audit", "/audit.jsonl", "/audit/check", "/holds"):
        assert (await staff.call("GET", path))[0] == ROLES[role], path


async def test_an_auditor_does_not_see_cases(world: World) -> None:
    case, staff = await some_work(world), await auditor(world)
    assert (await staff.call("GET", "/handovers"))[0] == 403
    assert (await staff.call("GET", f"/handovers/{case}"))[0] == 403


async def test_an_export_stands_alone_and_is_held_against_the_database(
    world: World, tmp_path: Path
) -> None:
    await some_work(world)
    staff = await auditor(world)
    path = tmp_path / "protokoll.jsonl"
    _, trail = await staff.call("GET", "/audit.jsonl")
    path.write_text(trail, "utf-8")
    found = await command(world, "audit", "verify", str(path), "--against-database")
    assert found.exit_code == 0, found.output
    assert json.loads(trail.splitlines()[-1])["hash"] in found.output

    async with world.gateway.database.write() as session:
        await unguarded(session)
        await session.execute(text("UPDATE audit SET hash = 'x' WHERE id = 2"))
    assert (await command(world, "audit", "verify", str(path))).exit_code == 0
    found = await command(world, "audit", "verify", str(path), "--against-database")
    assert found.exit_code == 1
    assert "line 2" in found.output


async def test_a_file_that_somebody_changed_is_found_out(world: World, tmp_path: Path) -> None:
    await some_work(world)
    path = tmp_path / "protokoll.jsonl"
    written = await command(world, "audit", "export", "--after", "1", "--output", str(path))
    assert written.exit_code == 0, written.output
    rows = path.read_text("utf-8").splitlines(keepends=True)
    assert json.loads(rows[0])["id"] == 2
    whole = await command(world, "audit", "verify", str(path))
    assert json.loads(rows[0])["previous"] in whole.output
    for forged in (
        [rows[0].replace('"actor": "', '"actor": "x'), *rows[1:]],
        [rows[0], *rows[2:]],
        [*rows[:1], rows[0], *rows[1:]],
    ):
        path.write_text("".join(forged), "utf-8")
        assert (await command(world, "audit", "verify", str(path))).exit_code == 1
    for nonsense in ("[]\n", "{}\n", "kein JSON\n"):
        path.write_text(nonsense, "utf-8")
        found = await command(world, "audit", "verify", str(path))
        assert found.exit_code == 1
        assert "no export" in found.output
