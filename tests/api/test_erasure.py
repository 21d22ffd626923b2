"""Erasure leaves no copy of a citizen's words: in no table, no file, no log and no memory.

Rasa keeps nothing between two messages, which `tests/rasa/test_channel.py` shows.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.retention import purge
from bot.settings import Settings
from handover.audit import first_broken_line
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.auditor import auditor, lines
from tests.support.traces import leave_marks, tables, traces
from tests.support.world import Citizen, Staff, World, eventually

SAID, RENDERED = "Я загубила паспорт.", "Pass verloren"
MARKS = (
    SAID, RENDERED, "Zitronenfalter", "Kommentarmarke", "Notizmarke", "Anrufmarke", "Dateimarke",
    "Inhaltsmarke", "030 23125 999", "Rueckrufmarke", "Antwortmarke",
)  # fmt: skip
NEVER_LOGGED = (*MARKS, "Frau Erika", "geheim-123")


async def everything(world: World) -> str:
    """All that stands in the database."""
    return "\n".join((await tables(world)).values())


@dataclass
class Story:
    """A citizen of whom everything is kept that is ever kept of anybody."""

    citizen: Citizen
    staff: Staff
    case: str


async def lived(world: World) -> Story:
    """Lets a citizen and a caseworker leave every mark in the database."""
    staff, citizen = await world.caseworker(), await world.citizen(language="uk")
    answer = await citizen.asks("answer kfz_evb general Zitronenfalter")
    comment = {"seq": answer["seq"], "helpful": False, "comment": "Kommentarmarke"}
    assert (await citizen.call("POST", "/feedback", comment))[0] == 204
    wish = {
        "office": "kfz", "kind": "callback", "phone": "030 23125 999", "text": "Rueckrufmarke",
    }  # fmt: skip
    assert (await citizen.call("POST", "/handover", wish))[0] == 202
    await citizen.says(SAID)
    [case] = await staff.queue()
    await staff.claims(case["id"])
    await staff.says(case["id"], "Antwortmarke")
    await leave_marks(world, staff, citizen, case["id"])

    async def rendered() -> bool:
        return RENDERED in await everything(world)

    await eventually(rendered)
    kept = await everything(world)
    assert [mark for mark in MARKS if mark not in kept] == []
    return Story(citizen, staff, case["id"])


async def test_the_citizen_erases_every_copy_of_every_word(
    bilingual: World, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    story = await lived(bilingual)
    assert (await story.citizen.call("DELETE", ""))[0] == 204
    assert await traces(bilingual, tmp_path, *MARKS) == []
    assert story.citizen.id not in "".join(
        content for name, content in (await tables(bilingual)).items() if name != "audit"
    )
    printed = "".join(capfd.readouterr()) + caplog.text
    assert [word for word in NEVER_LOGGED if word in printed] == []
    async with bilingual.gateway.database.read() as session:
        assert await first_broken_line(session) is None
        actions = await session.execute(text("SELECT action FROM audit ORDER BY id DESC"))
        assert next(iter(actions))[0] == "erase"


async def test_the_machine_forgets_in_every_gateway_what_it_translated(
    settings: Settings, knowledge: Knowledge, database_url: str, redis_url: str, argos: Path
) -> None:
    chosen = settings.model_copy(
        update={
            "database_url": database_url, "redis_url": SecretStr(redis_url),
            "translation_dir": argos, "allow_fixtures": True,
        }
    )  # fmt: skip
    parts = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with (
        opened(chosen, knowledge, *parts) as one,
        opened(chosen, knowledge, *parts) as other,
    ):
        story = await lived(one)
        remembered = one.gateway.interpreter.machine._known
        assert remembered
        elsewhere = await other.citizen()
        assert (await elsewhere.call("DELETE", ""))[0] == 204

        async def forgotten() -> bool:
            return not remembered

        await eventually(forgotten)
        assert (await story.citizen.call("DELETE", ""))[0] == 204


async def test_the_consoles_learn_that_the_case_is_gone(bilingual: World) -> None:
    story = await lived(bilingual)
    assert (await story.citizen.call("DELETE", ""))[0] == 204
    _, feed = await story.staff.call("GET", "/events?after=0")
    gone = [(event["type"], event["handover_id"]) for event in feed["events"]]
    assert gone == [("gone", story.case)]
    for state in ("waiting", "claimed", "closed"):
        assert await story.staff.queue(state) == []
    assert (await story.staff.call("GET", f"/handovers/{story.case}"))[0] == 404


async def test_a_purge_leaves_as_little(bilingual: World, tmp_path: Path) -> None:
    story = await lived(bilingual)
    closed = await story.staff.call(
        "POST", f"/handovers/{story.case}/close", {"reason": "no_answer"}
    )
    assert closed[0] == 200
    bilingual.clock.advance(days=181)
    gateway = bilingual.gateway
    report = await purge(gateway.database, gateway.clock, gateway.settings)
    assert report.complete
    assert report.erased == {"callback": 1}
    assert await traces(bilingual, tmp_path, *MARKS) == []


async def test_an_auditor_erases_for_whoever_asks_by_letter(
    bilingual: World, tmp_path: Path
) -> None:
    story, staff = await lived(bilingual), await auditor(bilingual)
    path = f"/conversations/{story.citizen.id}"
    assert (await story.staff.call("DELETE", path, {"reason": "Brief 17/26"}))[0] == 403
    assert (await staff.call("DELETE", path))[0] == 400
    assert (await staff.call("DELETE", path, {"reason": "  "}))[0] == 400
    assert (await staff.call("DELETE", path, {"reason": "Brief 17/26"}))[0] == 204
    assert await traces(bilingual, tmp_path, *MARKS) == []
    assert (await staff.call("DELETE", path, {"reason": "Brief 17/26"}))[0] == 404
    _, found = await staff.call("GET", "/audit?action=erase")
    [line] = found["lines"]
    assert (line["actor"], line["subject"]) == ("rita", story.citizen.id)
    assert line["details"] == {"reason": "Brief 17/26"}


async def test_erasing_one_of_two_merged_conversations_spares_the_other(world: World) -> None:
    staff = await world.caseworker()
    first, second = await world.citizen(), await world.citizen()
    for citizen, mark in ((first, "Erstmarke"), (second, "Zweitmarke")):
        await citizen.asks(f"answer kfz_evb general {mark}")
        await citizen.wants_a_person()
    cases = {case["conversation_id"]: case["id"] for case in await staff.queue()}
    for case in cases.values():
        await staff.claims(case)
    merged = {"into": cases[first.id]}
    assert (await staff.call("POST", f"/handovers/{cases[second.id]}/merge", merged))[0] == 200
    await second.says("Drittmarke")
    assert (await second.call("DELETE", ""))[0] == 204
    kept = await everything(world)
    assert "Erstmarke" in kept
    assert "Zweitmarke" not in kept
    assert "Drittmarke" not in kept
    _, feed = await staff.call("GET", "/events?after=0")
    gone = {event["handover_id"] for event in feed["events"] if event["type"] == "gone"}
    assert gone == {cases[second.id]}
    _, detail = await staff.call("GET", f"/handovers/{cases[first.id]}")
    assert detail["also"] == []


async def test_two_who_erase_at_once_do_no_harm(world: World) -> None:
    citizen, staff = await world.citizen(), await auditor(world)
    await citizen.wants_a_person()
    letter = {"reason": "Brief 18/26"}
    answers = await asyncio.gather(
        citizen.call("DELETE", ""), staff.call("DELETE", f"/conversations/{citizen.id}", letter)
    )
    assert sorted(status for status, _ in answers) in ([204, 401], [204, 404])
    assert [action for _, action, _ in await lines(staff, "action=erase")] == ["erase"]
