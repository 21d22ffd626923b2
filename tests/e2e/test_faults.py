"""Gateways, PostgreSQL and Redis die under people at work, and nothing of it is lost."""

import pytest

from bot.stores.tables import AuditRow, NoteRow
from tests.faults import checks
from tests.faults.__main__ import table
from tests.faults.ledger import Ledger
from tests.faults.plan import SHORT, run
from tests.support.world import World


@pytest.mark.timeout(900)  # four outages, each with the patience of people
async def test_whatever_dies_nothing_is_lost() -> None:
    outcomes = await run(SHORT)
    assert all(outcome.clean for outcome in outcomes), "\n".join(table(outcomes))
    for outcome in outcomes:
        assert outcome.ledger.messages
        assert outcome.ledger.count("claim"), outcome.name


async def test_the_examination_finds_what_is_amiss(world: World) -> None:
    citizen, erika = await world.citizen(), await world.caseworker("erika")
    await citizen.wants_a_person()
    for text in ("eins", "zwei"):
        await citizen.says(text)
    [case] = await erika.queue()
    await erika.claims(case["id"])
    await erika.says(case["id"], "Guten Tag")

    ledger = Ledger(cases={case["id"]})
    ledger.messages[citizen.id] = ["eins", "zwei"]
    ledger.replies["erika", case["id"]] = ["Guten Tag"]
    ledger.deeds.append(("claim", "erika", case["id"]))
    assert (await _examined(world, ledger)).clean

    ledger.messages[citizen.id] = ["zwei", "eins", "drei"]
    ledger.replies["erika", case["id"]].append("Auf Wiedersehen")
    ledger.deeds.append(("closed", "erika", case["id"]))
    async with world.gateway.database.write() as session:
        session.add_all(
            NoteRow(
                id=name, handover_id=case["id"], at=world.clock.now(), by="Frau Erika", text="x"
            )
            for name in ("a", "b")
        )
        at, previous = world.clock.now(), "0" * 64
        line = {"at": at, "action": "claim", "subject": case["id"], "details": {}}
        session.add(AuditRow(id=9999, actor="otto", previous=previous, hash=previous, **line))
    ledger.notes["erika", case["id"]] = ["x"]
    found = await _examined(world, ledger)
    assert len(found.lost) == 4  # a message, the order, a reply, and erika's claim
    assert len(found.doubled) == 2  # the note, and the owner
    assert len(found.unaudited) == 3  # a reply, the note, the end


async def _examined(world: World, ledger: Ledger) -> checks.Verdict:
    async with world.gateway.database.read() as session:
        return await checks.examine(session, ledger)
